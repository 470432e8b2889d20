//! What the firm is and offers: the values that pages and mails are made of.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::hours::Opening;

/// The firm as it shows itself. Field names are those of the keys `firm.*`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Firm {
    pub name: String,
    pub legal_name: String,
    pub tagline: String,
    pub description: String,
    pub email: String,
    pub phone: Option<String>,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub street: String,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub postal_code: String,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub city: String,
    pub region: Option<String>,
    /// Empty: not shown.
    #[serde(default, deserialize_with = "empty_if_null")]
    pub country: String,
    /// IANA name.
    pub time_zone: String,
    pub hours: Vec<Opening>,
    pub social: Vec<SocialLink>,
    /// Entry in the register of companies, and tax number, as the law of the country asks.
    pub registration: Option<String>,
    pub founded: Option<u16>,
    /// Hue of the accent colour, 0 to 360 (OKLCH).
    pub accent_hue: u16,
}

/// A detail that the firm does not give.
fn empty_if_null<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Option::<String>::deserialize(from).map(Option::unwrap_or_default)
}

/// A page of the firm elsewhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SocialLink {
    pub name: String,
    pub url: String,
}

/// One thing that the firm offers, with the texts of its page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Service {
    pub slug: String,
    pub name: String,
    pub summary: String,
    pub icon: String,
    pub intro: String,
    pub gets: Vec<String>,
    pub steps: Vec<Step>,
    /// Short price for lists, such as "from 2,400 €".
    pub starts_from: Option<String>,
    pub starts_at: String,
    pub fits: Vec<String>,
    pub questions: Vec<Question>,
}

/// One step of how a service goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub title: String,
    pub text: String,
}

/// A question that clients ask, with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    pub q: String,
    pub a: String,
}
