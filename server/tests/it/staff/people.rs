//! Inviting, editing, deactivating and deleting people, and who is allowed to do that to whom.

use std::time::{Duration as StdDuration, Instant};

use chrono::Duration;
use database::entity::staff::{self, Role};
use database::entity::{audit_logs, notifications};
use reqwest::Method;
use sea_orm::{ColumnTrait as _, EntityTrait, QueryFilter as _};
use serde_json::{Value, json};
use tekvwarho::cluster::Event;
use tekvwarho::platform::permission::Permission;

use crate::support::people::PASSWORD;
use crate::support::socket::Socket;
use crate::support::{Answer, Signed, TestApp};

impl TestApp {
    /// Changes a person only if the tag still matches.
    async fn patch_if(&self, who: &Signed, id: &str, etag: &str, body: Value) -> Answer {
        let request = self.request_as(who, Method::PATCH, &format!("/api/admin/staff/{id}")).header("if-match", etag);
        Answer::of(request.json(&body)).await
    }

    /// Invites a person and returns the id.
    async fn invite(&self, who: &Signed, name: &str) -> String {
        let body = json!({ "name": name, "email": format!("{}@client.example", name.to_lowercase()), "role": "staff" });
        let answer = self.post_as(who, "/api/admin/staff", body).await;
        answer.status(201);
        answer.data()["id"].as_str().unwrap().to_owned()
    }

    /// The token of the newest invitation to that address.
    async fn invitation_to(&self, email: &str) -> String {
        let mails = self.mails().await;
        let mail = mails.iter().rfind(|mail| mail.contains(&format!("To: {email}")) && mail.contains("/admin/invite#"));
        let text = mail.expect("an invitation").split("/admin/invite#").nth(1).unwrap();
        text.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
    }

    async fn accept(&self, token: &str) -> Answer {
        self.post("/api/auth/accept-invite", json!({ "token": token, "password": PASSWORD })).await
    }

    pub async fn actions(&self, id: &str) -> Vec<String> {
        let rows = audit_logs::Entity::find().filter(audit_logs::Column::EntityId.eq(id)).all(self.app.storage.read());
        let mut rows = rows.await.unwrap();
        rows.sort_by_key(|row| row.id);
        rows.into_iter().map(|row| row.action).collect()
    }
}

#[tokio::test]
async fn an_invited_person_chooses_a_password_and_gets_in() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let body = json!({ "name": "Cleo", "email": "Cleo@Client.example", "role": "staff", "permissions": ["messages"] });
    let made = t.post_as(&ada, "/api/admin/staff", body).await;
    made.status(201);
    let id = made.data()["id"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/api/admin/staff/{id}"));
    assert_eq!((&made.data()["state"], &made.data()["permissions"]), (&json!("invited"), &json!(["messages"])));
    assert_eq!(made.data()["inviteExpiresAt"], "2026-03-09T09:00:00Z");
    // One email, and only its reader can get in.
    let mails = t.mails().await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    t.login("cleo@client.example", PASSWORD).await.problem(401, "invalid_credentials");
    t.post("/api/auth/forgot", json!({ "email": "cleo@client.example" })).await.status(202);
    assert_eq!(t.mails().await.len(), 1, "no reset link for who has no password yet");
    assert!(!t.get_as(&ada, "/api/admin/colleagues").await.text.contains("Cleo"));

    let token = t.invitation_to("Cleo@Client.example").await;
    let seen = t.post("/api/auth/invitation", json!({ "token": token })).await.data();
    assert_eq!((&seen["name"], &seen["email"]), (&json!("Cleo"), &json!("Cleo@Client.example")));
    let weak = t.post("/api/auth/accept-invite", json!({ "token": token, "password": "password" })).await;
    assert_eq!(weak.status(422).refused(), [("password".to_owned(), "too_common".to_owned())]);
    assert_eq!(t.accept(&token).await.data()["email"], "Cleo@Client.example");
    assert_eq!(t.accept(&token).await.status(422).refused()[0].0, "token", "the link works once");
    t.post("/api/auth/invitation", json!({ "token": token })).await.status(422);
    let signed = t.login("cleo@client.example", PASSWORD).await.data();
    assert_eq!(signed["staff"]["permissions"], json!(["messages"]));
    let detail = t.get_as(&ada, &format!("/api/admin/staff/{id}")).await.data();
    assert_eq!((&detail["state"], &detail["inviteExpiresAt"]), (&json!("active"), &Value::Null));
    assert_eq!(t.actions(&id).await[..2], ["staff.invited", "staff.invitation_accepted"]);
}

