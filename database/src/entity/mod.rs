//! One table a file. Column names are those of the database; rules live in the server's slices.

pub mod active_sessions;
pub mod api_tokens;
pub mod audit_chain;
pub mod audit_checkpoints;
pub mod audit_logs;
pub mod canned_replies;
pub mod idempotency_keys;
pub mod installation;
pub mod jobs;
pub mod message_notes;
pub mod message_replies;
pub mod message_tags;
pub mod messages;
pub mod notification_preferences;
pub mod notifications;
pub mod one_time_tokens;
pub mod outbox;
pub mod passkey_challenges;
pub mod passkeys;
pub mod recovery_codes;
pub mod refresh_tokens;
pub mod settings;
pub mod sign_in_failures;
pub mod staff;
pub mod totp_secrets;
pub mod undo_operations;
