//! `If-Match`: an edit applies only to the version that its author has seen.

use std::collections::BTreeSet;

use database::entity::staff::Role;
use image::{DynamicImage, ImageFormat};
use reqwest::Method;
use serde_json::{Value, json};
use tekvwarho::router;

use crate::support::{Answer, Signed, TestApp};

/// An edit, and where to read the tag of what it edits.
struct Edit<'a> {
    method: Method,
    path: String,
    /// None: a picture.
    body: Option<Value>,
    tag_of: &'a str,
}

impl TestApp {
    async fn edit_if(&self, who: &Signed, edit: &Edit<'_>, tags: &[&str]) -> Answer {
        let mut request = self.request_as(who, edit.method.clone(), &edit.path);
        for tag in tags {
            request = request.header("if-match", *tag);
        }
        Answer::of(match &edit.body {
            Some(body) => request.json(body),
            None => {
                let mut bytes = std::io::Cursor::new(Vec::new());
                DynamicImage::new_rgb8(64, 64).write_to(&mut bytes, ImageFormat::Png).unwrap();
                request.body(bytes.into_inner())
            }
        })
        .await
    }

    /// Stale, weak and invalid tags are rejected and change nothing; a list with the current tag is accepted.
    async fn edits_only_what_was_seen(&self, who: &Signed, edit: Edit<'_>) {
        let name = format!("{} {}", edit.method, edit.path);
        let before = self.get_as(who, edit.tag_of).await;
        let now = before.status(200).header("etag").to_owned();
        assert!(now.starts_with('"'), "{name}: {before:?}");
        for stale in [&["\"stale\""][..], &[&format!("W/{now}")], &["nonsense"], &[now.trim_matches('"')], &[""]] {
            let refused = self.edit_if(who, &edit, stale).await;
            assert_eq!(refused.code, 412, "{name} with {stale:?}: {}", refused.text);
            refused.problem(412, "precondition_failed");
        }
        let after = self.get_as(who, edit.tag_of).await;
        assert_eq!((after.header("etag"), after.data()), (&*now, before.data()), "{name}");
        let done = self.edit_if(who, &edit, &["\"other\", W/\"x\"", &now]).await;
        assert_eq!(done.code, 200, "{name}: {}", done.text);
    }
}

fn edit<'a>(method: Method, path: &str, body: Value, tag_of: &'a str) -> Edit<'a> {
    Edit { method, path: path.to_owned(), body: Some(body), tag_of }
}

#[tokio::test]
async fn messages_canned_replies_and_settings_are_edited_only_as_they_were_seen() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let message = format!("/api/admin/messages/{}", t.send_message(json!({})).await);
    t.get_as(&ada, &message).await.status(200);
    let change = edit(Method::PATCH, &message, json!({ "status": "in_progress" }), &message);
    t.edits_only_what_was_seen(&ada, change).await;
    let tags = edit(Method::PUT, &format!("{message}/tags"), json!({ "tags": ["soon"] }), &message);
    t.edits_only_what_was_seen(&ada, tags).await;
    let settings = "/api/admin/settings";
    t.edits_only_what_was_seen(&ada, edit(Method::PATCH, settings, json!({ "firm.city": "Kiel" }), settings)).await;
    let firm = "/api/admin/settings/firm";
    t.edits_only_what_was_seen(&ada, edit(Method::PATCH, firm, json!({ "firm.city": "Ulm" }), firm)).await;

    let page = json!({ "title": "Fees", "body": "By the hour." });
    let page = t.post_as(&ada, "/api/admin/pages", page).await.header("location").to_owned();
    t.edits_only_what_was_seen(&ada, edit(Method::PATCH, &page, json!({ "isPublished": true }), &page)).await;
    t.edits_only_what_was_seen(&ada, edit(Method::DELETE, &page, json!(null), &page)).await;

    let body = json!({ "title": "Thanks", "shortcut": "thanks", "content": "Thank you" });
    let made = t.post_as(&ada, "/api/admin/canned-replies", body).await;
    let canned = made.header("location").to_owned();
    let read = t.get_as(&ada, &canned).await;
    assert_eq!((read.data(), read.header("etag")), (made.data(), made.header("etag")));
    assert_eq!(read.data()["etag"], read.header("etag"));
    let change = edit(Method::PATCH, &canned, json!({ "title": "Many thanks" }), &canned);
    t.edits_only_what_was_seen(&ada, change).await;
    let now = t.get_as(&ada, &canned).await.header("etag").to_owned();
    let same = t.patch_as(&ada, &canned, json!({})).await;
    assert_eq!(same.header("etag"), now, "a change answers with the tag of what it made");
    t.edits_only_what_was_seen(&ada, edit(Method::DELETE, &canned, json!(null), &canned)).await;
    // Nothing matches a resource that does not exist.
    let gone = t.edit_if(&ada, &edit(Method::DELETE, &canned, json!(null), &canned), &["*"]).await;
    gone.problem(404, "not_found");
    t.get_as(&ada, &canned).await.problem(404, "not_found");
}

