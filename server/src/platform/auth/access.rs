//! Access tokens: JWTs in the profile of RFC 9068, checked by the rules of RFC 8725.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::platform::Platform;
use crate::platform::permission::{Permission, PermissionSet};
use crate::secrets::Purpose;
use database::entity::staff::{Model, Role};

const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "tekvwarho";
/// Clocks of two machines may differ by this many seconds.
const LEEWAY: i64 = 30;

/// What an access token says.
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
    let header = Header { typ: Some(TYPE.to_owned()), kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
    encode(&header, &claims, &EncodingKey::from_secret(key)).map_err(Error::internal)
}

/// Checks signature, type, issuer, audience and time.
pub fn verify(platform: &Platform, token: &str) -> Result<Claims> {
    let header = decode_header(token).map_err(|_| Error::Unauthenticated)?;
    if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::HS256 {
        return Err(Error::Unauthenticated);
    }
    let key =
        header.kid.and_then(|kid| platform.keys.by_kid(&kid, Purpose::AccessToken)).ok_or(Error::Unauthenticated)?;
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&[AUDIENCE]);
    rules.set_issuer(&[issuer(platform)]);
    rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
    // The time is checked below, by the clock of the program.
    rules.validate_exp = false;
    let claims =
        decode::<Claims>(token, &DecodingKey::from_secret(key), &rules).map_err(|_| Error::Unauthenticated)?.claims;
    if claims.exp + LEEWAY <= platform.clock.now().timestamp() { Err(Error::TokenExpired) } else { Ok(claims) }
}

fn issuer(platform: &Platform) -> String {
    platform.config.server.link("")
}
