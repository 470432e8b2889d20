//! Every route against every kind of caller. The table is written by hand; the document only proves it complete.

use std::collections::BTreeSet;

use database::entity::staff::Role;
use reqwest::Method;
use sea_orm::Set;
use serde_json::{Value, json};
use tekvwarho::platform::permission::Permission;

use crate::support::{Answer, Signed, TestApp};

/// Who can call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Everybody; the route has its own rules (a code, a token, a password).
    Anybody,
    /// Every signed-in person, even without the second factor that the role requires; no API token.
    Own,
    /// Every signed-in person; no API token.
    Staff,
    /// Every signed-in person, and any API token.
    StaffOrToken,
    /// Everyone with that permission.
    May(Permission),
    /// Everyone with one of those permissions.
    Either(&'static [Permission]),
    /// Signed-in people with that permission; no API token.
    InPerson(Permission),
    /// Signed-in people with every permission, including that one; no API token.
    Everything(Permission),
}

use Permission::{Audit, Chats, Messages, Privacy, Settings, Staff as People};
use Who::{Anybody, Either, Everything, InPerson, May, Own, Staff, StaffOrToken};

const TABLE: &[(&str, &str, Who)] = &[
    ("GET", "/api/health", Anybody),
    ("GET", "/api/health/ready", Anybody),
    ("GET", "/api/setup", Anybody),
    ("POST", "/api/setup", Anybody),
    ("POST", "/api/setup/link", Anybody),
    ("POST", "/api/contact", Anybody),
    ("POST", "/api/messages", Anybody),
    ("GET", "/api/form-token", Anybody),
    ("GET", "/api/messages/{id}", Anybody),
    ("POST", "/api/messages/{id}/replies", Anybody),
    ("POST", "/api/admin/auth/login", Anybody),
    ("POST", "/api/admin/auth/refresh", Anybody),
    ("POST", "/api/admin/auth/logout", Anybody),
    ("POST", "/api/auth/refresh", Anybody),
    ("POST", "/api/auth/logout", Anybody),
    ("POST", "/api/auth/forgot", Anybody),
    ("POST", "/api/auth/reset", Anybody),
    ("POST", "/api/auth/reset/link", Anybody),
    ("POST", "/api/auth/invitation", Anybody),
    ("POST", "/api/auth/accept-invite", Anybody),
    ("POST", "/api/auth/passkeys/sign-in/begin", Anybody),
    ("POST", "/api/auth/passkeys/sign-in", Anybody),
    ("GET", "/api/auth/me", Own),
    ("PATCH", "/api/auth/me", Own),
    ("GET", "/api/auth/mfa", Own),
    ("POST", "/api/auth/mfa/totp", Own),
    ("POST", "/api/auth/mfa/totp/confirm", Own),
    ("DELETE", "/api/auth/mfa/totp", Staff),
    ("POST", "/api/auth/mfa/recovery-codes", Staff),
    ("GET", "/api/auth/passkeys", Own),
    ("POST", "/api/auth/passkeys/register/begin", Own),
    ("POST", "/api/auth/passkeys/register", Own),
    ("PATCH", "/api/auth/passkeys/{id}", Staff),
    ("DELETE", "/api/auth/passkeys/{id}", Staff),
    ("POST", "/api/auth/prove", Own),
    ("POST", "/api/auth/prove/passkey/begin", Own),
    ("POST", "/api/auth/prove/passkey", Own),
    ("POST", "/api/auth/password", Staff),
    ("GET", "/api/auth/sessions", Staff),
    ("DELETE", "/api/auth/sessions", Staff),
    ("DELETE", "/api/auth/sessions/{id}", Staff),
    ("POST", "/api/auth/logout-all", Own),
    ("POST", "/api/auth/ws-ticket", Staff),
    ("GET", "/api/admin/dashboard", StaffOrToken),
    ("GET", "/api/admin/colleagues", StaffOrToken),
    ("GET", "/api/admin/staff/{id}/factors", InPerson(People)),
    ("DELETE", "/api/admin/staff/{id}/factors", InPerson(People)),
    ("GET", "/api/admin/services", StaffOrToken),
    ("GET", "/api/admin/audit", May(Audit)),
    ("GET", "/api/admin/audit/choices", May(Audit)),
    ("GET", "/api/admin/audit/head", May(Audit)),
    ("GET", "/api/admin/audit/export", May(Audit)),
    ("GET", "/api/admin/audit/verify", May(Audit)),
    ("GET", "/api/admin/notifications", Staff),
    ("GET", "/api/admin/notifications/count", Staff),
    ("POST", "/api/admin/notifications/read", Staff),
    ("GET", "/api/admin/notifications/preferences", Staff),
    ("PATCH", "/api/admin/notifications/preferences", Staff),
    ("GET", "/api/admin/tokens", InPerson(Settings)),
    ("POST", "/api/admin/tokens", InPerson(Settings)),
    ("GET", "/api/admin/tokens/{id}", InPerson(Settings)),
    ("DELETE", "/api/admin/tokens/{id}", InPerson(Settings)),
    ("GET", "/api/admin/avatars/{hash}", StaffOrToken),
    ("PUT", "/api/auth/me/avatar", Staff),
    ("GET", "/api/auth/me/website", Staff),
    ("PUT", "/api/auth/me/website", Staff),
    ("DELETE", "/api/auth/me/avatar", Staff),
    ("GET", "/api/admin/staff", May(People)),
    ("POST", "/api/admin/staff", InPerson(People)),
    ("POST", "/api/admin/staff/import/preview", InPerson(People)),
    ("POST", "/api/admin/staff/import", InPerson(People)),
    ("GET", "/api/admin/staff/{id}", May(People)),
    ("PATCH", "/api/admin/staff/{id}", InPerson(People)),
    ("DELETE", "/api/admin/staff/{id}", InPerson(People)),
    ("POST", "/api/admin/staff/{id}/invitation", InPerson(People)),
    ("DELETE", "/api/admin/staff/{id}/invitation", InPerson(People)),
    ("POST", "/api/admin/staff/{id}/activate", InPerson(People)),
    ("POST", "/api/admin/staff/{id}/deactivate", InPerson(People)),
    ("POST", "/api/admin/staff/{id}/reset-link", InPerson(People)),
    ("POST", "/api/admin/staff/{id}/unlock", May(People)),
    ("GET", "/api/admin/staff/{id}/sessions", May(People)),
    ("DELETE", "/api/admin/staff/{id}/sessions", May(People)),
    ("DELETE", "/api/admin/staff/{id}/sessions/{sessionId}", May(People)),
    ("PUT", "/api/admin/staff/{id}/avatar", May(People)),
    ("DELETE", "/api/admin/staff/{id}/avatar", May(People)),
    ("GET", "/api/admin/settings", May(Settings)),
    ("PATCH", "/api/admin/settings", May(Settings)),
    ("GET", "/api/admin/settings/{group}", May(Settings)),
    ("PATCH", "/api/admin/settings/{group}", May(Settings)),
    ("GET", "/api/admin/settings/pictures/{name}", May(Settings)),
    ("POST", "/api/admin/settings/pictures", May(Settings)),
    ("GET", "/api/admin/settings/schema", May(Settings)),
    ("GET", "/api/admin/onboarding", Staff),
    ("PATCH", "/api/admin/onboarding", Staff),
    ("POST", "/api/admin/samples", Everything(Settings)),
    ("DELETE", "/api/admin/samples", Everything(Settings)),
    ("POST", "/api/admin/settings/mail/preview", May(Settings)),
    ("POST", "/api/admin/site/preview", May(Settings)),
    ("GET", "/api/admin/pages", May(Settings)),
    ("POST", "/api/admin/pages", May(Settings)),
    ("POST", "/api/admin/pages/preview", May(Settings)),
    ("POST", "/api/admin/pages/pictures", May(Settings)),
    ("PUT", "/api/admin/pages/order", May(Settings)),
    ("GET", "/api/admin/pages/{id}", May(Settings)),
    ("PATCH", "/api/admin/pages/{id}", May(Settings)),
    ("DELETE", "/api/admin/pages/{id}", May(Settings)),
    ("POST", "/api/admin/settings/mail/test", InPerson(Settings)),
    ("POST", "/api/admin/settings/retention", May(Privacy)),
    ("GET", "/api/admin/mail/failed", May(Messages)),
    ("POST", "/api/admin/mail/{id}/retry", May(Messages)),
    ("GET", "/api/admin/messages", May(Messages)),
    ("GET", "/api/admin/messages/counts", May(Messages)),
    ("GET", "/api/admin/messages/tags", May(Messages)),
    ("GET", "/api/admin/messages/export", May(Messages)),
    ("POST", "/api/admin/messages/delete", InPerson(Messages)),
    ("PUT", "/api/admin/messages/tags", May(Messages)),
    ("GET", "/api/admin/message-rules", May(Messages)),
    ("POST", "/api/admin/message-rules", May(Messages)),
    ("PUT", "/api/admin/message-rules/order", May(Messages)),
    ("PATCH", "/api/admin/message-rules/{id}", May(Messages)),
    ("DELETE", "/api/admin/message-rules/{id}", May(Messages)),
    ("GET", "/api/admin/saved-filters", InPerson(Messages)),
    ("POST", "/api/admin/saved-filters", InPerson(Messages)),
    ("PATCH", "/api/admin/saved-filters/{id}", InPerson(Messages)),
    ("DELETE", "/api/admin/saved-filters/{id}", InPerson(Messages)),
    ("POST", "/api/admin/messages/bulk", May(Messages)),
    ("GET", "/api/admin/messages/{id}", May(Messages)),
    ("PUT", "/api/admin/messages/read", May(Messages)),
    ("PUT", "/api/admin/messages/read-all", May(Messages)),
    ("PATCH", "/api/admin/messages/{id}", May(Messages)),
    ("POST", "/api/admin/messages/{id}/replies", May(Messages)),
    ("POST", "/api/admin/messages/{id}/notes", May(Messages)),
    ("DELETE", "/api/admin/messages/{id}/notes/{noteId}", May(Messages)),
    ("PUT", "/api/admin/messages/{id}/tags", May(Messages)),
    ("POST", "/api/admin/messages/{id}/retry-mail", May(Messages)),
    ("POST", "/api/admin/messages/{id}/block-sender", May(Messages)),
    ("DELETE", "/api/admin/messages/{id}/block-sender", May(Messages)),
    ("GET", "/api/admin/blocked-senders", May(Messages)),
    ("DELETE", "/api/admin/blocked-senders/{id}", May(Messages)),
    ("POST", "/api/admin/undo/{id}", May(Messages)),
    ("GET", "/api/chat/config", Anybody),
    ("POST", "/api/contact/files", Anybody),
    ("POST", "/api/messages/{id}/files", Anybody),
    ("GET", "/api/messages/{id}/files/{fileId}", Anybody),
    ("POST", "/api/chat/files", Anybody),
    ("GET", "/api/chat/files/{id}", Anybody),
    ("POST", "/api/admin/files", StaffOrToken),
    ("GET", "/api/admin/files/{id}", StaffOrToken),
    ("GET", "/api/admin/chats", May(Chats)),
    ("GET", "/api/admin/chats/stats", May(Chats)),
    ("GET", "/api/admin/chats/export", May(Chats)),
    ("GET", "/api/admin/chats/{sessionId}", May(Chats)),
    ("GET", "/api/admin/chats/{sessionId}/messages", May(Chats)),
    ("DELETE", "/api/admin/chats/{sessionId}", InPerson(Chats)),
    ("DELETE", "/api/admin/chats/{sessionId}/messages/{seq}", May(Chats)),
    ("GET", "/api/admin/chats/{sessionId}/transcript", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/assign", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/transfer", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/release", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/close", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/reopen", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/notes", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/tags", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/spam", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/block", May(Chats)),
    ("POST", "/api/admin/chats/{sessionId}/to-message", May(Chats)),
    ("GET", "/api/admin/canned-replies", Either(&[Messages, Chats])),
    ("POST", "/api/admin/canned-replies", Either(&[Messages, Chats])),
    ("GET", "/api/admin/canned-replies/{id}", Either(&[Messages, Chats])),
    ("PATCH", "/api/admin/canned-replies/{id}", Either(&[Messages, Chats])),
    ("DELETE", "/api/admin/canned-replies/{id}", Either(&[Messages, Chats])),
];

/// Routes that require a proof of identity that is at most ten minutes old.
const SENSITIVE: &[(&str, &str)] = &[
    ("DELETE", "/api/admin/chats/{sessionId}"),
    ("POST", "/api/admin/messages/delete"),
    ("POST", "/api/auth/mfa/totp"),
    ("DELETE", "/api/auth/mfa/totp"),
    ("POST", "/api/auth/mfa/recovery-codes"),
    ("POST", "/api/auth/passkeys/register/begin"),
    ("DELETE", "/api/auth/passkeys/{id}"),
    ("DELETE", "/api/admin/staff/{id}/factors"),
    ("POST", "/api/admin/staff"),
    ("POST", "/api/admin/staff/import"),
    ("PATCH", "/api/admin/staff/{id}"),
    ("DELETE", "/api/admin/staff/{id}"),
    ("POST", "/api/admin/staff/{id}/activate"),
    ("POST", "/api/admin/staff/{id}/deactivate"),
    ("POST", "/api/admin/staff/{id}/reset-link"),
    ("POST", "/api/admin/tokens"),
];

/// Sends a request as that caller. Ids match nothing and bodies are empty, so an admitted caller changes nothing.
async fn ask(t: &TestApp, method: &str, path: &str, token: Option<&str>) -> u16 {
    answer(t, method, path, token).await.code
}

async fn answer(t: &TestApp, method: &str, path: &str, token: Option<&str>) -> Answer {
    let path = path
        .replace("{id}", "00000000-0000-7000-8000-000000000000")
        .replace("{noteId}", "00000000-0000-7000-8000-000000000000")
        .replace("{sessionId}", "00000000-0000-7000-8000-000000000000")
        .replace("{seq}", "1")
        .replace("{group}", "firm")
        .replace("{hash}", "none");
    let mut request = t.request(Method::from_bytes(method.as_bytes()).unwrap(), &path);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if matches!(method, "POST" | "PUT" | "PATCH") && !path.ends_with("/me") && !path.ends_with("/settings") {
        request = request.json(&json!({ "nonsense": true }));
    } else if method == "PATCH" {
        request = request.json(&json!({}));
    }
    Answer::of(request).await
}

fn refused(code: u16) -> bool {
    code == 401 || code == 403
}

#[test]
fn the_table_names_every_route_with_its_guard() {
    let document: Value = serde_json::to_value(tekvwarho::router::document()).unwrap();
    let mut known = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let guard = match &operation["x-permission"] {
                Value::Null => "anybody".to_owned(),
                one => one.as_str().map_or_else(|| one.to_string(), str::to_owned),
            };
            let schemes = operation["security"].as_array();
            let tokens = schemes.is_some_and(|all| all.iter().any(|one| one.get("apiToken").is_some()));
            known.insert((method.to_uppercase(), path.clone(), guard, tokens));
        }
    }
    let table: BTreeSet<_> = TABLE
        .iter()
        .map(|(method, path, who)| {
            let guard = match who {
                Anybody => "anybody".to_owned(),
                Own => "own_account".to_owned(),
                Staff | StaffOrToken => "signed_in".to_owned(),
                Either(permissions) => json!(permissions).to_string(),
                May(permission) | InPerson(permission) | Everything(permission) => {
                    serde_json::to_value(permission).unwrap().as_str().unwrap().to_owned()
                }
            };
            let tokens = matches!(who, StaffOrToken | May(_) | Either(_));
            ((*method).to_owned(), (*path).to_owned(), guard, tokens)
        })
        .collect();
    assert_eq!(known, table);
    let operations = document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, it)| {
            (method.to_uppercase(), path.clone(), it["security"][0]["accessToken"] == json!(["recent_proof"]))
        })
    });
    let sensitive: BTreeSet<_> =
        operations.filter_map(|(method, path, needs)| needs.then_some((method, path))).collect();
    let expected = SENSITIVE.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(sensitive, expected);
}

