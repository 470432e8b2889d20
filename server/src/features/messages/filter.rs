//! Which messages: the filters of list and export, and their conditions.

use chrono::{DateTime, Days, NaiveDate, Utc};
use database::entity::message_tags;
use database::entity::messages::{Column, Status};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Func, Query};
use sea_orm::{ColumnTrait, Iterable as _, Order, Value};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::figures::Stands;
use crate::error::{Error, Result};
use crate::http::filters::{day, given};
use crate::ids::first_of;
use crate::storage::{Cursor, search_terms};

/// The filters as they stand in an address.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct FilterQuery {
    /// One or more of `new in_progress replied converted archived spam`, separated by commas.
    #[serde(default)]
    pub status: Option<String>,
    /// An id, `me` or `none`.
    #[serde(default)]
    pub assigned_to: Option<String>,
    /// The slug of a service.
    #[serde(default)]
    pub service: Option<String>,
    #[serde(default)]
    pub tag: Option<String>,
    /// First day of arrival, in UTC: `2026-01-31`.
    #[serde(default)]
    pub from: Option<String>,
    /// Last day of arrival, in UTC: `2026-01-31`.
    #[serde(default)]
    pub to: Option<String>,
    /// Words to search for. Each must match the start of a word in the name, email, phone, company or text.
    #[serde(default)]
    pub q: Option<String>,
    /// `false`: without those that are snoozed; `true`: only those.
    #[serde(default)]
    pub snoozed: Option<bool>,
    /// `activity`: the newest line or the last return of a message first. `waiting`: only those whose client waits for a
    /// reply, the longest first. `newest` and `oldest`: by arrival. The default is `activity`, or `newest` with `from` or
    /// `to`.
    #[serde(default)]
    pub sort: Option<String>,
}

/// The filters, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub statuses: Vec<Status>,
    pub assignee: Option<Assignee>,
    /// Every address of the service that is asked for; empty: any service or none.
    pub services: Vec<String>,
    pub tag: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub until: Option<DateTime<Utc>>,
    pub terms: Vec<String>,
    /// Something was looked for that holds no word: nothing is found.
    pub nothing: bool,
    pub snoozed: Option<bool>,
    /// Only those whose client waits for a reply.
    pub waiting: bool,
    pub sort: Sort,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    #[default]
    Activity,
    /// Only those whose client waits.
    Waiting,
    Newest,
    Oldest,
}

impl Sort {
    /// The column by which a list goes: ids that sort by time, each of one message.
    pub fn key(self) -> Column {
        match self {
            Self::Activity => Column::ActivityId,
            Self::Waiting => Column::WaitingId,
            Self::Newest | Self::Oldest => Column::Id,
        }
    }

    fn is_ascending(self) -> bool {
        matches!(self, Self::Waiting | Self::Oldest)
    }
}

/// Whose messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignee {
    Nobody,
    Staff(Uuid),
}

impl FilterQuery {
    /// Reads the filters; `me` is the person who asks, `slugs_of` knows every address that a service has or had.
    pub fn read(&self, me: Uuid, slugs_of: impl Fn(String) -> Vec<String>) -> Result<Filter> {
        let statuses: Vec<Status> = given(self.status.as_ref())
            .map(|text| text.split(',').map(status).collect())
            .transpose()?
            .unwrap_or_default();
        let statuses = Status::iter().filter(|status| statuses.contains(status)).collect();
        let assignee = match given(self.assigned_to.as_ref()) {
            None => None,
            Some("me") => Some(Assignee::Staff(me)),
            Some("none") => Some(Assignee::Nobody),
            Some(id) => Some(Assignee::Staff(
                id.parse().map_err(|_| Error::field("assignedTo", "invalid", "This must be an id, me or none."))?,
            )),
        };
        let sort = match given(self.sort.as_ref()) {
            None if given(self.from.as_ref()).is_some() || given(self.to.as_ref()).is_some() => Sort::Newest,
            None | Some("activity") => Sort::Activity,
            Some("waiting") => Sort::Waiting,
            Some("newest") => Sort::Newest,
            Some("oldest") => Sort::Oldest,
            Some(_) => {
                return Err(Error::field("sort", "invalid", "This must be activity, waiting, newest or oldest."));
            }
        };
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        Ok(Filter {
            statuses,
            assignee,
            services: given(self.service.as_ref()).map(|slug| slugs_of(slug.to_owned())).unwrap_or_default(),
            tag: given(self.tag.as_ref()).map(str::to_lowercase),
            from: day("from", given(self.from.as_ref()))?.map(midnight),
            until: day("to", given(self.to.as_ref()))?.and_then(|day| day.checked_add_days(Days::new(1))).map(midnight),
            nothing: given(self.q.as_ref()).is_some_and(|q| search_terms(q).is_empty()),
            terms: given(self.q.as_ref()).map(search_terms).unwrap_or_default(),
            snoozed: self.snoozed,
            waiting: sort == Sort::Waiting,
            sort,
        })
    }
}

