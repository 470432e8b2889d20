//! WebAuthn: we are the relying party, under the host of the public URL (WebAuthn Level 3, 5.1.2).
//!
//! `webauthn-rs` implements the ceremonies; this file configures them and keeps its types out of the rest.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use database::entity::passkeys;
use serde::Serialize;
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    AuthenticationResult, CredentialID, DiscoverableAuthentication, Passkey, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, WebauthnError,
};
use webauthn_rs::{Webauthn, WebauthnBuilder};

use super::passkey_store::{CEREMONY, Use};
use crate::error::{Error, Result};
use crate::platform::Platform;

/// The data for the browser, and the state that the server keeps until the response arrives.
pub struct Ceremony {
    /// For `navigator.credentials`: `{publicKey: …}` with bytes in base64url.
    pub options: Value,
    pub state: Value,
}

impl Ceremony {
    fn of(options: impl Serialize, state: impl Serialize) -> Result<Self> {
        let json = |value: serde_json::Result<Value>| value.map_err(Error::internal);
        Ok(Self { options: json(serde_json::to_value(options))?, state: json(serde_json::to_value(state))? })
    }
}

/// Why an authenticator's response is rejected.
pub enum Refusal {
    /// Its counter did not increase: there may be a copy of the passkey (WebAuthn, 6.1.1).
    Copied,
    Wrong,
}

/// True if browsers can use passkeys at our URL: it has a host name, and is https or localhost.
pub fn is_possible(platform: &Platform) -> bool {
    platform.config.server.may_set_cookies() && own_url(platform).is_ok_and(|url| url.domain().is_some())
}

fn own_url(platform: &Platform) -> Result<Url> {
    Url::parse(&platform.config.server.link("/")).map_err(Error::internal)
}

fn party(platform: &Platform) -> Result<Webauthn> {
    let url = &own_url(platform)?;
    let host = url.domain().filter(|_| is_possible(platform)).ok_or_else(|| {
        Error::Conflict("Passkeys need an https address with a domain name. Set TEKVWARHO_PUBLIC_URL to one.".into())
    })?;
    let name = platform.settings.get().firm.name.clone();
    WebauthnBuilder::new(host, url)
        .and_then(|builder| {
            builder
                .rp_name(&name)
                .timeout(CEREMONY.to_std().unwrap_or(webauthn_rs::DEFAULT_AUTHENTICATOR_TIMEOUT))
                .build()
        })
        .map_err(Error::internal)
}

/// Starts registering a discoverable passkey that requires a PIN, finger or face.
pub fn begin_registration(
    platform: &Platform,
    staff: Uuid,
    email: &str,
    name: &str,
    known: &[passkeys::Model],
) -> Result<Ceremony> {
    let exclude = known.iter().filter_map(|row| id_of(&row.credential_id)).collect();
    let (options, state) =
        party(platform)?.start_passkey_registration(staff, email, name, Some(exclude)).map_err(Error::internal)?;
    let mut ceremony = Ceremony::of(options, state)?;
    // The library only prefers a discoverable key; signing in without a user name requires one.
    if let Some(selection) = ceremony.options.pointer_mut("/publicKey/authenticatorSelection") {
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
    }
    Ok(ceremony)
}

/// A registered passkey: the row without id, name and times.
pub struct Registered {
    pub credential_id: String,
    pub credential: Value,
}

/// Verifies the response to [`begin_registration`].
pub fn finish_registration(platform: &Platform, answer: &Value, state: Value) -> Result<Option<Registered>> {
    let state: PasskeyRegistration = serde_json::from_value(state).map_err(Error::internal)?;
    let Ok(answer) = serde_json::from_value::<RegisterPublicKeyCredential>(answer.clone()) else { return Ok(None) };
    let Ok(passkey) = party(platform)?.finish_passkey_registration(&answer, &state) else { return Ok(None) };
    Ok(Some(Registered {
        credential_id: URL_SAFE_NO_PAD.encode(passkey.cred_id()),
        credential: serde_json::to_value(&passkey).map_err(Error::internal)?,
    }))
}

