//! Code reads every settings key: for each there is something that differs after a change.
//!
//! A new key needs a row here. The row says what to change it to and where to look.

use std::collections::BTreeSet;

use database::entity::{active_sessions, messages, outbox, refresh_tokens};
use futures_util::future::BoxFuture;
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tekvwarho::app::{brings, sections};
use tekvwarho::features::SLICES;
use tekvwarho::platform::settings::{Registry, reference};

use super::pictures::logo;
use crate::chat::{Visitor, desk, reply};
use crate::support::people::PASSWORD;
use crate::support::{Answer, Signed, TestApp};

/// Observes the program from outside and returns what it saw.
type Look = fn(&TestApp, Signed) -> BoxFuture<'_, String>;

/// A key, another value for it, and where that shows.
type Row = (&'static str, Value, Look);

/// Placeholder value: the name of a picture that was uploaded before.
const UPLOADED: &str = "an uploaded picture";

/// A page with every block.
const SERVICE: &str = "/services/software-development";

fn rows() -> Vec<Row> {
    let holiday = json!([{ "from": "2026-03-02", "name": "Founding day" }]);
    let service = json!([{ "slug": "gardens", "name": "Gardens", "summary": "We cut hedges.", "minutes": 45 }]);
    vec![
        ("firm.name", json!("Nordlicht"), |t, _| page(t, "/")),
        ("firm.legalName", json!("Nordlicht GmbH"), |t, _| page(t, "/terms-of-service")),
        ("firm.tagline", json!("We cut hedges."), |t, _| page(t, "/")),
        ("firm.description", json!("Hedges, lawns and ponds."), |t, _| page(t, "/")),
        ("firm.email", json!("post@nordlicht.example"), |t, _| page(t, "/contact")),
        ("firm.phone", json!("+49 431 1234"), |t, _| page(t, "/contact")),
        ("firm.street", json!("Hafen 1"), |t, _| page(t, "/")),
        ("firm.postalCode", json!("24103"), |t, _| page(t, "/")),
        ("firm.city", json!("Kiel"), |t, _| page(t, "/")),
        ("firm.region", json!("Schleswig-Holstein"), |t, _| page(t, "/privacy-policy")),
        ("firm.country", json!("Denmark"), |t, _| page(t, "/terms-of-service")),
        ("firm.registration", json!("HRB 1234"), |t, _| page(t, "/")),
        ("firm.founded", json!(1_999), |t, _| page(t, "/")),
        ("firm.social", json!([{ "name": "Mastodon", "url": "https://social.example/@us" }]), |t, _| page(t, "/")),
        ("firm.logo", json!(UPLOADED), |t, _| page(t, "/")),
        ("firm.accentHue", json!(30), |t, _| page(t, "/theme.css")),
        ("services.list", service, |t, _| page(t, "/services/gardens")),
        ("site.homeBlocks", json!([{ "block": "ask", "shown": false }]), |t, _| page(t, "/")),
        ("site.homeServicesTitle", json!("Our work"), |t, _| page(t, "/")),
        ("site.homeServicesLead", json!("From hedge to pond."), |t, _| page(t, "/")),
        ("site.homeStartTitle", json!("The first week"), |t, _| page(t, "/")),
        ("site.homeStartLead", json!("It is short."), |t, _| page(t, "/")),
        ("site.homeStartSteps", json!([{ "title": "We look", "text": "At your hedge." }]), |t, _| page(t, "/")),
        ("site.homePromisesTitle", json!("Our word"), |t, _| page(t, "/")),
        ("site.homePromises", json!([{ "title": "No leaf blowers", "text": "Ever." }]), |t, _| page(t, "/")),
        ("site.homeAskTitle", json!("A hedge to cut?"), |t, _| page(t, "/")),
        ("site.homeAskText", json!("Send a photo."), |t, _| page(t, "/")),
        ("site.servicesTitle", json!("All our work"), |t, _| page(t, "/services")),
        ("site.servicesLead", json!("In every season."), |t, _| page(t, "/services")),
        ("site.servicesAskTitle", json!("Something else?"), |t, _| page(t, "/services")),
        ("site.servicesAskText", json!("Ask us."), |t, _| page(t, "/services")),
        ("site.serviceBlocks", json!([{ "block": "gets", "shown": false }]), |t, _| page(t, SERVICE)),
        ("site.serviceSideBlocks", json!([{ "block": "fits", "shown": false }]), |t, _| page(t, SERVICE)),
        ("site.serviceEndBlocks", json!([{ "block": "ask", "shown": false }]), |t, _| page(t, SERVICE)),
        ("site.serviceGetsTitle", json!("In the garden after"), |t, _| page(t, SERVICE)),
        ("site.serviceStepsTitle", json!("Day by day"), |t, _| page(t, SERVICE)),
        ("site.serviceQuestionsTitle", json!("What others ask"), |t, _| page(t, SERVICE)),
        ("site.servicePriceTitle", json!("Price"), |t, _| page(t, SERVICE)),
        ("site.serviceFitsTitle", json!("For whom"), |t, _| page(t, SERVICE)),
        ("site.serviceOthersTitle", json!("More"), |t, _| page(t, SERVICE)),
        ("site.serviceAskTitle", json!("Shall we?"), |t, _| page(t, SERVICE)),
        ("site.serviceAskText", json!("Say when."), |t, _| page(t, SERVICE)),
        ("site.aboutShown", json!(true), |t, ada| about(t, ada, json!({ "site.aboutText": "We cut hedges." }))),
        ("site.aboutTitle", json!("Us"), |t, ada| about(t, ada, json!({ "site.aboutShown": true }))),
        ("site.aboutText", json!("Since *1999*."), |t, ada| about(t, ada, json!({ "site.aboutShown": true }))),
        ("site.aboutPeopleTitle", json!("The team"), |t, ada| about(t, ada, json!({ "site.aboutShown": true }))),
        ("hours.timeZone", json!("Pacific/Auckland"), |t, _| page(t, "/")),
        ("hours.weekly", json!([{ "day": "sun", "opens": "10:00", "closes": "11:00" }]), |t, _| page(t, "/")),
        ("hours.holidays", holiday, |t, _| page(t, "/")),
        ("mail.senderName", json!("Anna of Nordlicht"), |t, _| Box::pin(mails(t))),
        ("mail.replyTo", json!("desk@nordlicht.example"), |t, _| Box::pin(mails(t))),
        ("mail.confirmationSubject", json!("Got it, says {{firm.name}}"), |t, _| Box::pin(mails(t))),
        ("mail.confirmationText", json!("We will read it at {{firm.legalName}}."), |t, _| Box::pin(mails(t))),
        ("mail.replySubject", json!("{{staff.name}} answers"), |t, ada| Box::pin(mails_of_an_answer(t, ada))),
        ("mail.replyText", json!("Dear {{client.name}}\n\n{{answer}}"), |t, ada| Box::pin(mails_of_an_answer(t, ada))),
        ("mail.signature", json!("Yours, {{staff.name}}"), |t, ada| Box::pin(mails_of_an_answer(t, ada))),
        ("mail.files", json!(5), |t, _| page(t, "/contact")),
        ("mail.fileSize", json!(7), |t, _| page(t, "/contact")),
        ("mail.undoSendSeconds", json!(30), |t, ada| Box::pin(time_to_undo(t, ada))),
        ("notifications.recipients", json!(["a@nordlicht.example", "b@nordlicht.example"]), |t, _| Box::pin(mails(t))),
        ("notifications.newMessage", json!(false), |t, _| Box::pin(mails(t))),
        ("notifications.clientReply", json!("nobody"), |t, _| Box::pin(mails_of_a_client(t))),
        ("notifications.answersToClient", json!(false), |t, _| Box::pin(mails(t))),
        ("notifications.spamReport", json!(false), |t, _| Box::pin(mails_of_a_week(t))),
        ("notifications.newDevice", json!(false), |t, _| Box::pin(mails_of_a_new_device(t))),
        ("privacy.chatDays", json!(2), |t, ada| Box::pin(chat_after(t, ada, 100 * 60, false))),
        ("security.limitChatMessages", json!(1), |t, _| Box::pin(lines_of_a_visitor(t))),
        ("security.limitChatSessions", json!(1), |t, _| Box::pin(lines_of_visitors(t))),
        ("privacy.consentText", json!("You may write to me."), |t, _| page(t, "/contact")),
        ("privacy.senderDays", json!(5), |t, ada| Box::pin(left_after(t, ada, 20))),
        ("privacy.mailDays", json!(7), |t, ada| Box::pin(left_after(t, ada, 20))),
        ("privacy.sessionDays", json!(30), |t, ada| Box::pin(left_after(t, ada, 20))),
        ("privacy.spamDays", json!(5), |t, ada| Box::pin(left_after(t, ada, 20))),
        ("privacy.messageDays", json!(30), |t, ada| Box::pin(left_after(t, ada, 40))),
        ("security.passwordMinLength", json!(20), |t, ada| Box::pin(new_password(t, ada))),
        ("security.secondFactorRoles", json!(["admin"]), |t, ada| Box::pin(what_opens(t, ada))),
        ("security.accessMinutes", json!(5), |t, _| Box::pin(signing_in(t, json!({}), None))),
        ("security.sessionDays", json!(2), |t, _| Box::pin(signing_in(t, json!({}), None))),
        ("security.browserSessionHours", json!(1), |t, _| Box::pin(signing_in(t, json!({}), Some("web")))),
        ("security.longestSessionDays", json!(10), |t, _| Box::pin(signing_in(t, json!({}), None))),
        ("security.lockoutAccount", json!(3), |t, _| Box::pin(wrong_passwords(t, 4, false))),
        ("security.lockoutDevice", json!(3), |t, _| Box::pin(wrong_passwords_of_a_known_browser(t))),
        ("security.lockoutAddress", json!(5), |t, _| Box::pin(wrong_passwords(t, 6, true))),
        ("security.lockoutMinutes", json!(1), |t, _| Box::pin(wrong_passwords(t, 6, false))),
        ("security.limitContact", json!(1), |t, _| Box::pin(refused(t, 2, contact_of_a_page))),
        ("security.limitContactWithoutToken", json!(1), |t, _| Box::pin(refused(t, 2, contact))),
        ("security.limitResetMail", json!(1), |t, _| Box::pin(refused(t, 2, forgot))),
        ("security.limitRefresh", json!(10), |t, _| Box::pin(refused(t, 11, refresh))),
        ("security.limitPublicRead", json!(10), |t, _| Box::pin(refused(t, 11, form_token))),
        ("security.limitStaff", json!(60), |t, ada| Box::pin(requests_of_staff(t, ada))),
        ("security.limitClientReply", json!(1), |t, _| Box::pin(answers_of_a_client(t))),
        ("security.limitTestMail", json!(1), |t, ada| Box::pin(test_mails(t, ada))),
        ("security.limitStrangerMail", json!(1), |t, _| Box::pin(confirmations(t))),
    ]
}

fn rows_of_chat() -> Vec<Row> {
    vec![
        ("chat.enabled", json!(false), |t, _| Box::pin(chat(t))),
        ("chat.connect", json!("load"), |t, _| Box::pin(chat(t))),
        ("chat.greeting", json!("Moin!"), |t, _| Box::pin(chat(t))),
        ("chat.awayText", json!("We are in the garden."), |t, _| Box::pin(chat(t))),
        ("chat.askName", json!("before"), |t, _| Box::pin(chat(t))),
        ("chat.askEmail", json!("no"), |t, _| Box::pin(chat(t))),
        ("chat.topics", json!(true), |t, _| Box::pin(chat(t))),
        ("chat.hours", json!("own"), |t, _| Box::pin(chat(t))),
        ("chat.weekly", json!([{ "day": "sun", "opens": "10:00", "closes": "11:00" }]), |t, ada| {
            Box::pin(chat_with_own_hours(t, ada))
        }),
        ("chat.embedOrigins", json!(["https://www.example.com"]), |t, _| {
            Box::pin(async move { t.get("/embed/chat").await.code.to_string() })
        }),
        ("chat.sound", json!(false), |t, _| Box::pin(chat(t))),
        ("chat.files", json!(false), |t, _| Box::pin(chat(t))),
        ("chat.fileSize", json!(3), |t, _| Box::pin(chat(t))),
        ("chat.assignment", json!("least_busy"), |t, ada| Box::pin(who_gets_chats(t, ada))),
        ("chat.capacity", json!(1), |t, ada| Box::pin(places_of_a_person(t, ada))),
        ("chat.awayMinutes", json!(1), |t, ada| Box::pin(who_is_there(t, ada))),
        ("chat.requeueMinutes", json!(120), |t, ada| Box::pin(chat_after(t, ada, 60, true))),
        ("chat.mailMinutes", json!(120), |t, ada| Box::pin(chat_after(t, ada, 60, false))),
        ("chat.closeHours", json!(100), |t, ada| Box::pin(chat_after(t, ada, 25 * 60, false))),
    ]
}

fn page<'t>(t: &'t TestApp, path: &'static str) -> BoxFuture<'t, String> {
    Box::pin(async move {
        let answer = t.get(path).await;
        format!("{} {}", answer.code, answer.text)
    })
}

/// Whether someone without a second factor has access.
async fn what_opens(t: &TestApp, ada: Signed) -> String {
    t.app.liveness.forget_all();
    t.get_as(&ada, "/api/admin/messages").await.code.to_string()
}

/// For how long the dashboard holds a reply back.
async fn time_to_undo(t: &TestApp, ada: Signed) -> String {
    let id = t.send_message(json!({})).await;
    t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.data()["undoSendSeconds"].to_string()
}

/// Whether a password of nine characters is accepted.
async fn new_password(t: &TestApp, ada: Signed) -> String {
    let body = json!({ "currentPassword": PASSWORD, "newPassword": "zXk29dQp-" });
    t.post_as(&ada, "/api/auth/password", body).await.code.to_string()
}

/// The lifetimes of what a sign-in returns.
async fn signing_in(t: &TestApp, over: Value, client: Option<&str>) -> String {
    let mut body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD });
    body.as_object_mut().unwrap().extend(over.as_object().unwrap().clone());
    let mut request = t.request(Method::POST, "/api/admin/auth/login").json(&body);
    if let Some(client) = client {
        request = request.header("x-client", client);
    }
    let access = Answer::of(request).await.data()["expiresIn"].clone();
    let conn = t.app.storage.read();
    let tokens = refresh_tokens::Entity::find().all(conn).await.unwrap();
    let sessions = active_sessions::Entity::find().all(conn).await.unwrap();
    // The first of each made the change.
    let token = tokens.iter().max_by_key(|row| row.id).unwrap().expires_at;
    let session = sessions.iter().max_by_key(|row| row.id).unwrap().expires_at;
    format!("{access} {token} {session}")
}

