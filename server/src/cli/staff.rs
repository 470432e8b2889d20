//! `tekvwarho staff`.

use std::io::BufRead as _;

use clap::Subcommand;
use database::entity::staff::Role;

use super::{Failure, say};
use crate::app::App;
use crate::error::Error;
use crate::http::RequestInfo;
use crate::platform::audit::{self, Changes, Entry};
use crate::platform::auth;
use crate::platform::entity::Entity;
use crate::platform::staff::{self, NewStaff};

/// Manage the people who can sign in.
#[derive(Debug, Subcommand)]
pub enum Staff {
    /// Create a staff member. The password is read from standard input.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// admin, manager or staff.
        #[arg(long, default_value = "staff", value_parser = role)]
        role: Role,
        /// Read the password from the first line of standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Remove all second factors of a person who lost phone and recovery codes, and sign them out everywhere.
    ResetFactors {
        #[arg(long)]
        email: String,
    },
}

fn role(text: &str) -> Result<Role, String> {
    match text {
        "admin" => Ok(Role::Admin),
        "manager" => Ok(Role::Manager),
        "staff" => Ok(Role::Staff),
        _ => Err("must be admin, manager or staff".to_owned()),
    }
}

pub async fn run(app: App, what: Staff) -> Result<(), Failure> {
    match what {
        Staff::Create { email, name, role, password_stdin: _ } => create(app, email, name, role).await,
        Staff::ResetFactors { email } => {
            let person = staff::by_email(app.storage.read(), &email).await?.ok_or("nobody has this email address")?;
            auth::reset_factors_of(&app, None, person.id, &RequestInfo::internal()).await.map_err(explain)?;
            audit::seal_beside_others(&app, false).await?;
            say(format_args!("{}", person.id))?;
            Ok(())
        }
    }
}

async fn create(app: App, email: String, name: String, role: Role) -> Result<(), Failure> {
    let mut password = String::new();
    std::io::stdin().lock().read_line(&mut password)?;
    let password = password.trim_end_matches(['\r', '\n']).to_owned();
    let person = staff::create(&app, NewStaff { name, email, role, password }).await.map_err(explain)?;
    let info = RequestInfo::internal();
    let entry = Entry {
        actor: None,
        action: "staff.created",
        entity: (Entity::Staff, Some(person.id)),
        changes: Changes::none().fact("role", role).fact("by", "command line"),
        from: &info,
    }
    .row(&app.ids, app.clock.now());
    let made = app
        .storage
        .write((person, entry), |tx, (person, entry)| {
            Box::pin(async move {
                staff::insert(tx, person).await?;
                tx.audit(entry.clone());
                Ok(person.id)
            })
        })
        .await
        .map_err(explain)?;
    audit::seal_beside_others(&app, false).await?;
    say(format_args!("{made}"))?;
    Ok(())
}

/// An error in one line, with every invalid field.
pub fn explain(error: Error) -> Failure {
    match error {
        Error::Validation(errors) => errors
            .iter()
            .map(|error| format!("{}: {}", error.field, error.message))
            .collect::<Vec<_>>()
            .join(" ")
            .into(),
        Error::Conflict(text) => text.into(),
        other => other.into(),
    }
}
