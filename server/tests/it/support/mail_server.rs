//! A mail server that takes what it is told to take.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// A mail server for `expected` mails: answers the end of each mail with `verdict`, and gives back what it was told.
pub async fn of(listener: TcpListener, expected: usize, verdict: &'static str) -> Vec<String> {
    let mut mails = Vec::new();
    while mails.len() < expected {
        take(&listener, expected, verdict, &mut mails, None).await;
    }
    mails
}

/// A mail server that has all of a mail and thinks about it for so long. It tells of each mail when it has it.
pub async fn slow(listener: TcpListener, think: Duration, told: mpsc::UnboundedSender<()>) {
    loop {
        take(&listener, usize::MAX, "250 ok", &mut Vec::new(), Some((think, &told))).await;
    }
}

/// One connection.
async fn take(
    listener: &TcpListener,
    expected: usize,
    verdict: &str,
    mails: &mut Vec<String>,
    slow: Option<(Duration, &mpsc::UnboundedSender<()>)>,
) {
    let (stream, _) = listener.accept().await.unwrap();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => "250 test\r\n".to_owned(),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await.unwrap().filter(|line| line != ".") {
                    mail.push_str(&line);
                    mail.push('\n');
                }
                if let Some((think, told)) = slow {
                    let _ = told.send(());
                    tokio::time::sleep(think).await;
                }
                mails.push(mail);
                format!("{verdict}\r\n")
            }
            "QUIT" => "221 bye\r\n".to_owned(),
            _ => "250 ok\r\n".to_owned(),
        };
        if write.write_all(answer.as_bytes()).await.is_err() || mails.len() == expected {
            break;
        }
    }
}
