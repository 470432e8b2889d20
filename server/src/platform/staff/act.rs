//! Who acts on whom. Each unit of this slice begins here: it locks the rows that its rules read, so that of two
//! concurrent requests the second sees what the first has done.

use database::entity::staff::{Model, Role};
use uuid::Uuid;

use super::store;
use crate::error::{Error, Result};
use crate::http::rate_limit::Subject;
use crate::platform::act::Act;
use crate::platform::limits;
use crate::platform::permission::{Permission, PermissionSet, Standing};
use crate::storage::Tx;

impl Act {
    /// The current state of both people, locked together with all active admins.
    pub async fn pair(&self, tx: &Tx<'_>, target: Uuid) -> Result<Pair> {
        let own = self.caller.staff_id;
        let people = store::locked_with_admins(tx.conn(), [own, target]).await?;
        let find = |id: Uuid| people.iter().find(|person| person.id == id).cloned();
        let actor = find(own).filter(|person| person.is_active).ok_or(Error::Unauthenticated)?;
        let target = find(target).filter(|person| person.deleted_at.is_none()).ok_or(Error::NotFound)?;
        Ok(Pair {
            standing: self.standing(&actor)?,
            other_admins: people.iter().filter(|person| person.id != target.id && is_active_admin(person)).count(),
            target,
        })
    }

    /// Counts an email with a link to that person. Uses up nothing if the caller may not touch them: the unit rejects
    /// the request.
    pub async fn may_mail(&self, target: Uuid) -> Result<()> {
        let person = store::by_id(self.platform.storage.read(), target).await?.ok_or(Error::NotFound)?;
        let own = Standing::new(self.caller.role, self.caller.permissions);
        if !own.lacks_of(Standing::of(&person)).is_empty() {
            return Ok(());
        }
        // Counted separately from what strangers request, so that neither blocks the other.
        self.platform
            .limits
            .check(&limits::RESET_MAIL, &Subject::Mailbox(format!("by staff\n{}", person.email_key)))
            .await
    }

    /// What the caller can currently grant, limited to the permissions of the request's token.
    fn standing(&self, actor: &Model) -> Result<Standing> {
        let permissions = PermissionSet::of(actor).and(self.caller.permissions);
        if !permissions.has(Permission::Staff) {
            return Err(Error::Forbidden);
        }
        let role = if self.caller.role == actor.role { actor.role } else { Role::Staff };
        Ok(Standing { role, permissions })
    }

    /// What the caller can grant, if nobody else is concerned yet.
    pub async fn giver(&self, tx: &Tx<'_>) -> Result<Standing> {
        Ok(self.pair(tx, self.caller.staff_id).await?.standing)
    }
}

/// The permissions of the acting person, and the person they act on.
pub struct Pair {
    pub standing: Standing,
    pub target: Model,
    other_admins: usize,
}

impl Pair {
    /// Returns an error if the person has a permission that the caller lacks.
    pub fn may_touch(&self) -> Result<()> {
        let beyond = self.standing.lacks_of(Standing::of(&self.target));
        if beyond.is_empty() {
            return Ok(());
        }
        let text = format!("This person has permissions that you don’t have: {}. Ask an admin.", beyond.join(", "));
        Err(Error::OutOfReach(text.into()))
    }

    /// Returns an error if no active admin would be left.
    pub fn keeps_an_admin(&self, after: &Model) -> Result<()> {
        if is_active_admin(&self.target) && !is_active_admin(after) && self.other_admins == 0 {
            return Err(Error::Conflict("This is the last active admin. Make someone else an admin first.".into()));
        }
        Ok(())
    }
}

/// Returns an error if the caller grants what they lack.
pub fn may_give(standing: Standing, given: Standing) -> Result<()> {
    let beyond = standing.lacks_of(given);
    if beyond.is_empty() {
        return Ok(());
    }
    Err(Error::OutOfReach(
        format!("You cannot give permissions that you don’t have: {}. Ask an admin.", beyond.join(", ")).into(),
    ))
}

fn is_active_admin(person: &Model) -> bool {
    person.role == Role::Admin && person.is_active
}
