//! `tekvwarho doctor` and `tekvwarho migrate status`: checks that change nothing. A probe of the store for files is removed
//! again.

use std::time::Duration;

use rustix::fs::{Access, access};

use super::audit::too_long;
use super::{Failure, say};
use crate::app::{brings, sections};
use crate::clock::Clock;
use crate::cluster::{Bus, Servers};
use crate::config::{Config, Transport};
use crate::disk;
use crate::features;
use crate::http;
use crate::http::assets::Assets;
use crate::platform::audit::waiting_since;
use crate::platform::files::Depot;
use crate::platform::mail::{Fault, Mailer};
use crate::platform::settings::Settings;
use crate::secrets::KeyRing;
use crate::storage::{Engine, Storage, database_file};

/// Timeout of a single check.
const PROBE: Duration = Duration::from_secs(10);

/// The result of a check: fine, worth a thought, or wrong.
enum Finding {
    Fine(String),
    Doubtful(String),
    Wrong(String),
}

use Finding::{Doubtful, Fine, Wrong};

impl From<Result<String, String>> for Finding {
    fn from(outcome: Result<String, String>) -> Self {
        outcome.map_or_else(Wrong, Fine)
    }
}

/// Checks part by part; fails if one of them is wrong.
pub async fn run(config: Config) -> Result<(), Failure> {
    let checks = [
        ("data directory", data_dir(&config).into()),
        ("disk", room(&config)),
        ("key ring", key_ring(&config).into()),
        ("database", database(&config).await.into()),
        ("Redis", redis(&config).await),
        ("files", files(&config).await),
        ("dashboard", dashboard(&config).into()),
        ("audit trail", audit_trail(&config).await),
        ("firm", firm(&config).await),
        ("email", mail(&config).await.into()),
        ("TLS", tls(&config)),
        ("browser sign-in", browser_sign_in(&config).into()),
    ];
    let mut wrong = 0;
    for (part, finding) in checks {
        match finding {
            Fine(text) => say(format_args!("ok     {part}: {text}"))?,
            Doubtful(text) => say(format_args!("warn   {part}: {text}"))?,
            Wrong(text) => {
                wrong += 1;
                say(format_args!("fail   {part}: {text}"))?;
            }
        }
    }
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} of the checks failed").into()) }
}

/// A full disk stops a SQLite database, so warn early.
fn room(config: &Config) -> Finding {
    match disk::free(&config.data_dir) {
        Some(bytes) if bytes < disk::TOO_LITTLE && Engine::of_url(&config.database_url()) == Some(Engine::Sqlite) => {
            Wrong(format!("only {} MB free; below 16 MB the server says that it is not ready", bytes >> 20))
        }
        Some(bytes) if bytes < disk::LITTLE => {
            Doubtful(format!("only {} MB free; the database needs room to write", bytes >> 20))
        }
        Some(bytes) => Fine(format!("{} GB free", bytes >> 30)),
        None => Doubtful("the system does not report free space".to_owned()),
    }
}

/// Lists pending migrations.
pub async fn migrations(config: &Config) -> Result<(), Failure> {
    let pending = look(config).await?.pending_migrations().await?;
    if pending.is_empty() {
        say(format_args!("The schema is up to date."))?;
    }
    for name in pending {
        say(format_args!("missing: {name}"))?;
    }
    Ok(())
}

async fn look(config: &Config) -> Result<Storage, Failure> {
    let url = config.database_url();
    if Engine::of_url(&url) == Some(Engine::Sqlite) && !database_file(&url).exists() {
        return Err(format!("there is no database at {url} yet; `tekvwarho serve` creates it").into());
    }
    Ok(Storage::open(&url, Bus::in_process(), Vec::new(), None).await?)
}