#[tokio::test]
async fn nobody_gets_in_without_a_token_or_with_a_dead_one() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let gone = t.person("Gone", Role::Admin).await;
    let gone_token = t.sign_in(&gone).await.access;
    t.change_person(&gone, |change| change.is_active = Set(false)).await;
    let stale = t.person("Stale", Role::Admin).await;
    let stale_token = t.sign_in(&stale).await.access;
    t.change_person(&stale, |change| change.token_version = Set(9)).await;
    for (method, path, who) in TABLE.iter().filter(|(_, _, who)| *who != Anybody) {
        for token in [None, Some("nonsense"), Some(gone_token.as_str()), Some(stale_token.as_str())] {
            assert_eq!(ask(&t, method, path, token).await, 401, "{method} {path} ({who:?})");
        }
    }
}

#[tokio::test]
async fn each_permission_opens_its_routes_and_no_other() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let mut callers: Vec<(String, Vec<Permission>, Signed)> = Vec::new();
    for (name, role) in [("Ada", Role::Admin), ("Mia", Role::Manager), ("Sam", Role::Staff)] {
        let person = t.person(name, role).await;
        let permissions = tekvwarho::platform::permission::PermissionSet::preset(role).list();
        callers.push((format!("{role:?}"), permissions, t.sign_in(&person).await));
    }
    for (number, permission) in Permission::ALL.into_iter().enumerate() {
        let person = t.person_with(&format!("Single{number}"), &[permission]).await;
        callers.push((format!("only {permission:?}"), vec![permission], t.sign_in(&person).await));
    }
    let nothing = t.person_with("Nothing", &[]).await;
    callers.push(("no permission".to_owned(), Vec::new(), t.sign_in(&nothing).await));

    // Signing out everywhere comes last, because it ends the test's own sessions.
    let (last, table): (Vec<_>, Vec<_>) = TABLE.iter().partition(|(_, path, _)| path.ends_with("/logout-all"));
    for (method, path, who) in table.into_iter().chain(last).filter(|(_, _, who)| *who != Anybody) {
        for (name, permissions, signed) in &callers {
            let allowed = match who {
                May(permission) | InPerson(permission) => permissions.contains(&permission),
                Either(some) => some.iter().any(|permission| permissions.contains(permission)),
                Everything(_) => permissions.len() == Permission::ALL.len(),
                _ => true,
            };
            let code = ask(&t, method, path, Some(&signed.access)).await;
            assert_eq!(!refused(code), allowed, "{method} {path} as {name}: {code}");
            assert!(code < 500, "{method} {path} as {name}: {code}");
        }
    }
}