#[tokio::test]
async fn an_invitation_ends_by_time_by_a_newer_one_and_by_being_withdrawn() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let id = t.invite(&ada, "Cleo").await;
    let first = t.invitation_to("cleo@client.example").await;
    t.clock.advance(Duration::days(7));
    t.accept(&first).await.status(422);
    let again = format!("/api/admin/staff/{id}/invitation");
    let ada = t.sign_in(&t.person("Ben", Role::Admin).await).await;
    let resent = t.post_as(&ada, &again, json!({})).await;
    assert_eq!(resent.data()["inviteExpiresAt"], "2026-03-16T09:00:00Z");
    let second = t.invitation_to("cleo@client.example").await;
    assert_ne!(first, second);
    t.post_as(&ada, &again, json!({})).await.status(200);
    t.accept(&second).await.status(422);
    let third = t.invitation_to("cleo@client.example").await;
    t.delete_as(&ada, &again).await.status(200);
    t.accept(&third).await.status(422);
    t.get_as(&ada, &format!("/api/admin/staff/{id}")).await.problem(404, "not_found");
    let kept = staff::Entity::find_by_id(uuid::Uuid::parse_str(&id).unwrap()).one(t.app.storage.read()).await.unwrap();
    assert!(kept.is_none(), "nothing is kept of who never came");
    // The address can be invited again.
    let id = t.invite(&ada, "Cleo").await;
    t.accept(&t.invitation_to("cleo@client.example").await).await.status(200);
    t.delete_as(&ada, &format!("/api/admin/staff/{id}/invitation")).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_mistyped_address_is_mended_and_the_old_link_ends() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let id = t.invite(&ada, "Cleo").await;
    let wrong = t.invitation_to("cleo@client.example").await;
    t.patch_as(&ada, &format!("/api/admin/staff/{id}"), json!({ "email": "c@client.example" })).await.status(200);
    t.accept(&wrong).await.status(422);
    t.accept(&t.invitation_to("c@client.example").await).await.status(200);
    // If the person is already active, the old mailbox is notified and its reset links stop working.
    t.post("/api/auth/forgot", json!({ "email": "c@client.example" })).await.status(202);
    t.patch_as(&ada, &format!("/api/admin/staff/{id}"), json!({ "email": "d@client.example" })).await.status(200);
    let mails = t.mails().await;
    assert!(
        mails.iter().any(|mail| mail.contains("To: c@client.example") && mail.contains("changed the email address"))
    );
    let link = mails.iter().find_map(|mail| mail.split("/admin/reset#").nth(1)).unwrap();
    let token: String = link.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    t.post("/api/auth/reset", json!({ "token": token, "password": PASSWORD })).await.status(422);
    t.login("d@client.example", PASSWORD).await.status(200);
    let refused =
        t.patch_as(&ada, &format!("/api/admin/staff/{id}"), json!({ "email": "ADA@tekvwarho.example" })).await;
    assert_eq!(refused.status(422).refused(), [("email".to_owned(), "taken".to_owned())]);
}

