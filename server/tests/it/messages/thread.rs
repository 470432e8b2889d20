//! The client's side of a conversation.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

pub async fn code_of(t: &TestApp, id: &str) -> String {
    let mails = t.mails().await;
    let marker = format!("/message/{id}#");
    let link = mails.iter().find_map(|mail| mail.split(&marker).nth(1).map(str::to_owned)).unwrap();
    link.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '_')).next().unwrap().to_owned()
}

pub async fn as_client(t: &TestApp, method: Method, path: &str, code: &str, body: Option<Value>) -> Answer {
    let mut request = t.request(method, path).header("authorization", format!("Manage {code}"));
    if let Some(body) = body {
        request = request.json(&body);
    }
    Answer::of(request).await
}

/// A reply of the client; answers with its id.
pub(super) async fn client_replies(t: &TestApp, id: &str, content: &str) -> String {
    let code = code_of(t, id).await;
    let body = Some(json!({ "content": content }));
    let answer = as_client(t, Method::POST, &format!("/api/messages/{id}/replies"), &code, body).await;
    answer.status(201).data()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_firms_addresses_are_links_and_those_of_strangers_are_words() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({ "message": "Look at https://stranger.example now" })).await;
    let body = json!({ "content": "Read https://firm.example/offer?a=1&b=2 or write to ada@firm.example." });
    t.post_as(&ada, &format!("/api/admin/messages/{id}/replies"), body).await.status(201);
    client_replies(&t, &id, "And https://client.example").await;
    let code = code_of(&t, &id).await;
    let form = [("token", code.as_str())];
    let page = Answer::of(t.request(Method::POST, &format!("/message/{id}")).form(&form)).await;
    let mails = t.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("To: anna@example.com") && mail.contains("offer")).unwrap();
    for html in [page.text.replace("&#x2f;", "/"), mail.replace("&#x2f;", "/")] {
        assert!(html.contains(r#"href="https://firm.example/offer?a=1&amp;b=2""#), "{html}");
        assert!(html.contains(r#"href="mailto:ada@firm.example""#), "{html}");
        for stranger in ["stranger.example", "client.example"] {
            assert!(!html.contains(&format!(r#"href="https://{stranger}"#)), "{html}");
        }
    }
    assert!(page.text.contains("stranger.example") && page.text.contains("client.example"));
}

#[tokio::test]
async fn the_code_of_the_mail_opens_the_thread_and_nothing_else_does() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let id = t.send_message(json!({})).await;
    let code = code_of(&t, &id).await;
    let path = format!("/api/messages/{id}");
    as_client(&t, Method::GET, &path, "wrong", None).await.problem(401, "unauthenticated");
    t.get(&path).await.problem(401, "unauthenticated");
    t.get_as(&ada, &path).await.problem(401, "unauthenticated");
    as_client(&t, Method::GET, "/api/messages/00000000-0000-7000-8000-000000000000", &code, None)
        .await
        .problem(401, "unauthenticated");
    let thread = as_client(&t, Method::GET, &path, &code, None).await.data();
    assert_eq!(
        (thread["message"].as_str(), thread["canReply"].as_bool()),
        (Some("Our stock list is a spreadsheet."), Some(true))
    );
    assert!(thread.get("ipAddress").is_none());

    t.post_as(&ada, &format!("/api/admin/messages/{id}/notes"), json!({ "content": "secret" })).await.status(201);
    t.post_as(&ada, &format!("/api/admin/messages/{id}/replies"), json!({ "content": "Yes." })).await.status(201);
    let replies = format!("{path}/replies");
    as_client(&t, Method::POST, &replies, "wrong", Some(json!({ "content": "x" })))
        .await
        .problem(401, "unauthenticated");
    as_client(&t, Method::POST, &replies, &code, Some(json!({ "content": " " })))
        .await
        .problem(422, "validation_failed");
    as_client(&t, Method::POST, &replies, &code, Some(json!({ "content": "Thank you" }))).await.status(201);
    let thread = as_client(&t, Method::GET, &path, &code, None).await;
    assert!(!thread.text.contains("secret"), "notes stay inside");
    let from: Vec<_> = thread.data()["thread"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["from"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(from, ["firm", "client"]);

    let detail = t.get_as(&ada, &format!("/api/admin/messages/{id}")).await.data();
    assert_eq!((detail["status"].as_str(), detail["unread"].as_bool()), (Some("in_progress"), Some(false)));
    let notice = t.mails().await.into_iter().find(|mail| mail.contains("has replied")).unwrap();
    assert!(notice.contains("To: ada@tekvwarho.example"), "the assignee is told: {notice}");
}

#[tokio::test]
async fn the_page_works_without_scripts() {
    let t = TestApp::new().await;
    let id = t.send_message(json!({})).await;
    let code = code_of(&t, &id).await;
    let path = format!("/message/{id}");
    let page = t.get(&path).await;
    page.status(200);
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert!(!page.text.contains("spreadsheet"), "without the code it shows nothing");
    let post = |fields: Vec<(&'static str, String)>| Answer::of(t.request(Method::POST, &path).form(&fields));
    let wrong = post(vec![("token", "wrong".into())]).await;
    wrong.status(401);
    assert!(wrong.text.contains("does not open this conversation"));
    let open = post(vec![("token", code.clone())]).await;
    open.status(200);
    assert!(open.text.contains("spreadsheet"));
    let answer = || post(vec![("token", code.clone()), ("content", "an <answer>".into())]);
    answer().await.status(200);
    let again = answer().await;
    assert_eq!(again.text.matches("an &lt;answer&gt;").count(), 1, "a reloaded form is not a second answer");
    let once = || post(vec![("token", code.clone()), ("content", "both at once".into())]);
    let (first, second) = tokio::join!(once(), once());
    first.status(200);
    second.status(200);
    assert_eq!(post(vec![("token", code.clone())]).await.text.matches("both at once").count(), 1);
    let empty = post(vec![("token", code.clone()), ("content", " ".into())]).await;
    empty.status(422);
    t.get("/message/nonsense").await.status(404);
}
