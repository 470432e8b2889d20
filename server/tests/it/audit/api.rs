//! The audit trail through the API: searched, read, exported and verified.

use database::entity::{audit_chain, audit_logs};
use sea_orm::{ConnectionTrait as _, EntityTrait, PaginatorTrait as _};
use serde_json::{Value, json};
use tekvwarho::http::RequestInfo;
use tekvwarho::platform::audit::{erase, seal_pending, verify};
use tekvwarho::platform::permission::Permission;

use crate::support::{Answer, Signed, TestApp};

async fn tamper(t: &TestApp, statement: &'static str) {
    t.app
        .storage
        .write((), move |tx, ()| Box::pin(async move { Ok(tx.conn().execute_unprepared(statement).await.map(drop)?) }))
        .await
        .unwrap();
}

/// The lines of a verification.
async fn verified(t: &TestApp, who: &Signed, head: Option<&str>) -> Vec<Value> {
    let path = head.map_or_else(
        || "/api/admin/audit/verify".to_owned(),
        |head| format!("/api/admin/audit/verify?head={}", head.replace(':', "%3A")),
    );
    let answer = t.get_as(who, &path).await;
    answer.status(200);
    assert_eq!(answer.header("content-type"), "application/x-ndjson");
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn result(t: &TestApp, who: &Signed, head: Option<&str>) -> Value {
    let last = verified(t, who, head).await.pop().unwrap();
    assert_eq!(last["type"], "result", "{last}");
    last
}

/// A trail of sealed entries, and a person who can read it.
async fn sealed() -> (TestApp, Signed) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    for _ in 0..10 {
        t.send_message(json!({})).await;
        t.clock.advance(chrono::Duration::seconds(1));
    }
    seal_pending(&t.app, false).await.unwrap();
    (t, ada)
}

async fn list(t: &TestApp, who: &Signed, query: &str) -> Answer {
    let answer = t.get_as(who, &format!("/api/admin/audit?{query}")).await;
    answer.status(200);
    answer
}