/// The responses to a number of guesses, at one account or at one each.
async fn wrong_passwords(t: &TestApp, guesses: usize, accounts: bool) -> String {
    let mut said = String::new();
    for number in 0..guesses {
        let email = if accounts { format!("person{number}@example.com") } else { "ada@tekvwarho.example".to_owned() };
        let answer = t.login(&email, "not this one").await;
        said.extend([answer.code.to_string(), " ".into(), answer.header("retry-after").to_owned(), "; ".into()]);
    }
    said
}

async fn wrong_passwords_of_a_known_browser(t: &TestApp) -> String {
    let attempt = |password: &str, cookie: String| {
        let body = json!({ "email": "ada@tekvwarho.example", "password": password });
        Answer::of(
            t.request(Method::POST, "/api/admin/auth/login")
                .header("x-client", "web")
                .header("cookie", cookie)
                .json(&body),
        )
    };
    let known = attempt(PASSWORD, String::new()).await;
    let mark = known.cookies().into_iter().find(|cookie| cookie.starts_with("device=")).unwrap();
    let mark = mark.split(';').next().unwrap().to_owned();
    let mut said = String::new();
    for _ in 0..4 {
        said.push_str(&attempt("not this one", mark.clone()).await.code.to_string());
    }
    said
}

/// How many of that many requests are rejected.
async fn refused(t: &TestApp, times: usize, ask: fn(&TestApp) -> BoxFuture<'_, u16>) -> String {
    let mut refused = 0;
    for _ in 0..times {
        refused += usize::from(ask(t).await == 429);
    }
    refused.to_string()
}

