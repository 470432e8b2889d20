//! `tekvwarho serve`.

use std::fs::{File, TryLockError};
use std::io::IsTerminal as _;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Failure;
use crate::app::{App, StartError, Surroundings, private_folder};
use crate::config::{Config, Guard, ServerConfig, Transport};
use crate::error::Error;
use crate::http::serve::{serve, tls};
use crate::platform::{audit, auth};
use crate::router;
use crate::storage::{Engine, database_file, is_unavailable};

/// From the signal to the end of the background work: the promised ten seconds, less one for what follows. An email to
/// a slow server must not be cut off, or it would be sent again.
const FINISH: Duration = Duration::from_secs(9);

pub async fn run(mut config: Config) -> Result<(), Failure> {
    let listen = config.server.listen;
    let acceptor = match (&config.server.tls_cert, &config.server.tls_key) {
        (Some(certificate), Some(key)) => Some(tls(certificate, key).map_err(StartError::Tls)?),
        _ => None,
    };
    if config.redis.url.is_some() && config.mail.transport() == Transport::Folder {
        return Err(StartError::LocalMail.into());
    }
    open_as_many_files_as_allowed();
    // Held until the end: a second server would serve beside this one and invalidate its set-up link.
    let _alone = alone(&config)?;
    let listener = TcpListener::bind(listen).await.map_err(|error| StartError::Listen(listen, error))?;
    // If the system chose the port, links use that one.
    config.server.listen = listener.local_addr()?;
    let app = App::build(config, Surroundings::default()).await?;
    let mut background = app.start_background();
    greet(&app, listener.local_addr()?).await?;
    let stopping = app.stopping.clone();
    let (told, asked) = oneshot::channel();
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping: finishing requests in flight");
        let _ = told.send(Instant::now());
        stopping.cancel();
    });
    serve(listener, acceptor, router::build(&app), app.stopping.clone()).await;
    // Sockets have said goodbye; the sealer and the outbox finish their current work.
    let end = asked.await.unwrap_or_else(|_| Instant::now()) + FINISH;
    if tokio::time::timeout_at(end, async {
        app.hub.closed().await;
        while background.join_next().await.is_some() {}
    })
    .await
    .is_err()
    {
        tracing::warn!("background work did not finish in time");
    }
    // Requests of the drain have written entries after the sealer stopped.
    match audit::seal_beside_others(&app, false).await {
        // A full disk, or a database that is gone: nothing is lost, and the shutdown is as clean as it can be.
        Err(Error::Database(error)) if is_unavailable(&error) => {
            tracing::warn!(%error, "the last entries will be sealed at the next start");
        }
        outcome => outcome?,
    }
    app.front.access_log.flush();
    Ok(())
}

/// An exclusive lock on the data directory; the system releases it with the process. Commands need none, and servers on
/// PostgreSQL share nothing in their folders except the keys.
fn alone(config: &Config) -> Result<Option<File>, StartError> {
    let url = config.database_url();
    if Engine::of_url(&url) != Some(Engine::Sqlite) {
        return Ok(None);
    }
    let database = database_file(&url).to_owned();
    let mut mark = database.clone().into_os_string();
    mark.push(".serving");
    let open = || {
        private_folder(&config.data_dir)?;
        File::options().create(true).append(true).open(&mark)
    };
    let file = open().map_err(|error| StartError::DataDir(mark.clone().into(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(database)),
        Err(TryLockError::Error(error)) => Err(StartError::DataDir(mark.into(), error)),
    }
}

/// Prints what an operator wants to know on start to standard output.
async fn greet(app: &App, listening: std::net::SocketAddr) -> Result<(), Failure> {
    let server = &app.config.server;
    tell(format_args!("Tekvwarho {} is listening on {listening}", env!("CARGO_PKG_VERSION")));
    tell(format_args!("Site: {}", server.link("/")));
    tell(format_args!("Dashboard: {}", server.link("/admin/")));
    if app.config.mail.transport() == Transport::Folder {
        tell(format_args!(
            "Email: written to {} (set SMTP_URL to send it)",
            app.config.data_dir.join("mail").display()
        ));
    }
    if let Some(link) = auth::setup_link(app).await? {
        let bold = if std::io::stdout().is_terminal() { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        tell(format_args!("{}Set up: {link}{}", bold.0, bold.1));
    }
    if let Some(warning) = misplaced(listening, server) {
        tracing::warn!("{warning}");
    }
    if !app.files.is_open() {
        tracing::warn!("no files can be sent: with several nodes, TEKVWARHO_FILES_URL says where they are");
    }
    if server.rate_limits == Guard::Off {
        tracing::warn!("rate limits and sign-in lockout are off: for load tests only");
    }
    if server.bot_guard == Guard::Off {
        tracing::warn!("the bot guard is off: for load tests only");
    }
    Ok(())
}

/// What is wrong if others can reach the port but links lead to this machine alone.
fn misplaced(listening: std::net::SocketAddr, server: &ServerConfig) -> Option<String> {
    (!listening.ip().is_loopback() && server.is_local()).then(|| {
        format!("listening on {listening}, but the public address is {}; set TEKVWARHO_PUBLIC_URL", server.link("/"))
    })
}

/// Writes a line to standard output. A server continues when nobody reads it any more.
fn tell(line: std::fmt::Arguments<'_>) {
    let _ = super::say(line);
}

/// Each socket is an open file, and the limit with which shells and service managers start a program is often 1,024. The
/// program may raise it up to the hard limit by itself.
fn open_as_many_files_as_allowed() {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

async fn wait_for_signal() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_port_that_others_reach_wants_an_address_that_leads_to_it() {
        let warning = |listening: &str, more: &[&str]| {
            let words = ["tekvwarho"].iter().chain(more);
            let config = Cli::try_parse_from(words).expect("parsed").config;
            misplaced(listening.parse().expect("an address"), &config.server)
        };
        for open in ["0.0.0.0:5500", "192.168.1.5:5500", "[::]:5500"] {
            let said = warning(open, &[]).expect(open);
            assert!(said.contains(open) && said.contains("TEKVWARHO_PUBLIC_URL"), "{said}");
            assert_eq!(warning(open, &["--public-url", "https://desk.example"]), None, "{open}");
        }
        for own in ["127.0.0.1:5500", "[::1]:5500"] {
            assert_eq!(warning(own, &[]), None, "{own}");
        }
    }
}
