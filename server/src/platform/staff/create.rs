//! Creating a staff member.

use database::entity::staff::{ActiveModel, Model, Role};
use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _};

use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::platform::Platform;
use crate::platform::auth::Lane;
use crate::platform::permission::PermissionSet;
use crate::storage::{Tx, email_key};

/// The person to be created.
pub struct NewStaff {
    pub name: String,
    pub email: String,
    pub role: Role,
    pub password: String,
}

/// Validates the values and hashes the password; [`insert`] inserts the row within a unit.
pub async fn create(platform: &Platform, new: NewStaff) -> Result<Model> {
    let mut check = Check::new();
    let name = check.line("name", &new.name, 100, "Enter a name.");
    let email = check.email("email", &new.email);
    check.new_password("password", &new.password, platform.settings.get().security.password_min_length);
    check.done()?;
    let about = known_of(platform, &name, &email);
    let password_hash = platform.passwords.hash(Lane::Known, "password", &new.password, &about).await?;
    let now = platform.clock.now();
    Ok(Model {
        id: platform.ids.next(now),
        name,
        email_key: email_key(&email),
        email,
        password_hash,
        role: new.role,
        permissions: PermissionSet::preset(new.role).to_json(),
        token_version: 1,
        is_active: true,
        time_zone: None,
        theme: "system".to_owned(),
        locale: None,
        created_at: now,
        last_login: None,
        invited_at: None,
        deleted_at: None,
        avatar: None,
        devices_from: None,
    })
}

/// What others know about a person, and would try first as a password.
pub fn known_of(platform: &Platform, name: &str, email: &str) -> Vec<String> {
    vec![name.to_owned(), email.to_owned(), platform.settings.get().firm.name.clone()]
}

/// Inserts the row; returns an error if the address is taken.
pub async fn insert(tx: &Tx<'_>, person: &Model) -> Result<()> {
    let row: ActiveModel = person.clone().into_active_model();
    row.insert(tx.conn()).await.map_err(taken)?;
    Ok(())
}

/// Converts a unique violation into the error for a taken address.
pub(super) fn taken(error: sea_orm::DbErr) -> Error {
    Error::from(error).on_unique(|| Error::field("email", "taken", TAKEN))
}

/// What is said of an address that somebody has.
pub(super) const TAKEN: &str = "A staff member with this address already exists.";
