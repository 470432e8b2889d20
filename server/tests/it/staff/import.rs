//! Inviting many people from a file.

use database::entity::staff::{self, Role};
use database::entity::{one_time_tokens, outbox};
use reqwest::Method;
use sea_orm::EntityTrait;
use serde_json::json;
use tekvwarho::platform::permission::Permission;

use crate::support::{Answer, Signed, TestApp};

impl TestApp {
    async fn preview(&self, who: &Signed, file: impl Into<Vec<u8>>) -> Answer {
        let request = self.request_as(who, Method::POST, "/api/admin/staff/import/preview");
        Answer::of(request.header("content-type", "text/csv").body(file.into())).await
    }

    async fn import(&self, who: &Signed, file: impl Into<Vec<u8>>, digest: &str) -> Answer {
        let request = self.request_as(who, Method::POST, &format!("/api/admin/staff/import?digest={digest}"));
        Answer::of(request.header("content-type", "text/csv").body(file.into())).await
    }

    async fn people(&self) -> usize {
        staff::Entity::find().all(self.app.storage.read()).await.unwrap().len()
    }
}

const FILE: &str = "\u{feff}Name;E-Mail;Role;Permissions\r\n\
    \"Okafor; Ben\";ben@client.example;manager;\r\n\
    =HYPERLINK(\"https://evil.example\");b@client.example;staff;\r\n\
    Cleo;CLEO@client.example;staff;messages chats\r\n\
    Cleo again;cleo@client.example;staff;\r\n\
    Ada;ada@tekvwarho.example;staff;\r\n\
    King;king@client.example;king;\r\n\
    Nobody;not an address;staff;flying\r\n";

#[tokio::test]
async fn a_file_is_looked_at_first_and_then_imported_at_once() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let preview = t.preview(&ada, FILE).await.data();
    assert_eq!((&preview["valid"], &preview["invalid"]), (&json!(2), &json!(5)));
    let found: Vec<(u64, Vec<&str>)> = preview["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let fields = row["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap());
            (row["line"].as_u64().unwrap(), fields.collect())
        })
        .collect();
    let expected = [
        (2, vec![]),
        (3, vec!["name"]),
        (4, vec![]),
        (5, vec!["email"]),
        (6, vec!["email"]),
        (7, vec!["role"]),
        (8, vec!["email", "permissions"]),
    ];
    assert_eq!(found, expected);
    assert_eq!(t.people().await, 1, "a look changes nothing");
    let digest = preview["digest"].as_str().unwrap();
    let done = t.import(&ada, FILE, digest).await.data();
    assert_eq!(done, json!({ "invited": 2, "skipped": 5 }));
    assert_eq!(t.people().await, 3);
    let conn = t.app.storage.read();
    assert_eq!(one_time_tokens::Entity::find().all(conn).await.unwrap().len(), 2);
    let mails = outbox::Entity::find().all(conn).await.unwrap();
    let mut to: Vec<&str> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["CLEO@client.example", "ben@client.example"]);
    let listed = t.get_as(&ada, "/api/admin/staff?state=invited").await.data();
    assert_eq!(listed[0]["permissions"], json!(["messages", "chats"]));
    // The same file again: everyone exists already.
    t.import(&ada, FILE, digest).await.problem(409, "conflict");
    let again = t.preview(&ada, FILE).await.data();
    assert_eq!(again["valid"], 0);
    t.import(&ada, FILE, again["digest"].as_str().unwrap()).await.problem(422, "validation_failed");
    assert_eq!(t.people().await, 3);
}

#[tokio::test]
async fn of_two_imports_at_once_one_happens_whole() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let rows: Vec<_> = (0..40).map(|number| format!("Person {number},person{number}@client.example")).collect();
    let file = format!("name,email\n{}", rows.join("\n"));
    let digest = t.preview(&ada, file.clone()).await.data()["digest"].as_str().unwrap().to_owned();
    let (one, two) = tokio::join!(t.import(&ada, file.clone(), &digest), t.import(&ada, file.clone(), &digest));
    let mut codes = [one.code, two.code];
    codes.sort_unstable();
    assert!(codes == [200, 409] || codes == [200, 422], "{codes:?} {} {}", one.text, two.text);
    assert_eq!(t.people().await, 41);
    assert_eq!(outbox::Entity::find().all(t.app.storage.read()).await.unwrap().len(), 40);
}

#[tokio::test]
async fn rows_beyond_the_own_rights_are_left_out() {
    let t = TestApp::new().await;
    t.person("Ada", Role::Admin).await;
    let hr = t.sign_in(&t.person_with("Hana", &[Permission::Staff, Permission::Messages]).await).await;
    let file = "name,email,role,permissions\nA,a@client.example,admin,\nB,b@client.example,staff,messages\nC,c@client.example,manager,\n";
    let preview = t.preview(&hr, file).await.data();
    let codes: Vec<_> =
        preview["rows"].as_array().unwrap().iter().map(|row| row["errors"][0]["code"].clone()).collect();
    assert_eq!(codes, [json!("not_allowed"), json!(null), json!("not_allowed")]);
    let done = t.import(&hr, file, preview["digest"].as_str().unwrap()).await.data();
    assert_eq!(done, json!({ "invited": 1, "skipped": 2 }));
}

#[tokio::test]
async fn files_that_cannot_be_read_are_refused_plainly() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let many = format!("name,email\n{}", "A,a@example.com\n".repeat(501));
    for file in
        [&b""[..], b"Ada,ada@example.com\n", b"\xff\xfen\0a\0m\0", b"name,email\nJ\xf6rg,j@x.de\n", many.as_bytes()]
    {
        let refused = t.preview(&ada, file).await;
        assert_eq!(refused.status(422).refused(), [("file".to_owned(), "invalid".to_owned())]);
    }
    let quote = t.preview(&ada, "name,email\n\"Ada,ada@example.com\nBen,ben@example.com\n").await.data();
    assert_eq!(
        (quote["rows"].as_array().unwrap().len(), &quote["valid"]),
        (1, &json!(0)),
        "an open quote takes the rest"
    );
    t.preview(&ada, vec![b'a'; 1_000_001]).await.problem(413, "body_too_large");
    let request = t.request_as(&ada, Method::POST, "/api/admin/staff/import").body("name,email\n");
    assert_eq!(Answer::of(request).await.status(422).refused(), [("digest".to_owned(), "required".to_owned())]);
    assert_eq!(t.people().await, 1);
}
