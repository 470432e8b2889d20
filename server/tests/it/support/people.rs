//! Staff who can sign in.

use database::entity::staff::{self, Role};
use reqwest::Method;
use sea_orm::Set;
use serde_json::{Value, json};
use tekvwarho::http::RequestInfo;
use tekvwarho::platform::permission::{Permission, PermissionSet};
use tekvwarho::platform::settings;
use tekvwarho::platform::staff::{self as people, NewStaff};

use super::{Answer, TestApp};

/// Everyone's password in tests.
pub const PASSWORD: &str = "tulpe fahrrad neun";

/// A signed-in person, using a program.
#[derive(Clone)]
pub struct Signed {
    pub id: String,
    pub access: String,
    pub refresh: String,
}

impl TestApp {
    /// Creates a person with the preset of the role.
    pub async fn person(&self, name: &str, role: Role) -> staff::Model {
        let email = format!("{}@tekvwarho.example", name.to_lowercase().replace(' ', "."));
        let new = NewStaff { name: name.to_owned(), email, role, password: PASSWORD.to_owned() };
        let person = people::create(&self.app, new).await.unwrap();
        let row = person.clone();
        self.app.storage.write(row, |tx, row| Box::pin(people::insert(tx, row))).await.unwrap();
        person
    }

    /// Creates a person with exactly these permissions.
    pub async fn person_with(&self, name: &str, permissions: &[Permission]) -> staff::Model {
        let person = self.person(name, Role::Staff).await;
        let set: PermissionSet = permissions.iter().copied().collect();
        self.change_person(&person, |change| change.permissions = Set(set.to_json())).await;
        person
    }

    /// Updates a person's row, bypassing all rules.
    pub async fn change_person(&self, person: &staff::Model, edit: impl FnOnce(&mut staff::ActiveModel)) {
        let mut change = staff::ActiveModel { id: Set(person.id), ..Default::default() };
        edit(&mut change);
        self.app
            .storage
            .write(change, |tx, change| Box::pin(async move { Ok(people::change(tx.conn(), change.clone()).await?) }))
            .await
            .unwrap();
        self.app.liveness.forget_all();
    }

    /// The same for a signed-in person.
    pub async fn change_person_of(&self, who: &Signed, edit: impl FnOnce(&mut staff::ActiveModel)) {
        let person = self.app_person(who).await;
        self.change_person(&person, edit).await;
    }

    /// Makes a second factor mandatory for these roles.
    pub async fn require_second_factor(&self, roles: &[&str]) {
        let values = serde_json::Map::from_iter([("security.secondFactorRoles".to_owned(), json!(roles))]);
        let from = RequestInfo::internal();
        let change = settings::Change { actor: None, from: &from, values, seen: settings::Seen::default() };
        settings::change(&self.app, change, |_| true).await.unwrap();
        self.app.liveness.forget_all();
    }

    /// The row of a signed-in person.
    pub async fn app_person(&self, who: &Signed) -> staff::Model {
        people::by_id(self.app.storage.read(), who.id.parse().unwrap()).await.unwrap().unwrap()
    }

    pub async fn login(&self, email: &str, password: &str) -> Answer {
        self.post("/api/admin/auth/login", json!({ "email": email, "password": password })).await
    }

    /// Signs a person in.
    pub async fn sign_in(&self, person: &staff::Model) -> Signed {
        let data = self.login(&person.email, PASSWORD).await.data();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Signed { id: person.id.to_string(), access: text(&data["accessToken"]), refresh: text(&data["refreshToken"]) }
    }

    /// Signs in a person whom [`TestApp::person`] created.
    pub async fn sign_in_again(&self, name: &str) -> Signed {
        let email = format!("{}@tekvwarho.example", name.to_lowercase());
        let person = people::by_email(self.app.storage.read(), &email).await.unwrap().unwrap();
        self.sign_in(&person).await
    }

    /// The same session with new tokens.
    pub async fn refreshed(&self, who: &Signed) -> Signed {
        let data = self.post("/api/auth/refresh", json!({ "refreshToken": who.refresh })).await.data();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Signed { id: who.id.clone(), access: text(&data["accessToken"]), refresh: text(&data["refreshToken"]) }
    }

    /// A signed-in admin.
    pub async fn admin(&self) -> Signed {
        let person = self.person("Ada", Role::Admin).await;
        self.sign_in(&person).await
    }

    /// A request by a signed-in person.
    pub fn request_as(&self, who: &Signed, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.request(method, path).bearer_auth(&who.access)
    }

    pub async fn get_as(&self, who: &Signed, path: &str) -> Answer {
        Answer::of(self.request_as(who, Method::GET, path)).await
    }

    pub async fn post_as(&self, who: &Signed, path: &str, body: Value) -> Answer {
        Answer::of(self.request_as(who, Method::POST, path).json(&body)).await
    }

    pub async fn delete_as(&self, who: &Signed, path: &str) -> Answer {
        Answer::of(self.request_as(who, Method::DELETE, path)).await
    }

    pub async fn patch_as(&self, who: &Signed, path: &str, body: Value) -> Answer {
        Answer::of(self.request_as(who, Method::PATCH, path).json(&body)).await
    }
}