fn contact(t: &TestApp) -> BoxFuture<'_, u16> {
    Box::pin(async { t.post("/api/contact", t.message()).await.code })
}

fn contact_of_a_page(t: &TestApp) -> BoxFuture<'_, u16> {
    Box::pin(async {
        let token = t.get("/api/form-token").await.data()["formToken"].clone();
        t.clock.advance(chrono::Duration::seconds(5));
        let mut body = t.message();
        body["formToken"] = token;
        t.post("/api/contact", body).await.code
    })
}

fn forgot(t: &TestApp) -> BoxFuture<'_, u16> {
    Box::pin(async { t.post("/api/auth/forgot", json!({ "email": "anna@example.com" })).await.code })
}

fn refresh(t: &TestApp) -> BoxFuture<'_, u16> {
    Box::pin(async { t.post("/api/auth/refresh", json!({ "refreshToken": "nobody's" })).await.code })
}

fn form_token(t: &TestApp) -> BoxFuture<'_, u16> {
    Box::pin(async { t.get("/api/form-token").await.code })
}

async fn requests_of_staff(t: &TestApp, ada: Signed) -> String {
    let mut last = 0;
    for _ in 0..61 {
        last = t.get_as(&ada, "/api/auth/me").await.code;
    }
    last.to_string()
}