fn data_dir(config: &Config) -> Result<String, String> {
    let path = &config.data_dir;
    let usable = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() && access(path, usable).is_ok() => Ok(path.display().to_string()),
        Ok(_) => Err(format!("{} is not a folder that this user can write to", path.display())),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

fn key_ring(config: &Config) -> Result<String, String> {
    let path = config.secret_file();
    if !path.exists() {
        return Err(format!("{} does not exist yet; `tekvwarho serve` creates it", path.display()));
    }
    KeyRing::open(&path).map(|_| path.display().to_string()).map_err(|error| error.to_string())
}

async fn database(config: &Config) -> Result<String, String> {
    let storage = look(config).await.map_err(|error| error.to_string())?;
    let pending = storage.pending_migrations().await.map_err(|error| error.to_string())?;
    if pending.is_empty() {
        Ok("reachable, schema up to date".to_owned())
    } else {
        Err(format!("{} migrations are missing", pending.len()))
    }
}

/// Several nodes work without it, only slower.
async fn redis(config: &Config) -> Finding {
    let Some(url) = &config.redis.url else { return Fine("not set; one node needs none".to_owned()) };
    if config.mail.transport() == Transport::Folder {
        return Wrong("several nodes cannot share the mail folder; set SMTP_URL or SENDGRID_API_KEY".to_owned());
    }
    let asked = async { Servers::parse(url.as_str())?.ping().await };
    match asked.await {
        Ok(()) => Fine("answers".to_owned()),
        Err(error) => Doubtful(format!(
            "{error}; nodes hear of each other’s changes only a second later, and rate limits count per node"
        )),
    }
}

/// Where the files are that people send. Without such a place everything else works.
async fn files(config: &Config) -> Finding {
    if config.redis.url.is_some() && config.files.url.is_none() {
        return Doubtful(
            "none can be sent: with several nodes, set TEKVWARHO_FILES_URL to a folder or a bucket that all of them share"
                .to_owned(),
        );
    }
    match tokio::time::timeout(PROBE, Depot::probe(config)).await {
        Ok(outcome) => outcome.into(),
        Err(_) => Wrong(format!("the store did not respond within {} s", PROBE.as_secs())),
    }
}

fn dashboard(config: &Config) -> Result<String, String> {
    let assets = Assets::load(config.theme_dir.as_deref()).map_err(|error| error.to_string())?;
    if assets.has_dashboard() { Ok("built".to_owned()) } else { Err("not built; run `make build-web`".to_owned()) }
}

/// Entries that nobody seals: the server does not run, or it refuses to seal onto a chain that is not its own.
async fn audit_trail(config: &Config) -> Finding {
    let Ok(storage) = look(config).await else { return Doubtful("unknown without the database".to_owned()) };
    match waiting_since(storage.read()).await {
        Ok(since) => match since.and_then(|since| too_long(since, Clock::system().now())) {
            Some(warning) => Doubtful(warning),
            None => Fine("sealed".to_owned()),
        },
        Err(error) => Doubtful(error.to_string()),
    }
}

/// The address that gets notices of new messages: the sample firm's leads nowhere.
async fn firm(config: &Config) -> Finding {
    let Ok(storage) = look(config).await else { return Doubtful("unknown without the database".to_owned()) };
    match Settings::load(&storage, sections(&brings(&features::SLICES))).await {
        Ok(settings) => {
            let email = settings.get().firm.email.clone();
            if email.ends_with(".example") {
                Doubtful(format!("message notices go to {email}, the sample firm's address; set firm.email"))
            } else {
                Fine(format!("message notices go to {email}"))
            }
        }
        Err(error) => Wrong(error.to_string()),
    }
}

async fn mail(config: &Config) -> Result<String, String> {
    match Mailer::new(config)? {
        Mailer::Folder(folder) => Ok(format!("written to {}; set SMTP_URL to send it", folder.display())),
        Mailer::SendGrid(_) => Ok("sent by SendGrid".to_owned()),
        Mailer::Smtp(server) => match tokio::time::timeout(PROBE, server.test()).await {
            Ok(Ok(true)) if server.signs_in() => Ok("sent by SMTP; the server accepts our sign-in".to_owned()),
            Ok(Ok(true)) => Ok("sent by SMTP, without a sign-in".to_owned()),
            Ok(Ok(false)) => Err("the SMTP server does not respond like one".to_owned()),
            Ok(Err(error)) => {
                let fault = Fault::of_smtp(&error);
                Err(format!("{}{} ({error})", fault.in_words(), hint(config, fault)))
            }
            Err(_) => Err(format!(
                "the mail server did not respond within {} s{}",
                PROBE.as_secs(),
                hint(config, Fault::Silent)
            )),
        },
    }
}

/// The likely cause, where the address of the mail server tells one.
fn hint(config: &Config, fault: Fault) -> &'static str {
    let url = config.mail.smtp_url.as_ref().and_then(|url| url.read().ok());
    let (scheme, port) = url.as_ref().map_or(("", None), |url| (url.scheme(), url.port()));
    match (fault, scheme, port) {
        (Fault::Silent, "smtp", Some(465)) => ". Port 465 uses TLS from the start: write smtps:// instead of smtp://",
        (Fault::Silent, "smtp", _) => {
            "; is there a firewall in between? If the port uses TLS from the start, write smtps:// instead of smtp://"
        }
        (Fault::Silent | Fault::Tls, "smtps", Some(port)) if port != 465 => {
            ". This port may start without TLS: write smtp:// instead of smtps://"
        }
        (Fault::Silent, ..) => "; is there a firewall in between?",
        _ => "",
    }
}

