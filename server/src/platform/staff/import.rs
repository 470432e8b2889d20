//! Inviting many people from a file: first a preview, then all valid rows in one unit.

use std::collections::{HashMap, HashSet};

use axum::extract::State;
use database::entity::staff::Role;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::act::may_give;
use super::create::{TAKEN, taken};
use super::invite::{self, Invited};
use super::rows::{self, Row};
use super::store;
use crate::cluster::Event;
use crate::error::{Error, FieldError, Result};
use crate::http::export::is_formula;
use crate::http::valid::Check;
use crate::http::{Data, Envelope, Problem, Query, Raw, RequestInfo};
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{self, Caller, OneTimeKind, demand_in_person, recently_proven};
use crate::platform::entity::Entity;
use crate::platform::idempotency::{self, Claim};
use crate::platform::permission::{Permission, PermissionSet, Standing};
use crate::secrets::sha256_hex;
use crate::storage::{Tx, email_key};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(demand_in_person(Permission::Staff, routes!(preview_import)))
        .routes(demand_in_person(Permission::Staff, recently_proven(routes!(import_staff))))
}

/// One row of the file, as it would be imported.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportRow {
    /// Line in the file, starting at 1.
    pub line: u64,
    pub name: String,
    pub email: String,
    pub role: Option<Role>,
    pub permissions: Vec<Permission>,
    /// What is wrong with the row; if empty, it will be imported.
    pub errors: Vec<FieldError>,
}

/// What an import would do.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportPreview {
    pub rows: Vec<ImportRow>,
    /// Rows that will be imported.
    pub valid: usize,
    /// Rows that will be skipped.
    pub invalid: usize,
    /// Identifies this outcome. Send it with the import.
    pub digest: String,
}

/// The result of an import.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportDone {
    /// People who were invited.
    pub invited: usize,
    /// Rows that were skipped.
    pub skipped: usize,
}

/// The outcome that was looked at.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Seen {
    /// `digest` from the preview. The import is refused if its outcome would now be different.
    pub digest: String,
}

/// Shows what importing this file would do, row by row, and changes nothing. The body is CSV in UTF-8, up to 1 MB and
/// 500 people, with a header line: `name` and `email`, and optionally `role` and `permissions`.
#[utoipa::path(post, path = "/api/admin/staff/import/preview", tag = "staff",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Envelope<ImportPreview>), (status = 422, body = Problem)))]
async fn preview_import(State(platform): State<Platform>, caller: Caller, file: Raw) -> Result<Data<ImportPreview>> {
    let rows = judged(&platform, &caller, &file.bytes).await?;
    let valid = rows.iter().filter(|row| row.errors.is_empty()).count();
    Ok(Data(ImportPreview { valid, invalid: rows.len() - valid, digest: digest(&rows), rows }))
}

/// Invites everyone in the valid rows: all of them or none. Rows with errors are skipped, as shown in the preview.
#[utoipa::path(post, path = "/api/admin/staff/import", tag = "staff", params(Seen),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = Envelope<ImportDone>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn import_staff(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Query(seen): Query<Seen>,
    file: Raw,
) -> Result<Data<ImportDone>> {
    let rows = judged(&platform, &caller, &file.bytes).await?;
    if digest(&rows) != seen.digest {
        return Err(Error::Conflict("Something has changed since the preview. Check the preview again.".into()));
    }
    let invited: Vec<Invited> = rows.iter().filter_map(|row| row.invited(&platform)).collect();
    if invited.is_empty() {
        return Err(Error::field("file", "invalid", "No row in this file can be imported."));
    }
    let done = Data(ImportDone { invited: invited.len(), skipped: rows.len() - invited.len() });
    let kept = claim.row(&done)?;
    let act = Act::new(&platform, caller, info);
    platform
        .storage
        .write((act, invited, kept), |tx, (act, invited, kept)| {
            Box::pin(async move {
                idempotency::write(tx.conn(), kept.as_ref()).await?;
                write(tx, act, invited).await
            })
        })
        .await?;
    Ok(done)
}

/// Inserts all of them in one unit.
async fn write(tx: &Tx<'_>, act: &Act, invited: &[Invited]) -> Result<()> {
    let giver = act.giver(tx).await?;
    for one in invited {
        may_give(giver, Standing::of(&one.person))?;
    }
    let people: Vec<_> = invited.iter().map(|one| one.person.clone()).collect();
    store::insert_many(tx.conn(), &people).await.map_err(taken)?;
    for Invited { person, token } in invited {
        let row = auth::one_time_row(&act.platform, OneTimeKind::Invite, token, Some(person.id), None);
        auth::insert_one_time(tx.conn(), &row).await?;
        tx.mail(invite::mail(act, person, token)?);
    }
    for one in invited {
        act.note(tx, "staff.invited", (Entity::Staff, one.person.id), one.changes().fact("by", "import"));
    }
    act.note(tx, "staff.imported", (Entity::Staff, act.caller.staff_id), Changes::none().fact("people", invited.len()));
    tx.publish(Event::StaffChanged(act.caller.staff_id));
    Ok(())
}

