//! What becomes of the open work of a person who leaves.

use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::store;
use crate::error::{Error, Result};
use crate::platform::act::Act;
use crate::platform::audit::Changes;
use crate::platform::entity::Entity;
use crate::platform::permission::PermissionSet;
use crate::platform::slice::Work;
use crate::storage::Tx;

/// Who takes over.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct HandOver {
    /// Who takes over the open messages: the id of a person, `none` for nobody (the default), or `keep` to leave them
    /// with a person who is deactivated.
    #[serde(default)]
    pub reassign_to: Option<String>,
}

impl HandOver {
    pub(super) fn read(&self) -> Result<OpenWork> {
        match self.reassign_to.as_deref().map(str::trim) {
            None | Some("" | "none") => Ok(OpenWork::GoesTo(None)),
            Some("keep") => Ok(OpenWork::Stays),
            Some(id) => id
                .parse()
                .map(|id| OpenWork::GoesTo(Some(id)))
                .map_err(|_| Error::field("reassignTo", "invalid", "This must be an id, none or keep.")),
        }
    }
}

/// The decision about open work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OpenWork {
    Stays,
    GoesTo(Option<Uuid>),
}

/// What was handed over so far, kind by kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved(Vec<Vec<Uuid>>);

impl Moved {
    /// How much it is, all kinds together.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(Vec::len).sum()
    }
}

impl OpenWork {
    /// Hands over what fits into this unit. Returns everything handed over so far, and whether there may be more.
    ///
    /// # Errors
    /// The new owner cannot do this work.
    pub(super) async fn move_some(self, tx: &Tx<'_>, act: &Act, from: Uuid, mut moved: Moved) -> Result<(Moved, bool)> {
        let Self::GoesTo(to) = self else { return Ok((moved, false)) };
        if let Some(to) = to {
            check_taker(tx, act, from, to).await?;
        }
        let mut rest = false;
        for (index, work) in act.platform.work().enumerate() {
            let some = (work.hand_over)(tx, act, from, to).await?;
            rest |= some.len() >= Work::AT_ONCE;
            moved.0.resize_with(moved.0.len().max(index + 1), Vec::new);
            moved.0[index].extend(some);
        }
        Ok((moved, rest))
    }

    /// Notes what was handed over, and tells the new owner, once.
    pub(super) async fn finish(self, tx: &Tx<'_>, act: &Act, from: Uuid, moved: &Moved) -> Result<()> {
        let Self::GoesTo(to) = self else { return Ok(()) };
        let mut changes = Changes::none();
        for (work, all) in act.platform.work().zip(&moved.0).filter(|(_, all)| !all.is_empty()) {
            changes = changes.fact(work.of, all.len());
            if let Some(to) = to {
                (work.tell)(tx, act, all, to).await?;
            }
        }
        if !changes.is_empty() {
            act.note(tx, "staff.work_handed_over", (Entity::Staff, from), changes.fact("reassignedTo", to));
        }
        Ok(())
    }
}

/// Returns an error unless the person can be given all kinds of work.
async fn check_taker(tx: &Tx<'_>, act: &Act, from: Uuid, to: Uuid) -> Result<()> {
    let taker = store::by_id(tx.conn(), to).await?.filter(|person| person.is_active && person.id != from);
    let may = taker.map(|person| PermissionSet::of(&person)).unwrap_or_default();
    match act.platform.work().find(|work| !may.has(work.needs)) {
        Some(work) => {
            let text = format!("This person cannot be assigned {}.", work.of);
            Err(Error::field("reassignTo", "invalid", text))
        }
        None => Ok(()),
    }
}
