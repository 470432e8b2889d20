//! The committed document matches the one generated from the handlers.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::TestApp;

#[test]
fn the_committed_document_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/openapi.json");
    let committed: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let made: Value = serde_json::to_value(tekvwarho::router::document()).unwrap();
    assert!(committed == made, "api/openapi.json is stale: run `make gen`");
}

#[test]
fn every_operation_is_described_and_guarded() {
    let document = serde_json::to_value(tekvwarho::router::document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut names = std::collections::HashSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(
                operation["summary"].as_str().is_some_and(|text| text.ends_with('.')),
                "{method} {path} has no summary"
            );
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "two operations are called {name}");
            let public = !path.starts_with("/api/admin/") || path.starts_with("/api/admin/auth/");
            assert!(public || !operation["x-permission"].is_null(), "{method} {path} has no guard");
        }
    }
}

#[tokio::test]
async fn every_list_says_where_it_stands_in_the_whole() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.send_message(json!({})).await;
    for path in [
        "/api/admin/messages",
        "/api/admin/messages/tags",
        "/api/admin/canned-replies",
        "/api/admin/mail/failed",
        "/api/admin/staff",
        "/api/admin/colleagues",
        "/api/admin/services",
        "/api/admin/tokens",
        "/api/admin/audit",
        "/api/admin/notifications",
        "/api/admin/notifications/preferences",
        "/api/auth/sessions",
        "/api/auth/passkeys",
    ] {
        let answer = t.get_as(&ada, path).await;
        answer.status(200);
        let rows = answer.data().as_array().unwrap().len();
        let meta = &answer.json()["meta"];
        assert_eq!(meta["total"], rows, "{path}: {}", answer.text);
        assert_eq!((&meta["totalIsLowerBound"], &meta["nextCursor"]), (&json!(false), &json!(null)), "{path}");
    }
}
