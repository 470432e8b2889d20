//! Pictures in the texts of pages: who sees them when, how large they are, and how long they are kept.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use reqwest::Method;
use serde_json::json;

use super::{PAGES, address};
use crate::support::{Answer, Signed, TestApp};

/// A photo: noise, which JPEG stores best.
fn photo(width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([x, y, x ^ y].map(|it| u8::try_from(it.wrapping_mul(2_654_435) % 251).unwrap()))
    });
    let mut bytes = Vec::new();
    DynamicImage::ImageRgb8(pixels).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg).unwrap();
    bytes
}

impl TestApp {
    async fn upload_for_page(&self, who: &Signed, bytes: Vec<u8>) -> Answer {
        Answer::of(self.request_as(who, Method::POST, &format!("{PAGES}/pictures")).body(bytes)).await
    }

    /// The name of an uploaded photo.
    async fn photo(&self, who: &Signed, width: u32, height: u32) -> String {
        self.upload_for_page(who, photo(width, height)).await.status(201).data()["name"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_picture_is_public_while_a_published_page_shows_it() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let name = t.photo(&ada, 2_000, 500).await;
    assert!(name.starts_with("1600x400-"), "{name}");
    let url = format!("/pictures/{name}");
    t.get(&url).await.status(404);
    let text = format!("![Our \"office\"]({url})\n\n![]({url})");
    let page = t.write_page(&ada, json!({ "title": "Office", "body": text })).await;
    t.get(&url).await.status(404);
    t.change_page(&ada, &page, json!({ "isPublished": true })).await.status(200);
    let shown = t.request(Method::GET, &url).send().await.unwrap();
    assert_eq!((shown.status().as_u16(), &shown.headers()["content-type"]), (200, &"image/jpeg".parse().unwrap()));
    let bytes = shown.bytes().await.unwrap();
    assert!(!bytes.windows(4).any(|it| it == b"Exif"), "nothing of the file itself is served");
    let html = t.get("/p/office").await.text;
    let tag = format!(
        "<img src=\"{url}\" alt=\"Our &quot;office&quot;\" width=\"1600\" height=\"400\" loading=\"lazy\" decoding=\"async\">"
    );
    assert!(html.contains(&tag) && html.contains("alt=\"\""), "{html}");
    t.change_page(&ada, &page, json!({ "isPublished": false })).await.status(200);
    t.get(&url).await.status(404);
    t.get_as(&ada, &format!("/api/admin/settings/pictures/{name}")).await.status(200);
}

#[tokio::test]
async fn a_picture_of_the_about_text_is_public_too() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let name = t.photo(&ada, 40, 30).await;
    let text = format!("![Us](/pictures/{name})");
    t.patch_as(&ada, "/api/admin/settings", json!({ "site.aboutShown": true, "site.aboutText": text }))
        .await
        .status(200);
    t.get(&format!("/pictures/{name}")).await.status(200);
    assert!(t.get("/about").await.text.contains("width=\"40\" height=\"30\""));
}

#[tokio::test]
async fn what_nothing_names_is_gone_a_day_later_and_what_a_draft_names_stays() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (kept, of_about, left) =
        (t.photo(&ada, 20, 10).await, t.photo(&ada, 21, 10).await, t.photo(&ada, 22, 10).await);
    let page = t.write_page(&ada, json!({ "title": "A", "body": format!("![a](/pictures/{kept})") })).await;
    let text = json!({ "site.aboutText": format!("![a](/pictures/{of_about})") });
    t.patch_as(&ada, "/api/admin/settings", text).await.status(200);
    let next_day = async |width: u32| {
        t.clock.advance(chrono::Duration::hours(25));
        let ada = t.sign_in_again("Ada").await;
        t.photo(&ada, width, 10).await;
        ada
    };
    let ada = next_day(23).await;
    let there =
        async |who: &Signed, name: &str| t.get_as(who, &format!("/api/admin/settings/pictures/{name}")).await.code;
    assert_eq!((there(&ada, &kept).await, there(&ada, &of_about).await, there(&ada, &left).await), (200, 200, 404));
    // A page that names a picture which is gone says so.
    let gone = json!({ "body": format!("![a](/pictures/{left})") });
    assert_eq!(t.change_page(&ada, &page, gone.clone()).await.refused(), [("body".to_owned(), "invalid".to_owned())]);
    assert!(t.change_page(&ada, &page, gone).await.text.contains("no longer exists"));
    // Taken out of the text, it goes as well.
    t.change_page(&ada, &page, json!({ "body": "Nothing." })).await.status(200);
    let ada = next_day(24).await;
    assert_eq!(there(&ada, &kept).await, 404);
    t.delete_as(&ada, &address(&page)).await.status(200);
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_is_refused() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    for (bytes, code) in [(Vec::new(), "required"), (svg, "invalid"), (photo(60, 60)[..200].to_vec(), "invalid")] {
        assert_eq!(t.upload_for_page(&ada, bytes).await.refused(), [("file".to_owned(), code.to_owned())]);
    }
    t.upload_for_page(&ada, vec![0; 8_000_001]).await.problem(413, "body_too_large");
}
