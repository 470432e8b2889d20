//! Wording of sign-in and identity actions.

use crate::platform::audit::Words;

/// The sentence; none for actions of other parts.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    let of_whom = it.of_whom();
    let for_whom = of_whom.replacen(" of ", " for ", 1);
    Some(match it.action() {
        "auth.signed_in" => "signed in".to_owned(),
        "auth.sign_in_failed" => format!("tried a wrong password{for_whom}"),
        "auth.locked" if of_whom.is_empty() => "was locked out after too many failed attempts".to_owned(),
        "auth.locked" => format!("locked the account{of_whom} after too many failed attempts"),
        "auth.signed_out" => "signed out".to_owned(),
        "auth.signed_out_everywhere" => "signed out on all devices".to_owned(),
        "auth.session_ended" => format!("ended a session{of_whom} on another device"),
        "auth.refresh_reused" => "had a session ended because an old refresh token was reused".to_owned(),
        "auth.password_changed" => "changed the password".to_owned(),
        "auth.reset_requested" => format!("requested a password reset{for_whom}"),
        "auth.password_reset" if it.change("tokens", "to").is_some() => {
            format!("reset the password; API tokens revoked: {}", it.to("tokens"))
        }
        "auth.password_reset" => "reset the password".to_owned(),
        "auth.second_factor_failed" => format!("tried a wrong code after the correct password{for_whom}"),
        "auth.second_factor_asked" => {
            format!("entered the correct password{for_whom} and was asked for a second factor")
        }
        "auth.proved" if !it.has_changes() => "confirmed their identity".to_owned(),
        "auth.proved" => format!("confirmed their identity with {}", it.to("by")),
        "auth.proof_failed" => "could not confirm their identity".to_owned(),
        "auth.other_sessions_ended" => "signed out on all other devices".to_owned(),
        "auth.totp_added" => "turned on an authenticator app".to_owned(),
        "auth.totp_removed" => "turned off the authenticator app".to_owned(),
        "auth.recovery_codes_made" => "created new recovery codes".to_owned(),
        "auth.recovery_code_used" => "used a recovery code".to_owned(),
        "auth.passkey_added" => "added a passkey".to_owned(),
        "auth.passkey_renamed" => "renamed a passkey".to_owned(),
        "auth.passkey_removed" => "removed a passkey".to_owned(),
        "auth.passkey_refused" => format!("tried a passkey that was refused{for_whom}"),
        "auth.passkey_counter" => "had a passkey refused because it may have been copied".to_owned(),
        "setup.completed" => "set up the firm".to_owned(),
        _ => return None,
    })
}
