//! Reading, writing, ordering and deleting the pages, and uploading their pictures.

use axum::extract::State;
use database::entity::site_pages::{Column, Entity, Model, Place};
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _, QueryOrder as _, QuerySelect as _, Set};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::page::{NewSitePage, SitePage, SitePagePatch, SitePageSummary, checked, etag, fields, without_content};
use super::{CHANGED, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::{All, Created, Data, Envelope, Id, IfMatch, Json, Nothing, Problem, Raw, RequestInfo, Tagged};
use crate::pictures::Drawing;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity as Kind;
use crate::platform::idempotency::{self, Claim};
use crate::platform::permission::Permission;
use crate::platform::settings::{PictureFile, UploadedPicture, keep_picture};
use crate::platform::staff as people;
use crate::storage::Tx;

/// Pages that there can be.
const MOST: u64 = 100;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Settings, routes!(list_site_pages, create_site_page)))
        .routes(demand(Permission::Settings, routes!(order_site_pages)))
        .routes(demand(Permission::Settings, routes!(upload_page_picture)))
        .routes(demand(Permission::Settings, routes!(get_site_page, change_site_page, delete_site_page)))
}

/// The order of the pages.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SitePageOrder {
    /// The id of every page, once.
    pub ids: Vec<Uuid>,
}

/// Lists the firm's own pages, drafts included, in their order.
#[utoipa::path(get, path = "/api/admin/pages", tag = "site", responses((status = 200, body = Envelope<Vec<SitePageSummary>>)))]
async fn list_site_pages(State(app): State<App>) -> Result<All<SitePageSummary>> {
    let rows = store::all(app.storage.read()).await?;
    let names = people::names(&app).await?;
    Ok(All::of(rows.into_iter().map(|row| SitePageSummary::of(row, &names)).collect()))
}

/// Returns a page with its text.
#[utoipa::path(get, path = "/api/admin/pages/{id}", tag = "site", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<SitePage>), (status = 404, body = Problem)))]
async fn get_site_page(State(app): State<App>, Id(id): Id) -> Result<Tagged<Data<SitePage>>> {
    let row = store::by_id(app.storage.read(), id).await?;
    Ok(Tagged { etag: etag(&row), answer: Data(SitePage::of(row, &*people::names(&app).await?)) })
}

