//! The logo: uploaded, previewed, selected, displayed, and removed.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbaImage};
use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Signed, TestApp};

/// A wide picture with a transparent left side.
pub fn logo() -> Vec<u8> {
    let pixels = RgbaImage::from_fn(960, 240, |x, _| image::Rgba([200, 30, 30, if x < 480 { 0 } else { 255 }]));
    let mut bytes = Vec::new();
    DynamicImage::ImageRgba8(pixels).write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    bytes
}

impl TestApp {
    /// Uploads a picture for the site.
    pub async fn upload(&self, who: &Signed, bytes: Vec<u8>) -> Answer {
        Answer::of(self.request_as(who, Method::POST, "/api/admin/settings/pictures").body(bytes)).await
    }
}

#[tokio::test]
async fn a_logo_is_shown_once_it_was_chosen() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let uploaded = t.upload(&ada, logo()).await;
    let data = uploaded.status(201).data();
    let name = data["name"].as_str().unwrap();
    let preview = format!("/api/admin/settings/pictures/{name}");
    assert!(name.starts_with("480x120-") && data["url"] == preview, "{data}");
    let url = &format!("/pictures/{name}");
    t.get(url).await.status(404);
    t.get(&preview).await.status(401);
    t.get_as(&ada, &preview).await.status(200);
    assert!(!t.get("/").await.text.contains("/pictures/"), "what was uploaded is not shown yet");
    let noted = t.get_as(&ada, "/api/admin/audit?action=settings.picture_uploaded").await.data();
    assert_eq!((noted.as_array().unwrap().len(), &noted[0]["changes"]["picture"]["to"]), (1, &json!(name)));
    t.patch_as(&ada, "/api/admin/settings", json!({ "firm.logo": name })).await.status(200);
    let home = t.get("/").await.text.replace("&#x2f;", "/");
    assert!(home.contains(&format!("<img class=\"logo\" src=\"{url}\" width=\"480\" height=\"120\"")), "{home}");
    assert!(home.contains(&format!("\"logo\":\"http://localhost:5500{url}\"")), "{home}");
    let response = t.request(Method::GET, url).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((header("content-type"), header("x-content-type-options")), ("image/png".into(), "nosniff".into()));
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    let drawn = image::load_from_memory(&response.bytes().await.unwrap()).unwrap().to_rgba8();
    assert_eq!((drawn.get_pixel(10, 60)[3], drawn.get_pixel(470, 60)[3]), (0, 255));
    t.patch_as(&ada, "/api/admin/settings", json!({ "firm.logo": null })).await.status(200);
    assert!(!t.get("/").await.text.contains("/pictures/"));
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_nothing_is_half_done() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".to_vec();
    for (bytes, code) in [(Vec::new(), "required"), (svg, "invalid"), (logo()[..200].to_vec(), "invalid")] {
        assert_eq!(t.upload(&ada, bytes).await.refused(), [("file".to_owned(), code.to_owned())]);
    }
    t.upload(&ada, vec![0; 2_000_001]).await.problem(413, "body_too_large");
    let unknown = format!("480x120-{}", "0".repeat(64));
    for name in [json!(unknown), json!("logo.png"), json!("../../etc/passwd"), json!(7)] {
        let refused = t.patch_as(&ada, "/api/admin/settings", json!({ "firm.logo": name })).await;
        assert_eq!(refused.refused(), [("firm.logo".to_owned(), "invalid".to_owned())]);
    }
    t.get(&format!("/pictures/{unknown}")).await.status(404);
}

#[tokio::test]
async fn a_picture_that_nobody_chose_is_gone_a_day_later() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let chosen = t.upload(&ada, logo()).await.data()["name"].as_str().unwrap().to_owned();
    t.patch_as(&ada, "/api/admin/settings", json!({ "firm.logo": chosen })).await.status(200);
    let mut small = Vec::new();
    DynamicImage::new_rgba8(10, 10).write_to(&mut Cursor::new(&mut small), ImageFormat::Png).unwrap();
    let left = t.upload(&ada, small).await.data()["url"].as_str().unwrap().to_owned();
    t.clock.advance(chrono::Duration::hours(25));
    let ada = t.sign_in_again("Ada").await;
    let mut other = Vec::new();
    DynamicImage::new_rgba8(20, 10).write_to(&mut Cursor::new(&mut other), ImageFormat::Png).unwrap();
    t.upload(&ada, other).await.status(201);
    t.get_as(&ada, &left).await.status(404);
    t.get(&format!("/pictures/{chosen}")).await.status(200);
}