fn status(text: &str) -> Result<Status> {
    serde_json::from_value(serde_json::Value::String(text.trim().to_owned())).map_err(|_| {
        Error::field("status", "invalid", "This must be one of new, in_progress, replied, converted, archived, spam.")
    })
}

impl Filter {
    /// Everything but the search, and what comes after the cursor.
    pub fn condition(&self, cursor: Option<Cursor>) -> Condition {
        let mut all = Condition::all();
        if self.nothing {
            all = all.add(Column::Id.is_null());
        }
        all = all.add_option(self.one_of(Column::Status, &self.statuses));
        match self.assignee {
            None => {}
            Some(Assignee::Nobody) => all = all.add(Column::AssignedTo.is_null()),
            Some(Assignee::Staff(id)) => all = all.add(Column::AssignedTo.eq(id)),
        }
        all = all.add_option(self.one_of(Column::Service, &self.services));
        if let Some(tag) = &self.tag {
            let tagged = Query::select()
                .column(message_tags::Column::MessageId)
                .from(message_tags::Entity)
                .and_where(message_tags::Column::Tag.eq(tag))
                .take();
            all = all.add(Column::Id.in_subquery(tagged));
        }
        if self.snoozed == Some(false) {
            all = all.add(Column::SnoozedUntil.is_null());
        }
        if self.waiting {
            all = all.add(Column::WaitingId.gt(Uuid::nil()));
        }
        all = all.add_option(self.of_few());
        all.add(self.period(Column::Id)).add_option(self.after(self.sort.key(), cursor))
    }

    /// The values of a column that are asked for. The few who wait stand in an index of their own, and are not looked for
    /// by another one: behind a function it cannot be used.
    fn one_of<V: Into<Value> + Clone>(&self, column: Column, values: &[V]) -> Option<Expr> {
        let plain = if self.waiting {
            Expr::from(Func::coalesce([Expr::col(column), Expr::val("")]))
        } else {
            Expr::col(column)
        };
        match values {
            [] => None,
            [one] => Some(plain.eq(one.clone())),
            several => Some(plain.is_in(several.iter().cloned())),
        }
    }

    /// A condition that few messages meet, which have an index of their own; none: nothing like it is asked for. A
    /// comparison, because `SQLite` does not look for what is "not null" by an index.
    pub fn of_few(&self) -> Option<Expr> {
        (self.snoozed == Some(true)).then(|| Column::SnoozedUntil.gt(DateTime::UNIX_EPOCH))
    }

    /// The days, on a column that holds ids of messages: these are times, so a range of days is a range of ids.
    pub fn period(&self, id: impl ColumnTrait) -> Condition {
        let mut all = Condition::all();
        if let Some(from) = self.from {
            all = all.add(id.gte(first_of(from)));
        }
        if let Some(until) = self.until {
            all = all.add(id.lt(first_of(until)));
        }
        all
    }

    /// What comes after the cursor, on a column that holds the key of the list.
    pub fn after(&self, key: impl ColumnTrait, cursor: Option<Cursor>) -> Option<Expr> {
        let Cursor(last) = cursor?;
        Some(if self.sort.is_ascending() { key.gt(last) } else { key.lt(last) })
    }

    /// The tag, if nothing else but a period is asked for, in an order in which the tags stand.
    pub fn only_tag(&self) -> Option<&str> {
        let alone = Self { tag: None, from: None, until: None, ..self.clone() }.lets_all_through();
        self.tag.as_deref().filter(|_| alone)
    }

    /// True when nothing but days is asked for.
    pub fn is_only_period(&self) -> bool {
        Self { from: None, until: None, ..self.clone() }.lets_all_through()
    }