#[tokio::test]
async fn lists_are_by_name_and_filtered() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.person("Émile", Role::Manager).await;
    t.person("Zoe", Role::Staff).await;
    t.invite(&ada, "Cleo").await;
    let names = async |query: &str| -> Vec<String> {
        let page = t.get_as(&ada, &format!("/api/admin/staff{query}")).await.data();
        page.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("").await, ["Ada", "Cleo", "Émile", "Zoe"]);
    assert_eq!(names("?q=emi").await, ["Émile"]);
    assert_eq!(names("?q=client.example").await, ["Cleo"]);
    assert_eq!(names("?role=manager").await, ["Émile"]);
    assert_eq!(names("?state=invited").await, ["Cleo"]);
    assert_eq!(names("?q=%3F").await, Vec::<String>::new(), "a search without a word finds nothing");
    let first = t.get_as(&ada, "/api/admin/staff?limit=3").await.json();
    assert_eq!(first["meta"]["total"], 4);
    let cursor = first["meta"]["nextCursor"].as_str().unwrap();
    assert_eq!(names(&format!("?limit=3&cursor={cursor}")).await, ["Zoe"]);
    for wrong in ["?role=king", "?state=asleep", "?limit=0", "?cursor=x"] {
        t.get_as(&ada, &format!("/api/admin/staff{wrong}")).await.problem(422, "validation_failed");
    }
    let row = &t.get_as(&ada, "/api/admin/staff?q=ada").await.data()[0];
    assert_eq!(row["lastLogin"], "2026-03-02T09:00:00Z");
}

#[tokio::test]
async fn the_second_of_two_who_edit_is_told_and_nothing_is_lost() {
    let t = TestApp::new().await;
    let (ada, ben) = (t.admin().await, t.sign_in(&t.person("Ben", Role::Admin).await).await);
    let cleo = t.person("Cleo", Role::Staff).await;
    let id = cleo.id.to_string();
    let seen = t.get_as(&ada, &format!("/api/admin/staff/{id}")).await.header("etag").to_owned();
    // Signing in is not an edit.
    t.sign_in(&cleo).await;
    let renamed = t.patch_if(&ada, &id, &seen, json!({ "name": "Cleo Ann" })).await;
    let next = renamed.status(200).header("etag").to_owned();
    assert_ne!(seen, next);
    t.patch_if(&ben, &id, &seen, json!({ "role": "manager" })).await.problem(412, "precondition_failed");
    t.patch_if(&ben, &id, "nonsense", json!({ "role": "manager" })).await.problem(412, "precondition_failed");
    let merged = t.patch_if(&ben, &id, &next, json!({ "role": "manager" })).await.data();
    assert_eq!((&merged["name"], &merged["role"]), (&json!("Cleo Ann"), &json!("manager")));
    assert!(merged["permissions"].as_array().unwrap().contains(&json!("analytics")), "a new role brings its rights");
    t.patch_as(&ben, &format!("/api/admin/staff/{id}"), json!({ "role": "manager" })).await.status(200);
    assert_eq!(t.actions(&id).await.iter().filter(|it| *it == "staff.changed").count(), 2, "no change, no entry");
    let entries = audit_logs::Entity::find().filter(audit_logs::Column::Action.eq("staff.changed"));
    let entries = entries.all(t.app.storage.read()).await.unwrap();
    let role = entries.iter().find_map(|entry| entry.changes.as_ref()?.get("role").cloned());
    assert_eq!(role, Some(json!({ "from": "staff", "to": "manager" })));
}

