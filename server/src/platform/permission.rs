//! Roles and permissions.

use database::entity::staff::{Model, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What a person can do. An admin can do everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    Messages,
    Chats,
    Consultations,
    Newsletter,
    Analytics,
    Performance,
    Staff,
    Audit,
    Settings,
    Privacy,
}

impl Permission {
    pub const ALL: [Self; 10] = [
        Self::Messages,
        Self::Chats,
        Self::Consultations,
        Self::Newsletter,
        Self::Analytics,
        Self::Performance,
        Self::Staff,
        Self::Audit,
        Self::Settings,
        Self::Privacy,
    ];
}

/// Permissions of one person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PermissionSet(u16);

impl PermissionSet {
    /// The preset of a role.
    pub fn preset(role: Role) -> Self {
        use Permission as P;
        match role {
            Role::Admin => P::ALL.into_iter().collect(),
            Role::Manager => {
                P::ALL.into_iter().filter(|it| !matches!(it, P::Staff | P::Audit | P::Settings | P::Privacy)).collect()
            }
            Role::Staff => [P::Messages, P::Chats, P::Consultations].into_iter().collect(),
        }
    }

    /// The person's permissions. Ignores names that this version does not know.
    pub fn of(person: &Model) -> Self {
        if person.role == Role::Admin {
            return Self::preset(Role::Admin);
        }
        let names = person.permissions.as_array().into_iter().flatten();
        names.filter_map(|name| serde_json::from_value(name.clone()).ok()).collect()
    }

    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u16) != 0
    }

    pub fn list(self) -> Vec<Permission> {
        Permission::ALL.into_iter().filter(|it| self.has(*it)).collect()
    }

    /// The form stored in the database.
    pub fn to_json(self) -> Value {
        json!(self.list())
    }
}

impl PermissionSet {
    /// The permissions in this set that are not in the other.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The permissions in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

/// Role and permissions together: what a person can grant, and what protects them from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub role: Role,
    pub permissions: PermissionSet,
}

impl Standing {
    /// A role with its permissions; an admin has all, whatever is passed.
    pub fn new(role: Role, permissions: PermissionSet) -> Self {
        let permissions = if role == Role::Admin { PermissionSet::preset(Role::Admin) } else { permissions };
        Self { role, permissions }
    }

    pub fn of(person: &Model) -> Self {
        Self { role: person.role, permissions: PermissionSet::of(person) }
    }

    /// What `other` has beyond this one: permissions, or `admin` for the role itself. Nobody can grant it, or edit,
    /// reset, deactivate or sign out a person who has it. Being an admin counts as a permission of its own, because it
    /// includes the permissions of later versions.
    pub fn lacks_of(self, other: Self) -> Vec<String> {
        if other.role == Role::Admin && self.role != Role::Admin {
            return vec!["admin".to_owned()];
        }
        let beyond = other.permissions.without(self.permissions).list();
        beyond.iter().filter_map(|it| json!(it).as_str().map(str::to_owned)).collect()
    }

    pub fn covers(self, other: Self) -> bool {
        self.lacks_of(other).is_empty()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().fold(0, |set, it| set | 1 << it as u16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_those_of_the_contract() {
        let manager = PermissionSet::preset(Role::Manager);
        for permission in Permission::ALL {
            let kept_back = matches!(
                permission,
                Permission::Staff | Permission::Audit | Permission::Settings | Permission::Privacy
            );
            assert_eq!(manager.has(permission), !kept_back, "{permission:?}");
            assert!(PermissionSet::preset(Role::Admin).has(permission));
        }
        assert_eq!(PermissionSet::preset(Role::Staff).to_json(), json!(["messages", "chats", "consultations"]));
    }
    #[test]
    fn nobody_covers_what_they_lack() {
        let set = |permissions: &[Permission]| permissions.iter().copied().collect::<PermissionSet>();
        let admin = Standing::new(Role::Admin, PermissionSet::default());
        let everything = Standing::new(Role::Manager, PermissionSet::preset(Role::Admin));
        let people = Standing::new(Role::Staff, set(&[Permission::Staff, Permission::Messages]));
        let audit = Standing::new(Role::Staff, set(&[Permission::Messages, Permission::Audit]));
        assert!(admin.covers(everything) && admin.covers(admin) && everything.covers(people));
        assert_eq!(everything.lacks_of(admin), ["admin"]);
        assert_eq!(people.lacks_of(audit), ["audit"]);
        assert!(people.covers(people) && people.covers(Standing::new(Role::Manager, set(&[Permission::Messages]))));
    }
}
