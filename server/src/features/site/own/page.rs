//! A page as programs see it, and what a page may say.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use database::entity::site_pages::{Model, Place};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{address, path};
use crate::error::Result;
use crate::http::valid::Check;
use crate::markdown;
use crate::platform::audit::Changes;
use crate::secrets::sha256_hex;

/// Maximum characters of a title.
const TITLE: usize = 120;
/// Maximum characters of a description: search engines show half of it.
const DESCRIPTION: usize = 300;
/// Maximum characters of a text.
const BODY: usize = 20_000;

/// A page of the firm's own.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SitePage {
    #[serde(flatten)]
    pub summary: SitePageSummary,
    /// For search engines; empty: they show the beginning of the text.
    pub description: String,
    /// Markdown.
    pub body: String,
}

/// A page in the list of pages.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SitePageSummary {
    pub id: Uuid,
    pub title: String,
    /// The part of the address after /p/.
    pub slug: String,
    /// Where visitors find it.
    pub path: String,
    pub place: Place,
    /// Null: a draft, which visitors do not see.
    pub published_at: Option<DateTime<Utc>>,
    /// It is or was published: visitors may have the address, so it stays when the title changes.
    pub was_published: bool,
    /// Who changed it last; null if that was a program.
    pub updated_by: Option<String>,
    pub updated_at: DateTime<Utc>,
    /// Send it as `If-Match` with a change.
    pub etag: String,
}

impl SitePage {
    pub fn of(row: Model, names: &HashMap<Uuid, String>) -> Self {
        let (description, body) = (row.description.clone(), row.body.clone());
        Self { summary: SitePageSummary::of(row, names), description, body }
    }
}

impl SitePageSummary {
    pub fn of(row: Model, names: &HashMap<Uuid, String>) -> Self {
        Self {
            etag: etag(&row),
            path: path(&row.slug),
            id: row.id,
            title: row.title,
            slug: row.slug,
            place: row.place,
            published_at: row.published_at,
            was_published: row.first_published_at.is_some(),
            updated_by: row.updated_by.and_then(|id| names.get(&id).cloned()),
            updated_at: row.updated_at,
        }
    }
}

/// A digest of what can be edited.
pub fn etag(row: &Model) -> String {
    let edited = json!([
        row.title,
        row.slug,
        row.description,
        row.body,
        row.place,
        row.published_at.map(|at| at.timestamp_millis())
    ]);
    format!("\"{}\"", &sha256_hex(edited.to_string())[..24])
}

/// A new page. It is a draft unless `isPublished` says otherwise.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSitePage {
    pub title: String,
    /// Left out or empty: made from the title.
    #[serde(default)]
    pub slug: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub body: Option<String>,
    /// `menu` if left out.
    #[serde(default)]
    pub place: Option<Place>,
    #[serde(default)]
    pub is_published: Option<bool>,
}

/// Changes to a page. Fields that are left out stay unchanged.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SitePagePatch {
    #[serde(default)]
    pub title: Option<String>,
    /// Left out: it follows the title if it did before and the page was never published.
    #[serde(default)]
    pub slug: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub body: Option<String>,
    #[serde(default)]
    pub place: Option<Place>,
    #[serde(default)]
    pub is_published: Option<bool>,
}

impl SitePagePatch {
    /// The page with the changes. Without an address, it needs one made of its title.
    pub fn applied_to(&self, row: Model, now: DateTime<Utc>) -> Model {
        let title = self.title.clone().unwrap_or_else(|| row.title.clone());
        let slug = match self.slug.as_deref().map(str::trim) {
            Some(slug) => slug.to_owned(),
            None if row.first_published_at.is_none()
                && title != row.title
                && address::follows(&row.slug, &row.title) =>
            {
                String::new()
            }
            None => row.slug,
        };
        let published_at = match self.is_published {
            Some(false) => None,
            Some(true) => row.published_at.or(Some(now)),
            None => row.published_at,
        };
        Model {
            title,
            slug,
            description: self.description.clone().unwrap_or(row.description),
            body: self.body.clone().unwrap_or(row.body),
            place: self.place.unwrap_or(row.place),
            published_at,
            first_published_at: row.first_published_at.or(published_at),
            ..row
        }
    }
}

/// The page in its one form, or what is wrong with it. An empty address is not wrong: it will be made of the title.
pub fn checked(mut row: Model) -> Result<Model> {
    let mut check = Check::new();
    row.title = check.line("title", &row.title, TITLE, "Give the page a title.");
    if !row.slug.is_empty() {
        address::check(&mut check, &row.slug);
    }
    row.description = check.optional_line("description", Some(&row.description), DESCRIPTION).unwrap_or_default();
    row.body = row.body.trim().replace("\r\n", "\n");
    if !row.body.is_empty() {
        row.body = check.text("body", &row.body, BODY, "Write something before you publish the page.");
        if row.body.chars().count() <= BODY
            && let Some(fault) = markdown::fault(&row.body)
        {
            check.refuse("body", "invalid", fault);
        }
    } else if row.published_at.is_some() {
        check.refuse("body", "required", "Write something before you publish the page.");
    }
    check.done()?;
    Ok(row)
}

/// A page that says nothing: what a new one was before, and a deleted one is afterwards.
pub fn without_content(page: &Model) -> Model {
    Model {
        title: String::new(),
        slug: String::new(),
        description: String::new(),
        body: String::new(),
        published_at: None,
        ..page.clone()
    }
}

/// What a change is, for the audit trail. A text is told by its length: the trail would grow with every version.
pub fn fields(before: &Model, after: &Model) -> Changes {
    let told = Changes::none()
        .field("title", &before.title, &after.title)
        .field("slug", &before.slug, &after.slug)
        .field("description", &before.description, &after.description)
        .field("place", before.place, after.place)
        .field("published", before.published_at.is_some(), after.published_at.is_some());
    if before.body == after.body {
        return told;
    }
    told.fact("text", format!("changed, {} characters", after.body.chars().count()))
}
