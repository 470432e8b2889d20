//! The open chats of a person, and giving them to another.

use std::collections::HashMap;

use database::entity::chat_notes as notes;
use database::entity::chat_sessions::{Column, Entity as Sessions, Status};
use sea_orm::sea_query::{Condition, Expr};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::acts::{self, Now};
use super::notices;
use super::rules::{By, Deed};
use crate::error::Result;
use crate::platform::Platform;
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::slice::Work;
use crate::platform::staff as people;
use crate::storage::{COUNT_LIMIT, Tx};

/// How many active chats a person has; at most 1,000, which then means 1,000 or more.
pub async fn open_work(conn: &impl ConnectionTrait, person: Uuid) -> Result<u64> {
    Ok(active_of(conn, person, COUNT_LIMIT).await?.len() as u64)
}

/// Gives some of a person's chats to another, or to nobody; returns which.
pub async fn hand_over(tx: &Tx<'_>, act: &Act, from: Uuid, to: Option<Uuid>) -> Result<Vec<Uuid>> {
    let now = Now { ids: act.platform.ids.clone(), at: act.now };
    let deed = to.map_or(Deed::Release, Deed::Assign);
    let mut moved = Vec::new();
    for id in active_of(tx.conn(), from, Work::AT_ONCE as u64).await? {
        // Whoever is to have it may have lost the permission meanwhile: what does not move ends the work, and stays.
        if let (_, Some(_)) = acts::act(tx, &now, id, By::Staff(from), deed).await? {
            act.note(tx, "chat.assigned", (Entity::Chat, id), Changes::none().field("assignedTo", Some(from), to));
            moved.push(id);
        }
    }
    Ok(moved)
}

/// Detaches people who are about to be deleted: their chats wait again, and closed ones and notes name nobody.
pub async fn release(tx: &Tx<'_>, platform: &Platform, people: &[Uuid]) -> Result<()> {
    let now = Now { ids: platform.ids.clone(), at: platform.clock.now() };
    for person in people {
        for id in active_of(tx.conn(), *person, COUNT_LIMIT).await? {
            acts::act(tx, &now, id, By::Staff(*person), Deed::Release).await?;
        }
    }
    let nobody = || Expr::value(Option::<Uuid>::None);
    let theirs = Column::StaffId.is_in(people.iter().copied());
    Sessions::update_many().col_expr(Column::StaffId, nobody()).filter(theirs).exec(tx.conn()).await?;
    let theirs = notes::Column::StaffId.is_in(people.iter().copied());
    notes::Entity::update_many().col_expr(notes::Column::StaffId, nobody()).filter(theirs).exec(tx.conn()).await?;
    Ok(())
}

/// Tells the new owner.
pub async fn tell(tx: &Tx<'_>, act: &Act, chats: &[Uuid], to: Uuid) -> Result<()> {
    let Some(person) = people::by_id(tx.conn(), to).await? else { return Ok(()) };
    for chat in chats {
        tx.notify(notices::for_new_owner(tx, act, *chat, &person).await?.into_iter().collect());
    }
    Ok(())
}

async fn active_of(conn: &impl ConnectionTrait, person: Uuid, limit: u64) -> Result<Vec<Uuid>, DbErr> {
    let theirs = Condition::all().add(Column::StaffId.eq(person)).add(Column::Status.eq(Status::Active));
    let ids = Sessions::find().select_only().column(Column::SessionId).filter(theirs);
    ids.order_by_asc(Column::SessionId).limit(limit).into_tuple().all(conn).await
}

/// With whom these chats are, for lists that name them.
pub async fn names(conn: &impl ConnectionTrait, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>> {
    let pairs: Vec<(Uuid, Option<String>)> = Sessions::find()
        .select_only()
        .columns([Column::SessionId, Column::VisitorName])
        .filter(Column::SessionId.is_in(ids))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(pairs.into_iter().filter_map(|(id, name)| Some((id, name?))).collect())
}
