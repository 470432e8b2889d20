//! The About page: a text of the firm, and the people who agreed to be shown there.

use std::collections::HashMap;

use database::entity::{site_people, staff, staff_avatars};
use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _};
use serde::Serialize;
use uuid::Uuid;

use super::settings::Site;
use crate::markdown;
use crate::platform::settings::Snapshot;
use crate::storage::search_text;

/// The path of the page.
pub const PATH: &str = "/about";

/// Somebody on the About page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    name: String,
    /// Drawn if there is no picture.
    initials: String,
    job_title: String,
    words: String,
    /// Address of the picture.
    picture: Option<String>,
}

/// True if the firm has an About page: it is switched on, and there is something on it.
pub async fn is_there(conn: &impl ConnectionTrait, settings: &Snapshot) -> Result<bool, DbErr> {
    let site: &Site = settings.part();
    Ok(site.about_shown && (site.about_text.is_some() || !agreed(conn).await?.is_empty()))
}

/// The text as HTML.
pub fn text(settings: &Snapshot) -> String {
    settings.part::<Site>().about_text.as_deref().map(markdown::to_html).unwrap_or_default()
}

/// The people who agreed and who work here, by name.
pub async fn people(conn: &impl ConnectionTrait) -> Result<Vec<Person>, DbErr> {
    let mut rows = agreed(conn).await?;
    rows.sort_by_cached_key(|(_, person)| search_text([person.name.as_str()]));
    let shown = |(own, person): (site_people::Model, staff::Model)| Person {
        initials: initials(&person.name),
        name: person.name,
        job_title: own.job_title,
        words: own.words,
        picture: person.avatar.map(|hash| format!("/people/{hash}")),
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The picture with that hash, if it belongs to somebody on the page.
pub async fn portrait(conn: &impl ConnectionTrait, hash: &str) -> Result<Option<Vec<u8>>, DbErr> {
    if !agreed(conn).await?.iter().any(|(_, person)| person.avatar.as_deref() == Some(hash)) {
        return Ok(None);
    }
    let picture = staff_avatars::Entity::find().filter(staff_avatars::Column::Hash.eq(hash)).one(conn).await?;
    Ok(picture.map(|row| row.content))
}

/// The people who agreed and work here. Asked anew for every page and picture: who withdraws or leaves is not shown any
/// more.
async fn agreed(conn: &impl ConnectionTrait) -> Result<Vec<(site_people::Model, staff::Model)>, DbErr> {
    let rows = site_people::Entity::find().filter(site_people::Column::IsShown.eq(true)).all(conn).await?;
    let mut people: HashMap<Uuid, staff::Model> = staff::Entity::find()
        .filter(staff::Column::Id.is_in(rows.iter().map(|row| row.staff_id)))
        .filter(staff::Column::IsActive.eq(true))
        .filter(staff::Column::DeletedAt.is_null())
        .all(conn)
        .await?
        .into_iter()
        .map(|person| (person.id, person))
        .collect();
    Ok(rows.into_iter().filter_map(|row| people.remove(&row.staff_id).map(|person| (row, person))).collect())
}

/// The first letters of the first and the last name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    [first, last].into_iter().flatten().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        for (name, letters) in [("Ada Lovelace", "AL"), ("ben", "B"), ("Ana  Maria de Souza", "AS"), ("", "")] {
            assert_eq!(initials(name), letters, "{name}");
        }
    }
}
