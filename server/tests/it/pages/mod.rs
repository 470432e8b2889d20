//! Pages of the firm's own, their pictures, the About page, and previews.

mod about;
mod markdown;
mod pictures;
mod preview;
mod visitors;
mod writing;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Signed, TestApp};

const PAGES: &str = "/api/admin/pages";

impl TestApp {
    /// A new page; a draft unless it says otherwise.
    async fn write_page(&self, who: &Signed, page: Value) -> Value {
        self.post_as(who, PAGES, page).await.status(201).data()
    }

    /// A published page with this title and text.
    async fn publish(&self, who: &Signed, title: &str, body: &str) -> Value {
        self.write_page(who, json!({ "title": title, "body": body, "isPublished": true })).await
    }

    async fn change_page(&self, who: &Signed, page: &Value, change: Value) -> Answer {
        self.patch_as(who, &address(page), change).await
    }

    async fn put_as(&self, who: &Signed, path: &str, body: Value) -> Answer {
        Answer::of(self.request_as(who, Method::PUT, path).json(&body)).await
    }

    /// What the audit trail says about pages, newest first.
    async fn told_of_pages(&self, who: &Signed) -> Vec<String> {
        let entries = self.get_as(who, "/api/admin/audit?entityType=site_page").await.data();
        entries.as_array().unwrap().iter().map(|it| it["sentence"].as_str().unwrap().to_owned()).collect()
    }
}

/// Where a page is changed.
fn address(page: &Value) -> String {
    format!("{PAGES}/{}", page["id"].as_str().unwrap())
}

/// What a page says between header and footer.
fn main_of(html: &str) -> &str {
    html.split("<main").nth(1).unwrap().split("</main>").next().unwrap()
}

/// The links of the menu.
fn menu_of(html: &str) -> Vec<&str> {
    let menu = html.split("class=\"nav-wide\"").nth(1).unwrap().split("</nav>").next().unwrap();
    menu.split("<a ").skip(1).filter_map(|link| Some(link.split_once('>')?.1.split_once("</a>")?.0)).collect()
}