/// Adds a page after the others.
#[utoipa::path(post, path = "/api/admin/pages", tag = "site", request_body = NewSitePage,
    responses((status = 201, body = Envelope<SitePage>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_site_page(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    claim: Claim,
    Json(new): Json<NewSitePage>,
) -> Result<Tagged<Created<SitePage>>> {
    let act = Act::new(&app, caller, info);
    let published_at = new.is_published.unwrap_or_default().then_some(act.now);
    let row = checked(Model {
        id: app.ids.next(act.now),
        slug: new.slug.unwrap_or_default().trim().to_owned(),
        title: new.title,
        description: new.description.unwrap_or_default(),
        body: new.body.unwrap_or_default(),
        place: new.place.unwrap_or(Place::Menu),
        position: 0,
        published_at,
        first_published_at: published_at,
        updated_by: Some(act.caller.staff_id),
        updated_at: act.now,
    })?;
    let names = people::names(&app).await?;
    app.storage
        .write((act, row, claim, names), |tx, (act, row, claim, names)| {
            Box::pin(async move {
                let rows = Entity::find().order_by_asc(Column::Id).lock_exclusive().all(tx.conn()).await?;
                if rows.len() as u64 >= MOST {
                    return Err(Error::Conflict(format!("There can be at most {MOST} pages.").into()));
                }
                let last = rows.iter().map(|page| page.position).max();
                let row = Model { position: last.map_or(0, |last| last + 1), ..row.clone() };
                let saved = store::put(tx.conn(), None, &row).await?;
                let told = fields(&without_content(&saved), &saved);
                act.note(tx, "site_page.created", (Kind::SitePage, saved.id), told);
                announce(tx, Some(saved.id));
                let location = format!("/api/admin/pages/{}", saved.id);
                let etag = etag(&saved);
                let answer = Created { location, data: SitePage::of(saved, names), message: None };
                let created = Tagged { etag, answer };
                idempotency::write(tx.conn(), claim.row(&created)?.as_ref()).await?;
                Ok(created)
            })
        })
        .await
}

/// Changes, publishes or withdraws a page. With `If-Match`, fails with 412 if it has changed since.
#[utoipa::path(patch, path = "/api/admin/pages/{id}", tag = "site", params(("id" = Uuid, Path)), request_body = SitePagePatch,
    responses((status = 200, body = Envelope<SitePage>), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change_site_page(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
    Json(patch): Json<SitePagePatch>,
) -> Result<Tagged<Data<SitePage>>> {
    let act = Act::new(&app, caller, info);
    let changed = app
        .storage
        .write((act, patch, seen), move |tx, (act, patch, seen)| {
            Box::pin(async move {
                let row = store::locked(tx.conn(), id).await?;
                seen.check(&etag(&row))?;
                let mut next = checked(patch.applied_to(row.clone(), act.now))?;
                next.updated_by = Some(act.caller.staff_id);
                next.updated_at = act.now;
                let saved = store::put(tx.conn(), Some(&row), &next).await?;
                let action = match (row.published_at, saved.published_at) {
                    (None, Some(_)) => "site_page.published",
                    (Some(_), None) => "site_page.withdrawn",
                    _ => "site_page.changed",
                };
                act.note(tx, action, (Kind::SitePage, id), fields(&row, &saved));
                announce(tx, Some(id));
                Ok(saved)
            })
        })
        .await?;
    Ok(Tagged { etag: etag(&changed), answer: Data(SitePage::of(changed, &*people::names(&app).await?)) })
}

/// Deletes a page. Its addresses, old and new, lead nowhere afterwards. With `If-Match`, fails with 412 if it has
/// changed since.
#[utoipa::path(delete, path = "/api/admin/pages/{id}", tag = "site", params(("id" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn delete_site_page(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    seen: IfMatch,
    Id(id): Id,
) -> Result<Data<Nothing>> {
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, seen), move |tx, (act, seen)| {
            Box::pin(async move {
                let row = store::locked(tx.conn(), id).await?;
                seen.check(&etag(&row))?;
                store::delete(tx.conn(), id).await?;
                act.note(tx, "site_page.deleted", (Kind::SitePage, id), fields(&row, &without_content(&row)));
                announce(tx, Some(id));
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Sets the order of the pages, in the menu and at the foot.
#[utoipa::path(put, path = "/api/admin/pages/order", tag = "site", request_body = SitePageOrder,
    responses((status = 200, body = Envelope<Nothing>), (status = 409, body = Problem)))]
async fn order_site_pages(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Json(order): Json<SitePageOrder>,
) -> Result<Data<Nothing>> {
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, order.ids), |tx, (act, ids)| {
            Box::pin(async move {
                let rows = Entity::find().order_by_asc(Column::Id).lock_exclusive().all(tx.conn()).await?;
                let sorted = |mut ids: Vec<Uuid>| {
                    ids.sort_unstable();
                    ids
                };
                if sorted(rows.iter().map(|row| row.id).collect()) != sorted(ids.clone()) {
                    return Err(Error::Conflict("The pages have changed since. Load them again.".into()));
                }
                for row in rows {
                    let at = ids.iter().position(|id| *id == row.id).unwrap_or_default();
                    let mut change = row.into_active_model();
                    change.position = Set(i32::try_from(at).map_err(Error::internal)?);
                    change.update(tx.conn()).await?;
                }
                act.note_all(tx, "site_pages.ordered", Kind::SitePage, Changes::none());
                announce(tx, None);
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

/// Uploads a picture for the text of a page: PNG, JPEG or WebP, up to 8 MB. It is re-encoded, at most 1600 pixels wide,
/// and not shown to visitors until a published page names it. A picture that nothing names within a day is deleted.
#[utoipa::path(post, path = "/api/admin/pages/pictures", tag = "site",
    request_body(content = PictureFile, content_type = "application/octet-stream"),
    responses((status = 201, body = Envelope<UploadedPicture>), (status = 422, body = Problem)))]
async fn upload_page_picture(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    file: Raw,
) -> Result<Created<UploadedPicture>> {
    keep_picture(&app, &caller, &info, file, Drawing::Figure).await
}

fn announce(tx: &Tx<'_>, id: Option<Uuid>) {
    tx.publish(Kind::SitePage.notice(CHANGED, id));
}
