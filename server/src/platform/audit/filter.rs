//! The filters of list and export, and their conditions.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use database::entity::audit_logs::Column;
use sea_orm::ColumnTrait as _;
use sea_orm::sea_query::{Condition, Order};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::http::filters::{day, given};
use crate::ids::first_of;
use crate::storage::Cursor;

/// The filters as they stand in an address.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct FilterQuery {
    /// Id of a staff member or an API token.
    #[serde(default)]
    pub actor: Option<String>,
    /// One or more actions, separated by commas. `auth.*` stands for a whole group.
    #[serde(default)]
    pub action: Option<String>,
    /// Such as `message` or `staff`.
    #[serde(default)]
    pub entity_type: Option<String>,
    /// Id of an entity; needs `entityType`.
    #[serde(default)]
    pub entity_id: Option<String>,
    /// First day, in UTC: `2026-01-31`.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day, in UTC: `2026-01-31`.
    #[serde(default)]
    pub to: Option<String>,
    /// The full network address.
    #[serde(default)]
    pub address: Option<String>,
    /// Words from the name or the sentence of an action, such as `wrong password`.
    #[serde(default)]
    pub q: Option<String>,
    /// `newest` (the default) or `oldest`.
    #[serde(default)]
    pub sort: Option<String>,
}

/// The parsed filters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub actor: Option<Actor>,
    /// None: every action; empty: no action matches.
    pub actions: Option<Vec<String>>,
    pub entity_type: Option<String>,
    pub entity_id: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub until: Option<DateTime<Utc>>,
    pub address: Option<String>,
    pub oldest_first: bool,
}

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    Person(Uuid),
    Token(Uuid),
}

impl FilterQuery {
    /// True if the filters select actions from the existing ones.
    pub fn asks_for_actions(&self) -> bool {
        given(self.action.as_ref()).is_some() || given(self.q.as_ref()).is_some()
    }

    /// Parses the filters. `known` are the existing actions with their wording; `is_token` tells whether an id belongs
    /// to a token.
    ///
    /// # Errors
    /// An invalid filter, with its name.
    pub fn read(&self, known: Vec<(String, String)>, is_token: impl Fn(Uuid) -> bool) -> Result<Filter> {
        let id = |field: &str, text: &str| {
            text.parse::<Uuid>().map_err(|_| Error::field(field, "invalid", "This must be an id."))
        };
        let actor = match given(self.actor.as_ref()) {
            None => None,
            Some(text) => {
                let id = id("actor", text)?;
                Some(if is_token(id) { Actor::Token(id) } else { Actor::Person(id) })
            }
        };
        let entity_id = given(self.entity_id.as_ref()).map(|text| id("entityId", text)).transpose()?;
        let entity_type = given(self.entity_type.as_ref());
        if entity_id.is_some() && entity_type.is_none() {
            return Err(Error::field("entityType", "required", "Give the type of the entity."));
        }
        let address = given(self.address.as_ref())
            .map(|text| {
                text.parse::<std::net::IpAddr>()
                    .map_err(|_| Error::field("address", "invalid", "This must be a network address."))
            })
            .transpose()?;
        let oldest_first = match given(self.sort.as_ref()) {
            None | Some("newest") => false,
            Some("oldest") => true,
            Some(_) => return Err(Error::field("sort", "invalid", "This must be newest or oldest.")),
        };
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        Ok(Filter {
            actor,
            actions: self.asks_for_actions().then(|| self.actions(known)),
            entity_type: entity_type.map(str::to_owned),
            entity_id: entity_id.map(|id| id.to_string()),
            from: day("from", given(self.from.as_ref()))?.map(midnight),
            until: day("to", given(self.to.as_ref()))?.and_then(|day| day.checked_add_days(Days::new(1))).map(midnight),
            address: address.map(|address| address.to_string()),
            oldest_first,
        })
    }

