//! Canned replies.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, TestApp};

#[tokio::test]
async fn canned_replies_are_kept_changed_and_deleted() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let path = "/api/admin/canned-replies";
    let made = t
        .post_as(
            &ada,
            path,
            json!({ "title": "Thanks", "shortcut": "Thanks", "content": "Hello {{client.firstName}}" }),
        )
        .await;
    made.status(201);
    assert_eq!(made.data()["shortcut"], "thanks");
    let taken = t.post_as(&ada, path, json!({ "title": "Other", "shortcut": "THANKS", "content": "x" })).await;
    assert_eq!(taken.refused(), [("shortcut".to_owned(), "taken".to_owned())]);
    let unknown =
        t.post_as(&ada, path, json!({ "title": "Other", "shortcut": "other", "content": "{{client.age}}" })).await;
    assert_eq!(unknown.refused(), [("content".to_owned(), "invalid".to_owned())]);
    let one = format!("{path}/{}", made.data()["id"].as_str().unwrap());
    assert_eq!(
        t.patch_as(&ada, &one, json!({ "title": "Many thanks" })).await.data()["content"],
        "Hello {{client.firstName}}"
    );
    let seen = t.get_as(&ada, path).await.data()[0]["etag"].as_str().unwrap().to_owned();
    let change = async |tag: &str, title: &str| {
        let request = t.request_as(&ada, Method::PATCH, &one).header("if-match", tag);
        Answer::of(request.json(&json!({ "title": title }))).await
    };
    change(&seen, "Thank you").await.status(200);
    change(&seen, "Thanks again").await.problem(412, "precondition_failed");
    t.patch_as(&ada, &one, json!({ "shortcut": "two words" })).await.problem(422, "validation_failed");
    Answer::of(t.request_as(&ada, Method::DELETE, &one)).await.status(200);
    Answer::of(t.request_as(&ada, Method::DELETE, &one)).await.problem(404, "not_found");
    assert_eq!(t.get_as(&ada, path).await.data(), json!([]));
}
