//! Files in a bucket with the API of S3.

use chrono::Duration;
use image::ImageFormat;

use super::write;
use crate::chat::Visitor;
use crate::support::TestApp;
use crate::support::bucket::{Bucket, KEYS};
use crate::support::files::{id_of, photo};
use crate::support::program::Program;

#[tokio::test]
async fn a_bucket_holds_files_as_a_folder_does() {
    let mut bucket = Bucket::start().await;
    let url = bucket.url();
    let t = TestApp::with(&[&["--files-url", &url][..], &KEYS].concat()).await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    let picture = id_of(&t.upload_as_visitor(&visitor.token, "a.png", &photo(900, 600, ImageFormat::Png)).await);
    let text = id_of(&t.upload_as_visitor(&visitor.token, "Grüße.txt", b"Hello").await);
    let unsent = id_of(&t.upload_as_visitor(&visitor.token, "b.txt", b"b").await);
    write(&mut visitor, "one", "", &[&picture]).await;
    write(&mut visitor, "two", "", &[&text]).await;
    assert!(t.objects().is_empty(), "nothing stays on the disk");
    let names = bucket.objects().await;
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.iter().all(|name| name.starts_with("front/chat/") && !name.contains("txt")), "{names:?}");
    assert_eq!(t.file_for(&ada, &text).await.bytes, b"Hello");
    let preview = t.file_for_visitor(&visitor.token, &format!("{picture}?size=preview")).await;
    assert_eq!(preview.picture().dimensions(), (640, 427));
    t.delete_as(&ada, &format!("/api/admin/chats/{}/messages/1", visitor.session)).await.status(200);
    t.clock.advance(Duration::hours(25));
    t.app.schedule().run_due(uuid::Uuid::nil()).await;
    let names = bucket.objects().await;
    assert!(names.len() == 1 && names[0].contains(&text), "{names:?}");
    assert_eq!(t.file_for_visitor(&visitor.token, &unsent).await.code, 404);
    // Out of reach: nothing is taken, nothing is lost, and the chat goes on.
    bucket.stop();
    t.upload_as_visitor(&visitor.token, "c.txt", b"c").await.problem(503, "unavailable");
    assert_eq!(t.file_for_visitor(&visitor.token, &text).await.code, 503);
    assert!(visitor.say("three", "Hello?").await > 2);
}

#[tokio::test]
async fn the_doctor_tries_the_place_for_files() {
    let program = Program::new().await;
    let files = async |url: &str, keys: bool| {
        let mut more = vec![("TEKVWARHO_FILES_URL", url)];
        if keys {
            more.extend([("AWS_ACCESS_KEY_ID", "desk"), ("AWS_SECRET_ACCESS_KEY", "geheim")]);
        }
        program.run_with(&["doctor"], &more, "").await
    };
    let shared = program.data().join("shared");
    std::fs::create_dir_all(&shared).unwrap();
    let said = files(&format!("file://{}", shared.display()), false).await;
    assert!(said.out.contains(&format!("ok     files: {}", shared.display())), "{}", said.out);
    assert_eq!(std::fs::read_dir(&shared).unwrap().count(), 0, "the probe is gone");
    let said = files("file:///nowhere/at/all", false).await;
    assert!(said.out.contains("fail   files: ") && said.code == 1, "{}", said.out);
    let said = files("s3://desk?endpoint=http://127.0.0.1:1", true).await;
    assert!(said.out.contains("fail   files: the bucket desk") && !said.out.contains("geheim"), "{}", said.out);
    let said = files("s3://desk", false).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("AWS_SECRET_ACCESS_KEY"), "{}", said.err);
    let bucket = Bucket::start().await;
    let said = files(&bucket.url(), true).await;
    assert!(said.out.contains("ok     files: the bucket desk"), "{}", said.out);
    assert!(bucket.objects().await.is_empty());
    let said = program.run(&["doctor"]).await;
    assert!(said.out.contains("ok     files: "), "{}", said.out);
    assert!(!program.data().join("files").exists());
}
