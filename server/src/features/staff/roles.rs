//! Roles and permissions.

use database::entity::staff::{Model, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// What a person may do. An admin may everything.
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
    /// What the role starts with.
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

    /// What this person has. Names that this version does not know are passed over.
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

    /// As it stands in the database.
    pub fn to_json(self) -> Value {
        json!(self.list())
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
}