#[tokio::test]
async fn nobody_grants_or_touches_what_they_lack() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let hr = t.sign_in(&t.person_with("Hana", &[Permission::Staff, Permission::Messages]).await).await;
    let ada = t.person("Ada", Role::Admin).await;
    let other = t.person_with("Otto", &[Permission::Messages, Permission::Audit]).await;
    let within = t.person_with("Wim", &[Permission::Messages]).await;
    let invite = async |role: &str, permissions: Value| {
        let body = json!({ "name": "X", "email": "x@client.example", "role": role, "permissions": permissions });
        t.post_as(&hr, "/api/admin/staff", body).await
    };
    invite("admin", Value::Null).await.problem(403, "forbidden");
    invite("staff", Value::Null).await.problem(403, "forbidden");
    let refused = invite("staff", json!(["messages", "settings"])).await;
    assert!(refused.problem(403, "forbidden").text.contains("settings"), "{}", refused.text);
    let path = |person: &staff::Model, tail: &str| format!("/api/admin/staff/{}{tail}", person.id);
    let give = json!({ "permissions": ["messages", "privacy"] });
    t.patch_as(&hr, &path(&within, ""), give).await.problem(403, "forbidden");
    t.patch_as(&hr, &path(&within, ""), json!({ "role": "admin" })).await.problem(403, "forbidden");
    t.patch_as(&hr, &format!("/api/admin/staff/{}", hr.id), json!({ "role": "admin" })).await.problem(403, "forbidden");
    let session = t.sign_in(&other).await;
    let sessions = t.get_as(&hr, &path(&other, "/sessions")).await.data();
    let device = format!("/sessions/{}", sessions[0]["id"].as_str().unwrap());
    for person in [&ada, &other] {
        t.patch_as(&hr, &path(person, ""), json!({ "name": "Y" })).await.problem(403, "forbidden");
        for tail in ["/deactivate", "/activate", "/reset-link", "/unlock"] {
            t.post_as(&hr, &path(person, tail), json!({})).await.problem(403, "forbidden");
        }
        for tail in ["", "/sessions", &device, "/avatar"] {
            t.delete_as(&hr, &path(person, tail)).await.problem(403, "forbidden");
        }
        let seen = t.get_as(&hr, &path(person, "")).await.data();
        assert_eq!(seen["mayChange"], false);
    }
    t.get_as(&session, "/api/auth/me").await.status(200);
    // Actions within the caller's permissions work.
    assert_eq!(t.get_as(&hr, &path(&within, "")).await.data()["mayChange"], true);
    t.patch_as(&hr, &path(&within, ""), json!({ "permissions": ["messages", "staff"] })).await.status(200);
    invite("manager", json!(["messages"])).await.status(201);
    assert!(!t.actions(&other.id.to_string()).await.iter().any(|action| action.starts_with("staff.")));
    // All permissions without the role do not make an admin.
    let all = t.sign_in(&t.person_with("Alla", &Permission::ALL).await).await;
    t.patch_as(&all, &path(&within, ""), json!({ "role": "admin" })).await.problem(403, "forbidden");
    t.delete_as(&all, &path(&ada, "")).await.problem(403, "forbidden");
}

#[tokio::test]
async fn new_rights_count_at_once() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let cleo = t.person("Cleo", Role::Staff).await;
    let old = t.sign_in(&cleo).await;
    let mut socket = Socket::of(&t, &old).await;
    t.patch_as(&ada, &format!("/api/admin/staff/{}", cleo.id), json!({ "permissions": ["chats"] })).await.status(200);
    t.get_as(&old, "/api/admin/messages").await.problem(401, "unauthenticated");
    let notice = socket.until("notice").await;
    assert_eq!((&notice["kind"], &notice["id"]), (&json!("staff_changed"), &json!(cleo.id)));
    // The session continues with a token that has the new permissions, and its socket gets no more notices of messages.
    let fresh = t.post("/api/auth/refresh", json!({ "refreshToken": old.refresh })).await.data();
    assert_eq!(fresh["staff"]["permissions"], json!(["chats"]));
    t.send_message(json!({})).await;
    t.patch_as(&ada, &format!("/api/admin/staff/{}", cleo.id), json!({ "name": "Cleo Ann" })).await.status(200);
    assert_eq!(socket.until("notice").await["kind"], "staff_changed");
}

