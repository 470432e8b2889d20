//! Which pages the site has beyond the fixed ones: what the menu, the foot and the sitemap list. Every page shows them,
//! so they are read once for all.

use std::sync::{Arc, PoisonError, RwLock};

use database::entity::site_pages::{Column, Entity, Place};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use serde::Serialize;
use uuid::Uuid;

use super::{about, own};
use crate::app::App;
use crate::cluster::{Bus, Event, Recent};
use crate::error::Result;
use crate::platform::settings::Snapshot;

/// What this process keeps between two pages.
pub struct Kept {
    /// By the generation of the page cache: whatever drops the cached pages drops this too.
    listed: Recent<u64, Listed>,
    /// For pages that are drawn while the database is down.
    last: RwLock<Arc<Listed>>,
}

impl Kept {
    pub fn new(bus: &Bus) -> Self {
        Self { listed: Recent::new(bus, |event| *event == Event::Everything), last: RwLock::default() }
    }
}

/// True if the event makes pages of the site stale.
pub fn is_stale_after(event: &Event) -> bool {
    match event {
        // Somebody on the About page may have another name or picture, or have left.
        Event::Everything | Event::StaffChanged(_) => true,
        Event::Notice(notice) => notice.kind == own::CHANGED,
        _ => false,
    }
}

/// A link to a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    #[serde(skip)]
    pub id: Uuid,
    pub title: String,
    pub path: String,
    #[serde(skip)]
    pub place: Place,
}

/// The pages that visitors can open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// There is an About page.
    pub about: bool,
    /// Published pages, in their order.
    pub pages: Vec<Link>,
}

impl Listed {
    /// The pages that are linked in one place.
    pub fn at(&self, place: Place) -> Vec<&Link> {
        self.pages.iter().filter(|page| page.place == place).collect()
    }
}

/// The pages that visitors can open now.
///
/// # Errors
/// The database is unavailable.
pub async fn listed(app: &App, settings: &Snapshot) -> Result<Arc<Listed>> {
    let generation = app.front.pages.generation();
    let listed = app.site.listed.get(generation, async |_: &u64| read(app, settings).await).await?;
    *app.site.last.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&listed);
    Ok(listed)
}

async fn read(app: &App, settings: &Snapshot) -> Result<Listed> {
    let conn = app.storage.read();
    Ok(Listed { about: about::is_there(conn, settings).await?, pages: published(conn).await? })
}

/// The same, or what was known last while the database is unavailable.
pub async fn last_listed(app: &App, settings: &Snapshot) -> Arc<Listed> {
    match listed(app, settings).await {
        Ok(listed) => listed,
        Err(_) => app.site.last.read().unwrap_or_else(PoisonError::into_inner).clone(),
    }
}

async fn published(conn: &impl ConnectionTrait) -> Result<Vec<Link>> {
    let rows: Vec<(Uuid, String, String, Place)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Title, Column::Slug, Column::Place])
        .filter(Column::PublishedAt.is_not_null())
        .order_by_asc(Column::Position)
        .into_tuple()
        .all(conn)
        .await?;
    let link =
        |(id, title, slug, place): (Uuid, String, String, Place)| Link { id, title, path: own::path(&slug), place };
    Ok(rows.into_iter().map(link).collect())
}
