//! Pictures of people.

use std::io::Cursor;

use database::entity::staff::Role;
use database::entity::staff_avatars;
use http_body_util::StreamBody;
use hyper::body::Frame;
use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::Method;
use sea_orm::EntityTrait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::support::{Answer, Signed, TestApp};

/// A picture that is red on the left and blue on the right, wider than high.
fn picture(format: ImageFormat) -> Vec<u8> {
    let pixels = RgbImage::from_fn(640, 480, |x, _| image::Rgb(if x < 320 { [220, 20, 20] } else { [20, 20, 220] }));
    let mut bytes = Vec::new();
    DynamicImage::ImageRgb8(pixels).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

impl TestApp {
    async fn put_picture(&self, who: &Signed, path: &str, bytes: impl Into<reqwest::Body>) -> Answer {
        Answer::of(self.request_as(who, Method::PUT, path).body(bytes)).await
    }
}

#[tokio::test]
async fn a_picture_is_drawn_anew_and_served_to_staff() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut addresses = Vec::new();
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let answer = t.put_picture(&ada, "/api/auth/me/avatar", picture(format)).await;
        addresses.push(answer.data()["avatar"].as_str().unwrap().to_owned());
    }
    let address = addresses.last().unwrap();
    assert_eq!(t.get_as(&ada, "/api/auth/me").await.data()["avatar"], **address);
    t.get(address).await.problem(401, "unauthenticated");
    let response = t.request_as(&ada, Method::GET, address).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((header("content-type"), header("x-content-type-options")), ("image/jpeg".into(), "nosniff".into()));
    assert_eq!(header("cache-control"), "private, max-age=31536000, immutable");
    let kept = response.bytes().await.unwrap();
    assert!(kept.len() < 20_000, "{} bytes", kept.len());
    let kept = image::load_from_memory(&kept).unwrap().to_rgb8();
    assert_eq!(kept.dimensions(), (256, 256));
    assert!(kept.get_pixel(10, 128)[0] > 180 && kept.get_pixel(245, 128)[2] > 180, "the middle, the right way up");
    // One picture per person, whatever came before.
    assert_eq!(staff_avatars::Entity::find().all(t.app.storage.read()).await.unwrap().len(), 1);
    let colleagues = t.get_as(&ada, "/api/admin/colleagues").await.data();
    assert_eq!(colleagues[0]["avatar"], **address);
    let gone = Answer::of(t.request_as(&ada, Method::DELETE, "/api/auth/me/avatar")).await;
    assert!(gone.data()["avatar"].is_null());
    t.get_as(&ada, address).await.problem(404, "not_found");
}

#[tokio::test]
async fn metadata_does_not_survive() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let mut bytes = picture(ImageFormat::Jpeg);
    // A comment after the first marker, where cameras and programs put theirs.
    let secret = b"GPS 52.5200 N 13.4050 E";
    let mut comment = vec![0xff, 0xfe, 0, u8::try_from(secret.len() + 2).unwrap()];
    comment.extend_from_slice(secret);
    bytes.splice(2..2, comment);
    let address = t.put_picture(&ada, "/api/auth/me/avatar", bytes).await.data()["avatar"].as_str().unwrap().to_owned();
    let response = t.request_as(&ada, Method::GET, &address).send().await.unwrap();
    let kept = response.bytes().await.unwrap();
    assert!(!kept.windows(3).any(|part| part == b"GPS"));
}

#[tokio::test]
async fn what_is_no_picture_changes_nothing() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let whole = picture(ImageFormat::Png);
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    let cut = whole[..whole.len() / 2].to_vec();
    for (bytes, code) in [(Vec::new(), "required"), (svg, "invalid"), (cut, "invalid"), (b"GIF89a".to_vec(), "invalid")]
    {
        let refused = t.put_picture(&ada, "/api/auth/me/avatar", bytes).await;
        assert_eq!(refused.status(422).refused(), [("file".to_owned(), code.to_owned())]);
    }
    // 50 MB are rejected by the announced length, before a single byte arrives.
    let mut socket = tokio::net::TcpStream::connect(t.address).await.unwrap();
    let head = format!(
        "PUT /api/auth/me/avatar HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 50000000\r\n\r\n",
        ada.access
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 413");
    // And by the bytes received, if no length was announced.
    let pieces =
        (0..21).map(|_| Ok::<_, std::convert::Infallible>(Frame::data(bytes::Bytes::from(vec![0_u8; 100_000]))));
    let stream = reqwest::Body::wrap(StreamBody::new(futures_util::stream::iter(pieces)));
    t.put_picture(&ada, "/api/auth/me/avatar", stream).await.problem(413, "body_too_large");
    assert!(t.get_as(&ada, "/api/auth/me").await.data()["avatar"].is_null());
    assert!(staff_avatars::Entity::find().all(t.app.storage.read()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_picture_of_another_needs_the_right() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let cleo = t.person("Cleo", Role::Staff).await;
    let signed = t.sign_in(&cleo).await;
    let path = format!("/api/admin/staff/{}/avatar", cleo.id);
    t.put_picture(&signed, &path, picture(ImageFormat::Png)).await.problem(403, "forbidden");
    let made = t.put_picture(&ada, &path, picture(ImageFormat::Png)).await.data();
    assert_eq!(t.get_as(&signed, "/api/auth/me").await.data()["avatar"], made["avatar"]);
    let nobody = "/api/admin/staff/00000000-0000-7000-8000-000000000000/avatar";
    t.put_picture(&ada, nobody, picture(ImageFormat::Png)).await.problem(404, "not_found");
}

#[tokio::test]
async fn made_up_people_go_with_their_pictures_and_are_told_nothing_more() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    t.post_as(&ada, "/api/admin/samples", serde_json::json!(null)).await.status(201);
    let people = database::entity::staff::Entity::find().all(t.app.storage.read()).await.unwrap();
    let made_up = people.iter().find(|person| person.password_hash == "none").unwrap();
    let path = format!("/api/admin/staff/{}/avatar", made_up.id);
    t.put_picture(&ada, &path, picture(ImageFormat::Png)).await.status(200);
    // Everyone is known now, including the sample people.
    t.send_message(serde_json::json!({})).await;
    let gone = t.delete_as(&ada, "/api/admin/samples").await;
    assert_eq!(gone.data()["staff"], 4);
    assert!(staff_avatars::Entity::find().all(t.app.storage.read()).await.unwrap().is_empty());
    t.send_message(serde_json::json!({})).await;
}
