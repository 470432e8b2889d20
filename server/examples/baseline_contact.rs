//! Baseline for the contact form: a bare axum handler that parses the body and writes the rows of one message (the
//! message, its audit entry, two outbox emails) with the product's group commit. Without pipeline, checks, limits,
//! email rendering, sealer and deliveries.
//!
//! `baseline_contact LISTEN DATABASE_URL`: the database must have the schema (`tekvwarho migrate up`).

use std::error::Error;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use database::entity::messages::Status;
use database::entity::{audit_logs, messages, outbox};
use sea_orm::{EntityTrait as _, IntoActiveModel as _};
use serde::{Deserialize, Serialize};
use tekvwarho::clock::Clock;
use tekvwarho::cluster::Bus;
use tekvwarho::ids::Ids;
use tekvwarho::storage::{Storage, WordIndex};
use uuid::Uuid;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[derive(Deserialize)]
struct Form {
    name: String,
    email: String,
    message: String,
}

#[derive(Serialize)]
struct Made {
    id: Uuid,
}

#[derive(Clone)]
struct Shared {
    storage: Storage,
    ids: Ids,
    clock: Clock,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(listen), Some(url)) = (arguments.next(), arguments.next()) else {
        return Err("usage: baseline_contact LISTEN DATABASE_URL".into());
    };
    let shared = Shared {
        storage: Storage::open(&url, Bus::in_process(), vec![WordIndex { table: "messages" }], None).await?,
        ids: Ids::random(),
        clock: Clock::system(),
    };
    let router = Router::new().route("/api/contact", post(contact)).with_state(shared);
    axum::serve(tokio::net::TcpListener::bind(&listen).await?, router).await?;
    Ok(())
}

async fn contact(State(app): State<Shared>, Json(form): Json<Form>) -> Result<(StatusCode, Json<Made>), StatusCode> {
    let now = app.clock.now();
    let id = app.ids.next(now);
    let rows = (
        message(id, &form, now),
        entry(app.ids.next(now), id, now),
        [mail(app.ids.next(now), id, &form, now), mail(app.ids.next(now), id, &form, now)],
    );
    app.storage
        .write(rows, |tx, (message, entry, mails)| {
            Box::pin(async move {
                messages::Entity::insert(message.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
                tx.audit(entry.clone());
                for mail in mails {
                    tx.mail(mail.clone());
                }
                Ok(())
            })
        })
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok((StatusCode::CREATED, Json(Made { id })))
}

fn message(id: Uuid, form: &Form, now: DateTime<Utc>) -> messages::Model {
    messages::Model {
        id,
        name: form.name.clone(),
        email: form.email.clone(),
        email_key: form.email.clone(),
        phone: None,
        company: None,
        service: None,
        message: form.message.clone(),
        status: Status::New,
        assigned_to: None,
        reply_content: None,
        replied_at: None,
        first_replied_at: None,
        client_replied_at: None,
        last_activity_at: now,
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
        consent: true,
        visitor_id: None,
        ip_address: Some("127.0.0.1".to_owned()),
        user_agent: None,
        version: 1,
        doubtful: false,
        signs: None,
        search_text: format!(" {} {} {}", form.name, form.email, form.message),
        created_at: now,
    }
}

fn entry(id: Uuid, message: Uuid, now: DateTime<Utc>) -> audit_logs::Model {
    audit_logs::Model {
        id,
        user_id: None,
        token_id: None,
        action: "message.created".to_owned(),
        entity_type: "message".to_owned(),
        entity_id: Some(message.to_string()),
        changes: Some(serde_json::json!({ "status": { "to": "new" } })),
        ip_address: Some("127.0.0.1".to_owned()),
        user_agent: None,
        salt: Some(vec![7; 16]),
        commitments: serde_json::json!({ "ipAddress": "0f".repeat(32) }),
        request_id: Some("req_00000000000000000000000000000000".to_owned()),
        created_at: now,
    }
}

fn mail(id: Uuid, message: Uuid, form: &Form, now: DateTime<Utc>) -> outbox::Model {
    outbox::Model {
        id,
        template: "contact_notice".to_owned(),
        recipient: form.email.clone(),
        payload: serde_json::json!({ "message": { "name": form.name, "email": form.email, "message": form.message }, "link": "http://localhost:5500/admin/messages" }),
        message_id: format!("<{}@localhost>", id.simple()),
        reply_to: None,
        in_reply_to: None,
        references: None,
        auto_submitted: true,
        entity_type: Some("message".to_owned()),
        entity_id: Some(message),
        state: outbox::State::Pending,
        lane: outbox::Lane::Prompt,
        attempts: 0,
        due_at: Some(now),
        next_attempt_at: now,
        lease_owner: None,
        lease_until: None,
        last_error: None,
        fault: None,
        created_at: now,
        sent_at: None,
    }
}