    /// True when nothing but statuses, snoozes and an assignee is asked for.
    pub fn is_only_standing(&self) -> bool {
        Self { statuses: Vec::new(), assignee: None, snoozed: None, ..self.clone() }.lets_all_through()
    }

    /// True when messages that stand there are asked for.
    pub fn takes(&self, stands: Stands) -> bool {
        let theirs = match self.assignee {
            None => true,
            Some(Assignee::Nobody) => stands.person.is_nil(),
            Some(Assignee::Staff(id)) => stands.person == id,
        };
        theirs
            && self.snoozed.is_none_or(|snoozed| snoozed == stands.snoozed)
            && (self.statuses.is_empty() || self.statuses.contains(&stands.status))
    }

    /// True when nothing but words is asked for.
    pub fn is_only_search(&self) -> bool {
        Self { terms: Vec::new(), ..self.clone() }.lets_all_through()
    }

    fn lets_all_through(&self) -> bool {
        *self == Self { sort: self.sort, ..Self::default() }
    }

    /// The keys of one page out of all that were found.
    pub fn page_of(&self, mut keys: Vec<Uuid>, cursor: Option<Cursor>, limit: u64) -> Vec<Uuid> {
        keys.sort_unstable();
        if !self.sort.is_ascending() {
            keys.reverse();
        }
        let after = |key: &Uuid| {
            cursor.is_none_or(|Cursor(last)| if self.sort.is_ascending() { *key > last } else { *key < last })
        };
        keys.into_iter().filter(after).take(usize::try_from(limit).unwrap_or(usize::MAX)).collect()
    }

    /// The same filter for each of its statuses and each address of its service, of which every one is a part of an index
    /// in the order of the list.
    pub fn parts(&self) -> Vec<Self> {
        let of_status = each(vec![self.clone()], &self.statuses, |part, status| part.statuses = vec![*status]);
        each(of_status, &self.services, |part, slug| part.services = vec![slug.clone()])
    }

    /// The order of the list.
    pub fn order(&self) -> Order {
        if self.sort.is_ascending() { Order::Asc } else { Order::Desc }
    }

    /// The same by arrival, which nothing changes: for walks that take a while.
    #[must_use]
    pub fn by_arrival(self) -> Self {
        let sort = if self.sort == Sort::Oldest { Sort::Oldest } else { Sort::Newest };
        Self { sort, ..self }
    }
}

/// Each filter once for each choice; as it is where there is none.
fn each<T>(filters: Vec<Filter>, choices: &[T], choose: impl Fn(&mut Filter, &T)) -> Vec<Filter> {
    if choices.is_empty() {
        return filters;
    }
    let mut all = Vec::with_capacity(filters.len() * choices.len());
    for filter in filters {
        for choice in choices {
            let mut one = filter.clone();
            choose(&mut one, choice);
            all.push(one);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_read_and_wrong_ones_named() {
        let me = Uuid::max();
        let query = FilterQuery {
            status: Some("new, in_progress".into()),
            assigned_to: Some("me".into()),
            to: Some("2026-01-31".into()),
            q: Some("Müller GmbH".into()),
            ..FilterQuery::default()
        };
        let filter = query.read(me, |slug| vec![slug]).expect("valid");
        assert_eq!(filter.statuses, [Status::New, Status::InProgress]);
        assert_eq!(filter.assignee, Some(Assignee::Staff(me)));
        assert_eq!(filter.until.map(|it| it.to_rfc3339()).as_deref(), Some("2026-02-01T00:00:00+00:00"));
        assert_eq!(filter.terms, ["muller", "gmbh"]);
        for (field, query) in [
            ("status", FilterQuery { status: Some("old".into()), ..FilterQuery::default() }),
            ("assignedTo", FilterQuery { assigned_to: Some("anna".into()), ..FilterQuery::default() }),
            ("from", FilterQuery { from: Some("yesterday".into()), ..FilterQuery::default() }),
            ("sort", FilterQuery { sort: Some("random".into()), ..FilterQuery::default() }),
        ] {
            let Err(Error::Validation(errors)) = query.read(me, |slug| vec![slug]) else {
                panic!("{field} must be refused")
            };
            assert_eq!(errors[0].field, field);
        }
    }
}