#[tokio::test]
async fn a_token_opens_what_its_permissions_open_and_nothing_about_people() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let mut tokens = Vec::new();
    for permission in Permission::ALL {
        let body = json!({ "name": format!("{permission:?}"), "permissions": [permission], "expiresInDays": 1 });
        let made = t.post_as(&ada, "/api/admin/tokens", body).await;
        tokens.push((permission, made.status(201).data()["token"].as_str().unwrap().to_owned()));
    }
    for (method, path, who) in TABLE.iter().filter(|(_, _, who)| *who != Anybody) {
        for (permission, token) in &tokens {
            let allowed = match who {
                StaffOrToken => true,
                May(needed) => needed == permission,
                Either(some) => some.contains(permission),
                _ => false,
            };
            let code = ask(&t, method, path, Some(token)).await;
            assert_eq!(!refused(code), allowed, "{method} {path} with a token for {permission:?}: {code}");
            assert!(code < 500, "{method} {path} with a token for {permission:?}: {code}");
        }
    }
    t.change_person_of(&ada, |change| change.is_active = Set(false)).await;
    for (method, path, who) in TABLE.iter().filter(|(_, _, who)| *who != Anybody) {
        assert_eq!(ask(&t, method, path, Some(&tokens[0].1)).await, 401, "{method} {path} ({who:?})");
    }
}