#[tokio::test]
async fn people_are_edited_only_as_they_were_seen() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = format!("/api/admin/staff/{}", t.person("Ben", Role::Staff).await.id);
    t.edits_only_what_was_seen(&ada, edit(Method::PATCH, &ben, json!({ "name": "Benno" }), &ben)).await;
    let avatar = format!("{ben}/avatar");
    let put = Edit { method: Method::PUT, path: avatar.clone(), body: None, tag_of: &ben };
    t.edits_only_what_was_seen(&ada, put).await;
    t.edits_only_what_was_seen(&ada, edit(Method::DELETE, &avatar, json!(null), &ben)).await;
    t.edits_only_what_was_seen(&ada, edit(Method::POST, &format!("{ben}/deactivate"), json!(null), &ben)).await;
    t.edits_only_what_was_seen(&ada, edit(Method::POST, &format!("{ben}/activate"), json!(null), &ben)).await;
    // `*` matches any version.
    t.edit_if(&ada, &edit(Method::PATCH, &ben, json!({ "name": "Ben" }), &ben), &["*"]).await.status(200);
    t.edits_only_what_was_seen(&ada, edit(Method::DELETE, &ben, json!(null), &ben)).await;
    let invited = json!({ "name": "Cleo", "email": "cleo@client.example", "role": "staff" });
    let cleo = t.post_as(&ada, "/api/admin/staff", invited).await.header("location").to_owned();
    t.edits_only_what_was_seen(&ada, edit(Method::DELETE, &format!("{cleo}/invitation"), json!(null), &cleo)).await;
}

#[test]
fn the_document_names_if_match_where_it_is_honoured() {
    let document: Value = serde_json::to_value(router::document()).unwrap();
    let mut named = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let all = operation["parameters"].as_array();
            let here = all.into_iter().flatten().filter(|it| it["name"] == "If-Match" && it["in"] == "header").count();
            assert_eq!(here, usize::from(operation["responses"]["412"].is_object()), "{method} {path}");
            if here > 0 {
                named.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    let expected = [
        "DELETE /api/admin/canned-replies/{id}",
        "DELETE /api/admin/message-rules/{id}",
        "DELETE /api/admin/pages/{id}",
        "DELETE /api/admin/staff/{id}",
        "DELETE /api/admin/staff/{id}/avatar",
        "DELETE /api/admin/staff/{id}/invitation",
        "PATCH /api/admin/canned-replies/{id}",
        "PATCH /api/admin/message-rules/{id}",
        "PATCH /api/admin/messages/{id}",
        "PATCH /api/admin/pages/{id}",
        "PATCH /api/admin/settings",
        "PATCH /api/admin/settings/{group}",
        "PATCH /api/admin/staff/{id}",
        "POST /api/admin/chats/{sessionId}/assign",
        "POST /api/admin/chats/{sessionId}/block",
        "POST /api/admin/chats/{sessionId}/close",
        "POST /api/admin/chats/{sessionId}/release",
        "POST /api/admin/chats/{sessionId}/reopen",
        "POST /api/admin/chats/{sessionId}/spam",
        "POST /api/admin/chats/{sessionId}/tags",
        "POST /api/admin/chats/{sessionId}/transfer",
        "POST /api/admin/staff/{id}/activate",
        "POST /api/admin/staff/{id}/deactivate",
        "PUT /api/admin/messages/{id}/tags",
        "PUT /api/admin/staff/{id}/avatar",
    ];
    assert_eq!(named, expected.map(str::to_owned).into());
}
