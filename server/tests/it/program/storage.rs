//! The only way to write: a unit is all or nothing, and none pays for another.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use database::entity::installation::{ActiveModel, Column, Entity};
use database::entity::messages;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait as _, ConnectionTrait as _, EntityTrait, IntoActiveModel as _, Set};
use serde_json::json;
use tekvwarho::error::Error;
use tekvwarho::platform::auth::claim_installation;
use tekvwarho::secrets::KeyRing;
use tekvwarho::storage::Engine;
use uuid::Uuid;

use crate::support::TestApp;

/// Inserts a row with that name, then fails if told to.
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
    // The old key alone is now another ring; the new one alone would be accepted.
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
async fn what_is_acknowledged_after_the_disk_was_full_is_there() {
    let t = TestApp::new().await;
    let storage = &t.app.storage;
    let run = async |statement: &'static str| {
        storage
            .write(statement, |tx, it| Box::pin(async move { Ok(tx.conn().execute_unprepared(it).await.map(drop)?) }))
            .await
    };
    // SQLite says that the disk is full when the file may have no more pages. PostgreSQL has no such limit: there it is
    // the failures of units alone that leave nothing behind.
    let sqlite = Engine::of(storage.read()) == Engine::Sqlite;
    let large = "x".repeat(1_000_000);
    for attempt in 0..3 {
        if sqlite {
            run("PRAGMA max_page_count = 1").await.unwrap();
            let full = put(&t, format!("{attempt}{large}"), false).await.unwrap_err();
            assert!(matches!(full, Error::Database(_)), "{full}");
        }
        put(&t, format!("{attempt}"), true).await.unwrap_err();
    }
    // With room again, what is acknowledged is there for everybody, and other programs can write.
    if sqlite {
        run("PRAGMA max_page_count = 1000000").await.unwrap();
    }
    put(&t, "after it".to_owned(), false).await.unwrap();
    assert!(Entity::find_by_id("after it").one(storage.read()).await.unwrap().is_some());
    let elsewhere = crate::support::begin_elsewhere(&t.app.config.database_url()).await;
    elsewhere.rollback().await.unwrap();
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
        tekvwarho::storage::Storage::open(&url, bus, Vec::new(), Some((&backups, crate::support::start_of_time())))
            .await
            .unwrap();
        std::fs::read_dir(backups).map_or(0, Iterator::count)
    };
    assert_eq!(open().await, 1, "a copy of the old one");
    assert_eq!(open().await, 1, "and none when there is nothing to do");
}

#[tokio::test]
async fn the_index_of_words_follows_what_one_commit_does() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.send_message(json!({ "message": "The walrus wants a web site." })).await;
    let rows = messages::Entity::find().all(t.app.storage.read()).await.unwrap();
    let (now, first) = (t.clock.now(), rows[0].clone());
    // Inserted, changed and deleted in one commit, before the index has any of it.
    let made = |number: u128, word: &str| {
        let id = t.app.ids.next(now + chrono::Duration::milliseconds(i64::try_from(number).unwrap()));
        messages::Model { id, activity_id: id, search_text: format!(" {word} "), ..first.clone() }
    };
    let units = (made(1, "puffin"), made(2, "gannet"), made(3, "auk"), first.id);
    t.app
        .storage
        .write(units, |tx, (kept, changed, gone, old)| {
            Box::pin(async move {
                for message in [kept, changed, gone] {
                    messages::Entity::insert(message.clone().into_active_model())
                        .exec_without_returning(tx.conn())
                        .await?;
                }
                let text = |id: Uuid, text: &str| messages::ActiveModel {
                    id: Set(id),
                    search_text: Set(text.to_owned()),
                    ..Default::default()
                };
                text(changed.id, " guillemot ").update(tx.conn()).await?;
                text(*old, " fulmar ").update(tx.conn()).await?;
                messages::Entity::delete_by_id(gone.id).exec(tx.conn()).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    let conn = t.app.storage.read();
    let found = async |word: &str| {
        t.get_as(&ada, &format!("/api/admin/messages?q={word}")).await.data().as_array().unwrap().len()
    };
    for (word, hits) in [("puffin", 1), ("guillemot", 1), ("fulmar", 1), ("gannet", 0), ("auk", 0), ("walrus", 0)] {
        assert_eq!(found(word).await, hits, "{word}");
    }
    if Engine::of(conn) == Engine::Sqlite {
        // The index checks itself against the rows.
        let check = "INSERT INTO messages_search(messages_search, rank) VALUES ('integrity-check', 1)";
        t.app
            .storage
            .write((), move |tx, ()| Box::pin(async move { Ok(tx.conn().execute_unprepared(check).await.map(drop)?) }))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn who_loses_a_race_as_expected_lets_nobody_run_again() {
    let t = TestApp::new().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let claim = |number: usize| {
        t.app.storage.write((format!("slot {}", number % 4), Arc::clone(&runs)), |tx, (name, runs)| {
            Box::pin(async move {
                runs.fetch_add(1, Ordering::Relaxed);
                let slot = ActiveModel { name: Set(name.clone()), value: Set("x".to_owned()) };
                let first = OnConflict::column(Column::Name).do_nothing().to_owned();
                let made = Entity::insert(slot).on_conflict(first).exec_without_returning(tx.conn()).await?;
                Ok::<_, Error>(made == 1)
            })
        })
    };
    let outcomes = futures_util::future::join_all((0..200).map(claim)).await;
    let won = outcomes.into_iter().filter(|outcome| *outcome.as_ref().unwrap()).count();
    assert_eq!(won, 4, "one for each slot");
    assert_eq!(runs.load(Ordering::Relaxed), 200, "each ran once");
}
