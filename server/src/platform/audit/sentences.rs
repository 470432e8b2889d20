//! Wording of actions on the audit trail itself.

use crate::platform::audit::Words;

/// The sentence; none for actions of other parts.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "audit.exported" if !it.has_changes() => "exported the audit trail".to_owned(),
        "audit.exported" => format!("exported {} audit entries as {}", it.to("rows"), it.to("format")),
        "audit.erased" => "erased the network address and program from an audit entry".to_owned(),
        "audit.head_mailed" => "emailed the audit trail checkpoint".to_owned(),
        _ => return None,
    })
}