#[tokio::test]
async fn a_deactivated_person_is_out_within_a_second() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let cleo = t.person("Cleo", Role::Staff).await;
    let (one, two) = (t.sign_in(&cleo).await, t.sign_in(&cleo).await);
    t.get_as(&one, "/api/auth/me").await.status(200);
    let mut socket = Socket::of(&t, &one).await;
    let began = Instant::now();
    let state = t.post_as(&ada, &format!("/api/admin/staff/{}/deactivate", cleo.id), json!({})).await.data();
    assert_eq!(state["state"], "deactivated");
    t.get_as(&one, "/api/auth/me").await.problem(401, "unauthenticated");
    t.get_as(&two, "/api/auth/me").await.problem(401, "unauthenticated");
    assert_eq!(socket.until("bye").await["reason"], "signed_out");
    assert!(began.elapsed() < StdDuration::from_secs(1), "{:?}", began.elapsed());
    t.post("/api/auth/refresh", json!({ "refreshToken": one.refresh })).await.problem(401, "unauthenticated");
    t.login("cleo@tekvwarho.example", PASSWORD).await.problem(401, "invalid_credentials");
    t.post_as(&ada, &format!("/api/admin/staff/{}/activate", cleo.id), json!({})).await.status(200);
    t.post("/api/auth/refresh", json!({ "refreshToken": one.refresh })).await.problem(401, "unauthenticated");
    t.get_as(&two, "/api/auth/me").await.problem(401, "unauthenticated");
    t.login("cleo@tekvwarho.example", PASSWORD).await.status(200);
    assert!(t.actions(&cleo.id.to_string()).await.contains(&"staff.deactivated".to_owned()));
}

#[tokio::test]
async fn of_two_admins_who_remove_each_other_one_stays() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    for round in 0..8 {
        let (one, two) =
            (t.person(&format!("One{round}"), Role::Admin).await, t.person(&format!("Two{round}"), Role::Admin).await);
        let (first, second) = (t.sign_in(&one).await, t.sign_in(&two).await);
        let remove = async |who: &Signed, whom: &staff::Model| match round % 4 {
            0 => t.post_as(who, &format!("/api/admin/staff/{}/deactivate", whom.id), json!({})).await,
            1 => t.delete_as(who, &format!("/api/admin/staff/{}", whom.id)).await,
            2 => t.patch_as(who, &format!("/api/admin/staff/{}", whom.id), json!({ "role": "staff" })).await,
            _ => t.patch_as(who, &format!("/api/admin/staff/{}", who.id), json!({ "role": "staff" })).await,
        };
        let (left, right) = tokio::join!(remove(&first, &two), remove(&second, &one));
        let done = [&left, &right].iter().filter(|answer| answer.code == 200).count();
        assert_eq!(done, 1, "round {round}: {} {} / {} {}", left.code, left.text, right.code, right.text);
        let admins = staff::Entity::find()
            .filter(staff::Column::Role.eq(Role::Admin))
            .filter(staff::Column::IsActive.eq(true))
            .all(t.app.storage.read())
            .await
            .unwrap();
        assert_eq!(admins.len(), 1, "round {round}");
        // Keep the people of this round out of the next one.
        t.change_person(&admins[0], |change| change.is_active = sea_orm::Set(false)).await;
    }
}

