//! The audit trail is correct, or reports where it is not.

use database::entity::{audit_chain, audit_checkpoints, audit_logs};
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait, QueryFilter as _, QueryOrder as _};
use serde_json::json;
use tekvwarho::error::Error;
use tekvwarho::platform::audit::{Head, Verdict, seal_pending, verify};
use tekvwarho::platform::entity;

use crate::support::TestApp;

/// Ten sealed entries.
async fn sealed() -> TestApp {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    for _ in 0..10 {
        t.send_message(json!({})).await;
        t.clock.advance(chrono::Duration::seconds(1));
    }
    assert_eq!(seal_pending(&t.app, false).await.unwrap(), Some(10));
    t
}

async fn check(t: &TestApp, kept: Option<&Head>) -> Verdict {
    verify(&t.app, kept).await.unwrap()
}

/// The entry at `seq` in the chain.
async fn entry_at(t: &TestApp, seq: i64) -> uuid::Uuid {
    audit_chain::Entity::find_by_id(seq).one(t.app.storage.read()).await.unwrap().unwrap().audit_id
}

/// Changes the database, bypassing all rules.
async fn tamper(t: &TestApp, statement: &'static str) {
    t.app
        .storage
        .write((), move |tx, ()| Box::pin(async move { Ok(tx.conn().execute_unprepared(statement).await.map(drop)?) }))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_honest_trail_holds_and_goes_on() {
    let t = sealed().await;
    let verdict = check(&t, None).await;
    assert_eq!((verdict.sealed, verdict.unsealed, verdict.broken.clone()), (10, 0, None));
    t.send_message(json!({})).await;
    assert_eq!(check(&t, None).await.unsealed, 1);
    seal_pending(&t.app, false).await.unwrap();
    let later = check(&t, verdict.head.as_ref()).await;
    assert_eq!((later.sealed, later.unsealed, later.broken), (11, 0, None));
}

#[tokio::test]
async fn a_changed_entry_is_named() {
    let t = sealed().await;
    let id = entry_at(&t, 4).await;
    let entry = audit_logs::Entity::find_by_id(id).one(t.app.storage.read()).await.unwrap().unwrap();
    t.app
        .storage
        .write(entry, |tx, entry| {
            Box::pin(async move {
                use sea_orm::{ActiveModelTrait as _, IntoActiveModel as _, Set};
                let mut change = entry.clone().into_active_model();
                change.action = Set("message.deleted".to_owned());
                change.update(tx.conn()).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    assert_eq!(check(&t, None).await.broken.map(|(seq, _)| seq), Some(4));
}

#[tokio::test]
async fn changed_personal_data_is_named_too() {
    let t = sealed().await;
    tamper(
        &t,
        "UPDATE audit_logs SET ip_address = '198.51.100.7' WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 6)",
    )
    .await;
    assert_eq!(check(&t, None).await.broken, Some((6, "the personal data in the entry was changed".to_owned())));
}

#[tokio::test]
async fn a_deleted_entry_is_named() {
    let t = sealed().await;
    tamper(&t, "DELETE FROM audit_logs WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 5)").await;
    assert_eq!(check(&t, None).await.broken, Some((5, "the entry was deleted".to_owned())));
    let t = sealed().await;
    tamper(&t, "DELETE FROM audit_chain WHERE seq = 5").await;
    assert_eq!(check(&t, None).await.broken.map(|(seq, _)| seq), Some(5));
}

#[tokio::test]
async fn entries_that_changed_places_are_named() {
    let t = sealed().await;
    tamper(&t, "UPDATE audit_chain SET seq = -3 WHERE seq = 3").await;
    tamper(&t, "UPDATE audit_chain SET seq = 3 WHERE seq = 4").await;
    tamper(&t, "UPDATE audit_chain SET seq = 4 WHERE seq = -3").await;
    assert_eq!(check(&t, None).await.broken, Some((3, "the entry or its position was changed".to_owned())));
}

#[tokio::test]
async fn a_cut_tail_is_caught_by_the_signed_checkpoint_and_by_a_kept_head() {
    let t = sealed().await;
    let head = check(&t, None).await.head.unwrap();
    tamper(&t, "DELETE FROM audit_logs WHERE id IN (SELECT audit_id FROM audit_chain WHERE seq > 7)").await;
    tamper(&t, "DELETE FROM audit_chain WHERE seq > 7").await;
    let cut = Some((8, "the end of the chain was cut off".to_owned()));
    assert_eq!(check(&t, None).await.broken, cut, "the signed checkpoint knows");
    tamper(&t, "DELETE FROM audit_checkpoints").await;
    assert_eq!(check(&t, None).await.broken, cut, "the process that sealed it knows");
    let restarted = t.restarted().await;
    assert_eq!(verify(&restarted, None).await.unwrap().broken, None, "without any head a cut cannot be seen");
    assert_eq!(verify(&restarted, Some(&head)).await.unwrap().broken, cut, "the kept head knows");
}

/// Rewrites the chain from a position on, as anyone with write access to the database can: with their own entries, and
/// without the checkpoints that contradict them.
async fn forge_from(t: &TestApp, seq: i64) {
    tamper(t, "DELETE FROM audit_checkpoints").await;
    tamper(
        t,
        "UPDATE audit_logs SET action = 'message.deleted' WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 4)",
    )
    .await;
    t.app
        .storage
        .write(seq, |tx, seq| {
            Box::pin(async move {
                let which = audit_chain::Column::Seq.gte(*seq);
                Ok(audit_chain::Entity::delete_many().filter(which).exec(tx.conn()).await.map(drop)?)
            })
        })
        .await
        .unwrap();
    // A program that does not know the original chain creates the links.
    let other = t.restarted().await;
    seal_pending(&other, true).await.unwrap();
    tamper(t, "DELETE FROM audit_checkpoints").await;
}

#[tokio::test]
async fn nothing_is_sealed_onto_a_chain_that_was_written_anew() {
    let t = sealed().await;
    let honest = check(&t, None).await.head.unwrap();
    forge_from(&t, 4).await;
    t.send_message(json!({})).await;
    let refused = seal_pending(&t.app, false).await.unwrap_err();
    assert!(matches!(refused, Error::ChainReplaced(10)), "{refused}");
    let checkpoints = audit_checkpoints::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert!(checkpoints.is_empty(), "the forged head is not signed");
    let verdict = check(&t, None).await;
    assert_eq!(verdict.broken, Some((10, "the chain does not match the saved checkpoint".to_owned())));
    assert_eq!(verdict.unsealed, 1);
    // Without knowledge of the original chain, verification needs a saved head.
    let stranger = t.restarted().await;
    assert_eq!(verify(&stranger, None).await.unwrap().broken, None);
    assert!(verify(&stranger, Some(&honest)).await.unwrap().broken.is_some());
}

#[tokio::test]
async fn of_two_faults_the_first_is_named() {
    let t = sealed().await;
    tamper(&t, "UPDATE audit_logs SET ip_address = NULL, user_agent = NULL, salt = NULL WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 2)").await;
    tamper(&t, "DELETE FROM audit_logs WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 5)").await;
    let reason = "personal data was removed without an entry that records it".to_owned();
    assert_eq!(check(&t, None).await.broken, Some((2, reason)));
}

#[tokio::test]
async fn personal_data_may_go_only_when_a_later_entry_says_so() {
    let t = sealed().await;
    tamper(&t, "UPDATE audit_logs SET ip_address = NULL, user_agent = NULL, salt = NULL WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 2)").await;
    assert_eq!(check(&t, None).await.broken.map(|(seq, _)| seq), Some(2));
    let erased = entry_at(&t, 2).await;
    let entry = tekvwarho::platform::audit::Entry {
        actor: None,
        action: "audit.erased",
        entity: (entity::Entity::Audit, Some(erased)),
        changes: tekvwarho::platform::audit::Changes::none(),
        from: &tekvwarho::http::RequestInfo::internal(),
    }
    .row(&t.app.ids, t.clock.now());
    t.app
        .storage
        .write(entry, |tx, entry| {
            Box::pin(async move {
                tx.audit(entry.clone());
                Ok(())
            })
        })
        .await
        .unwrap();
    seal_pending(&t.app, false).await.unwrap();
    assert_eq!(check(&t, None).await.broken, None);
}

#[tokio::test]
async fn the_entries_are_sealed_in_the_order_of_their_ids() {
    let t = sealed().await;
    let chain =
        audit_chain::Entity::find().order_by_asc(audit_chain::Column::Seq).all(t.app.storage.read()).await.unwrap();
    assert!(chain.is_sorted_by_key(|link| link.audit_id));
    let first = audit_logs::Entity::find()
        .filter(audit_logs::Column::Id.eq(chain[0].audit_id))
        .one(t.app.storage.read())
        .await
        .unwrap();
    assert_eq!(first.unwrap().action, "message.created");
}
