//! The chat on other websites: only those of the setting, and only what visitors need.

use reqwest::Method;
use serde_json::{Value, json};

use super::Visitor;
use crate::support::socket::{Socket, ticket};
use crate::support::{Answer, Signed, TestApp};

const SHOP: &str = "https://www.shop.example";
const EVIL: &str = "https://evil.example";

async fn listed(t: &TestApp) -> Signed {
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.embedOrigins": [SHOP] })).await.status(200);
    ada
}

async fn asked(t: &TestApp, path: &str, origin: Option<&str>) -> Answer {
    let request = t.request(Method::GET, path);
    Answer::of(if let Some(origin) = origin { request.header("origin", origin) } else { request }).await
}

#[tokio::test]
async fn without_a_website_in_the_settings_there_is_no_frame() {
    let t = TestApp::new().await;
    asked(&t, "/embed/chat", None).await.status(404);
    asked(&t, "/embed/chat.json", Some(SHOP)).await.status(403);
}

#[tokio::test]
async fn a_listed_website_can_frame_the_chat_and_nothing_else() {
    let t = TestApp::new().await;
    let ada = listed(&t).await;
    let frame = asked(&t, "/embed/chat", None).await;
    frame.status(200);
    let policy = frame.header("content-security-policy").to_owned();
    assert!(policy.contains(&format!("frame-ancestors {SHOP};")), "{policy}");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(frame.header("x-frame-options"), "");
    assert!(!frame.text.contains("<script>") && !frame.text.contains(" style="), "nothing inline");
    for path in ["/", "/contact", "/admin/login"] {
        let page = asked(&t, path, Some(SHOP)).await;
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(page.header("access-control-allow-origin"), "", "{path}");
    }
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.enabled": false })).await.status(200);
    asked(&t, "/embed/chat", None).await.status(404);
    let about = asked(&t, "/embed/chat.json", Some(SHOP)).await;
    assert_eq!(about.data()["enabled"], false, "its website can say why there is no button");
    asked(&t, "/embed/chat.json", Some(EVIL)).await.status(403);
}

#[tokio::test]
async fn only_a_listed_website_can_read_how_the_chat_is() {
    let t = TestApp::new().await;
    let ada = listed(&t).await;
    for path in ["/embed/chat.json", "/api/chat/config"] {
        let read = asked(&t, path, Some(SHOP)).await;
        read.status(200);
        assert_eq!(read.header("access-control-allow-origin"), SHOP, "{path}");
        assert!(read.header("vary").contains("origin"), "{path}");
        let other = asked(&t, path, Some(EVIL)).await;
        assert_eq!(other.header("access-control-allow-origin"), "", "{path}");
    }
    assert_eq!(asked(&t, "/embed/chat.json", Some(SHOP)).await.data()["connect"], "intent");
    for (path, who) in [("/api/admin/chats", Some(&ada)), ("/api/form-token", None)] {
        let mut request = t.request(Method::GET, path).header("origin", SHOP);
        if let Some(who) = who {
            request = request.bearer_auth(&who.access);
        }
        assert_eq!(Answer::of(request).await.header("access-control-allow-origin"), "", "{path}");
    }
    let mut contact = t.request(Method::POST, "/api/contact").header("origin", SHOP);
    contact = contact.json(&json!({ "name": "Anna", "email": "anna@example.com", "message": "Hello?" }));
    Answer::of(contact).await.problem(403, "origin_forbidden");
}

#[tokio::test]
async fn a_page_of_a_listed_website_is_a_visitor_and_never_staff() {
    let t = TestApp::new().await;
    let ada = listed(&t).await;
    let mut socket = Socket::of_page(&t, SHOP).await.expect("a socket");
    socket.send(json!({ "type": "hello", "url": "https://www.shop.example/cart" })).await;
    let welcome = socket.until("welcome").await;
    let text = |name: &str| welcome[name].as_str().unwrap().to_owned();
    let mut visitor = Visitor { session: text("sessionId"), token: text("token"), socket };
    assert_eq!(visitor.say("one", "Hello?").await, 1);
    let ticket = ticket(&t, &ada).await;
    let mut staff = Socket::of_page(&t, SHOP).await.expect("a socket");
    staff.send(json!({ "type": "auth", "ticket": ticket })).await;
    assert_eq!(staff.next().await["type"], "bye");
    assert!(Socket::of_page(&t, EVIL).await.is_none(), "other websites get no socket");
}

#[tokio::test]
async fn websites_are_origins() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let wrong: [Value; 6] = [
        json!(["https://www.shop.example/"]),
        json!(["https://www.shop.example/chat"]),
        json!(["www.shop.example"]),
        json!(["HTTPS://www.shop.example"]),
        json!(["javascript:alert(1)"]),
        json!([SHOP, SHOP]),
    ];
    for list in wrong {
        let refused = t.patch_as(&ada, "/api/admin/settings", json!({ "chat.embedOrigins": list })).await;
        refused.problem(422, "validation_failed");
    }
    let good = json!(["http://localhost:8080", "https://shop.example:8443"]);
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.embedOrigins": good })).await.status(200);
    let frame = asked(&t, "/embed/chat", None).await;
    let policy = frame.header("content-security-policy");
    assert!(policy.contains("frame-ancestors http://localhost:8080 https://shop.example:8443;"), "{policy}");
}
