//! Facts about a request that audit entries and rules need.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;

use uuid::Uuid;

use super::RequestId;
use crate::error::Error;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    pub request_id: String,
    pub ip: IpAddr,
    /// At most 300 characters.
    pub user_agent: Option<String>,
    /// The API token that was used instead of a session.
    pub token: Option<Uuid>,
}

/// The address of the client, set by the pipeline.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddress(pub IpAddr);

/// The staff member of the request's session or API token, set once it was checked.
#[derive(Debug, Clone, Copy)]
pub struct CallerId(pub Uuid);

/// The staff member who acts, in person or by an API token, set once it was checked.
#[derive(Debug, Clone, Copy)]
pub struct PersonId(pub Uuid);

/// The request's API token, set once it was checked.
#[derive(Debug, Clone, Copy)]
pub struct TokenId(pub Uuid);

impl RequestInfo {
    /// For work that the program does by itself or from the command line.
    pub fn internal() -> Self {
        Self { request_id: String::new(), ip: Ipv4Addr::LOCALHOST.into(), user_agent: None, token: None }
    }

    /// Reads it from the head of a request.
    pub fn of(parts: &Parts) -> Self {
        Self {
            request_id: RequestId::current(),
            ip: parts.extensions.get::<ClientAddress>().map_or(Ipv4Addr::UNSPECIFIED.into(), |address| address.0),
            user_agent: parts
                .headers
                .get(USER_AGENT)
                .and_then(|value| value.to_str().ok())
                .map(|text| text.chars().take(300).collect()),
            token: parts.extensions.get::<TokenId>().map(|token| token.0),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestInfo {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        Ok(Self::of(parts))
    }
}
