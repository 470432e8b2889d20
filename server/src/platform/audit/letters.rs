//! The email with the chain head.

use serde::Serialize;

use crate::platform::mail::Letter;

/// To people who opted in: the head of the audit trail, to be stored outside the program.
#[derive(Serialize)]
pub struct AuditHead {
    pub name: String,
    /// `42:<hash>`.
    pub head: String,
    pub entries: i64,
    pub when: String,
    pub link: String,
}

impl Letter for AuditHead {
    const TEMPLATE: &'static str = "audit_head";

    fn sample() -> Self {
        Self {
            name: "Ben".into(),
            head: format!("42:{}", "0".repeat(64)),
            entries: 42,
            when: "5 January 2026, 10:30 CET".into(),
            link: "http://localhost:5500/admin/audit".into(),
        }
    }
}
