//! The identity of a service: a row with a permanent id, and every address that it ever had.
//!
//! The texts of a service are in the setting `services.list`. What belongs to a service refers to the row, and a link
//! or a message with an old address still finds it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use database::entity::{service_slugs, services};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::Value;
use uuid::Uuid;

use super::Service;
use super::store::SERVICES;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::ids::Ids;
use crate::platform::audit::Changes;

/// Maximum number of stored services, offered or not.
const MOST: usize = 300;
/// Maximum number of addresses that one service can have had.
const MOST_SLUGS: usize = 30;

/// Every service that is or was offered.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Offered {
    services: HashMap<Uuid, Known>,
    by_slug: HashMap<String, Uuid>,
}

/// A service, current or retired.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    pub id: Uuid,
    /// The current address, or the last one.
    pub slug: String,
    pub name: String,
    /// Every address that it ever had, including the current one.
    pub slugs: Vec<String>,
}

impl Offered {
    /// Loads all of them.
    pub(super) async fn load(conn: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let services = services::Entity::find().all(conn).await?;
        let known =
            services.into_iter().map(|row| Known { id: row.id, slug: row.slug, name: row.name, slugs: Vec::new() });
        let slugs = service_slugs::Entity::find().order_by_asc(service_slugs::Column::Slug).all(conn).await?;
        Ok(Self::of(known, slugs.into_iter().map(|row| (row.slug, row.service_id))))
    }

    fn of(known: impl Iterator<Item = Known>, slugs: impl Iterator<Item = (String, Uuid)>) -> Self {
        let mut services: HashMap<Uuid, Known> = known.map(|one| (one.id, one)).collect();
        let mut by_slug = HashMap::new();
        for (slug, id) in slugs {
            if let Some(one) = services.get_mut(&id) {
                one.slugs.push(slug.clone());
            }
            by_slug.insert(slug, id);
        }
        Self { services, by_slug }
    }

    /// The service that has or had this address.
    pub fn at(&self, slug: &str) -> Option<&Known> {
        self.services.get(self.by_slug.get(slug)?)
    }

    /// True if each of these services has an up-to-date row.
    pub(super) fn holds(&self, list: &[Service]) -> bool {
        let is_known = |service: &Service| self.at(&service.slug).is_some_and(|one| one.id == service.id);
        list.iter().all(is_known)
    }

    /// Gives each service of a list its id. A known id identifies that service; without an id it is the one that has or
    /// had this address, or a new one. Returns an error if another service has or had the address.
    fn identify(&self, list: &mut [Service], mut fresh: impl FnMut() -> Uuid) -> Result<()> {
        let mut check = Check::new();
        let mut met = HashSet::new();
        let (mut services, place) =
            (self.services.len(), |index: usize, part: &str| format!("{SERVICES}.{index}.{part}"));
        for (index, service) in list.iter_mut().enumerate() {
            let owner = self.at(&service.slug);
            let given = service.id;
            if !self.services.contains_key(&given) {
                service.id = match owner {
                    Some(owner) => owner.id,
                    None if given.is_nil() => fresh(),
                    None => given,
                };
            }
            let is_first = met.insert(service.id);
            let of_another = owner.filter(|owner| owner.id != service.id || (!is_first && given != owner.id));
            if let Some(other) = of_another {
                let message =
                    format!("“{}” has or had this address, and links to it will always lead there.", other.name);
                check.refuse(&place(index, "slug"), "taken", message);
            } else if !is_first {
                check.refuse(&place(index, "id"), "taken", "Another service already has this id.");
            }
            match self.services.get(&service.id) {
                None => services += 1,
                Some(known) if owner.is_none() && known.slugs.len() >= MOST_SLUGS => {
                    let message = format!("This service has had {MOST_SLUGS} addresses. Keep one of them.");
                    check.refuse(&place(index, "slug"), "too_long", message);
                }
                Some(_) => {}
            }
        }
        if services > MOST {
            let message =
                format!("Including services you no longer offer, at most {MOST} are allowed. Bring an old one back.");
            check.refuse(SERVICES, "too_long", message);
        }
        check.done()
    }
}

