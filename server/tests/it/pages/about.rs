//! The About page: only people who agreed themselves are on it, and only as long as they agree and work here.

use database::entity::staff::Role;
use database::entity::{site_people, staff};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use sea_orm::{EntityTrait as _, Set};
use serde_json::{Value, json};

use super::{main_of, menu_of};
use crate::support::{Answer, Signed, TestApp};

const OWN: &str = "/api/auth/me/website";

/// Ada has switched the page on; Ben works there.
async fn firm() -> (TestApp, Signed, staff::Model, Signed) {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "site.aboutShown": true })).await.status(200);
    let ben = t.person("Ben Okafor", Role::Staff).await;
    let signed = t.sign_in(&ben).await;
    (t, ada, ben, signed)
}

impl TestApp {
    async fn agree(&self, who: &Signed) -> Answer {
        let own = json!({ "isShown": true, "jobTitle": "Plumber", "text": "Pipes & <taps>.\nAlso on Sundays." });
        self.put_as(who, OWN, own).await
    }

    /// Gives a person a picture, and returns where the site would show it.
    async fn portrait(&self, who: &Signed, width: u32) -> String {
        let mut bytes = std::io::Cursor::new(Vec::new());
        // Each width has a shade of its own, or the square pictures would be the same.
        let shade = u8::try_from(width).unwrap();
        let picture = RgbImage::from_pixel(width, 64, Rgb([shade; 3]));
        DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Png).unwrap();
        let put = self.request_as(who, Method::PUT, "/api/auth/me/avatar").body(bytes.into_inner());
        let url = Answer::of(put).await.status(200).data()["avatar"].as_str().unwrap().to_owned();
        url.replace("/api/admin/avatars/", "/people/")
    }
}

#[tokio::test]
async fn the_page_is_there_when_it_is_on_and_says_something() {
    let (t, ada, _, ben) = firm().await;
    let there = async || (t.get("/about").await.code, menu_of(&t.get("/").await.text).contains(&"About"));
    assert_eq!(there().await, (404, false), "nothing is on it yet");
    assert!(!t.get("/sitemap.xml").await.text.contains("/about"));
    t.agree(&ben).await.status(200);
    assert_eq!(there().await, (200, true));
    t.put_as(&ben, OWN, json!({ "isShown": false })).await.status(200);
    assert_eq!(there().await, (404, false));
    let text = json!({ "site.aboutText": "We are **two**.", "site.aboutTitle": "The workshop" });
    t.patch_as(&ada, "/api/admin/settings", text).await.status(200);
    assert_eq!(there().await, (200, true));
    let html = t.get("/about").await.text;
    let main = main_of(&html);
    assert!(main.contains("<h1>The workshop</h1>") && main.contains("We are <strong>two</strong>."), "{main}");
    assert!(!main.contains("Who we are"), "no heading stands above nobody");
    assert!(t.get("/sitemap.xml").await.text.contains("<loc>http://localhost:5500/about</loc>"));
    t.patch_as(&ada, "/api/admin/settings", json!({ "site.aboutShown": false })).await.status(200);
    assert_eq!(there().await, (404, false));
}

#[tokio::test]
async fn people_are_shown_as_they_wrote_it_and_by_name() {
    let (t, ada, _, ben) = firm().await;
    t.agree(&ben).await.status(200);
    t.put_as(&ada, OWN, json!({ "isShown": true })).await.status(200);
    let html = t.get("/about").await.text;
    let main = main_of(&html);
    assert!(main.contains("<h2 id=\"people\">Who we are</h2>"), "{main}");
    assert!(main.find("<p class=\"who\">Ada</p>").unwrap() < main.find("<h3>Ben Okafor</h3>").unwrap());
    assert!(main.contains("<p class=\"job\">Plumber</p>"), "{main}");
    assert!(main.contains("Pipes &amp; &lt;taps&gt;.\nAlso on Sundays."), "{main}");
    assert!(main.contains("aria-hidden=\"true\">BO</span>"), "{main}");
    // A new name is there at once, although the page was cached.
    t.patch_as(&ben, "/api/auth/me", json!({ "name": "Benno Okafor" })).await.status(200);
    assert!(t.get("/about").await.text.contains("<h3>Benno Okafor</h3>"));
    assert!(!t.get("/about").await.text.contains("okafor@"), "no address");
}

#[tokio::test]
async fn nobody_is_shown_by_somebody_else() {
    let (t, ada, ben, signed) = firm().await;
    assert_eq!(t.get_as(&signed, OWN).await.data()["isShown"], false);
    // The admin changes everything of Ben that an admin can; none of it puts him on the page.
    let staff = format!("/api/admin/staff/{}", ben.id);
    for body in [json!({ "isShown": true }), json!({ "website": { "isShown": true } }), json!({ "jobTitle": "Boss" })] {
        t.patch_as(&ada, &staff, body).await.status(422);
    }
    for path in [format!("{staff}/website"), format!("{OWN}/{}", ben.id)] {
        t.put_as(&ada, &path, json!({ "isShown": true })).await.status(404);
    }
    let other = json!({ "isShown": true, "staffId": ben.id });
    t.put_as(&ada, OWN, other).await.status(422);
    assert!(site_people::Entity::find().all(t.app.storage.read()).await.unwrap().is_empty());
    t.get("/about").await.status(404);
}