/// The emails of a message, without the parts that always differ.
async fn mails(t: &TestApp) -> String {
    t.send_message(json!({})).await;
    said(&t.mails().await)
}

fn said(mails: &[String]) -> String {
    let lines = mails.iter().flat_map(|mail| mail.lines());
    let stays = |line: &&str| {
        ["Subject:", "From:", "To:", "Reply-To:"].iter().any(|it| line.starts_with(it))
            || !line.contains(['/', '=', '-'])
    };
    lines.filter(stays).collect::<Vec<_>>().join("\n")
}

async fn mails_of_an_answer(t: &TestApp, ada: Signed) -> String {
    let id = t.send_message(json!({})).await;
    t.post_as(&ada, &format!("/api/admin/messages/{id}/replies"), json!({ "content": "We can." })).await.status(201);
    said(&t.mails().await)
}

async fn mails_of_a_client(t: &TestApp) -> String {
    answers_of_a_client(t).await;
    t.mails().await.len().to_string()
}

async fn mails_of_a_week(t: &TestApp) -> String {
    t.send_message(json!({ "website": "https://spam.example" })).await;
    t.clock.advance(chrono::Duration::days(7));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    t.mails().await.len().to_string()
}

async fn mails_of_a_new_device(t: &TestApp) -> String {
    let body = json!({ "email": "ada@tekvwarho.example", "password": PASSWORD });
    let request = t.request(Method::POST, "/api/admin/auth/login").header("user-agent", "Another/1.0").json(&body);
    Answer::of(request).await.status(200);
    t.mails().await.len().to_string()
}

