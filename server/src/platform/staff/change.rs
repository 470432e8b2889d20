//! Editing a person: the request, and its effect.

use database::entity::staff::{ActiveModel, Model, Role};
use sea_orm::Set;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::act::may_give;
use super::create::taken;
use super::letters::EmailChanged;
use super::view::{StaffState, etag};
use super::{invite, store};
use crate::cluster::Event;
use crate::error::Result;
use crate::http::IfMatch;
use crate::http::valid::Check;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{self, OneTimeKind};
use crate::platform::entity::Entity;
use crate::platform::mail::Mail;
use crate::platform::permission::{Permission, PermissionSet, Standing};
use crate::secrets;
use crate::storage::{Tx, email_key};

/// What to change about a person. Fields that are left out stay unchanged.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StaffPatch {
    #[serde(default)]
    pub name: Option<String>,
    /// A new address. Invited people get the invitation there; active people are told at the old one.
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub role: Option<Role>,
    /// Everything the person can do afterwards. An admin can do everything, whatever is given here.
    #[serde(default)]
    pub permissions: Option<Vec<Permission>>,
}

/// A well-formed change.
#[derive(Debug, Clone)]
pub struct Wanted {
    name: Option<String>,
    email: Option<String>,
    role: Option<Role>,
    permissions: Option<PermissionSet>,
    /// The version that the caller has seen.
    seen: IfMatch,
    /// For a new invitation, if one is needed.
    token: String,
}

impl StaffPatch {
    /// Validates each field.
    pub fn read(self, seen: IfMatch) -> Result<Wanted> {
        let mut check = Check::new();
        let name = self.name.map(|name| check.line("name", &name, 100, "Enter a name."));
        let email = self.email.map(|email| check.email("email", &email));
        check.done()?;
        Ok(Wanted {
            name,
            email,
            role: self.role,
            permissions: self.permissions.map(|list| list.into_iter().collect()),
            seen,
            token: secrets::new_token(),
        })
    }
}

/// Changes a person within a unit, following all rules.
pub async fn apply(tx: &Tx<'_>, act: &Act, id: Uuid, wanted: &Wanted) -> Result<()> {
    let pair = act.pair(tx, id).await?;
    let before = &pair.target;
    pair.may_touch()?;
    wanted.seen.check(&etag(before))?;
    let after = after(before, wanted);
    let (old, new) = (Standing::of(before), Standing::of(&after));
    if new != old {
        may_give(pair.standing, new)?;
        pair.keeps_an_admin(&after)?;
    }
    let changes = changes(before, &after);
    if changes.is_empty() {
        return Ok(());
    }
    let moved = before.email_key != after.email_key;
    let mut change = ActiveModel {
        id: Set(id),
        name: Set(after.name.clone()),
        email: Set(after.email.clone()),
        email_key: Set(after.email_key.clone()),
        role: Set(after.role),
        permissions: Set(after.permissions.clone()),
        ..Default::default()
    };
    if new != old || moved {
        change.token_version = Set(before.token_version + 1);
    }
    store::change(tx.conn(), change).await.map_err(taken)?;
    if before.name != after.name && id != act.caller.staff_id {
        store::hide_from_site(tx.conn(), id).await?;
    }
    if moved {
        address_moved(tx, act, before, &after, &wanted.token).await?;
    }
    act.note(tx, "staff.changed", (Entity::Staff, id), changes);
    tx.publish(Event::StaffChanged(id));
    Ok(())
}

/// The person after the change.
fn after(before: &Model, wanted: &Wanted) -> Model {
    let mut after = before.clone();
    if let Some(name) = &wanted.name {
        after.name.clone_from(name);
    }
    if let Some(email) = &wanted.email {
        after.email.clone_from(email);
        after.email_key = email_key(email);
    }
    let role = wanted.role.unwrap_or(before.role);
    let permissions = match wanted.permissions {
        Some(given) => Some(given),
        None => (role != before.role).then(|| PermissionSet::preset(role)),
    };
    after.role = role;
    if let Some(permissions) = permissions {
        after.permissions = Standing::new(role, permissions).permissions.to_json();
    }
    after
}

/// Permissions before and after. Names and addresses are personal: the entry says that they changed, not their values.
fn changes(before: &Model, after: &Model) -> Changes {
    let mut changes = Changes::none().field("role", before.role, after.role).field(
        "permissions",
        PermissionSet::of(before).list(),
        PermissionSet::of(after).list(),
    );
    if before.name != after.name {
        changes = changes.fact("name", "changed");
    }
    if before.email != after.email {
        changes = changes.fact("email", "changed");
    }
    changes
}

/// Links that were sent to the old mailbox must no longer open the account.
async fn address_moved(tx: &Tx<'_>, act: &Act, before: &Model, after: &Model, token: &str) -> Result<()> {
    auth::withdraw_one_time(tx.conn(), OneTimeKind::Reset, Some(before.id)).await?;
    match StaffState::of(before) {
        StaffState::Invited => invite::send(tx, act, after, token).await,
        StaffState::Deactivated => Ok(()),
        StaffState::Active => {
            let letter = EmailChanged { name: before.name.clone(), by: act.caller.name.clone() };
            let mail = Mail::new(&before.email, &letter).about((Entity::Staff, before.id));
            tx.mail(mail.row(&act.platform)?);
            Ok(())
        }
    }
}
