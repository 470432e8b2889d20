//! Tags in use, and their colours.

use std::collections::HashMap;

use axum::extract::State;
use database::entity::message_tags;
use database::entity::tag_colours::{Colour, Column, Entity, Model};
use sea_orm::sea_query::{Alias, Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::labels::checked_tags;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::http::{All, Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand};
use crate::platform::entity::Entity as Kind;
use crate::platform::permission::Permission;

/// Tags that are listed, the most used first.
const LISTED: u64 = 200;
/// Tags that can have a colour.
const COLOURED: u64 = 1_000;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(demand(Permission::Messages, routes!(list_tags)))
        .routes(demand(Permission::Messages, routes!(colour_tag)))
}

/// A tag and its number of messages.
#[derive(Debug, Serialize, ToSchema)]
pub struct TagCount {
    pub tag: String,
    pub count: i64,
    /// Null: none.
    pub colour: Option<Colour>,
}

/// Lists the tags in use, most used first.
#[utoipa::path(get, path = "/api/admin/messages/tags", tag = "messages", responses((status = 200, body = Envelope<Vec<TagCount>>)))]
async fn list_tags(State(app): State<App>) -> Result<All<TagCount>> {
    let counted = counted(app.storage.read()).await?;
    let colours = colours(app.storage.read(), counted.iter().map(|(tag, _)| tag.as_str())).await?;
    let tags = counted.into_iter().map(|(tag, count)| TagCount { colour: colours.get(&tag).copied(), tag, count });
    Ok(All::up_to(LISTED, tags.collect()))
}

/// The colour of a tag.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagStyle {
    /// At most 40 characters.
    pub tag: String,
    /// Null: none.
    pub colour: Option<Colour>,
}

/// Sets the colour of a tag, for everyone.
#[utoipa::path(put, path = "/api/admin/messages/tags", tag = "messages", request_body = TagStyle,
    responses((status = 200, body = Envelope<TagCount>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn colour_tag(
    State(app): State<App>,
    caller: Caller,
    info: RequestInfo,
    Json(style): Json<TagStyle>,
) -> Result<Data<TagCount>> {
    let mut check = Check::new();
    let tag = checked_tags(&mut check, "tag", std::slice::from_ref(&style.tag)).pop().unwrap_or_default();
    if tag.is_empty() {
        check.refuse("tag", "required", "Give it a name.");
    }
    check.done()?;
    let act = Act::new(&app, caller, info);
    app.storage
        .write((act, tag, style.colour), |tx, (act, tag, colour)| {
            Box::pin(async move {
                let before = Entity::find_by_id(tag.clone()).one(tx.conn()).await?.map(|row| row.colour);
                let used = message_tags::Entity::find().filter(message_tags::Column::Tag.eq(tag.as_str()));
                let count = i64::try_from(used.count(tx.conn()).await?).unwrap_or(i64::MAX);
                let styled = TagCount { tag: tag.clone(), count, colour: *colour };
                if before == *colour {
                    return Ok(styled);
                }
                match colour {
                    Some(colour) => {
                        let row = Model { tag: tag.clone(), colour: *colour };
                        let again = OnConflict::column(Column::Tag).update_column(Column::Colour).to_owned();
                        Entity::insert(row.into_active_model())
                            .on_conflict(again)
                            .exec_without_returning(tx.conn())
                            .await?;
                        if Entity::find().count(tx.conn()).await? > COLOURED {
                            return Err(Error::Conflict("No more tags can have a colour.".into()));
                        }
                    }
                    None => Entity::delete_by_id(tag.clone()).exec(tx.conn()).await.map(drop)?,
                }
                let changes = Changes::none().fact("tag", tag).field("colour", before, *colour);
                act.note_all(tx, "tag.coloured", Kind::Inbox, changes);
                tx.publish(Kind::Inbox.notice("tags_changed", None));
                Ok(styled)
            })
        })
        .await
        .map(Data)
}

/// Every tag with the number of its messages, the most used first.
async fn counted(conn: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, DbErr> {
    message_tags::Entity::find()
        .select_only()
        .column(message_tags::Column::Tag)
        .column_as(message_tags::Column::MessageId.count(), "number")
        .group_by(message_tags::Column::Tag)
        .order_by_desc(Expr::col(Alias::new("number")))
        .limit(LISTED)
        .into_tuple()
        .all(conn)
        .await
}

async fn colours(
    conn: &impl ConnectionTrait,
    tags: impl Iterator<Item = &str>,
) -> Result<HashMap<String, Colour>, DbErr> {
    let rows = Entity::find().filter(Column::Tag.is_in(tags)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.tag, row.colour)).collect())
}
