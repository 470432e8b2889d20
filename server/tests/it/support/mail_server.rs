//! A mail server with scripted responses.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// A mail server for `expected` emails: ends each with `verdict`, and returns what it received. Like real servers, it
/// serves connections concurrently.
pub async fn of(listener: TcpListener, expected: usize, verdict: &'static str) -> Vec<String> {
    let (tell, mut told) = mpsc::unbounded_channel();
    let serving = tokio::spawn(serve(listener, verdict, Duration::ZERO, Refused::default(), tell));
    let mut mails = Vec::new();
    while mails.len() < expected {
        mails.push(told.recv().await.unwrap());
    }
    serving.abort();
    mails
}

/// A mail server that receives a whole email and waits that long before it responds. It reports each email once it has
/// it.
pub async fn slow(listener: TcpListener, think: Duration, told: mpsc::UnboundedSender<String>) {
    serve(listener, "250 ok", think, Refused::default(), told).await;
}

/// Recipients that a mail server does not know.
pub type Refused = Arc<Mutex<Vec<&'static str>>>;

/// A mail server that knows all recipients but these. It reports each email once it has it.
pub async fn picky(listener: TcpListener, refused: Refused, told: mpsc::UnboundedSender<String>) {
    serve(listener, "250 ok", Duration::ZERO, refused, told).await;
}

async fn serve(
    listener: TcpListener,
    verdict: &'static str,
    think: Duration,
    refused: Refused,
    told: mpsc::UnboundedSender<String>,
) {
    // Connections end with the server.
    let mut open = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        open.spawn(take(stream, verdict, think, refused.clone(), told.clone()));
    }
}

/// One connection.
async fn take(
    stream: TcpStream,
    verdict: &str,
    think: Duration,
    refused: Refused,
    told: mpsc::UnboundedSender<String>,
) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut mail = None;
        let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
            "EHLO" => "250 test\r\n".to_owned(),
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                let mut text = String::new();
                while let Some(line) = lines.next_line().await.unwrap().filter(|line| line != ".") {
                    text.push_str(&line);
                    text.push('\n');
                }
                if think.is_zero() {
                    mail = Some(text);
                } else {
                    let _ = told.send(text);
                    tokio::time::sleep(think).await;
                }
                format!("{verdict}\r\n")
            }
            "RCPT" if refused.lock().unwrap().iter().any(|address| line.contains(address)) => {
                "550 unknown\r\n".to_owned()
            }
            "QUIT" => "221 bye\r\n".to_owned(),
            _ => "250 ok\r\n".to_owned(),
        };
        if write.write_all(answer.as_bytes()).await.is_err() {
            break;
        }
        // Reported after the response: whoever waits for the last email may stop the server.
        if let Some(mail) = mail {
            let _ = told.send(mail);
        }
    }
}
