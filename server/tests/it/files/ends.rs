//! When files go: with their line, with their session, after a day without a line, and whatever happens in between.

use chrono::Duration;
use database::entity::files;
use image::ImageFormat;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;
use tekvwarho::app::App;

use super::{send, write};
use crate::chat::{Visitor, desk, session_where};
use crate::support::TestApp;
use crate::support::files::{id_of, photo};

/// The work of a minute.
async fn clean_up(app: &App) {
    app.schedule().run_due(uuid::Uuid::nil()).await;
}

async fn rows(t: &TestApp) -> u64 {
    files::Entity::find().count(t.app.storage.read()).await.unwrap()
}

#[tokio::test]
async fn a_redacted_line_takes_its_files_along() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    let file = id_of(&t.upload_as_visitor(&visitor.token, "passport.png", &photo(900, 600, ImageFormat::Png)).await);
    let kept = id_of(&t.upload_as_visitor(&visitor.token, "plan.pdf", b"%PDF-1.7").await);
    write(&mut visitor, "one", "", &[&file]).await;
    let shown = session_where(&mut staff, &visitor.session, |it| it["lastSeq"] == 1).await;
    assert_eq!(shown["lastLine"], "passport.png");
    write(&mut visitor, "two", "Our plan", &[&kept]).await;
    assert_eq!(t.objects().len(), 3);
    t.delete_as(&ada, &format!("/api/admin/chats/{}/messages/1", visitor.session)).await.status(200);
    // At once, although the bytes are still there.
    for found in [t.file_for(&ada, &file).await, t.file_for_visitor(&visitor.token, &file).await] {
        assert_eq!(found.code, 404);
    }
    let lines = visitor.again(&t, 0).await.lines().await;
    assert_eq!((&lines[0]["redacted"], lines[0].get("files")), (&json!(true), None));
    let found = t.get_as(&ada, "/api/admin/chats?q=passport").await.data();
    assert!(found.as_array().unwrap().is_empty());
    clean_up(&t.app).await;
    assert_eq!((t.objects().len(), rows(&t).await), (1, 1));
    assert_eq!(t.file_for(&ada, &kept).await.code, 200);
}

#[tokio::test]
async fn the_last_line_of_a_list_goes_with_its_file() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    let file = id_of(&t.upload_as_visitor(&visitor.token, "secret.txt", b"a").await);
    write(&mut visitor, "one", "", &[&file]).await;
    t.delete_as(&ada, &format!("/api/admin/chats/{}/messages/1", visitor.session)).await.status(200);
    let list = t.get_as(&ada, "/api/admin/chats").await;
    assert!(!list.text.contains("secret"), "{}", list.text);
}

#[tokio::test]
async fn what_a_crash_leaves_is_removed_by_the_next_start() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    let file = id_of(&t.upload_as_visitor(&visitor.token, "a.txt", b"a").await);
    write(&mut visitor, "one", "", &[&file]).await;
    t.delete_as(&ada, &format!("/api/admin/chats/{}/messages/1", visitor.session)).await.status(200);
    // The unit is done, and nobody has removed the bytes; beside them, an interrupted write left something.
    let left = t.objects();
    assert_eq!(left.len(), 1);
    std::fs::write(format!("{}#1", left[0]), b"half").unwrap();
    let again = t.restarted().await;
    clean_up(&again).await;
    assert_eq!((t.objects().len(), rows(&t).await), (0, 0));
    // A row whose bytes were never written goes too.
    let file = id_of(&t.upload_as_visitor(&visitor.token, "b.txt", b"b").await);
    std::fs::remove_file(&t.objects()[0]).unwrap();
    assert_eq!(t.file_for_visitor(&visitor.token, &file).await.code, 404);
    t.clock.advance(Duration::hours(25));
    clean_up(&again).await;
    assert_eq!(rows(&t).await, 0);
}

#[tokio::test]
async fn what_no_line_names_goes_after_some_hours_or_a_day_if_it_is_of_staff() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    let sent = id_of(&t.upload_as_visitor(&visitor.token, "a.txt", b"a").await);
    let unsent = id_of(&t.upload_as_visitor(&visitor.token, "b.txt", b"b").await);
    write(&mut visitor, "one", "Look", &[&sent]).await;
    let of_ada = id_of(&t.upload_as(&ada, "c.txt", b"c").await);
    t.clock.advance(Duration::minutes(179));
    clean_up(&t.app).await;
    assert_eq!(rows(&t).await, 3);
    t.clock.advance(Duration::hours(20));
    clean_up(&t.app).await;
    assert_eq!(rows(&t).await, 2);
    t.clock.advance(Duration::hours(2));
    // Even before the job has come by, no line can have it any more.
    assert_eq!(write(&mut visitor, "two", "Look", &[&unsent]).await["code"], "validation_failed");
    let ada = t.sign_in_again("Ada").await;
    let (mut staff, _) = desk(&t, &ada).await;
    assert_eq!(send(&mut staff, &visitor.session, "a", "Look", &[&of_ada]).await["code"], "validation_failed");
    assert_eq!(t.file_for_visitor(&visitor.token, &unsent).await.code, 404);
    clean_up(&t.app).await;
    assert_eq!((t.objects().len(), rows(&t).await), (1, 1));
    assert_eq!(t.file_for_visitor(&visitor.token, &sent).await.code, 200);
}

#[tokio::test]
async fn the_files_of_a_chat_go_with_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "privacy.chatDays": 30 })).await.status(200);
    let mut visitor = Visitor::new(&t).await;
    let file = id_of(&t.upload_as_visitor(&visitor.token, "a.png", &photo(900, 600, ImageFormat::Png)).await);
    write(&mut visitor, "one", "Look", &[&file]).await;
    t.clock.advance(Duration::hours(25));
    clean_up(&t.app).await;
    assert_eq!(t.objects().len(), 2);
    t.clock.advance(Duration::days(31));
    clean_up(&t.app).await;
    t.clock.advance(Duration::minutes(2));
    clean_up(&t.app).await;
    assert_eq!((t.objects().len(), rows(&t).await), (0, 0));
    assert_eq!(t.file_for_visitor(&visitor.token, &file).await.code, 404);
}
