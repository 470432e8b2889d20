//! People and sessions as the API returns them.

use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use database::entity::staff::{Model, Role};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{access, cookies, factors};
use crate::error::Result;
use crate::http::Data;
use crate::platform::Platform;
use crate::platform::permission::{Permission, PermissionSet};
use crate::platform::staff::avatar_url;

/// The person who is signed in.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    pub id: Uuid,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub permissions: Vec<Permission>,
    /// IANA name; null lets the browser decide.
    pub time_zone: Option<String>,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// BCP 47 tag for writing dates; null means British English.
    pub locale: Option<String>,
    /// The role needs a second factor and there is none. Until one is set up, only the routes for that can be used.
    pub second_factor_missing: bool,
    pub last_login: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    /// Address of your own picture, for `GET` with an access token; null if there is none.
    pub avatar: Option<String>,
    /// The firm that the person works for.
    pub firm_name: String,
}

impl Me {
    /// A person's view of their own account.
    pub fn of(platform: &Platform, person: Model, second_factor_missing: bool) -> Self {
        Self {
            firm_name: platform.settings.get().firm.name.clone(),
            avatar: avatar_url(&person),
            id: person.id,
            permissions: PermissionSet::of(&person).list(),
            name: person.name,
            email: person.email,
            role: person.role,
            time_zone: person.time_zone,
            theme: person.theme,
            locale: person.locale,
            second_factor_missing,
            last_login: person.last_login,
            created_at: person.created_at,
        }
    }
}

/// The result of signing in or refreshing.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// JWT for `Authorization: Bearer`.
    pub access_token: String,
    /// For programs. Browsers get it in a cookie instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub refresh_token: Option<String>,
    /// Seconds until the access token expires.
    pub expires_in: i64,
    pub staff: Me,
}

/// How the caller stores its refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    pub web: bool,
    pub remember: bool,
}

impl SignedIn {
    /// The response with a new access token. Sets a browser's cookie in `headers`.
    pub async fn answer(
        platform: &Platform,
        person: Model,
        session: Uuid,
        refresh_token: String,
        keeping: Keeping,
        headers: HeaderMap,
    ) -> Result<Response> {
        let missing = factors::missing(platform, &person).await?;
        let access_token = access::issue(platform, &person, session, platform.clock.now())?;
        let mut headers = headers;
        if keeping.web {
            cookies::give_refresh(platform, &mut headers, &refresh_token, keeping.remember);
        }
        let body = Self {
            access_token,
            refresh_token: (!keeping.web).then_some(refresh_token),
            expires_in: platform.settings.get().security.access_lifetime().num_seconds(),
            staff: Me::of(platform, person, missing),
        };
        Ok((headers, Data(body)).into_response())
    }
}
