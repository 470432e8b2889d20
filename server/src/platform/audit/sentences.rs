//! What was done with the trail itself, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "audit.exported" if !it.has_changes() => "exported the audit trail".to_owned(),
        "audit.exported" => format!("exported {} audit entries as {}", it.to("rows"), it.to("format")),
        "audit.erased" => "erased the network address and program from an audit entry".to_owned(),
        "audit.head_mailed" => "emailed the audit trail checkpoint".to_owned(),
        _ => return None,
    })
}