/// Where TLS is terminated: here, or at a proxy. An unlisted proxy makes all visitors share one address and its rate
/// limits.
fn tls(config: &Config) -> Finding {
    let server = &config.server;
    match (&server.tls_cert, &server.tls_key) {
        (Some(certificate), Some(key)) => http::serve::tls(certificate, key)
            .map(|_| format!("the certificate {} and its key are readable", certificate.display()))
            .into(),
        _ if server.is_https() && server.trusted_proxies.is_empty() => Doubtful(
            "the public address is https but no certificate is set, so there must be a proxy. Set TEKVWARHO_TRUSTED_PROXIES, \
             or all visitors share one limit"
                .to_owned(),
        ),
        _ if server.is_https() => Fine("ends at a trusted proxy".to_owned()),
        _ => Fine("not used".to_owned()),
    }
}

fn browser_sign_in(config: &Config) -> Result<String, String> {
    if config.server.may_set_cookies() {
        Ok(format!("works at {}", config.server.link("/")))
    } else {
        Err(format!("{} is not https, so browsers do not get the sign-in cookie", config.server.link("/")))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_full_disk_is_wrong_for_a_file_and_a_warning_for_a_server() {
        // A file system without a free byte.
        let room = |more: &[&str]| {
            let words = ["tekvwarho", "--data-dir", "/proc"];
            room(&Cli::try_parse_from(words.iter().chain(more)).expect("parsed").config)
        };
        assert!(matches!(room(&[]), Wrong(_)));
        assert!(matches!(room(&["--database-url", "postgres://localhost/x"]), Doubtful(_)));
    }

    #[test]
    fn a_silent_mail_server_is_told_from_a_wrong_scheme() {
        let of = |url: &str, fault: Fault| {
            hint(&Cli::try_parse_from(["tekvwarho", "--smtp-url", url]).expect("parsed").config, fault)
        };
        let hint = |url: &str| of(url, Fault::Silent);
        assert_eq!(of("smtps://mail.example.com:587", Fault::Tls), hint("smtps://mail.example.com:587"));
        assert_eq!(of("smtp://mail.example.com:587", Fault::SignIn), "");
        assert!(hint("smtp://mail.example.com:465").contains("write smtps:// instead of smtp://"));
        assert!(hint("smtps://mail.example.com:587").contains("write smtp:// instead of smtps://"));
        for fine in ["smtp://mail.example.com:587", "smtps://mail.example.com:465", "smtps://mail.example.com"] {
            assert!(hint(fine).contains("firewall"), "{fine}");
        }
    }
}
