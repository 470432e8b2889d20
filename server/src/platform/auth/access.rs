//! Access tokens: JWTs in the profile of RFC 9068, checked by the rules of RFC 8725.
//!
//! The issuer is also the only reader, so there is one algorithm and one form of the header, and nothing to negotiate.
//! A general-purpose library would bring RSA and three curves along for one HMAC.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::platform::Platform;
use crate::platform::permission::{Permission, PermissionSet};
use crate::secrets::{Key, Purpose, hmac};
use database::entity::staff::{Model, Role};

const TYPE: &str = "at+jwt";
const ALGORITHM: &str = "HS256";
const AUDIENCE: &str = "tekvwarho";
/// Allowed clock difference in seconds.
const LEEWAY: i64 = 30;

/// The header of RFC 7515. Any other field would be a requirement (`crit`) or a key (`jwk`) that is not ours.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

/// The claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The staff member.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// Token version of the staff member.
    pub ver: i32,
    pub role: Role,
    pub perms: Vec<Permission>,
    pub iat: i64,
    pub exp: i64,
    pub jti: Uuid,
}

/// A new access token for a session.
pub fn issue(platform: &Platform, person: &Model, session: Uuid, now: DateTime<Utc>) -> Result<String> {
    let (kid, key) = platform.keys.current(Purpose::AccessToken);
    let claims = Claims {
        iss: issuer(platform),
        aud: AUDIENCE.to_owned(),
        sub: person.id,
        sid: session,
        ver: person.token_version,
        role: person.role,
        perms: PermissionSet::of(person).list(),
        iat: now.timestamp(),
        exp: (now + platform.settings.get().security.access_lifetime()).timestamp(),
        jti: platform.ids.next(now),
    };
    let header = Header { typ: TYPE.to_owned(), alg: ALGORITHM.to_owned(), kid: kid.to_owned() };
    let signed = format!("{}.{}", encode(&header)?, encode(&claims)?);
    let signature = sign(key, &signed);
    Ok(format!("{signed}.{signature}"))
}

/// Checks signature, type, issuer, audience and time.
pub fn verify(platform: &Platform, token: &str) -> Result<Claims> {
    let claims = read(platform, token).ok_or(Error::Unauthenticated)?;
    if claims.exp + LEEWAY <= platform.clock.now().timestamp() { Err(Error::TokenExpired) } else { Ok(claims) }
}

/// The claims of a genuine token, even if it has expired.
fn read(platform: &Platform, token: &str) -> Option<Claims> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Header = decode(header)?;
    let key = platform.keys.by_kid(&header.kid, Purpose::AccessToken)?;
    let ours = header.typ == TYPE
        && header.alg == ALGORITHM
        && bool::from(sign(key, signed).as_bytes().ct_eq(signature.as_bytes()));
    let claims: Claims = decode(claims).filter(|_| ours)?;
    (claims.iss == issuer(platform) && claims.aud == AUDIENCE).then_some(claims)
}

/// HMAC-SHA-256 in base64url (RFC 7518, 3.2).
fn sign(key: &Key, signed: &str) -> String {
    URL_SAFE_NO_PAD.encode(hmac(key, signed.as_bytes()))
}

fn encode(part: &impl Serialize) -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).map_err(Error::internal)?))
}

fn decode<T: for<'de> Deserialize<'de>>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn issuer(platform: &Platform) -> String {
    platform.config.server.link("")
}