    /// The existing actions that the filters select.
    fn actions(&self, mut known: Vec<(String, String)>) -> Vec<String> {
        if let Some(text) = given(self.action.as_ref()) {
            let asked: Vec<&str> = text.split(',').map(str::trim).collect();
            known.retain(|(action, _)| {
                asked.iter().any(|asked| match asked.strip_suffix(".*") {
                    Some(group) => action.strip_prefix(group).is_some_and(|rest| rest.starts_with('.')),
                    None => action == *asked,
                })
            });
        }
        if let Some(text) = given(self.q.as_ref()) {
            let text = text.to_lowercase();
            known.retain(|(action, words)| {
                text.split_whitespace().all(|word| words.contains(word) || action.contains(word))
            });
        }
        known.into_iter().map(|(action, _)| action).collect()
    }
}

impl Filter {
    /// True if every entry matches.
    pub fn lets_all_through(&self) -> bool {
        *self == Self { oldest_first: self.oldest_first, ..Self::default() }
    }

    /// The conditions except the actions, and the cursor. Ids contain the time, so a range of days is a range of ids.
    pub fn condition(&self, cursor: Option<Cursor>) -> Condition {
        let mut all = Condition::all();
        match self.actor {
            None => {}
            Some(Actor::Person(id)) => all = all.add(Column::UserId.eq(id)),
            Some(Actor::Token(id)) => all = all.add(Column::TokenId.eq(id)),
        }
        if let Some(kind) = &self.entity_type {
            all = all.add(Column::EntityType.eq(kind));
        }
        if let Some(id) = &self.entity_id {
            all = all.add(Column::EntityId.eq(id));
        }
        if let Some(address) = &self.address {
            all = all.add(Column::IpAddress.eq(address));
        }
        if let Some(from) = self.from {
            all = all.add(Column::Id.gte(first_of(from)));
        }
        if let Some(until) = self.until {
            all = all.add(Column::Id.lt(first_of(until)));
        }
        if let Some(Cursor(last)) = cursor {
            all = all.add(if self.oldest_first { Column::Id.gt(last) } else { Column::Id.lt(last) });
        }
        all
    }

    pub fn order(&self) -> Order {
        if self.oldest_first { Order::Asc } else { Order::Desc }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<(String, String)> {
        let actions = [
            ("auth.locked", "was locked out after too many wrong passwords"),
            ("auth.sign_in_failed", "tried a wrong password"),
            ("authority.x", "authority x"),
            ("message.created", "wrote through the contact form"),
        ];
        actions.map(|(action, words)| (action.to_owned(), words.to_owned())).to_vec()
    }

    #[test]
    fn actions_are_chosen_by_name_by_group_and_by_words() {
        let actions = |action: Option<&str>, q: Option<&str>| {
            let query = FilterQuery { action: action.map(Into::into), q: q.map(Into::into), ..FilterQuery::default() };
            query.read(known(), |_| false).expect("valid").actions
        };
        assert_eq!(actions(None, None), None);
        assert_eq!(actions(Some("auth.*"), None), Some(vec!["auth.locked".into(), "auth.sign_in_failed".into()]));
        assert_eq!(actions(Some("message.created,auth.locked"), Some("contact")), Some(vec!["message.created".into()]));
        assert_eq!(
            actions(None, Some("wrong password")),
            Some(vec!["auth.locked".into(), "auth.sign_in_failed".into()])
        );
        assert_eq!(actions(Some("nothing.like_it"), None), Some(Vec::new()));
    }

    #[test]
    fn wrong_filters_are_named() {
        let with = |edit: fn(&mut FilterQuery)| {
            let mut query = FilterQuery::default();
            edit(&mut query);
            query.read(known(), |_| false)
        };
        let id = || Some(Uuid::nil().to_string());
        for (field, outcome) in [
            ("actor", with(|it| it.actor = Some("Ada".into()))),
            ("entityId", with(|it| it.entity_id = Some("7".into()))),
            ("from", with(|it| it.from = Some("yesterday".into()))),
            ("address", with(|it| it.address = Some("localhost".into()))),
            ("sort", with(|it| it.sort = Some("random".into()))),
            ("entityType", FilterQuery { entity_id: id(), ..FilterQuery::default() }.read(known(), |_| false)),
        ] {
            let Err(Error::Validation(errors)) = outcome else { panic!("{field} must be refused") };
            assert_eq!(errors[0].field, field);
        }
    }
}
