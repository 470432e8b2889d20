//! Lists have pages, also those that are usually short.

use database::entity::staff::Role;
use serde_json::json;

use crate::support::{Signed, TestApp};

/// The ids of a list, page by page of two; the total is the same on each.
async fn walked(t: &TestApp, who: &Signed, path: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = t.get_as(who, &format!("{path}?limit=2&cursor={cursor}")).await;
        let rows = page.data();
        ids.extend(rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        assert_eq!(page.json()["meta"]["total"], 5, "{path}");
        assert!(rows.as_array().unwrap().len() <= 2, "{path}");
        let Some(next) = page.json()["meta"]["nextCursor"].as_str().map(str::to_owned) else { break };
        cursor = next;
    }
    ids
}

#[tokio::test]
async fn sessions_tokens_and_canned_replies_have_pages() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let ben = t.person("Ben", Role::Staff).await;
    let of_ben = format!("/api/admin/staff/{}/sessions", ben.id);
    for number in 0..5 {
        if number > 0 {
            t.sign_in_again("Ada").await;
        }
        t.sign_in(&ben).await;
        let token = json!({ "name": format!("Token {number}"), "permissions": ["messages"], "expiresInDays": 30 });
        t.post_as(&ada, "/api/admin/tokens", token).await.status(201);
        let canned = json!({ "title": "Thanks", "shortcut": format!("t{}", 5 - number), "content": "Thank you" });
        t.post_as(&ada, "/api/admin/canned-replies", canned).await.status(201);
    }
    for path in ["/api/auth/sessions", "/api/admin/tokens", "/api/admin/canned-replies", &of_ben] {
        let whole = t.get_as(&ada, path).await;
        assert_eq!(whole.json()["meta"], json!({ "total": 5, "totalIsLowerBound": false, "nextCursor": null }));
        let whole: Vec<_> =
            whole.data().as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(walked(&t, &ada, path).await, whole, "{path}");
        let refused = t.get_as(&ada, &format!("{path}?limit=0")).await;
        assert_eq!(refused.problem(422, "validation_failed").refused()[0].0, "limit", "{path}");
    }
    // The row at the cursor is gone: the list starts over.
    let first = t.get_as(&ada, "/api/admin/canned-replies?limit=1").await;
    let next = first.json()["meta"]["nextCursor"].as_str().unwrap().to_owned();
    let id = first.data()[0]["id"].as_str().unwrap().to_owned();
    t.delete_as(&ada, &format!("/api/admin/canned-replies/{id}")).await.status(200);
    let again = t.get_as(&ada, &format!("/api/admin/canned-replies?limit=1&cursor={next}")).await;
    assert_eq!(again.data()[0]["shortcut"], "t2");
}
