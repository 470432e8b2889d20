//! A message that staff make of what a client wrote elsewhere.

use database::entity::messages::{self, Status};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use super::arrival::{Arrival, arrived};
use super::contact::LONGEST;
use super::tally;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;
use crate::storage::Tx;

/// What is known of it.
#[derive(Debug, Clone)]
pub struct Given {
    pub name: String,
    pub email: String,
    /// Slug of a service.
    pub service: Option<String>,
    /// Only its beginning is kept if it is longer than a message can be.
    pub text: String,
    pub visitor_id: Option<Uuid>,
}

/// Adds it to the inbox: for the person who does it, or for whoever takes it if they may not see messages. The client is
/// told nothing: they know that they wrote.
pub fn take_over(tx: &Tx<'_>, act: &Act, given: &Given) -> Uuid {
    let id = act.platform.ids.next(act.now);
    let theirs = Some(act.caller.staff_id).filter(|_| act.caller.may(Permission::Messages));
    let words = Arrival {
        name: given.name.clone(),
        email: given.email.clone(),
        phone: None,
        company: None,
        message: given.text.chars().take(LONGEST).collect(),
    };
    let message = messages::Model {
        service: given.service.clone(),
        status: if theirs.is_some() { Status::InProgress } else { Status::New },
        assigned_to: theirs,
        visitor_id: given.visitor_id,
        ..arrived(id, act.now, words)
    };
    tally::added(tx, &message);
    let changes = Changes::none().fact("status", message.status).fact("service", &message.service);
    act.note(tx, "message.taken_over", (Entity::Message, id), changes);
    tx.add(message.into_active_model());
    tx.publish(Entity::Message.notice("message_created", Some(id)));
    id
}