fn actions(answer: &Answer) -> Vec<String> {
    answer.data().as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn entries_are_found_by_each_filter() {
    let t = TestApp::new().await;
    let person = t.person("Ada", database::entity::staff::Role::Admin).await;
    let message = t.send_message(json!({})).await;
    t.clock.advance(chrono::Duration::days(1));
    let ada = t.sign_in(&person).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{message}"), json!({ "status": "converted" })).await.status(200);
    t.login("ada@tekvwarho.example", "a wrong one").await.status(401);

    let (created, status) = ("message.created", "message.status_changed");
    let (signed_in, failed) = ("auth.signed_in", "auth.sign_in_failed");
    let all = list(&t, &ada, "").await;
    assert_eq!(actions(&all), [failed, status, signed_in, created]);
    assert_eq!(all.json()["meta"], json!({ "total": 4, "totalIsLowerBound": false, "nextCursor": null }));
    for (query, expected) in [
        (format!("actor={}", ada.id), vec![status, signed_in]),
        ("action=message.created".into(), vec![created]),
        ("action=auth.*".into(), vec![failed, signed_in]),
        ("action=auth.*,message.created&sort=oldest".into(), vec![created, signed_in, failed]),
        ("entityType=staff".into(), vec![failed, signed_in]),
        (format!("entityType=message&entityId={message}"), vec![status, created]),
        ("from=2026-03-03".into(), vec![failed, status, signed_in]),
        ("to=2026-03-02".into(), vec![created]),
        ("address=127.0.0.1&action=message.*".into(), vec![status, created]),
        ("address=192.0.2.1".into(), vec![]),
        ("q=wrong+password".into(), vec![failed]),
        ("q=nothing+like+it".into(), vec![]),
        (format!("actor={}&action=auth.*", ada.id), vec![signed_in]),
    ] {
        let found = list(&t, &ada, &query).await;
        assert_eq!(actions(&found), expected, "{query}");
        assert_eq!(found.json()["meta"]["total"], expected.len(), "{query}");
    }
    for (query, field) in [
        ("actor=Ada", "actor"),
        ("entityType=message&entityId=7", "entityId"),
        (&*format!("entityId={message}"), "entityType"),
        ("from=today", "from"),
        ("address=here", "address"),
        ("sort=random", "sort"),
        ("limit=0", "limit"),
        ("cursor=nonsense", "cursor"),
    ] {
        let answer = t.get_as(&ada, &format!("/api/admin/audit?{query}")).await;
        assert_eq!(answer.problem(422, "validation_failed").refused()[0].0, field, "{query}");
    }
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended_with_every_kind_of_filter() {
    let (t, ada) = sealed().await;
    for filter in ["", "action=message.*,auth.*&", "action=message.created&", "sort=oldest&", "entityType=message&"] {
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = list(&t, &ada, &format!("{filter}limit=3&cursor={cursor}")).await;
            let rows = page.data();
            seen.extend(rows.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            let Some(next) = page.json()["meta"]["nextCursor"].as_str().map(str::to_owned) else { break };
            cursor = next;
        }
        let whole = list(&t, &ada, &format!("{filter}limit=100")).await.data();
        let whole: Vec<_> = whole.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert!(whole.len() >= 10);
        assert_eq!(seen, whole, "{filter}");
    }
}

#[tokio::test]
async fn an_entry_reads_as_a_sentence_and_names_clients_only_to_who_may_see_them() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let message = t.send_message(json!({ "name": "Anna" })).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{message}"), json!({ "status": "converted" })).await.status(200);
    t.patch_as(&ada, &format!("/api/admin/messages/{message}"), json!({ "assignedTo": ada.id })).await.status(200);
    seal_pending(&t.app, false).await.unwrap();
    let rows = list(&t, &ada, "entityType=message").await.data();
    assert_eq!(rows[1]["actor"]["name"], "Ada");
    assert_eq!(rows[1]["sentence"], "changed the status of the message from Anna from new to converted");
    assert_eq!(rows[1]["changes"], json!({ "status": { "from": "new", "to": "converted" } }));
    assert_eq!(rows[0]["sentence"], "assigned the message from Anna from nobody to Ada");
    assert_eq!(rows[0]["people"], json!([{ "id": ada.id, "name": "Ada" }]));
    assert_eq!((&rows[0]["seq"], &rows[0]["ipAddress"]), (&json!(4), &json!("127.0.0.1")));
    assert!(rows[0]["requestId"].as_str().unwrap().starts_with("req_"));

    let auditor = t.person_with("Otto", &[Permission::Audit]).await;
    let auditor = t.sign_in(&auditor).await;
    let answer = list(&t, &auditor, "entityType=message").await;
    assert!(!answer.text.contains("Anna"), "{}", answer.text);
    assert_eq!(answer.data()[1]["sentence"], "changed the status of the message from new to converted");
    let file = t.get_as(&auditor, "/api/admin/audit/export").await;
    assert!(!file.text.contains("Anna"));
}

#[tokio::test]
async fn the_choices_are_those_that_the_trail_knows() {
    let (t, ada) = sealed().await;
    let choices = t.get_as(&ada, "/api/admin/audit/choices").await.data();
    let actions: Vec<_> =
        choices["actions"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["auth.signed_in", "message.created"]);
    assert_eq!(choices["actions"][0]["label"], "signed in");
    assert_eq!(choices["entityTypes"], json!(["message", "staff"]));
    assert_eq!(choices["staff"], json!([{ "id": ada.id, "name": "Ada" }]));
}

#[tokio::test]
async fn files_hold_what_the_filters_show_and_no_formula() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let client = t.request(reqwest::Method::POST, "/api/contact").header("user-agent", "=HYPERLINK(\"x\")");
    Answer::of(client.json(&t.message())).await.status(201);
    let csv = t.get_as(&ada, "/api/admin/audit/export?action=message.*").await;
    csv.status(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("x-total-count"), "1");
    assert!(csv.header("content-disposition").contains("audit-2026-03-02.csv"));
    let lines: Vec<&str> = csv.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("id,createdAt,actor,token,action"));
    assert!(lines[1].contains("message.created") && lines[1].contains("\"'=HYPERLINK(\"\"x\"\")\""), "{}", lines[1]);

    let ndjson = t.get_as(&ada, "/api/admin/audit/export?format=ndjson&sort=oldest").await;
    let rows: Vec<Value> = ndjson.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[2]["sentence"], "exported 1 audit entries as csv");
    assert_eq!(rows[3]["action"], "audit.exported");
    t.get_as(&ada, "/api/admin/audit/export?format=pdf").await.problem(422, "validation_failed");
}

