//! Scheduled jobs run once, on one node, and again when they are due.

use chrono::Duration;
use database::entity::{jobs, undo_operations};
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use crate::support::TestApp;

#[tokio::test]
async fn a_job_runs_when_it_is_due_and_on_one_node_only() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "status": "spam" })).await.status(200);
    t.clock.advance(Duration::minutes(1));
    let left = async || undo_operations::Entity::find().all(t.app.storage.read()).await.unwrap().len();
    assert_eq!(left().await, 1);
    let schedule = t.app.schedule();
    tokio::join!(schedule.run_due(Uuid::from_u128(1)), schedule.run_due(Uuid::from_u128(2)));
    assert_eq!(left().await, 0);
    let rows = jobs::Entity::find().all(t.app.storage.read()).await.unwrap();
    assert_eq!(rows.len(), t.app.schedule().jobs.len());
    for job in rows {
        assert_eq!((job.last_run_at, job.last_error, job.lease_owner), (Some(t.clock.now()), None, None));
        assert!(job.due_at > t.clock.now());
    }
}

#[tokio::test]
async fn from_where_a_message_came_is_forgotten_after_ninety_days() {
    let t = TestApp::new().await;
    t.send_message(json!({})).await;
    let known = async || {
        let row = database::entity::messages::Entity::find().one(t.app.storage.read()).await.unwrap().unwrap();
        row.ip_address.is_some()
    };
    t.clock.advance(Duration::days(89));
    t.app.schedule().run_due(Uuid::nil()).await;
    assert!(known().await);
    t.clock.advance(Duration::days(2));
    t.app.schedule().run_due(Uuid::nil()).await;
    assert!(!known().await);
}
