//! The open work of a person, and giving it to another.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Condition;
use uuid::Uuid;

use super::change;
use super::find::count;
use super::store;
use crate::cluster::Event;
use crate::error::Result;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::slice::Work;
use crate::storage::{COUNT_LIMIT, Tx};

/// Beyond, dashboards are told once to load everything.
const NOTICES: usize = 50;

/// How many open messages a person has; at most 1,000, which then means 1,000 or more.
pub async fn open_work(conn: &impl ConnectionTrait, person: Uuid) -> Result<u64> {
    let condition: Condition = store::open_of(person);
    Ok(count(conn, condition, COUNT_LIMIT).await?)
}

/// Gives some of a person's open messages to another, or to nobody; returns which.
pub async fn hand_over(tx: &Tx<'_>, act: &Act, from: Uuid, to: Option<Uuid>) -> Result<Vec<Uuid>> {
    let moved = store::reassign_open(tx, from, to, act.now, Work::AT_ONCE as u64).await?;
    for id in &moved {
        act.note(tx, "message.assigned", (Entity::Message, *id), Changes::none().field("assignedTo", Some(from), to));
    }
    if moved.len() <= NOTICES {
        for id in &moved {
            change::announce(tx, "message_changed", *id);
        }
    } else {
        tx.publish(Event::Everything);
    }
    Ok(moved)
}
