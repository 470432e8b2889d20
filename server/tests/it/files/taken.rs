//! What is taken and how it is returned: types, limits, pictures, headers.

use std::time::Instant;

use database::entity::files;
use image::ImageFormat;
use reqwest::Method;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait as _;
use serde_json::json;

use super::write;
use crate::chat::Visitor;
use crate::support::files::{Found, archive, bomb, form, id_of, photo, photo_with_metadata};
use crate::support::{Answer, TestApp};

#[tokio::test]
async fn bytes_decide_what_a_file_is() {
    let t = TestApp::new().await;
    let visitor = Visitor::new(&t).await;
    let word = archive(&[("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<x/>")]);
    for (name, bytes, media, kept) in [
        ("invoice.pdf", photo(4, 4, ImageFormat::Png), "image/png", "invoice.png"),
        ("a.png", b"%PDF-1.7".to_vec(), "application/pdf", "a.pdf"),
        ("notes", "Grüße".as_bytes().to_vec(), "text/plain", "notes.txt"),
        ("list.csv", b"a;b".to_vec(), "text/csv", "list.csv"),
        (
            "letter.zip",
            word.clone(),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "letter.docx",
        ),
        ("holiday.exe", archive(&[("a.jpg", "x")]), "application/zip", "holiday.zip"),
        ("../../up.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "image/gif", "up.gif"),
        ("photo.webp", photo(9, 9, ImageFormat::WebP), "image/jpeg", "photo.jpg"),
    ] {
        let made = t.upload_as_visitor(&visitor.token, name, &bytes).await;
        assert_eq!((&made.data()["type"], &made.data()["name"]), (&json!(media), &json!(kept)), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_in_words() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let visitor = Visitor::new(&t).await;
    let half = photo(200, 200, ImageFormat::Png);
    for (name, bytes, code, words) in [
        ("empty.txt", Vec::new(), "required", "This file is empty"),
        ("page.png", b"<!doctype html><script>alert(1)</script>".to_vec(), "invalid", "This type of file"),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(), "invalid", "This type of file"),
        ("run.sh", b"#!/bin/sh\necho".to_vec(), "invalid", "This type of file"),
        ("setup.pdf", b"MZ\x90\0\x03\0\0\0\x04".to_vec(), "invalid", "This type of file"),
        ("app.zip", archive(&[("META-INF/MANIFEST.MF", "Main-Class: A")]), "invalid", "This type of file"),
        ("half.png", half[..half.len() / 2].to_vec(), "invalid", "damaged"),
        ("bomb.png", bomb(50_000, 50_000), "too_large", "50000 × 50000 pixels"),
    ] {
        let began = Instant::now();
        for refused in [t.upload_as_visitor(&visitor.token, name, &bytes).await, t.upload_as(&ada, name, &bytes).await]
        {
            refused.problem(422, "validation_failed");
            assert_eq!(refused.refused(), [("file".to_owned(), code.to_owned())], "{name}");
            assert!(refused.text.contains(words), "{name}: {}", refused.text);
        }
        assert!(began.elapsed().as_secs() < 5, "{name} took {:?}", began.elapsed());
    }
    assert!(t.objects().is_empty());
    let upload = || t.request_as(&ada, Method::POST, "/api/admin/files?for=chat");
    Answer::of(form(upload(), "other", "a.txt", b"a")).await.problem(400, "malformed_body");
    Answer::of(upload().json(&json!({}))).await.problem(400, "malformed_body");
    for wrong in ["?for=note", "?for=nothing"] {
        let request = t.request_as(&ada, Method::POST, &format!("/api/admin/files{wrong}"));
        Answer::of(form(request, "file", "a.txt", b"a")).await.problem(422, "validation_failed");
    }
}

#[tokio::test]
async fn a_picture_is_drawn_again_at_two_sizes() {
    let t = TestApp::new().await;
    let visitor = Visitor::new(&t).await;
    let mut given = photo(2_600, 200, ImageFormat::Jpeg);
    // Whatever hangs on a picture stays behind.
    given.extend(b"<script>alert(1)</script>");
    let made = t.upload_as_visitor(&visitor.token, "wide.jpg", &given).await;
    assert_eq!((&made.data()["width"], &made.data()["height"]), (&json!(2_560), &json!(197)));
    let file = id_of(&made);
    let whole = t.file_for_visitor(&visitor.token, &file).await;
    assert_eq!(made.data()["size"], json!(whole.bytes.len()));
    assert_eq!(whole.picture().dimensions(), (2_560, 197));
    let preview = t.file_for_visitor(&visitor.token, &format!("{file}?size=preview")).await;
    assert_eq!(preview.picture().dimensions(), (640, 49));
    for found in [&whole, &preview] {
        assert!(!found.bytes.windows(7).any(|it| it == b"<script"));
        let pixel = found.picture().get_pixel(5, 5).0;
        assert!(pixel[0] > 180 && pixel[2] < 80, "{pixel:?}");
    }
    assert_eq!(t.file_for_visitor(&visitor.token, &format!("{file}?size=huge")).await.code, 422);
    assert_eq!(t.file_for_visitor(&visitor.token, &format!("{file}?other=1")).await.code, 422);
    // A small one has one size.
    let small = id_of(&t.upload_as_visitor(&visitor.token, "small.png", &photo(60, 30, ImageFormat::Png)).await);
    let preview = t.file_for_visitor(&visitor.token, &format!("{small}?size=preview")).await;
    assert_eq!(preview.picture().dimensions(), (60, 30));
    assert_eq!(t.objects().len(), 3);
}

#[tokio::test]
async fn a_photo_stands_upright_and_does_not_say_where_it_was_taken() {
    let t = TestApp::new().await;
    let visitor = Visitor::new(&t).await;
    let given = photo_with_metadata(400, 200);
    for word in [&b"GPSPLACE"[..], b"SecretPhone"] {
        assert!(given.windows(word.len()).any(|it| it == word));
    }
    let file = id_of(&t.upload_as_visitor(&visitor.token, "DSC_1.JPG", &given).await);
    let found = t.file_for_visitor(&visitor.token, &file).await;
    // It lay on its side, its left half is above now.
    let picture = found.picture();
    assert_eq!(picture.dimensions(), (200, 400));
    assert!(picture.get_pixel(100, 20).0[0] > 180 && picture.get_pixel(100, 380).0[2] > 180);
    for word in [&b"GPSPLACE"[..], b"SecretPhone", b"Exif"] {
        assert!(!found.bytes.windows(word.len()).any(|it| it == word));
    }
}

#[tokio::test]
async fn only_pictures_are_shown_and_nothing_runs() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    let mut files = Vec::new();
    for (name, bytes) in [
        ("a.png", photo(4, 4, ImageFormat::Png)),
        ("Müller \"x\".pdf", b"%PDF-1.7".to_vec()),
        ("a.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec()),
    ] {
        files.push(id_of(&t.upload_as_visitor(&visitor.token, &name.replace('"', "%22"), &bytes).await));
    }
    write(&mut visitor, "one", "", &files.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for (file, media, disposition) in [
        (&files[0], "image/png", "inline; filename=\"a.png\"; filename*=UTF-8''a.png"),
        (
            &files[1],
            "application/pdf",
            "attachment; filename=\"M_ller _x_.pdf\"; filename*=UTF-8''M%C3%BCller%20%22x%22.pdf",
        ),
        (&files[2], "image/gif", "attachment; filename=\"a.gif\"; filename*=UTF-8''a.gif"),
    ] {
        for found in [t.file_for(&ada, file).await, t.file_for_visitor(&visitor.token, file).await] {
            assert_eq!((found.code, found.header("content-type")), (200, media));
            assert_eq!(found.header("content-disposition"), disposition);
            assert_eq!(found.header("content-security-policy"), "default-src 'none'; sandbox");
            assert_eq!(found.header("x-content-type-options"), "nosniff");
            assert_eq!(found.header("cache-control"), "no-store");
            assert_eq!(found.header("content-length"), found.bytes.len().to_string());
        }
    }
    let wrong = Found::of(t.request_as(&ada, Method::GET, "/api/admin/files/none")).await;
    assert_eq!(wrong.code, 404);
}

#[tokio::test]
async fn uploads_are_counted_and_a_session_has_room_for_a_hundred_megabytes() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.fileSize": 25 })).await.status(200);
    let visitor = Visitor::new(&t).await;
    let large = vec![b'a'; 24_000_000];
    for _ in 0..4 {
        t.upload_as_visitor(&visitor.token, "a.txt", &large).await.status(201);
    }
    let full = t.upload_as_visitor(&visitor.token, "a.txt", &large).await;
    full.problem(422, "validation_failed");
    assert_eq!(full.refused(), [("file".to_owned(), "too_large".to_owned())]);
    let mut small = 0;
    let refused = loop {
        let one = t.upload_as_visitor(&visitor.token, "a.txt", b"a").await;
        if one.code != 201 {
            break one;
        }
        small += 1;
    };
    // The allowance refills while this runs.
    assert!((25..50).contains(&small), "{small}");
    refused.problem(429, "rate_limited");
    assert!(refused.headers.contains_key("retry-after"));
    let other = Visitor::new(&t).await;
    t.upload_as_visitor(&other.token, "a.txt", b"a").await.status(201);
}

#[tokio::test]
async fn a_blocked_visitor_uploads_nothing() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Hello?").await;
    let block = format!("/api/admin/chats/{}/block", visitor.session);
    t.post_as(&ada, &block, json!({ "minutes": 60 })).await.status(200);
    t.upload_as_visitor(&visitor.token, "a.txt", b"a").await.problem(403, "forbidden");
}

#[tokio::test]
async fn strangers_fill_neither_the_disk_nor_the_places_of_others() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let visitor = Visitor::new(&t).await;
    // What others have uploaded and named nowhere counts together.
    let known = id_of(&t.upload_as_visitor(&visitor.token, "a.txt", b"a").await);
    let known: uuid::Uuid = known.parse().unwrap();
    let grown = t.app.storage.write((), move |tx, ()| {
        Box::pin(async move {
            let row = files::ActiveModel { id: Set(known), size: Set(1_999_999_999), ..Default::default() };
            Ok(files::Entity::update(row).exec(tx.conn()).await?)
        })
    });
    grown.await.unwrap();
    let other = Visitor::new(&t).await;
    t.upload_as_visitor(&other.token, "b.txt", b"b").await.status(201);
    t.upload_as_visitor(&other.token, "c.txt", b"c").await.problem(503, "unavailable");
    assert_eq!(t.upload_as(&ada, "d.txt", b"d").await.code, 201, "staff have room");
    // While there is no chat, none begins with a file.
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.enabled": false })).await.status(200);
    let late = Visitor::new(&t).await;
    t.upload_as_visitor(&late.token, "e.txt", b"e").await.problem(404, "not_found");
}

