//! `tekvwarho doctor` and `tekvwarho migrate status`: looks, and changes nothing.

use super::Failure;
use crate::cluster::Bus;
use crate::config::{Config, Transport};
use crate::http::assets::Assets;
use crate::secrets::KeyRing;
use crate::storage::{Engine, Storage};

/// Checks part by part; fails when one of them is not right.
pub async fn run(config: Config) -> Result<(), Failure> {
    let mut wrong = 0;
    let mut say = |part: &str, outcome: Result<String, String>| match outcome {
        Ok(text) => println!("ok     {part}: {text}"),
        Err(text) => {
            wrong += 1;
            println!("wrong  {part}: {text}");
        }
    };
    say("data directory", data_dir(&config));
    say("key ring", key_ring(&config));
    say("database", database(&config).await);
    say(
        "dashboard",
        Assets::load(config.theme_dir.as_deref()).map_err(|error| error.to_string()).and_then(|assets| {
            if assets.has_dashboard() {
                Ok("built".to_owned())
            } else {
                Err("not built; run `make build-web`".to_owned())
            }
        }),
    );
    say(
        "mail",
        Ok(match config.mail.transport() {
            Transport::Folder => {
                format!("written to {}; set SMTP_URL to send it", config.data_dir.join("mail").display())
            }
            Transport::Smtp => "sent by SMTP".to_owned(),
            Transport::SendGrid => "sent by SendGrid".to_owned(),
        }),
    );
    say(
        "browser sign-in",
        if config.server.may_set_cookies() {
            Ok(format!("works at {}", config.server.public_url))
        } else {
            Err(format!("{} is not https, so browsers get no cookie", config.server.public_url))
        },
    );
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} of the checks failed").into()) }
}

/// Lists missing migrations.
pub async fn migrations(config: &Config) -> Result<(), Failure> {
    let pending = look(config).await?.pending_migrations().await?;
    if pending.is_empty() {
        println!("The schema is up to date.");
    }
    for name in pending {
        println!("missing: {name}");
    }
    Ok(())
}

async fn look(config: &Config) -> Result<Storage, Failure> {
    let url = config.database_url();
    if Engine::of_url(&url) == Some(Engine::Sqlite)
        && !std::path::Path::new(url.trim_start_matches("sqlite://")).exists()
    {
        return Err(format!("there is no database at {url} yet; `tekvwarho serve` makes it").into());
    }
    Ok(Storage::open(&url, Bus::in_process(), None).await?)
}

fn data_dir(config: &Config) -> Result<String, String> {
    let path = &config.data_dir;
    match std::fs::metadata(path) {
        Ok(found) if found.is_dir() && !found.permissions().readonly() => Ok(path.display().to_string()),
        Ok(_) => Err(format!("{} is not a folder that can be written to", path.display())),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

fn key_ring(config: &Config) -> Result<String, String> {
    let path = config.secret_file();
    if !path.exists() {
        return Err(format!("{} is not there yet; `tekvwarho serve` makes it", path.display()));
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