#[tokio::test]
async fn the_last_admin_and_oneself_cannot_be_taken_out() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let own = format!("/api/admin/staff/{}", ada.id);
    t.patch_as(&ada, &own, json!({ "role": "manager" })).await.problem(409, "conflict");
    t.post_as(&ada, &format!("{own}/deactivate"), json!({})).await.problem(409, "conflict");
    t.delete_as(&ada, &own).await.problem(409, "conflict");
    t.person("Ben", Role::Admin).await;
    t.delete_as(&ada, &own).await.problem(409, "conflict");
    t.patch_as(&ada, &own, json!({ "role": "manager" })).await.status(200);
    t.get_as(&ada, "/api/admin/staff").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_deleted_person_leaves_their_work_to_another_and_their_name_in_history() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let (cleo, ben) = (t.person("Cleo", Role::Staff).await, t.person("Ben", Role::Staff).await);
    let blind = t.person_with("Blind", &[Permission::Chats]).await;
    let signed = t.sign_in(&cleo).await;
    let mut ids = Vec::new();
    for status in ["in_progress", "new", "replied", "archived"] {
        let id = t.send_message(json!({})).await;
        let body = json!({ "assignedTo": cleo.id, "status": status });
        t.patch_as(&ada, &format!("/api/admin/messages/{id}"), body).await.status(200);
        ids.push(id);
    }
    let note = json!({ "content": "Called them." });
    t.post_as(&signed, &format!("/api/admin/messages/{}/notes", ids[0]), note).await.status(201);
    let path = format!("/api/admin/staff/{}", cleo.id);
    assert_eq!(t.get_as(&ada, &path).await.data()["openWork"], 3);
    for wrong in [blind.id.to_string(), cleo.id.to_string(), uuid::Uuid::nil().to_string(), "somebody".to_owned()] {
        let refused = t.delete_as(&ada, &format!("{path}?reassignTo={wrong}")).await;
        assert_eq!(refused.status(422).refused()[0].0, "reassignTo", "{wrong}");
    }
    let version = t.get_as(&ada, &format!("/api/admin/messages/{}", ids[0])).await.data()["version"].clone();
    t.delete_as(&ada, &format!("{path}?reassignTo={}", ben.id)).await.status(200);
    let told = notifications::Entity::find().filter(notifications::Column::StaffId.eq(ben.id));
    let told =
        told.filter(notifications::Column::Event.eq("message_assigned")).all(t.app.storage.read()).await.unwrap();
    assert_eq!(told.iter().map(|it| it.detail.as_deref()).collect::<Vec<_>>(), [Some("3 messages")], "told once");
    for (id, name) in ids.iter().zip(["Ben", "Ben", "Ben", "Cleo"]) {
        let message = t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.data();
        assert_eq!(message["assignedTo"]["name"], name);
    }
    let message = t.get_as(&ada, &format!("/api/admin/messages/{}", ids[0])).await.data();
    assert_eq!(message["thread"][0]["author"]["name"], "Cleo");
    assert!(message["version"].as_i64() > version.as_i64(), "who edits the message meanwhile is told");
    assert!(t.actions(&ids[0]).await.iter().filter(|action| *action == "message.assigned").count() == 1);
    t.get_as(&ada, &path).await.problem(404, "not_found");
    t.get_as(&signed, "/api/auth/me").await.problem(401, "unauthenticated");
    assert!(!t.get_as(&ada, "/api/admin/colleagues").await.text.contains("Cleo"));
    t.login("cleo@tekvwarho.example", PASSWORD).await.problem(401, "invalid_credentials");
    let body = json!({ "name": "Cleo", "email": "cleo@tekvwarho.example", "role": "staff" });
    t.post_as(&ada, "/api/admin/staff", body).await.status(201);
    // After a deactivation the work is nobody's, unless someone takes it over or it shall stay.
    let path = format!("/api/admin/staff/{}", ben.id);
    let refused = t.delete_as(&ada, &format!("{path}?reassignTo=keep")).await;
    assert_eq!(refused.status(422).refused()[0].0, "reassignTo");
    assert_eq!(t.post_as(&ada, &format!("{path}/deactivate?reassignTo=keep"), json!({})).await.data()["openWork"], 3);
    assert_eq!(t.post_as(&ada, &format!("{path}/deactivate"), json!({})).await.data()["openWork"], 0);
}

/// That many messages that belong to a person.
async fn give(t: &TestApp, who: &Signed, person: uuid::Uuid, number: usize) {
    let sent = (0..number).map(|number| t.send_message(json!({ "message": format!("Number {number}") })));
    let ids = futures_util::future::join_all(sent).await;
    for some in ids.chunks(100) {
        let body = json!({ "ids": some, "assignedTo": person });
        t.post_as(who, "/api/admin/messages/bulk", body).await.status(200);
    }
}