#[tokio::test]
async fn an_honest_trail_holds_and_tells_how_far_it_is() {
    let (t, ada) = sealed().await;
    let lines = verified(&t, &ada, None).await;
    assert_eq!(lines[0], json!({ "type": "progress", "checked": 11, "total": 11 }));
    let last = lines.last().unwrap();
    assert_eq!((&last["holds"], &last["sealed"], &last["unsealed"]), (&json!(true), &json!(11), &json!(0)));
    let head = t.get_as(&ada, "/api/admin/audit/head").await.data();
    assert_eq!(head["head"], last["head"]);
    assert_eq!(head["seq"], 11);
    let checkpoint = &head["checkpoint"];
    let key: [u8; 32] = hex::decode(head["publicKey"].as_str().unwrap()).unwrap().try_into().unwrap();
    let signature = hex::decode(checkpoint["signature"].as_str().unwrap()).unwrap();
    let text = format!("tekvwarho audit head\n{}\n{}", checkpoint["seq"], checkpoint["hash"].as_str().unwrap());
    ed25519_dalek::VerifyingKey::from_bytes(&key)
        .unwrap()
        .verify_strict(text.as_bytes(), &ed25519_dalek::Signature::from_slice(&signature).unwrap())
        .expect("anybody can check the signature");
    for wrong in ["5", "abc", "5:abc", "0:0000000000000000000000000000000000000000000000000000000000000000"] {
        let answer = t.get_as(&ada, &format!("/api/admin/audit/verify?head={wrong}")).await;
        assert_eq!(answer.problem(422, "validation_failed").refused()[0].0, "head");
    }
}

#[tokio::test]
async fn the_api_names_the_first_bad_entry_of_each_kind_of_tampering() {
    for (statements, seq, reason) in [
        (
            &[
                "UPDATE audit_logs SET action = 'message.deleted' WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 4)",
            ][..],
            4,
            "the entry or its position was changed",
        ),
        (
            &["UPDATE audit_logs SET token_id = id WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 5)"],
            5,
            "the entry or its position was changed",
        ),
        (
            &["DELETE FROM audit_logs WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 6)"],
            6,
            "the entry was deleted",
        ),
        (
            &[
                "UPDATE audit_chain SET seq = -3 WHERE seq = 3",
                "UPDATE audit_chain SET seq = 3 WHERE seq = 4",
                "UPDATE audit_chain SET seq = 4 WHERE seq = -3",
            ],
            3,
            "the entry or its position was changed",
        ),
    ] {
        let (t, ada) = sealed().await;
        for statement in statements {
            tamper(&t, statement).await;
        }
        let last = result(&t, &ada, None).await;
        assert_eq!((&last["holds"], &last["broken"]["seq"]), (&json!(false), &json!(seq)), "{statements:?}");
        assert_eq!(last["broken"]["reason"], reason);
        let place = audit_chain::Entity::find_by_id(i64::from(seq)).one(t.app.storage.read()).await.unwrap().unwrap();
        assert_eq!(last["broken"]["entryId"], place.audit_id.to_string());
    }
}

#[tokio::test]
async fn a_saved_head_catches_a_cut_tail() {
    let (t, ada) = sealed().await;
    let head = t.get_as(&ada, "/api/admin/audit/head").await.data()["head"].as_str().unwrap().to_owned();
    tamper(&t, "DELETE FROM audit_logs WHERE id IN (SELECT audit_id FROM audit_chain WHERE seq > 7)").await;
    tamper(&t, "DELETE FROM audit_chain WHERE seq > 7").await;
    tamper(&t, "DELETE FROM audit_checkpoints").await;
    for head in [None, Some(&*head)] {
        let caught = result(&t, &ada, head).await;
        let cut = json!({ "seq": 8, "entryId": null, "reason": "the end of the chain was cut off" });
        assert_eq!(caught["broken"], cut, "the head is known, and so is what this process has sealed");
    }
    // A program that does not know about the cut seals new entries over it; the saved head still reveals it.
    for _ in 0..6 {
        t.send_message(json!({})).await;
    }
    let other = t.restarted().await;
    seal_pending(&other, false).await.unwrap();
    let caught = result(&t, &ada, Some(&head)).await;
    assert_eq!((&caught["holds"], &caught["broken"]["seq"]), (&json!(false), &json!(11)));
}