#[tokio::test]
async fn one_address_uploads_so_much_in_an_hour() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.fileSize": 25 })).await.status(200);
    let mut pdf = b"%PDF-1.7".to_vec();
    pdf.resize(24_900_000, 0);
    for _ in 0..2 {
        let visitor = Visitor::new(&t).await;
        for _ in 0..4 {
            t.upload_as_visitor(&visitor.token, "large.pdf", &pdf).await.status(201);
        }
    }
    let visitor = Visitor::new(&t).await;
    t.upload_as_visitor(&visitor.token, "large.pdf", &pdf).await.problem(429, "rate_limited");
    assert_eq!(t.upload_as(&ada, "large.pdf", &pdf).await.code, 201);
}

/// An upload that has its place and sends nothing, from behind a proxy.
async fn slow(t: &TestApp, token: &str, address: &str) -> tokio::net::TcpStream {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let head = format!(
        "POST /api/chat/files HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {address}\r\nauthorization: Session {token}\r\n\
         content-type: multipart/form-data; boundary=XyZ\r\ncontent-length: 100000\r\nexpect: 100-continue\r\n\r\n"
    );
    let mut line = tokio::net::TcpStream::connect(t.address).await.unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    // The server asks for the body once the upload has its place.
    let mut said = [0; 12];
    line.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 100");
    line
}

#[tokio::test]
async fn slow_uploads_keep_nobody_else_from_uploading() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    let visitor = Visitor::new(&t).await;
    let upload = async |address: &str| {
        let request = t.request(Method::POST, "/api/chat/files").header("x-forwarded-for", address);
        let request = request.header("authorization", format!("Session {}", visitor.token));
        Answer::of(form(request, "file", "a.txt", b"a")).await
    };
    let mut held = Vec::new();
    for last in 1..=6 {
        let address = format!("192.0.2.{last}");
        for _ in 0..2 {
            held.push(slow(&t, &visitor.token, &address).await);
        }
        upload(&address).await.problem(503, "unavailable");
    }
    upload("192.0.2.9").await.status(201);
}
