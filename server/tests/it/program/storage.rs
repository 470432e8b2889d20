//! The one way to write: a unit is all or nothing, and none pays for another.

use database::entity::installation::{ActiveModel, Entity};
use sea_orm::{ActiveModelTrait as _, EntityTrait, Set};
use tekvwarho::error::Error;
use tekvwarho::platform::auth::claim_installation;
use tekvwarho::secrets::KeyRing;

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
    let other = KeyRing::ephemeral();
    let refused = claim_installation(&t.app.storage, &other).await.unwrap_err();
    assert!(refused.to_string().contains("another key ring"), "{refused}");
    claim_installation(&t.app.storage, &t.app.keys).await.unwrap();
}

#[tokio::test]
async fn after_a_rotation_the_database_knows_the_new_key() {
    let t = TestApp::new().await;
    let file = t.folder.path().join("keys.json");
    let storage = &t.app.storage;
    let claim = |ring: KeyRing| async move { claim_installation(storage, &ring).await };
    let old = std::fs::read(&file).unwrap();
    KeyRing::rotate(&file).unwrap();
    claim(KeyRing::open(&file).unwrap()).await.unwrap();
    // The old key alone is another ring now; the new one alone would do.
    std::fs::write(&file, old).unwrap();
    assert!(claim(KeyRing::open(&file).unwrap()).await.is_err());
}

#[tokio::test]
async fn a_unit_that_panics_ends_nobody_else() {
    let t = TestApp::new().await;
    let bad = t.app.storage.write((), |_, ()| Box::pin(async move { panic!("as the test wants it") }));
    let (panicked, fine) = tokio::join!(
        futures_util::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(async { bad.await as Result<(), Error> })),
        futures_util::future::join_all((0..20).map(|number| put(&t, format!("row {number}"), false))),
    );
    assert!(!matches!(panicked, Ok(Ok(()))));
    assert!(fine.iter().all(Result::is_ok));
    put(&t, "after it".to_owned(), false).await.unwrap();
    t.get("/api/health/ready").await.status(200);
}

#[tokio::test]
async fn an_older_database_is_copied_before_it_is_migrated() {
    use sea_orm_migration::MigratorTrait as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("old.db");
    let url = format!("sqlite://{}", file.display());
    let old = sea_orm::Database::connect(format!("{url}?mode=rwc")).await.unwrap();
    database::Migrator::up(&old, Some(2)).await.unwrap();
    old.close().await.unwrap();
    let open = async || {
        let backups = folder.path().join("backups");
        let bus = tekvwarho::cluster::Bus::in_process();
        tekvwarho::storage::Storage::open(&url, bus, Some((&backups, crate::support::start_of_time()))).await.unwrap();
        std::fs::read_dir(backups).map_or(0, Iterator::count)
    };
    assert_eq!(open().await, 1, "a copy of the old one");
    assert_eq!(open().await, 1, "and none when there is nothing to do");
}