async fn test_mails(t: &TestApp, ada: Signed) -> String {
    let mut codes = Vec::new();
    for _ in 0..2 {
        let body = json!({ "template": "reply" });
        codes.push(t.post_as(&ada, "/api/admin/settings/mail/test", body).await.code);
    }
    format!("{codes:?}")
}

/// What the clean-up leaves of a message, a spam message, their emails and the sessions after some days.
async fn left_after(t: &TestApp, ada: Signed, days: i64) -> String {
    let id = t.send_message(json!({})).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "status": "archived" })).await.status(200);
    t.send_message(json!({ "website": "https://spam.example" })).await;
    t.mails().await;
    t.clock.advance(chrono::Duration::days(days));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    let conn = t.app.storage.read();
    let messages = messages::Entity::find().all(conn).await.unwrap();
    format!(
        "{} messages, {} with address, {} mails, {} sessions",
        messages.len(),
        messages.iter().filter(|message| message.ip_address.is_some()).count(),
        outbox::Entity::find().all(conn).await.unwrap().len(),
        active_sessions::Entity::find().all(conn).await.unwrap().len(),
    )
}

async fn answers_of_a_client(t: &TestApp) -> String {
    let id = t.send_message(json!({})).await;
    let mail = t.mails().await.into_iter().find(|mail| mail.contains("asks you for a code")).unwrap();
    let code = mail.split(&format!("/message/{id}#")).nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let mut said = String::new();
    for number in 0..2 {
        let request = t.request(Method::POST, &format!("/api/messages/{id}/replies"));
        let request = request.header("authorization", format!("Manage {code}"));
        let answer = Answer::of(request.json(&json!({ "content": format!("Answer {number}") }))).await;
        said.push_str(&answer.code.to_string());
    }
    said
}

