//! A message as it stands when it arrives.

use chrono::{DateTime, Utc};
use database::entity::messages::{Model, Status};
use sea_orm::prelude::Uuid;

use crate::storage::{email_key, search_text};

/// What a client says of themselves, and what they write.
pub struct Arrival {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub company: Option<String>,
    pub message: String,
}

/// A new message that waits for a reply, with everything else empty.
pub fn arrived(id: Uuid, at: DateTime<Utc>, words: Arrival) -> Model {
    let Arrival { name, email, phone, company, message } = words;
    let searched = [Some(&name), Some(&email), phone.as_ref(), company.as_ref(), Some(&message)];
    Model {
        id,
        search_text: search_text(searched.into_iter().flatten().map(String::as_str)),
        email_key: email_key(&email),
        name,
        email,
        phone,
        company,
        service: None,
        message,
        status: Status::New,
        assigned_to: None,
        reply_content: None,
        replied_at: None,
        first_replied_at: None,
        client_replied_at: None,
        last_activity_at: at,
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
        visitor_id: None,
        ip_address: None,
        user_agent: None,
        version: 1,
        doubtful: false,
        signs: None,
        created_at: at,
    }
}
