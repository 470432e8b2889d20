//! Every mail that the program writes, with the values of its templates.

use serde::Serialize;

/// One kind of mail. The name of the variant is the folder of its templates.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Letter {
    /// To the firm: somebody wrote.
    ContactNotice {
        message: NoticeOfMessage,
        link: String,
    },
    /// To the visitor. Never quotes what a stranger typed, or it would be a relay for spam.
    ContactConfirmation {
        answer_time: Option<String>,
        thread_link: String,
        thread_code: String,
    },
    /// To the client: an answer of a person.
    Reply {
        content: String,
        staff: StaffName,
        client_name: String,
        thread_link: String,
        thread_code: String,
        quoted: Option<Quoted>,
    },
    /// To the assignee or the firm: the client answered.
    ClientReplyNotice {
        client_name: String,
        content: String,
        link: String,
    },
    /// To somebody who has no account yet. `by` is the colleague who invites.
    Invitation {
        name: String,
        by: String,
        link: String,
        days: i64,
    },
    /// To the old address: sign-in goes by another one now.
    EmailChanged {
        name: String,
        by: String,
    },
    /// To a person: a colleague gave them a message.
    MessageAssigned {
        name: String,
        by: String,
        client_name: String,
        link: String,
    },
    /// To whoever wants it: the head of the audit trail, to be kept outside of the program.
    AuditHead {
        name: String,
        /// `42:<hash>`.
        head: String,
        entries: i64,
        when: String,
        link: String,
    },
    PasswordReset {
        name: String,
        link: String,
        minutes: i64,
    },
    PasswordChanged {
        name: String,
        when: String,
    },
    NewDevice {
        name: String,
        device: String,
        ip_address: String,
        /// Where that address is, if a map of addresses says so.
        place: Option<String>,
        when: String,
        link: String,
    },
    /// To a staff member: something about the second factors of the account changed.
    FactorChanged {
        name: String,
        /// `totp_added totp_removed recovery_codes_made recovery_code_used passkey_added passkey_removed reset`.
        event: String,
        /// None: somebody else did it.
        device: Option<String>,
        when: String,
        link: String,
    },
}

/// The message as the firm gets to see it in the mail.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoticeOfMessage {
    pub name: String,
    pub email: String,
    pub phone: Option<String>,
    pub company: Option<String>,
    /// Name of the service.
    pub service: Option<String>,
    pub message: String,
    pub created_at: String,
}

/// Who signs an answer.
#[derive(Debug, Clone, Serialize)]
pub struct StaffName {
    pub name: String,
}

/// What the client wrote before.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quoted {
    pub text: String,
    pub created_at: String,
}

impl Letter {
    /// Folder below `templates/email`.
    pub fn template(&self) -> &'static str {
        match self {
            Self::ContactNotice { .. } => "contact_notice",
            Self::ContactConfirmation { .. } => "contact_confirmation",
            Self::Reply { .. } => "reply",
            Self::ClientReplyNotice { .. } => "client_reply_notice",
            Self::Invitation { .. } => "invitation",
            Self::EmailChanged { .. } => "email_changed",
            Self::MessageAssigned { .. } => "message_assigned",
            Self::AuditHead { .. } => "audit_head",
            Self::PasswordReset { .. } => "password_reset",
            Self::PasswordChanged { .. } => "password_changed",
            Self::NewDevice { .. } => "new_device",
            Self::FactorChanged { .. } => "factor_changed",
        }
    }

    /// One of each kind, with awkward values: previews and tests render them.
    pub fn samples() -> Vec<Self> {
        let awkward = "5 < 6 & \"quoted\" <b>bold</b>";
        vec![
            Self::ContactNotice {
                message: NoticeOfMessage {
                    name: "Anna Müller".into(),
                    email: "anna@example.com".into(),
                    phone: Some("+49 30 1234".into()),
                    company: None,
                    service: Some("Web development".into()),
                    message: format!("Hello,\n\n{awkward}"),
                    created_at: "2026-01-05 09:30".into(),
                },
                link: "http://localhost:5500/admin/messages/1?view=all".into(),
            },
            Self::ContactConfirmation {
                answer_time: Some("2 h".into()),
                thread_link: "http://localhost:5500/message/1#code".into(),
                thread_code: "code".into(),
            },
            Self::Reply {
                content: format!("Hello Anna,\n\n{awkward}"),
                staff: StaffName { name: "Ben Okafor".into() },
                client_name: "Anna Müller".into(),
                thread_link: "http://localhost:5500/message/1#code".into(),
                thread_code: "code".into(),
                quoted: Some(Quoted { text: "first line\nsecond line".into(), created_at: "5 January 2026".into() }),
            },
            Self::ClientReplyNotice {
                client_name: "Anna Müller".into(),
                content: awkward.into(),
                link: "http://localhost:5500/admin/messages/1?view=all".into(),
            },
            Self::Invitation {
                name: "Cleo & Co".into(),
                by: "Ben Okafor".into(),
                link: "http://localhost:5500/admin/invite#token".into(),
                days: 7,
            },
            Self::EmailChanged { name: "Cleo".into(), by: "Ben Okafor".into() },
            Self::MessageAssigned {
                name: "Ben".into(),
                by: awkward.into(),
                client_name: "Anna Müller".into(),
                link: "http://localhost:5500/admin/messages/1?view=all".into(),
            },
            Self::AuditHead {
                name: "Ben".into(),
                head: format!("42:{}", "0".repeat(64)),
                entries: 42,
                when: "5 January 2026, 9:30 UTC".into(),
                link: "http://localhost:5500/admin/audit".into(),
            },
            Self::PasswordReset {
                name: "Ben".into(),
                link: "http://localhost:5500/admin/reset#token".into(),
                minutes: 60,
            },
            Self::PasswordChanged { name: "Ben".into(), when: "5 January 2026, 9:30 UTC".into() },
            Self::NewDevice {
                name: "Ben".into(),
                device: "Firefox on Linux".into(),
                ip_address: "203.0.113.9".into(),
                place: Some("Berlin, Germany".into()),
                when: "5 January 2026, 9:30 UTC".into(),
                link: "http://localhost:5500/admin/profile".into(),
            },
            Self::FactorChanged {
                name: "Ben".into(),
                event: "recovery_code_used".into(),
                device: Some("Firefox on Linux".into()),
                when: "5 January 2026, 9:30 UTC".into(),
                link: "http://localhost:5500/admin/profile".into(),
            },
        ]
    }
}