/// What the chat of a page is told.
async fn chat(t: &TestApp) -> String {
    t.get("/api/chat/config").await.data().to_string()
}

async fn chat_with_own_hours(t: &TestApp, ada: Signed) -> String {
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.hours": "own" })).await.status(200);
    chat(t).await
}

/// Whether somebody is there three minutes after their last sign of life.
async fn who_is_there(t: &TestApp, ada: Signed) -> String {
    t.patch_as(&ada, "/api/admin/settings", json!({ "hours.weekly": [] })).await.status(200);
    let (mut desk, _) = desk(t, &ada).await;
    desk.send(json!({ "type": "available", "on": true })).await;
    while desk.until("staff").await["staff"] == json!([]) {}
    t.clock.advance(chrono::Duration::minutes(3));
    chat(t).await
}

/// How many of two new chats somebody has, who takes them.
async fn who_gets_chats(t: &TestApp, ada: Signed) -> String {
    t.patch_as(&ada, "/api/admin/settings", json!({ "hours.weekly": [] })).await.status(200);
    let (mut desk, _) = desk(t, &ada).await;
    desk.send(json!({ "type": "available", "on": true })).await;
    while desk.until("staff").await["staff"] == json!([]) {}
    for _ in 0..2 {
        Visitor::new(t).await.say("one", "Hello?").await;
    }
    t.get_as(&ada, "/api/admin/chats/stats").await.data()["mine"].to_string()
}

async fn places_of_a_person(t: &TestApp, ada: Signed) -> String {
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.assignment": "round_robin" })).await.status(200);
    who_gets_chats(t, ada).await
}

/// What is left of a chat with a reply, and perhaps a later line of the visitor, after some minutes of silence.
async fn chat_after(t: &TestApp, ada: Signed, minutes: i64, waits: bool) -> String {
    let (mut desk, _) = desk(t, &ada).await;
    let mut visitor = Visitor::hello(t, json!({ "email": "anna@example.com" })).await;
    visitor.say("one", "Hello?").await;
    reply(&mut desk, &visitor.session, "a", "Hello!").await;
    if waits {
        visitor.say("two", "Are you there?").await;
    }
    let session = visitor.session.clone();
    drop(visitor);
    while desk.until("presence").await["visitor"] != "offline" {}
    for _ in 0..2 {
        t.clock.advance(chrono::Duration::minutes(minutes / 2));
        t.app.schedule().run_due(uuid::Uuid::nil()).await;
    }
    let row = database::entity::chat_sessions::Entity::find_by_id(session.parse::<uuid::Uuid>().unwrap());
    let status = row.one(t.app.storage.read()).await.unwrap().map(|row| row.status);
    format!("{status:?}, {} mails", t.mails().await.len())
}

