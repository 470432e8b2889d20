//! Files of conversations.

use serde::Deserialize;
use serde_json::json;

use crate::platform::files::MOST;
use crate::platform::settings::{Key, Kind, MAIL, Part};

/// Files of conversations.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Files {
    #[serde(rename = "mail.files")]
    most: usize,
    #[serde(rename = "mail.fileSize")]
    megabytes: usize,
}

impl Files {
    /// Files that can be sent with one message or reply.
    pub fn most(&self) -> usize {
        self.most
    }

    /// The largest file in bytes; none: no files can be sent.
    pub fn limit(&self) -> Option<usize> {
        (self.most > 0).then_some(self.megabytes * 1_000_000)
    }
}

impl Part for Files {
    fn keys() -> Vec<Key> {
        let key = |name: &str, label, kind, default| Key::new(&MAIL, name, label, kind, default).under("Files");
        let most = Kind::Integer { min: 0, max: MOST as u64, unit: "files" };
        vec![
            key("files", "Files in a message", most, json!(3)).help(
                "With the contact form, a client’s reply, or a reply of yours: pictures, PDFs, texts, Office documents \
                 and ZIP archives. Clients download yours from the conversation page. 0 switches files off; files \
                 already sent stay available.",
            ),
            key("fileSize", "Largest file", Kind::Integer { min: 1, max: 25, unit: "MB" }, json!(10))
                .help("Of one file. A client can send 100 MB in one conversation."),
        ]
    }
}
