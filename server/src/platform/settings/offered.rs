//! Who a service is: a row with an id that stays, and every address that it ever had.
//!
//! The texts of a service stand in the setting `services.list`. What belongs to a service holds on to the row, and a link
//! or a message that names an old address still finds it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use database::entity::{service_slugs, services};
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
};
use serde_json::Value;
use uuid::Uuid;

use super::Service;
use crate::error::{Error, Result};
use crate::http::valid::Check;
use crate::ids::Ids;

/// Every service that is or was offered.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Offered(Vec<Known>);

/// A service, offered or not any more.
#[derive(Debug, PartialEq, Eq)]
pub struct Known {
    pub id: Uuid,
    /// The address of now, or the last one.
    pub slug: String,
    pub name: String,
    /// Every address that it ever had, that of now among them.
    pub slugs: Vec<String>,
}

impl Offered {
    /// Reads all of them.
    pub(super) async fn load(conn: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let mut known: Vec<Known> = services::Entity::find()
            .order_by_asc(services::Column::Id)
            .all(conn)
            .await?
            .into_iter()
            .map(|row| Known { id: row.id, slug: row.slug, name: row.name, slugs: Vec::new() })
            .collect();
        for row in service_slugs::Entity::find().order_by_asc(service_slugs::Column::Slug).all(conn).await? {
            if let Some(one) = known.iter_mut().find(|one| one.id == row.service_id) {
                one.slugs.push(row.slug);
            }
        }
        Ok(Self(known))
    }

    /// The service that has or had this address.
    pub fn at(&self, slug: &str) -> Option<&Known> {
        self.0.iter().find(|one| one.slugs.iter().any(|own| own == slug))
    }

    fn has(&self, id: Uuid) -> bool {
        self.0.iter().any(|one| one.id == id)
    }

    /// True when each of these has its row, as it is now.
    pub(super) fn holds(&self, list: &[Service]) -> bool {
        let is_known = |service: &Service| self.at(&service.slug).is_some_and(|one| one.id == service.id);
        list.iter().all(is_known)
    }

    /// Gives each service of a list its id. Who names an id that is known means that service; who names none means the
    /// one that has or had this address, or a new one. An address that another service has or had is refused.
    fn identify(&self, list: &mut [Service], mut fresh: impl FnMut() -> Uuid) -> Result<()> {
        let mut check = Check::new();
        let mut met = HashSet::new();
        for (index, service) in list.iter_mut().enumerate() {
            let owner = self.at(&service.slug);
            if !self.has(service.id) {
                service.id = match owner {
                    Some(owner) => owner.id,
                    None if service.id.is_nil() => fresh(),
                    None => service.id,
                };
            }
            let of_another = owner.filter(|owner| owner.id != service.id);
            if let Some(other) = of_another.or_else(|| owner.filter(|_| met.contains(&service.id))) {
                let message = format!("This was the address of “{}”, and links to it still lead there.", other.name);
                check.refuse(&format!("services.list.{index}.slug"), "taken", message);
            } else if met.contains(&service.id) {
                check.refuse(&format!("services.list.{index}.id"), "taken", "Another service has this id.");
            }
            met.insert(service.id);
        }
        check.done()
    }
}

/// Gives each service of `services.list` its id and its row, in the unit that writes the list; answers with the list as
/// it is to be written. What is no longer in it is retired, and keeps its name and its addresses.
pub(super) async fn settle(
    conn: &impl ConnectionTrait,
    value: &Value,
    ids: &Ids,
    now: DateTime<Utc>,
) -> Result<Value> {
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
    let slugs =
        list.iter().map(|service| service_slugs::Model { slug: service.slug.clone(), service_id: service.id });
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn service(number: u128, slug: &str) -> Service {
        let value = serde_json::json!({ "id": id(number), "slug": slug, "name": slug, "summary": "Words." });
        serde_json::from_value(value).expect("a service")
    }

    fn offered() -> Offered {
        let known = |number: u128, slugs: &[&str]| Known {
            id: id(number),
            slug: slugs[0].to_owned(),
            name: format!("Number {number}"),
            slugs: slugs.iter().map(|&slug| slug.to_owned()).collect(),
        };
        Offered(vec![known(1, &["web", "sites"]), known(2, &["data"])])
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
        // By id, under a new address; by an address of before; new, with an id of its own or without one.
        assert_eq!(identified(&[(1, "internet"), (0, "data")]).unwrap(), [id(1), id(2)]);
        assert_eq!(identified(&[(0, "sites")]).unwrap(), [id(1)]);
        assert_eq!(identified(&[(7, "gardens")]).unwrap(), [id(7)]);
        assert_eq!(identified(&[(0, "gardens")]).unwrap(), [id(100)]);
        // An id of another installation, at an address that is known here.
        assert_eq!(identified(&[(7, "data")]).unwrap(), [id(2)]);
    }

    #[test]
    fn an_address_leads_to_one_service_for_ever() {
        let words = |name: &str| format!("This was the address of “{name}”, and links to it still lead there.");
        assert_eq!(refused(&[(2, "sites")]), [("services.list.0.slug".to_owned(), words("Number 1"))]);
        assert_eq!(refused(&[(1, "internet"), (0, "web")]), [("services.list.1.slug".to_owned(), words("Number 1"))]);
        assert_eq!(refused(&[(1, "data"), (2, "web")]).len(), 2, "two do not swap");
        let twice = refused(&[(7, "gardens"), (7, "roofs")]);
        assert_eq!(twice, [("services.list.1.id".to_owned(), "Another service has this id.".to_owned())]);
    }

    #[test]
    fn a_list_is_held_when_each_of_it_has_its_row() {
        assert!(offered().holds(&[service(1, "web"), service(2, "data")]));
        assert!(!offered().holds(&[service(1, "internet")]), "a new address");
        assert!(!offered().holds(&[service(0, "web")]), "no id yet");
        assert!(!offered().holds(&[service(2, "web")]), "the row of another");
    }
}
