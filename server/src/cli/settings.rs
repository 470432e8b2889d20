//! `tekvwarho settings`.

use clap::Subcommand;
use serde_json::{Map, Value};

use super::staff::explain;
use super::{Failure, say};
use crate::app::{App, brings, sections};
use crate::features;
use crate::http::RequestInfo;
use crate::platform::audit;
use crate::platform::settings::{self, Change, Registry, Seen};

/// Read and change settings.
#[derive(Debug, Subcommand)]
pub enum SettingsCommand {
    /// Print every key with its value.
    List,
    /// Print the value of one key, as JSON.
    Get { key: String },
    /// Print what every key is for, as Markdown. Needs no database.
    Reference,
    /// Set one key. The value is JSON or plain text.
    Set { key: String, value: String },
}

/// The reference of all settings; needs no database.
pub fn reference() -> String {
    settings::reference(&Registry::new(sections(&brings(&features::SLICES))))
}

pub async fn run(app: App, what: SettingsCommand) -> Result<(), Failure> {
    match what {
        SettingsCommand::List => {
            for (key, value) in &app.settings.get().values {
                say(format_args!("{key} = {value}"))?;
            }
        }
        // Handled before anything is opened.
        SettingsCommand::Reference => {}
        SettingsCommand::Get { key } => {
            let value =
                app.settings.get().values.get(&key).cloned().ok_or_else(|| format!("there is no setting {key}"))?;
            say(format_args!("{value}"))?;
        }
        SettingsCommand::Set { key, value } => {
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            let changes = Map::from_iter([(key, value)]);
            let from = RequestInfo::internal();
            let change = Change { actor: None, from: &from, values: changes, seen: Seen::default() };
            settings::change(&app, change, |_| true).await.map_err(explain)?;
            audit::seal_beside_others(&app, false).await?;
        }
    }
    Ok(())
}