/// Starts a sign-in with any passkey that the browser finds.
pub fn begin_sign_in(platform: &Platform) -> Result<Ceremony> {
    let (mut options, state) = party(platform)?.start_discoverable_authentication().map_err(Error::internal)?;
    // The person starts it with a button; it is not offered in the address field.
    options.mediation = None;
    Ceremony::of(options, state)
}

/// The passkey and the person that a response names: the credential id in base64url, and the user handle.
pub fn named_by(answer: &Value) -> Option<(String, Uuid)> {
    let answer: PublicKeyCredential = serde_json::from_value(answer.clone()).ok()?;
    let staff = Uuid::from_slice(answer.get_user_unique_id()?).ok()?;
    Some((URL_SAFE_NO_PAD.encode(answer.get_credential_id()), staff))
}

/// Verifies the response to [`begin_sign_in`] against the passkey that it names.
pub fn finish_sign_in(
    platform: &Platform,
    answer: &Value,
    state: Value,
    row: &passkeys::Model,
) -> Result<std::result::Result<Use, Refusal>> {
    let state: DiscoverableAuthentication = serde_json::from_value(state).map_err(Error::internal)?;
    let Ok(answer) = serde_json::from_value::<PublicKeyCredential>(answer.clone()) else {
        return Ok(Err(Refusal::Wrong));
    };
    let passkey: Passkey = serde_json::from_value(row.credential.clone()).map_err(Error::internal)?;
    judge(party(platform)?.finish_discoverable_authentication_v2(&answer, state, &passkey), passkey, row.id)
}

/// Starts a confirmation of identity with one of the person's own passkeys.
pub fn begin_proof(platform: &Platform, own: &[passkeys::Model]) -> Result<Ceremony> {
    let keys: Vec<Passkey> = own
        .iter()
        .map(|row| serde_json::from_value(row.credential.clone()))
        .collect::<serde_json::Result<_>>()
        .map_err(Error::internal)?;
    let (options, state) = party(platform)?.start_passkey_authentication(&keys).map_err(Error::internal)?;
    Ceremony::of(options, state)
}

/// Verifies the response to [`begin_proof`] against the person's current passkeys.
pub fn finish_proof(
    platform: &Platform,
    answer: &Value,
    state: Value,
    own: &[passkeys::Model],
) -> Result<std::result::Result<Use, Refusal>> {
    let state: PasskeyAuthentication = serde_json::from_value(state).map_err(Error::internal)?;
    let Ok(answer) = serde_json::from_value::<PublicKeyCredential>(answer.clone()) else {
        return Ok(Err(Refusal::Wrong));
    };
    let id = URL_SAFE_NO_PAD.encode(answer.get_credential_id());
    let Some(row) = own.iter().find(|row| row.credential_id == id) else { return Ok(Err(Refusal::Wrong)) };
    let passkey: Passkey = serde_json::from_value(row.credential.clone()).map_err(Error::internal)?;
    judge(party(platform)?.finish_passkey_authentication(&answer, &state), passkey, row.id)
}

fn judge(
    outcome: std::result::Result<AuthenticationResult, WebauthnError>,
    mut passkey: Passkey,
    id: Uuid,
) -> Result<std::result::Result<Use, Refusal>> {
    match outcome {
        Ok(told) => {
            passkey.update_credential(&told);
            let credential = serde_json::to_value(&passkey).map_err(Error::internal)?;
            Ok(Ok(Use { id, credential, sign_count: told.counter().into() }))
        }
        Err(WebauthnError::CredentialPossibleCompromise) => Ok(Err(Refusal::Copied)),
        Err(_) => Ok(Err(Refusal::Wrong)),
    }
}

fn id_of(base64url: &str) -> Option<CredentialID> {
    URL_SAFE_NO_PAD.decode(base64url).ok()
}