#[tokio::test]
async fn much_work_is_handed_over_in_several_units_and_its_new_owner_is_told_once() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let (cleo, ben) = (t.person("Cleo", Role::Staff).await, t.person("Ben", Role::Staff).await);
    t.app.bus.publish(Event::Everything);
    give(&t, &ada, cleo.id, 401).await;
    let path = format!("/api/admin/staff/{}", cleo.id);
    assert_eq!(t.get_as(&ada, &path).await.data()["openWork"], 401);
    let blind = t.person_with("Blind", &[Permission::Chats]).await;
    let refused = t.post_as(&ada, &format!("{path}/deactivate?reassignTo={}", blind.id), json!({})).await;
    assert_eq!(refused.status(422).refused()[0].0, "reassignTo");
    assert_eq!(t.get_as(&ada, &path).await.data()["state"], "active", "nothing is half done");
    t.delete_as(&ada, &format!("{path}?reassignTo={}", ben.id)).await.status(200);
    t.get_as(&ada, &path).await.problem(404, "not_found");
    assert_eq!(t.get_as(&ada, &format!("/api/admin/staff/{}", ben.id)).await.data()["openWork"], 401);
    let told = notifications::Entity::find().filter(notifications::Column::StaffId.eq(ben.id));
    let told =
        told.filter(notifications::Column::Event.eq("message_assigned")).all(t.app.storage.read()).await.unwrap();
    assert_eq!(told.iter().map(|it| it.detail.as_deref()).collect::<Vec<_>>(), [Some("401 messages")]);
    let trail = t.get_as(&ada, "/api/admin/audit?action=staff.work_handed_over").await.data();
    assert_eq!(trail.as_array().unwrap().len(), 1);
    assert_eq!(trail[0]["changes"]["messages"], json!({ "to": 401 }));
    let actions = t.actions(&cleo.id.to_string()).await;
    let of = |action: &str| actions.iter().filter(|it| *it == action).count();
    assert_eq!((of("staff.deactivated"), of("staff.deleted")), (1, 1), "out with the first unit");
}

#[tokio::test]
async fn an_admin_helps_a_person_back_in_without_learning_a_password() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let cleo = t.person("Cleo", Role::Staff).await;
    let path = format!("/api/admin/staff/{}", cleo.id);
    for _ in 0..5 {
        t.login(&cleo.email, "wrong password").await.problem(401, "invalid_credentials");
    }
    assert_eq!(t.get_as(&ada, &path).await.data()["lockedUntil"], "2026-03-02T09:15:00Z");
    t.login(&cleo.email, PASSWORD).await.problem(429, "rate_limited");
    assert_eq!(t.post_as(&ada, &format!("{path}/unlock"), json!({})).await.data()["lockedUntil"], Value::Null);
    let signed = t.sign_in(&cleo).await;
    t.post_as(&ada, &format!("{path}/reset-link"), json!({})).await.status(202);
    let mails = t.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("/admin/reset#")).unwrap();
    assert!(mail.contains(&format!("To: {}", cleo.email)));
    assert!(!t.post_as(&ada, &format!("{path}/reset-link"), json!({})).await.text.contains("reset#"));
    // Devices.
    let devices = t.get_as(&ada, &format!("{path}/sessions")).await.data();
    assert_eq!((devices.as_array().unwrap().len(), &devices[0]["current"]), (1, &json!(false)));
    let own = t.get_as(&ada, "/api/auth/sessions").await.data();
    let foreign = format!("{path}/sessions/{}", own[0]["id"].as_str().unwrap());
    t.delete_as(&ada, &foreign).await.problem(404, "not_found");
    t.get_as(&ada, "/api/auth/me").await.status(200);
    let mut socket = Socket::of(&t, &signed).await;
    t.delete_as(&ada, &format!("{path}/sessions/{}", devices[0]["id"].as_str().unwrap())).await.status(200);
    assert_eq!(socket.until("bye").await["reason"], "signed_out");
    t.get_as(&signed, "/api/auth/me").await.problem(401, "unauthenticated");
    let (one, two) = (t.sign_in(&cleo).await, t.sign_in(&cleo).await);
    t.delete_as(&ada, &format!("{path}/sessions")).await.status(200);
    for gone in [one, two] {
        t.get_as(&gone, "/api/auth/me").await.problem(401, "unauthenticated");
    }
    let actions = t.actions(&cleo.id.to_string()).await;
    for action in ["staff.unlocked", "staff.reset_link_sent", "staff.device_signed_out", "staff.signed_out"] {
        assert!(actions.iter().any(|known| known == action), "{action}: {actions:?}");
    }
}
