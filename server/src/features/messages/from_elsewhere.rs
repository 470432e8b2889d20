//! A message that staff make of what a client wrote elsewhere.

use database::entity::messages::{self, Status};
use sea_orm::IntoActiveModel as _;
use uuid::Uuid;

use super::contact::LONGEST;
use super::tally;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::permission::Permission;
use crate::storage::{Tx, email_key, search_text};

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
    let text: String = given.text.chars().take(LONGEST).collect();
    let message = messages::Model {
        id,
        search_text: search_text([given.name.as_str(), given.email.as_str(), text.as_str()]),
        email_key: email_key(&given.email),
        name: given.name.clone(),
        email: given.email.clone(),
        phone: None,
        company: None,
        service: given.service.clone(),
        message: text,
        status: if theirs.is_some() { Status::InProgress } else { Status::New },
        assigned_to: theirs,
        reply_content: None,
        replied_at: None,
        first_replied_at: None,
        client_replied_at: None,
        last_activity_at: act.now,
        activity_id: id,
        last_line: None,
        last_line_kind: None,
        last_line_by: None,
        last_line_at: None,
        waiting_id: Some(id),
        undelivered: false,
        snoozed_until: None,
        follow_up_at: None,
        follow_up_by: None,
        reply_count: 0,
        consent: false,
        visitor_id: given.visitor_id,
        ip_address: None,
        user_agent: None,
        version: 1,
        doubtful: false,
        signs: None,
        created_at: act.now,
    };
    tally::added(tx, &message);
    let changes = Changes::none().fact("status", message.status).fact("service", &message.service);
    act.note(tx, "message.taken_over", (Entity::Message, id), changes);
    tx.add(message.into_active_model());
    tx.publish(Entity::Message.notice("message_created", Some(id)));
    id
}