#[tokio::test]
async fn a_trail_that_grows_while_it_is_walked_holds() {
    let (t, ada) = sealed().await;
    let grow = async {
        for _ in 0..20 {
            t.send_message(json!({})).await;
            t.clock.advance(chrono::Duration::seconds(40));
            seal_pending(&t.app, false).await.unwrap();
        }
    };
    let walk = async {
        for _ in 0..20 {
            let last = result(&t, &ada, None).await;
            assert_eq!(last["holds"], true, "{last}");
        }
    };
    tokio::join!(grow, walk);
    assert_eq!(result(&t, &ada, None).await["sealed"], 31);
}

#[tokio::test]
async fn erasing_the_personal_data_of_an_entity_leaves_the_chain_whole() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let message = t.send_message(json!({})).await;
    t.send_message(json!({})).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{message}"), json!({ "status": "replied" })).await.status(200);
    seal_pending(&t.app, false).await.unwrap();
    let erased = erase(&t.app, "message", message.parse().unwrap(), None, &RequestInfo::internal()).await.unwrap();
    assert_eq!(erased, 2);
    seal_pending(&t.app, false).await.unwrap();
    let verdict = verify(&t.app, None).await.unwrap();
    assert_eq!((verdict.broken, verdict.sealed), (None, 6));
    let rows = list(&t, &ada, &format!("entityType=message&entityId={message}")).await.data();
    for row in rows.as_array().unwrap() {
        assert_eq!((&row["ipAddress"], &row["userAgent"]), (&Value::Null, &Value::Null));
    }
    let others = list(&t, &ada, "action=message.created&address=127.0.0.1").await.data();
    assert_eq!(others.as_array().unwrap().len(), 1, "the other message keeps its own");
    let again = erase(&t.app, "message", message.parse().unwrap(), None, &RequestInfo::internal()).await.unwrap();
    assert_eq!(again, 0);
    // A replacement entry is detected.
    tamper(
        &t,
        "UPDATE audit_logs SET ip_address = '198.51.100.7' WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 2)",
    )
    .await;
    assert_eq!(verify(&t.app, None).await.unwrap().broken.map(|(seq, _)| seq), Some(2));
}

#[tokio::test]
async fn every_security_event_and_every_change_leaves_an_entry() {
    let t = TestApp::with(&[]).await;
    let person = t.person("Ada", database::entity::staff::Role::Admin).await;
    t.login(&person.email, "wrong").await.status(401);
    t.login("nobody@tekvwarho.example", "wrong").await.status(401);
    let ada = t.sign_in(&person).await;
    t.post("/api/auth/forgot", json!({ "email": person.email })).await.status(202);
    let canned = json!({ "title": "Hours", "shortcut": "hours", "content": "We are here." });
    let canned = t.post_as(&ada, "/api/admin/canned-replies", canned).await.data()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/admin/canned-replies/{canned}");
    t.patch_as(&ada, &path, json!({ "content": "We are there." })).await.status(200);
    let rows = list(&t, &ada, "").await.data();
    let at = |place: usize| (rows[place]["action"].as_str().unwrap(), rows[place]["sentence"].as_str().unwrap());
    assert_eq!(at(0), ("canned_reply.changed", "changed a canned reply"));
    assert_eq!(rows[0]["changes"], json!({ "content": { "from": "We are here.", "to": "We are there." } }));
    assert_eq!(at(2), ("auth.reset_requested", "requested a password reset for Ada"));
    assert_eq!(rows[2]["actor"], Value::Null, "anybody can ask for it");
    assert_eq!(at(4), ("auth.sign_in_failed", "tried a wrong password"));
    assert_eq!(at(5), ("auth.sign_in_failed", "tried a wrong password for Ada"));
    let count = audit_logs::Entity::find().count(t.app.storage.read()).await.unwrap();
    assert_eq!(rows.as_array().unwrap().len() as u64, count);
}