/// Every row with its errors.
async fn judged(platform: &Platform, caller: &Caller, bytes: &[u8]) -> Result<Vec<ImportRow>> {
    let rows = rows::read(bytes)?;
    let keys: Vec<String> = rows.iter().map(|row| email_key(&row.email)).collect();
    let known = store::known_keys(platform.storage.read(), &keys).await?;
    let giver = Standing { role: caller.role, permissions: caller.permissions };
    Ok(judge(rows, &known, giver))
}

/// The rule: which rows are valid.
fn judge(rows: Vec<Row>, known: &HashSet<String>, giver: Standing) -> Vec<ImportRow> {
    let mut first: HashMap<String, u64> = HashMap::new();
    rows.into_iter()
        .map(|row| {
            let mut check = Check::new();
            let name = check.line("name", &row.name, 100, "Enter a name.");
            if is_formula(&name) {
                check.refuse("name", "invalid", "This starts like a spreadsheet formula.");
            }
            let email = check.email("email", &row.email);
            let key = email_key(&email);
            match first.get(&key) {
                Some(line) => check.refuse("email", "taken", format!("This address is already in line {line}.")),
                None if known.contains(&key) => check.refuse("email", "taken", TAKEN),
                None => {}
            }
            first.entry(key).or_insert(row.line);
            let role = role(&mut check, &row.role);
            let permissions = permissions(&mut check, &row.permissions, role);
            let standing = role.map(|role| Standing::new(role, permissions));
            let beyond = standing.map(|standing| giver.lacks_of(standing)).unwrap_or_default();
            if !beyond.is_empty() {
                let message = format!("You cannot give permissions that you don’t have: {}.", beyond.join(", "));
                check.refuse("permissions", "not_allowed", message);
            }
            let errors = match check.done() {
                Err(Error::Validation(errors)) => errors,
                _ => Vec::new(),
            };
            let permissions = standing.map(|standing| standing.permissions.list()).unwrap_or_default();
            ImportRow { line: row.line, name, email, role, permissions, errors }
        })
        .collect()
}

/// The role in a cell; staff if it is empty.
fn role(check: &mut Check, cell: &str) -> Option<Role> {
    let name = if cell.is_empty() { "staff".to_owned() } else { cell.to_lowercase() };
    let role = serde_json::from_value(Value::String(name)).ok();
    if role.is_none() {
        check.refuse("role", "invalid", "This must be admin, manager or staff.");
    }
    role
}

fn permissions(check: &mut Check, cell: &str, role: Option<Role>) -> PermissionSet {
    let mut set = Vec::new();
    for name in cell.split([' ', '|', '+', '/', ',', ';']).filter(|name| !name.is_empty()) {
        match serde_json::from_value(Value::String(name.to_lowercase())) {
            Ok(permission) => set.push(permission),
            Err(_) => check.refuse("permissions", "invalid", format!("There is no permission “{}”.", cut(name))),
        }
    }
    match role {
        Some(role) if cell.is_empty() => PermissionSet::preset(role),
        _ => set.into_iter().collect(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Identifies an outcome: other rows, permissions or errors give another digest.
fn digest(rows: &[ImportRow]) -> String {
    sha256_hex(json!(rows).to_string())
}

impl ImportRow {
    fn invited(&self, platform: &Platform) -> Option<Invited> {
        let role = self.role.filter(|_| self.errors.is_empty())?;
        let standing = Standing::new(role, self.permissions.iter().copied().collect());
        Some(Invited::new(platform, self.name.clone(), self.email.clone(), standing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_judged_by_itself() {
        let row = |line: u64, name: &str, email: &str, role: &str, permissions: &str| Row {
            line,
            name: name.into(),
            email: email.into(),
            role: role.into(),
            permissions: permissions.into(),
        };
        let rows = vec![
            row(2, "Ada", "ada@example.com", "", ""),
            row(3, "=HYPERLINK(1)", "b@example.com", "staff", ""),
            row(4, "Ada again", "ADA@example.com", "staff", ""),
            row(5, "Known", "known@example.com", "staff", ""),
            row(6, "Boss", "boss@example.com", "admin", ""),
            row(7, "Odd", "odd@example.com", "king", "messages|flying"),
            row(8, "Fine", "fine@example.com", "Staff", "Messages chats"),
        ];
        let giver = Standing::new(
            Role::Staff,
            [Permission::Staff, Permission::Messages, Permission::Chats, Permission::Consultations]
                .into_iter()
                .collect(),
        );
        let judged = judge(rows, &HashSet::from(["known@example.com".to_owned()]), giver);
        let codes: Vec<Vec<(&str, &str)>> =
            judged.iter().map(|row| row.errors.iter().map(|it| (it.field.as_str(), &*it.code)).collect()).collect();
        assert_eq!(
            codes,
            [
                vec![],
                vec![("name", "invalid")],
                vec![("email", "taken")],
                vec![("email", "taken")],
                vec![("permissions", "not_allowed")],
                vec![("role", "invalid"), ("permissions", "invalid")],
                vec![],
            ]
        );
        assert_eq!(judged[0].permissions, PermissionSet::preset(Role::Staff).list());
        assert_eq!(judged[6].permissions, [Permission::Messages, Permission::Chats]);
    }
}
