//! The migrations, oldest first; one list for both engines.
//!
//! A released migration never changes. Rules: one change per `ALTER`, only add, and put every difference between the
//! engines beside the statement that needs it.

use sea_orm_migration::prelude::*;

mod m0001_people;
mod m0002_messages;
mod m0003_audit;
mod m0004_machinery;
mod m0005_invitations;
mod m0006_second_factors;
mod m0007_onboarding;
mod m0008_notifications_tokens;
mod m0009_site_pictures;
mod m0010_counts;
mod m0011_outbox_lanes;
mod m0012_search_feed;
mod m0013_services;
mod m0014_devices_and_answers;
mod m0015_doubts_and_faults;
mod m0016_activity_and_reads;
mod m0017_held_replies;
mod m0018_rules_and_saved_filters;
mod m0019_site_pages;
mod m0020_chat;
mod m0021_files;
mod m0022_chat_assignment;
mod m0023_chat_authors;

/// Migrates a database of any released version to the newest schema.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_people::Migration),
            Box::new(m0002_messages::Migration),
            Box::new(m0003_audit::Migration),
            Box::new(m0004_machinery::Migration),
            Box::new(m0005_invitations::Migration),
            Box::new(m0006_second_factors::Migration),
            Box::new(m0007_onboarding::Migration),
            Box::new(m0008_notifications_tokens::Migration),
            Box::new(m0009_site_pictures::Migration),
            Box::new(m0010_counts::Migration),
            Box::new(m0011_outbox_lanes::Migration),
            Box::new(m0012_search_feed::Migration),
            Box::new(m0013_services::Migration),
            Box::new(m0014_devices_and_answers::Migration),
            Box::new(m0015_doubts_and_faults::Migration),
            Box::new(m0016_activity_and_reads::Migration),
            Box::new(m0017_held_replies::Migration),
            Box::new(m0018_rules_and_saved_filters::Migration),
            Box::new(m0019_site_pages::Migration),
            Box::new(m0020_chat::Migration),
            Box::new(m0021_files::Migration),
            Box::new(m0022_chat_assignment::Migration),
            Box::new(m0023_chat_authors::Migration),
        ]
    }
}

/// Creates a plain index over `columns`.
async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    let mut create = Index::create().table(table).name(name).to_owned();
    for column in columns {
        create.col(*column);
    }
    manager.create_index(create).await
}
