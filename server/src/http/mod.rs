//! The pipeline that every request passes through, one file per step.
//!
//! `pipeline.rs` shows the order. Handlers use extractors ([`Json`], [`Query`], [`Id`], [`RequestInfo`]) and return
//! [`respond`] types or an [`Error`](crate::error::Error).

pub mod access_log;
mod activity;
pub mod admit;
pub mod assets;
mod body;
mod client_address;
pub mod export;
mod extract;
pub mod filters;
mod front;
mod if_match;
pub mod kept;
mod origin;
pub mod page_cache;
pub mod pipeline;
pub mod problem;
pub mod query_names;
pub mod rate_limit;
mod request_id;
mod request_info;
pub mod respond;
pub mod security_headers;
pub mod serve;
mod spool;
mod upload;
pub mod valid;

pub use body::{BodyLimit, BodyLimits, Form, Json, OwnLimit, read as read_body};
pub use client_address::{AddressKey, TrustedProxies};
pub use extract::{Id, Name, Paging, Query, credentials};
pub use front::Front;
pub use if_match::IfMatch;
pub use origin::{AllowedOrigins, Origin, Reader};
pub use problem::Problem;
pub use request_id::RequestId;
pub use request_info::{CallerId, ClientAddress, PersonId, RequestInfo, TokenId};
pub use respond::{Accepted, All, Created, Data, Envelope, Listed, Meta, Nothing, Tagged};
pub use upload::{Attached, Place, Raw};