#[tokio::test]
async fn who_leaves_or_withdraws_is_gone_at_once_with_their_picture() {
    let (t, ada, ben, signed) = firm().await;
    let picture = t.portrait(&signed, 64).await;
    t.get(&picture).await.status(404);
    t.agree(&signed).await.status(200);
    let shown = async || {
        let page = t.get("/about").await;
        (
            page.text.replace("&#x2f;", "/").contains(&picture),
            page.text.contains("Ben Okafor"),
            t.get(&picture).await.code,
        )
    };
    assert_eq!(shown().await, (true, true, 200));
    assert_eq!(t.get(&picture).await.header("cache-control"), "private, no-store");

    // Withdrawn, and again agreed.
    t.put_as(&signed, OWN, json!({ "isShown": false, "jobTitle": "Plumber" })).await.status(200);
    assert_eq!(shown().await, (false, false, 404));
    t.agree(&signed).await.status(200);
    // Another picture: the old address is dead.
    let newer = t.portrait(&signed, 165).await;
    assert_ne!(newer, picture);
    assert_eq!((t.get(&picture).await.code, t.get(&newer).await.code), (404, 200));
    // The page is off, and on again.
    t.patch_as(&ada, "/api/admin/settings", json!({ "site.aboutShown": false })).await.status(200);
    t.get(&newer).await.status(404);
    t.patch_as(&ada, "/api/admin/settings", json!({ "site.aboutShown": true })).await.status(200);
    t.get(&newer).await.status(200);
    // Deactivated.
    let staff = format!("/api/admin/staff/{}", ben.id);
    t.post_as(&ada, &format!("{staff}/deactivate"), json!({})).await.status(200);
    assert_eq!((t.get("/about").await.code, t.get(&newer).await.code), (404, 404));
    t.post_as(&ada, &format!("{staff}/activate"), json!({})).await.status(200);
    t.get("/about").await.status(404);
    // Back again, they agree again.
    let signed = t.sign_in(&ben).await;
    t.agree(&signed).await.status(200);
    t.get("/about").await.status(200);
    // Someone else changes what they agreed to.
    let mut picture = std::io::Cursor::new(Vec::new());
    DynamicImage::new_rgb8(70, 70).write_to(&mut picture, ImageFormat::Png).unwrap();
    let put = t.request_as(&ada, Method::PUT, &format!("{staff}/avatar")).body(picture.into_inner());
    Answer::of(put).await.status(200);
    t.get("/about").await.status(404);
    t.agree(&signed).await.status(200);
    t.patch_as(&ada, &staff, json!({ "name": "Rude Name" })).await.status(200);
    t.get("/about").await.status(404);
    t.patch_as(&ada, &staff, json!({ "role": "manager" })).await.status(200);
    let signed = t.sign_in(&ben).await;
    assert_eq!(t.get_as(&signed, OWN).await.data()["isShown"], false);
    t.agree(&signed).await.status(200);
    t.get("/about").await.status(200);
    // Deleted: what they wrote is deleted too.
    t.delete_as(&ada, &staff).await.status(200);
    assert_eq!((t.get("/about").await.code, t.get(&newer).await.code), (404, 404));
    assert!(site_people::Entity::find().all(t.app.storage.read()).await.unwrap().is_empty());
}

#[tokio::test]
async fn pictures_of_people_who_did_not_agree_stay_inside() {
    let (t, ada, ben, signed) = firm().await;
    t.agree(&signed).await.status(200);
    let of_ada = t.portrait(&ada, 70).await;
    t.get(&of_ada).await.status(404);
    for path in ["/people/", "/people/x", "/people/..%2f..%2fetc", "/people/null", "/people/%00"] {
        assert!((400..500).contains(&t.get(path).await.code), "{path}");
    }
    t.get(&format!("/people/{}", ben.id)).await.status(404);
    // Somebody whose sign-in was never finished is not active.
    t.change_person(&ben, |change| change.is_active = Set(false)).await;
    t.get("/about").await.status(404);
}

#[tokio::test]
async fn what_people_write_about_themselves_is_checked_and_noted_without_their_words() {
    let (t, ada, ben, signed) = firm().await;
    let refused = async |own: Value| t.put_as(&signed, OWN, own).await.refused();
    let one = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
    assert_eq!(refused(json!({ "isShown": true, "jobTitle": "x".repeat(81) })).await, one("jobTitle", "too_long"));
    assert_eq!(refused(json!({ "isShown": true, "text": "x".repeat(401) })).await, one("text", "too_long"));
    assert_eq!(refused(json!({ "jobTitle": "x" })).await, one("isShown", "required"));
    t.agree(&signed).await.status(200);
    t.put_as(&signed, OWN, json!({ "isShown": true, "jobTitle": "Master plumber" })).await.status(200);
    t.put_as(&signed, OWN, json!({ "isShown": false, "jobTitle": "Master plumber" })).await.status(200);
    let entries = t.get_as(&ada, "/api/admin/audit?action=staff.website_changed").await;
    let told: Vec<Value> = entries.data().as_array().unwrap().iter().map(|it| it["sentence"].clone()).collect();
    assert_eq!(
        told,
        ["withdrew from the website", "changed what the website says about them", "agreed to be shown on the website"]
    );
    assert!(!entries.text.to_lowercase().contains("plumber"), "{}", entries.text);
    let own = t.get_as(&signed, OWN).await.data();
    let kept = json!({ "isShown": false, "jobTitle": "Master plumber", "text": "", "aboutShown": true });
    assert_eq!(own, kept, "{}", ben.name);
}
