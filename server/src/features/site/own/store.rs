//! Queries of the pages.

use std::collections::HashMap;

use database::entity::site_pages::{Column, Entity, Model};
use database::entity::{site_page_pictures, site_page_slugs};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, IntoActiveModel as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::address;
use crate::error::{Error, Result};
use crate::markdown;
use crate::platform::settings::hold_pictures;

/// Addresses that one page can have had.
const SLUGS: u64 = 30;

/// All pages, in their order.
pub async fn all(conn: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_asc(Column::Position).all(conn).await
}

/// The page with that id.
pub async fn by_id(conn: &impl ConnectionTrait, id: Uuid) -> Result<Model> {
    Entity::find_by_id(id).one(conn).await?.ok_or(Error::NotFound)
}

/// The same, locked until the unit ends.
pub async fn locked(conn: &impl ConnectionTrait, id: Uuid) -> Result<Model> {
    Entity::find_by_id(id).lock_exclusive().one(conn).await?.ok_or(Error::NotFound)
}

/// The titles of these pages.
pub async fn titles(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>, DbErr> {
    let titles: Vec<(Uuid, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Title])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(titles.into_iter().collect())
}

/// The published page that has or had this address.
pub async fn published_at(conn: &impl ConnectionTrait, slug: &str) -> Result<Model> {
    let known = site_page_slugs::Entity::find_by_id(slug).one(conn).await?.ok_or(Error::NotFound)?;
    let page = by_id(conn, known.page_id).await?;
    if page.published_at.is_none() { Err(Error::NotFound) } else { Ok(page) }
}

/// Writes a page with its address and the names of its pictures. `before` is the row that it replaces.
pub async fn put(conn: &impl ConnectionTrait, before: Option<&Model>, after: &Model) -> Result<Model> {
    let mut after = after.clone();
    if after.slug.is_empty() {
        after.slug = free_slug(conn, &after).await?;
    }
    // The row first: address and pictures refer to it.
    match before {
        None => drop(after.clone().into_active_model().insert(conn).await?),
        Some(_) => drop(after.clone().into_active_model().reset_all().update(conn).await?),
    }
    settle_slug(conn, before, &after).await?;
    let pictures = markdown::pictures(&after.body);
    hold_pictures(conn, "body", &pictures, after.updated_at).await?;
    let of_page = site_page_pictures::Column::PageId.eq(after.id);
    site_page_pictures::Entity::delete_many().filter(of_page).exec(conn).await?;
    if !pictures.is_empty() {
        let rows = pictures.into_iter().map(|picture| site_page_pictures::Model { page_id: after.id, picture });
        site_page_pictures::Entity::insert_many(rows.map(site_page_pictures::Model::into_active_model))
            .exec_without_returning(conn)
            .await?;
    }
    Ok(after)
}

/// An address of the title that no page has or had.
async fn free_slug(conn: &impl ConnectionTrait, page: &Model) -> Result<String> {
    for number in 1..=200 {
        let slug = address::of_title(&page.title, number);
        let owner = site_page_slugs::Entity::find_by_id(slug.as_str()).one(conn).await?;
        if owner.is_none_or(|owner| owner.page_id == page.id) {
            return Ok(slug);
        }
    }
    Err(taken("Another page"))
}

/// Gives a page its address. Visitors never had that of a draft, so another page may have it next.
async fn settle_slug(conn: &impl ConnectionTrait, before: Option<&Model>, after: &Model) -> Result<()> {
    if before.is_some_and(|before| before.slug == after.slug) {
        return Ok(());
    }
    let owner = site_page_slugs::Entity::find_by_id(after.slug.as_str()).one(conn).await?;
    if let Some(owner) = &owner
        && owner.page_id != after.id
    {
        let title = Entity::find_by_id(owner.page_id).one(conn).await?.map(|page| page.title);
        return Err(taken(&format!("“{}”", title.unwrap_or_default())));
    }
    if let Some(before) = before
        && before.first_published_at.is_none()
    {
        site_page_slugs::Entity::delete_by_id(before.slug.as_str()).exec(conn).await?;
    }
    if owner.is_some() {
        return Ok(());
    }
    let of_page = site_page_slugs::Column::PageId.eq(after.id);
    if site_page_slugs::Entity::find().filter(of_page).count(conn).await? >= SLUGS {
        let message = format!("This page has had {SLUGS} addresses. Keep one of them.");
        return Err(Error::field("slug", "too_long", message));
    }
    let row = site_page_slugs::Model { slug: after.slug.clone(), page_id: after.id };
    let inserted = site_page_slugs::Entity::insert(row.into_active_model()).exec_without_returning(conn).await;
    inserted.map(drop).map_err(|error| Error::from(error).on_unique(|| taken("Another page")))
}

fn taken(who: &str) -> Error {
    let message = format!("{who} has or had this address, and links to it lead there. Choose another.");
    Error::field("slug", "taken", message)
}

/// Deletes a page; its addresses are free again.
pub async fn delete(conn: &impl ConnectionTrait, id: Uuid) -> Result<(), DbErr> {
    Entity::delete_by_id(id).exec(conn).await.map(drop)
}

/// The description for search engines: the page's own, or the beginning of its text.
pub fn description(page: &Model) -> String {
    if page.description.is_empty() { markdown::beginning(&page.body, 160) } else { page.description.clone() }
}
