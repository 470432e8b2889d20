//! The one way to write: a unit is all or nothing, and none pays for another.

use database::entity::installation::{ActiveModel, Entity};
use sea_orm::{ActiveModelTrait as _, EntityTrait, Set};
use tekvwarho::error::Error;

use crate::support::TestApp;

/// Inserts a row of that name, then fails if told so.
async fn put(t: &TestApp, name: String, fail: bool) -> Result<String, Error> {
    t.app
        .storage
        .write((name, fail), |tx, (name, fail)| {
            Box::pin(async move {
                ActiveModel { name: Set(name.clone()), value: Set("x".to_owned()) }.insert(tx.conn()).await?;
                if *fail { Err(Error::Forbidden) } else { Ok(name.clone()) }
            })
        })
        .await
}

#[tokio::test]
async fn units_that_wait_together_stand_and_fall_alone() {
    let t = TestApp::new().await;
    let before = Entity::find().all(t.app.storage.read()).await.unwrap().len();
    let outcomes =
        futures_util::future::join_all((0..200).map(|number| put(&t, format!("row {number:03}"), number % 10 == 0)))
            .await;
    for (number, outcome) in outcomes.iter().enumerate() {
        match outcome {
            Ok(name) => assert_eq!(*name, format!("row {number:03}")),
            Err(error) => assert!(matches!(error, Error::Forbidden) && number % 10 == 0, "{number}: {error}"),
        }
    }
    assert_eq!(Entity::find().all(t.app.storage.read()).await.unwrap().len() - before, 180);
}

#[tokio::test]
async fn what_was_written_is_read_at_once() {
    let t = TestApp::new().await;
    put(&t, "one".to_owned(), false).await.unwrap();
    assert!(Entity::find_by_id("one").one(t.app.storage.read()).await.unwrap().is_some());
    let again = put(&t, "one".to_owned(), false).await.unwrap_err();
    assert!(again.is_unique_violation(), "{again}");
}

#[tokio::test]
async fn another_key_ring_is_refused() {
    let t = TestApp::new().await;
    let other = tekvwarho::secrets::KeyRing::ephemeral();
    let refused = tekvwarho::features::auth::claim_installation(&t.app.storage, &other).await.unwrap_err();
    assert!(refused.to_string().contains("another key ring"), "{refused}");
    tekvwarho::features::auth::claim_installation(&t.app.storage, &t.app.keys).await.unwrap();
}
