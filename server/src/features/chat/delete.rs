//! Deleting a chat by hand: for a visitor who asks for it.

use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{care, store};
use crate::app::App;
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::respond::Nothing;
use crate::http::{Data, Envelope, Id, Problem, RequestInfo};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::auth::{Caller, demand_in_person, recently_proven};
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(demand_in_person(Permission::Chats, recently_proven(routes!(delete_chat))))
}

/// Deletes a session with its lines, files, notes and tags, and with emails that have not been sent yet. A message that was
/// made of it stays.
#[utoipa::path(delete, path = "/api/admin/chats/{sessionId}", tag = "chats", params(("sessionId" = Uuid, Path)),
    responses((status = 200, body = Envelope<Nothing>), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn delete_chat(State(app): State<App>, caller: Caller, info: RequestInfo, Id(id): Id) -> Result<Data<Nothing>> {
    let act = Act::new(&app, caller, info);
    app.storage
        .write(act, move |tx, act| {
            Box::pin(async move {
                store::locked(tx.conn(), id).await?.ok_or(Error::NotFound)?;
                care::delete(tx, vec![id], act.now).await?;
                act.note(tx, "chat.deleted", (Entity::Chat, id), Changes::none());
                // A session that is gone has no change to tell of: every dashboard looks again.
                tx.publish(Event::Everything);
                Ok(Data(Nothing))
            })
        })
        .await
}
