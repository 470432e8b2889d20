//! Wording of actions on staff.

use crate::platform::audit::Words;

/// The sentence; none for actions of other parts.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    let (whom, of_whom) = (it.whom(), it.of_whom());
    Some(match it.action() {
        "staff.factors_reset" => format!("removed the second factors{of_whom}"),
        "staff.created" => "created a staff member".to_owned(),
        "staff.invited" => format!("invited a person as {}", it.to("role")),
        "staff.invitation_sent_again" => "resent an invitation".to_owned(),
        "staff.invitation_withdrawn" => "withdrew an invitation".to_owned(),
        "staff.invitation_accepted" => "accepted the invitation".to_owned(),
        "staff.imported" => format!("invited {} people from a file", it.to("people")),
        "staff.changed" if it.change("role", "to").is_some() => format!("changed {whom}: role{}", it.moved("role")),
        "staff.changed" => format!("changed {whom}"),
        "staff.activated" => format!("activated {whom}"),
        "staff.deactivated" => format!("deactivated {whom}"),
        "staff.deleted" => format!("deleted {whom}"),
        "staff.work_handed_over" => handed_over(it),
        "staff.reset_link_sent" => format!("sent {whom} a password reset link"),
        "staff.tokens_revoked" => format!("revoked {} API tokens of {whom}", it.to("tokens")),
        "staff.unlocked" => format!("unlocked {whom}"),
        "staff.signed_out" => format!("signed {whom} out on all devices"),
        "staff.device_signed_out" => format!("signed out a device of {whom}"),
        "staff.picture_changed" => "changed a picture".to_owned(),
        "staff.profile_changed" => "changed their own profile".to_owned(),
        _ => return None,
    })
}

/// "handed over 3 open messages"; each kind of work stands under its name.
fn handed_over(it: &Words<'_>) -> String {
    let counts = it.facts().filter_map(|(of, value)| match value.as_u64()? {
        1 => Some(format!("1 open {}", of.trim_end_matches('s'))),
        count => Some(format!("{count} open {of}")),
    });
    match counts.collect::<Vec<_>>().join(" and ") {
        nothing if nothing.is_empty() => "handed over open work".to_owned(),
        work => format!("handed over {work}"),
    }
}
