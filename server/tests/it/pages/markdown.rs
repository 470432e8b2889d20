//! What Markdown may bring onto the site, seen from outside: the parts have their tests beside the code.

use serde_json::json;

use super::{PAGES, main_of};
use crate::support::TestApp;

#[tokio::test]
async fn no_text_runs_anything_in_a_browser() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let text = "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\nA <b onclick=alert(1)>b</b>\n\n\
                <iframe src=//evil.example></iframe>\n\n# <svg onload=alert(1)>\n\n- <style>*{}</style>\n\n\
                `<script>`\n\n{{ firm.email }} {% include \"x\" %}";
    t.publish(&ada, "<script>alert(2)</script>", text).await;
    let html = t.get("/p/script-alert-2-script").await;
    let main = main_of(&html.text);
    for tag in ["<script", "<img", "<b ", "<iframe", "<svg", "<style"] {
        assert!(!main.contains(tag), "{tag}: {main}");
    }
    assert!(main.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "it is shown as it was typed: {main}");
    assert!(main.contains("{{ firm.email }}"), "no template is read into it: {main}");
    assert!(html.header("content-security-policy").contains("script-src 'self'"));
    for (path, place) in [("/", "menu"), ("/sitemap.xml", "sitemap")] {
        assert!(!t.get(path).await.text.contains("<script>alert"), "{place}");
    }
}

#[tokio::test]
async fn what_a_visitor_could_not_open_is_refused_with_advice() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    for (text, advice) in [
        ("[a](javascript:alert(1))", "cannot be followed"),
        ("[a](data:text/html,x)", "cannot be followed"),
        ("[a](//evil.example)", "cannot be followed"),
        ("[a]\n\n[a]: vbscript:x", "cannot be followed"),
        ("![a](https://evil.example/pixel.gif)", "Upload it first"),
        ("![a](data:image/png;base64,AA)", "Upload it first"),
        ("![a](/pictures/../../etc/passwd)", "Upload it first"),
    ] {
        let refused = t.post_as(&ada, PAGES, json!({ "title": "A", "body": text })).await;
        assert_eq!(refused.refused(), [("body".to_owned(), "invalid".to_owned())], "{text}");
        assert!(refused.text.contains(advice), "{text}: {}", refused.text);
        // The same rule for the text of the About page.
        let refused = t.patch_as(&ada, "/api/admin/settings", json!({ "site.aboutText": text })).await;
        assert_eq!(refused.refused(), [("site.aboutText".to_owned(), "invalid".to_owned())], "{text}");
    }
}

#[tokio::test]
async fn the_longest_text_is_drawn_soon() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    for text in
        ["> ".repeat(9_990), "- ".repeat(9_990), "**a_ ".repeat(3_900), "[".repeat(19_990), "# a\n".repeat(4_900)]
    {
        let page = t.publish(&ada, "Long", &text).await;
        let began = std::time::Instant::now();
        t.get(page["path"].as_str().unwrap()).await.status(200);
        assert!(began.elapsed().as_secs() < 5);
    }
}