#[tokio::test]
async fn without_the_second_factor_that_the_role_needs_only_the_way_to_one_is_open() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    t.require_second_factor(&["admin"]).await;
    let ada = t.person("Ada", Role::Admin).await;
    let signed = t.sign_in(&ada).await;
    let (last, table): (Vec<_>, Vec<_>) = TABLE.iter().partition(|(_, path, _)| path.ends_with("/logout-all"));
    for (method, path, who) in table.into_iter().chain(last).filter(|(_, _, who)| *who != Anybody) {
        let answer = answer(&t, method, path, Some(&signed.access)).await;
        if who == Own {
            assert!(!refused(answer.code), "{method} {path}: {}", answer.text);
        } else {
            answer.problem(403, "second_factor_missing");
        }
    }
}

#[tokio::test]
async fn what_is_sensitive_needs_a_fresh_proof() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.clock.advance(chrono::Duration::minutes(9));
    for (method, path) in SENSITIVE {
        let code = ask(&t, method, path, Some(&ada.access)).await;
        assert!(!refused(code), "{method} {path}: {code}");
    }
    t.clock.advance(chrono::Duration::minutes(1));
    for (method, path) in SENSITIVE {
        answer(&t, method, path, Some(&ada.access)).await.problem(403, "reauthentication_required");
    }
}