/// Gives each service of `services.list` its id and its row, in the unit that writes the list; returns the list to be
/// written. Services that are no longer in it are retired, and keep their names and addresses.
pub(super) async fn settle(conn: &impl ConnectionTrait, value: &Value, ids: &Ids, now: DateTime<Utc>) -> Result<Value> {
    let mut list: Vec<Service> = serde_json::from_value(value.clone()).map_err(Error::internal)?;
    Offered::load(conn).await?.identify(&mut list, || ids.next(now))?;
    let rows = list.iter().map(|service| services::Model {
        id: service.id,
        slug: service.slug.clone(),
        name: service.name.clone(),
        retired_at: None,
        created_at: now,
    });
    let as_now = [services::Column::Slug, services::Column::Name, services::Column::RetiredAt];
    services::Entity::insert_many(rows.map(services::Model::into_active_model))
        .on_conflict(OnConflict::column(services::Column::Id).update_columns(as_now).to_owned())
        .exec_without_returning(conn)
        .await?;
    let slugs = list.iter().map(|service| service_slugs::Model { slug: service.slug.clone(), service_id: service.id });
    service_slugs::Entity::insert_many(slugs.map(service_slugs::Model::into_active_model))
        .on_conflict(OnConflict::column(service_slugs::Column::Slug).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    services::Entity::update_many()
        .col_expr(services::Column::RetiredAt, Expr::value(now))
        .filter(services::Column::Id.is_not_in(list.iter().map(|service| service.id)))
        .filter(Expr::col(services::Column::RetiredAt).is_null())
        .exec(conn)
        .await?;
    serde_json::to_value(list).map_err(Error::internal)
}

/// Describes the differences between two lists, service by service and field by field, in readable form.
pub(super) fn note(mut noted: Changes, before: &Value, after: &Value) -> Changes {
    let (old, new) = (by_id(before), by_id(after));
    for (id, service) in &new {
        let slug = text(service, "slug");
        match old.iter().find(|(other, _)| other == id) {
            None => noted = noted.field(&format!("services.{slug}"), Value::Null, text(service, "name")),
            Some((_, was)) => {
                for (field, value) in service.as_object().into_iter().flatten() {
                    noted = noted.field(&format!("services.{slug}.{field}"), was.get(field), value);
                }
            }
        }
    }
    for (id, service) in &old {
        if !new.iter().any(|(other, _)| other == id) {
            noted = noted.field(&format!("services.{}", text(service, "slug")), text(service, "name"), Value::Null);
        }
    }
    let stayed = |list: &[(Value, &Value)], other: &[(Value, &Value)]| -> Vec<Value> {
        list.iter().map(|(id, _)| id.clone()).filter(|id| other.iter().any(|(known, _)| known == id)).collect()
    };
    if stayed(&old, &new) != stayed(&new, &old) {
        let slugs =
            |list: &[(Value, &Value)]| list.iter().map(|(_, it)| text(it, "slug").to_owned()).collect::<Vec<_>>();
        noted = noted.field("services.order", slugs(&old), slugs(&new));
    }
    noted
}

fn by_id(list: &Value) -> Vec<(Value, &Value)> {
    list.as_array().into_iter().flatten().map(|service| (service["id"].clone(), service)).collect()
}

fn text<'a>(service: &'a Value, field: &str) -> &'a str {
    service[field].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn service(number: u128, slug: &str) -> Service {
        let value = serde_json::json!({ "id": id(number), "slug": slug, "name": slug, "summary": "Words." });
        serde_json::from_value(value).expect("a service")
    }

    fn offered() -> Offered {
        let known = |number: u128, slug: &str| Known {
            id: id(number),
            slug: slug.to_owned(),
            name: format!("Number {number}"),
            slugs: Vec::new(),
        };
        let known = [known(1, "web"), known(2, "data")].into_iter();
        Offered::of(
            known,
            [("web", 1), ("sites", 1), ("data", 2)].map(|(slug, number)| (slug.to_owned(), id(number))).into_iter(),
        )
    }

    fn identified(list: &[(u128, &str)]) -> Result<Vec<Uuid>> {
        let mut list: Vec<Service> = list.iter().map(|&(number, slug)| service(number, slug)).collect();
        offered().identify(&mut list, || id(100))?;
        Ok(list.iter().map(|service| service.id).collect())
    }

    fn refused(list: &[(u128, &str)]) -> Vec<(String, String)> {
        let Err(Error::Validation(errors)) = identified(list) else { panic!("{list:?} must be refused") };
        errors.into_iter().map(|error| (error.field, error.message)).collect()
    }

    #[test]
    fn a_service_is_found_by_every_address_that_it_had() {
        let offered = offered();
        assert_eq!(offered.at("sites").map(|one| (one.id, one.slug.as_str())), Some((id(1), "web")));
        assert_eq!(offered.at("data").map(|one| one.id), Some(id(2)));
        assert_eq!(offered.at("gardens"), None);
    }

    #[test]
    fn a_service_stays_who_it_is_by_its_id_or_by_its_address() {
        // By id, with a new address; by a previous address; new, with an id of its own or without one.
        assert_eq!(identified(&[(1, "internet"), (0, "data")]).unwrap(), [id(1), id(2)]);
        assert_eq!(identified(&[(0, "sites")]).unwrap(), [id(1)]);
        assert_eq!(identified(&[(7, "gardens")]).unwrap(), [id(7)]);
        assert_eq!(identified(&[(0, "gardens")]).unwrap(), [id(100)]);
        // An id from another installation, with an address that is known here.
        assert_eq!(identified(&[(7, "data")]).unwrap(), [id(2)]);
    }

    #[test]
    fn an_address_leads_to_one_service_for_ever() {
        let words = |name: &str| format!("“{name}” has or had this address, and links to it will always lead there.");
        assert_eq!(refused(&[(2, "sites")]), [("services.list.0.slug".to_owned(), words("Number 1"))]);
        assert_eq!(refused(&[(1, "internet"), (0, "web")]), [("services.list.1.slug".to_owned(), words("Number 1"))]);
        assert_eq!(refused(&[(1, "data"), (2, "web")]).len(), 2, "two do not swap");
        for twice in [[(7, "gardens"), (7, "roofs")], [(1, "internet"), (1, "web")]] {
            let words = "Another service already has this id.".to_owned();
            assert_eq!(refused(&twice), [("services.list.1.id".to_owned(), words)], "{twice:?}");
        }
    }

    #[test]
    fn services_and_addresses_do_not_grow_without_end() {
        let many = |services: usize, slugs: usize| {
            let known = (1..=services).map(|number| Known {
                id: id(number as u128),
                slug: "a0".to_owned(),
                name: "A".to_owned(),
                slugs: Vec::new(),
            });
            Offered::of(known, (0..slugs).map(|number| (format!("a{number}"), id(1))))
        };
        let identified = |offered: &Offered, number: u128, slug: &str| {
            offered.identify(&mut [service(number, slug)], || id(1_000)).is_ok()
        };
        assert!(identified(&many(MOST - 1, 1), 0, "new"));
        assert!(!identified(&many(MOST, 1), 0, "new"));
        assert!(identified(&many(MOST, 1), 1, "moved"), "one that is there may change");
        assert!(identified(&many(1, MOST_SLUGS - 1), 1, "moved"));
        assert!(!identified(&many(1, MOST_SLUGS), 1, "moved"));
        assert!(identified(&many(1, MOST_SLUGS), 1, "a3"), "back to one that it had");
    }

    #[test]
    fn a_change_is_told_service_by_service() {
        let one =
            |number: u128, slug: &str, name: &str| json!({ "id": id(number), "slug": slug, "name": name, "fits": [] });
        let (web, data, gardens) = (one(1, "web", "Web"), one(2, "data", "Data"), one(3, "gardens", "Gardens"));
        let told = |before: Value, after: Value| note(Changes::none(), &before, &after);
        let moved = told(json!([web, data]), json!([one(1, "internet", "Web"), data]));
        assert_eq!(moved, Changes::none().field("services.internet.slug", "web", "internet"));
        let replaced = told(json!([web, data]), json!([gardens, data]));
        let expected = Changes::none().field("services.gardens", Value::Null, "Gardens");
        assert_eq!(replaced, expected.field("services.web", "Web", Value::Null));
        let turned = told(json!([web, data]), json!([data, web]));
        assert_eq!(turned, Changes::none().field("services.order", ["web", "data"], ["data", "web"]));
        assert_eq!(told(json!([web]), json!([web])), Changes::none());
    }

    #[test]
    fn a_list_is_held_when_each_of_it_has_its_row() {
        assert!(offered().holds(&[service(1, "web"), service(2, "data")]));
        assert!(!offered().holds(&[service(1, "internet")]), "a new address");
        assert!(!offered().holds(&[service(0, "web")]), "no id yet");
        assert!(!offered().holds(&[service(2, "web")]), "the row of another");
    }
}