async fn lines_of_a_visitor(t: &TestApp) -> String {
    let mut visitor = Visitor::new(t).await;
    visitor.say("one", "Hello?").await;
    visitor.write("two", "Hello?").await;
    said_of(&mut visitor).await
}

async fn lines_of_visitors(t: &TestApp) -> String {
    Visitor::new(t).await.say("one", "Hello?").await;
    let mut second = Visitor::new(t).await;
    second.write("one", "Hello?").await;
    said_of(&mut second).await
}

/// Whether the last line was stored.
async fn said_of(visitor: &mut Visitor) -> String {
    loop {
        let frame = visitor.socket.next().await;
        if frame["type"] == "ack" || frame["type"] == "error" {
            return frame["type"].to_string();
        }
    }
}

/// The About page with these settings, once Ada has agreed to be on it.
fn about(t: &TestApp, ada: Signed, values: Value) -> BoxFuture<'_, String> {
    Box::pin(async move {
        t.patch_as(&ada, "/api/admin/settings", values).await.status(200);
        let own = t.request_as(&ada, Method::PUT, "/api/auth/me/website").json(&json!({ "isShown": true }));
        Answer::of(own).await.status(200);
        t.get("/about").await.text
    })
}

/// How many emails the sender of two messages gets.
async fn confirmations(t: &TestApp) -> String {
    for _ in 0..2 {
        t.send_message(json!({})).await;
    }
    t.mails().await.iter().filter(|mail| mail.contains("To: anna@example.com")).count().to_string()
}

/// What is observed in a new program, with the change or without it.
async fn seen(key: &str, value: Option<&Value>, look: Look) -> String {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    if key.starts_with("site.") {
        // A text shows only in a block that has a heading.
        t.patch_as(&ada, "/api/admin/settings", t.examples()).await.status(200);
    }
    if let Some(value) = value {
        let uploaded = value == UPLOADED;
        let value = if uploaded { t.upload(&ada, logo()).await.data()["name"].clone() } else { value.clone() };
        t.patch_as(&ada, "/api/admin/settings", json!({ key: value })).await.status(200);
    }
    look(&t, ada).await
}

/// Every key of the program.
fn registry() -> Registry {
    Registry::new(sections(&brings(&SLICES)))
}

#[test]
fn every_key_has_a_row() {
    let rows: BTreeSet<String> = rows().into_iter().chain(rows_of_chat()).map(|(key, ..)| key.to_owned()).collect();
    let keys: BTreeSet<String> = registry().keys.iter().map(|key| key.key.clone()).collect();
    assert_eq!(rows, keys, "each key needs a row that shows what a change of it does");
}

#[test]
fn the_reference_is_what_the_registry_says() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(written == reference(&registry()), "docs/settings.md is stale: run `make gen`");
}

fn show_effects(group: &'static str) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        for (key, value, look) in rows().into_iter().chain(rows_of_chat()).filter(|(key, ..)| key.starts_with(group)) {
            let (before, after) = tokio::join!(seen(key, None, look), seen(key, Some(&value), look));
            assert_ne!(before, after, "nothing looks different after a change of {key}");
        }
    })
}

#[tokio::test]
async fn every_key_of_the_firm_does_something() {
    show_effects("firm.").await;
}

#[tokio::test]
async fn every_key_of_services_and_hours_does_something() {
    show_effects("services.").await;
    show_effects("hours.").await;
}

#[tokio::test]
async fn every_key_of_the_site_does_something() {
    show_effects("site.").await;
}

#[tokio::test]
async fn every_key_of_mail_and_notifications_does_something() {
    show_effects("mail.").await;
    show_effects("notifications.").await;
}

#[tokio::test]
async fn every_key_of_chat_does_something() {
    show_effects("chat.").await;
}

#[tokio::test]
async fn every_key_of_privacy_does_something() {
    show_effects("privacy.").await;
}

#[tokio::test]
async fn every_key_of_security_does_something() {
    show_effects("security.").await;
}
