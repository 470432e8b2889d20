//! Files in a conversation, from both ends.

use database::entity::staff::Role;
use image::ImageFormat;
use serde_json::json;
use tekvwarho::platform::permission::Permission;

use super::{send, write};
use crate::chat::{Visitor, about, desk, session_where};
use crate::support::TestApp;
use crate::support::files::{files_of, id_of, photo};

#[tokio::test]
async fn a_visitor_sends_files_and_both_sides_have_them() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    let first = t.upload_as_visitor(&visitor.token, "Angebot Müller.pdf", b"%PDF-1.7 and more").await;
    assert_eq!(first.header("location"), format!("/api/chat/files/{}", id_of(&first)));
    let first = id_of(&first);
    let second = id_of(&t.upload_as_visitor(&visitor.token, "us.png", &photo(700, 350, ImageFormat::Png)).await);
    // Nobody has sent it yet.
    assert_eq!(t.file_for(&ada, &first).await.code, 404);
    let ack = write(&mut visitor, "one", "", &[&first, &second]).await;
    assert_eq!((&ack["type"], &ack["seq"]), (&json!("ack"), &json!(1)));
    let line = visitor.socket.until("message").await;
    assert_eq!(files_of(&line), [&first, &second]);
    let expected = json!({ "fileId": first, "name": "Angebot Müller.pdf", "type": "application/pdf", "size": 17 });
    assert_eq!((&line["files"][0], &line["content"]), (&expected, &json!("")));
    assert_eq!((&line["files"][1]["width"], &line["files"][1]["height"]), (&json!(700), &json!(350)));
    let shown = session_where(&mut staff, &visitor.session, |it| it["lastSeq"] == 1).await;
    assert_eq!(shown["lastLine"], "Angebot Müller.pdf");
    staff.send(about(&visitor.session, "open", json!({}))).await;
    assert_eq!(staff.until("history").await["messages"][0]["files"], line["files"]);
    let path = format!("/api/admin/chats/{}/messages", visitor.session);
    assert_eq!(t.get_as(&ada, &path).await.data()[0]["files"], line["files"]);
    for found in [t.file_for(&ada, &first).await, t.file_for_visitor(&visitor.token, &first).await] {
        assert_eq!((found.code, &*found.bytes), (200, &b"%PDF-1.7 and more"[..]));
    }
    let mut again = visitor.again(&t, 0).await;
    assert_eq!(again.lines().await[0]["files"], line["files"]);
    // What is written without files has none.
    visitor.say("two", "That is all").await;
    assert_eq!(visitor.socket.until("message").await.get("files"), None);
}

#[tokio::test]
async fn staff_send_files_and_only_their_visitor_has_them() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::new(&t).await;
    visitor.say("one", "Can you send me the list?").await;
    let made = t.upload_as(&ada, "list.csv", b"a;b\n1;2\n").await;
    assert_eq!(made.header("location"), format!("/api/admin/files/{}", id_of(&made)));
    let file = id_of(&made);
    // Before it is sent it is hers alone.
    assert_eq!(t.file_for(&ada, &file).await.code, 200);
    assert_eq!(t.file_for(&ben, &file).await.code, 404);
    assert_eq!(t.file_for_visitor(&visitor.token, &file).await.code, 404);
    assert_eq!(send(&mut staff, &visitor.session, "a", "Here", &[&file]).await["type"], "ack");
    loop {
        let line = visitor.socket.until("message").await;
        if line["from"] == "staff" {
            assert_eq!((files_of(&line), &line["files"][0]["type"]), (vec![&*file], &json!("text/csv")));
            break;
        }
    }
    assert_eq!(t.file_for(&ben, &file).await.code, 200);
    assert_eq!(t.file_for_visitor(&visitor.token, &file).await.bytes, b"a;b\n1;2\n");
    let other = Visitor::new(&t).await;
    assert_eq!(t.file_for_visitor(&other.token, &file).await.code, 404);
    let none = t.person_with("Mia", &[Permission::Messages]).await;
    let none = t.sign_in(&none).await;
    assert_eq!(t.file_for(&none, &file).await.code, 403);
    t.upload_as(&none, "a.txt", b"a").await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_file_goes_into_one_line_of_its_owner() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ben = t.sign_in(&t.person("Ben", Role::Staff).await).await;
    let mut visitor = Visitor::new(&t).await;
    let mut other = Visitor::new(&t).await;
    let file = id_of(&t.upload_as_visitor(&visitor.token, "a.txt", b"a").await);
    let foreign = id_of(&t.upload_as_visitor(&other.token, "b.txt", b"b").await);
    let of_ada = id_of(&t.upload_as(&ada, "c.txt", b"c").await);
    let unknown = uuid::Uuid::from_u128(7).to_string();
    for (name, files) in [
        ("foreign", vec![&*foreign]),
        ("of staff", vec![&*of_ada]),
        ("unknown", vec![&*unknown]),
        ("one of two", vec![&*file, &*foreign]),
        ("twice", vec![&*file, &*file]),
    ] {
        let error = write(&mut visitor, "bad", "Look", &files).await;
        assert_eq!((&error["code"], &error["clientId"]), (&json!("validation_failed"), &json!("bad")), "{name}");
    }
    let many = vec![&*file; 6];
    assert_eq!(write(&mut visitor, "many", "Look", &many).await["code"], "validation_failed");
    // Nothing of it was stored.
    let path = format!("/api/admin/chats/{}", visitor.session);
    t.get_as(&ada, &path).await.status(404);
    assert_eq!(write(&mut visitor, "one", "Look", &[&file]).await["seq"], 1);
    // The same line again is the same line; another one cannot have the file.
    assert_eq!(write(&mut visitor, "one", "Look", &[&file]).await["seq"], 1);
    assert_eq!(write(&mut visitor, "two", "Look", &[&file]).await["code"], "validation_failed");
    other.say("one", "Hello?").await;
    let (mut desk_of_ben, _) = desk(&t, &ben).await;
    let refused = send(&mut desk_of_ben, &other.session, "a", "Here", &[&of_ada]).await;
    assert_eq!(refused["code"], "validation_failed");
    assert_eq!(send(&mut desk_of_ben, &other.session, "b", "Here", &[&foreign]).await["code"], "validation_failed");
    assert_eq!(other.again(&t, 0).await.lines().await.len(), 1, "nobody took the chat either");
}

#[tokio::test]
async fn only_the_token_of_the_session_opens_its_files() {
    let t = TestApp::new().await;
    let visitor = Visitor::new(&t).await;
    let file = id_of(&t.upload_as_visitor(&visitor.token, "a.txt", b"a").await);
    assert_eq!(t.file_for_visitor(&visitor.token, &file).await.code, 200);
    let other = Visitor::new(&t).await;
    assert_eq!(t.file_for_visitor(&other.token, &file).await.code, 404);
    let mut bent = visitor.token.clone();
    let last = if bent.ends_with('A') { 'E' } else { 'A' };
    bent.pop();
    bent.push(last);
    // The other session, with the proof of this one.
    let mixed = format!("{}{}", &other.token[..21], &visitor.token[21..]);
    for wrong in ["", "x", &bent, &mixed, &visitor.session] {
        t.upload_as_visitor(wrong, "a.txt", b"a").await.problem(401, "unauthenticated");
        assert_eq!(t.file_for_visitor(wrong, &file).await.code, 401, "{wrong}");
    }
    let bearer = t.request(reqwest::Method::GET, &format!("/api/chat/files/{file}")).bearer_auth(&visitor.token);
    crate::support::Answer::of(bearer).await.problem(401, "unauthenticated");
    t.get(&format!("/api/chat/files/{file}")).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn files_can_be_switched_off_and_their_size_set() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let files = async || t.get("/api/chat/config").await.data()["files"].clone();
    let before = files().await;
    assert_eq!(
        (&before["enabled"], &before["maxSize"], &before["maxCount"]),
        (&json!(true), &json!(10_000_000), &json!(5))
    );
    assert!(before["types"].as_array().unwrap().contains(&json!(".docx")));
    let visitor = Visitor::new(&t).await;
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.fileSize": 1 })).await.status(200);
    let mut text = vec![b'a'; 1_000_001];
    for too_large in
        [t.upload_as_visitor(&visitor.token, "a.txt", &text).await, t.upload_as(&ada, "a.txt", &text).await]
    {
        too_large.problem(413, "body_too_large");
        assert!(too_large.json()["detail"].as_str().unwrap().contains("1 MB"), "{}", too_large.text);
    }
    text.pop();
    let file = id_of(&t.upload_as_visitor(&visitor.token, "a.txt", &text).await);
    t.patch_as(&ada, "/api/admin/settings", json!({ "chat.files": false })).await.status(200);
    assert_eq!(files().await["enabled"], false);
    t.upload_as_visitor(&visitor.token, "a.txt", b"a").await.problem(404, "not_found");
    t.upload_as(&ada, "a.txt", b"a").await.problem(404, "not_found");
    assert_eq!(t.file_for_visitor(&visitor.token, &file).await.code, 200);
}

#[tokio::test]
async fn transcripts_and_copies_name_the_files() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let (mut staff, _) = desk(&t, &ada).await;
    let mut visitor = Visitor::hello(&t, json!({ "email": "anna@example.com", "name": "Anna" })).await;
    let file = id_of(&t.upload_as_visitor(&visitor.token, "plan.pdf", b"%PDF-1.7").await);
    write(&mut visitor, "one", "Our plan", &[&file]).await;
    let reply = id_of(&t.upload_as(&ada, "offer.pdf", b"%PDF-1.7").await);
    send(&mut staff, &visitor.session, "a", "", &[&reply]).await;
    let session = visitor.session.clone();
    let path = |rest: &str| format!("/api/admin/chats/{session}{rest}");
    let text = t.get_as(&ada, &path("/transcript")).await.text;
    assert!(text.contains("Anna: Our plan\n    [File: plan.pdf]") && text.contains("Ada: [File: offer.pdf]"), "{text}");
    let page = t.get_as(&ada, &path("/transcript?format=html")).await.text;
    assert!(page.contains("[File: offer.pdf]"), "{page}");
    let found = t.get_as(&ada, "/api/admin/chats?q=offer").await.data();
    assert_eq!(found.as_array().unwrap().len(), 1, "files are found by their names");
    visitor.send("copy", json!({ "email": "anna@example.com" })).await;
    visitor.socket.until("copied").await;
    let mails = t.mails().await;
    let copy = mails.iter().find(|mail| mail.contains(session.as_str()) && mail.contains("Your chat")).unwrap();
    assert!(!copy.contains("[File: plan.pdf]") && copy.contains("[File: offer.pdf]"), "{copy}");
    let message = t.post_as(&ada, &path("/to-message"), json!({})).await.data()["messageId"].clone();
    let inbox = t.get_as(&ada, &format!("/api/admin/messages/{}", message.as_str().unwrap())).await;
    assert!(inbox.text.contains("[File: plan.pdf]"), "{}", inbox.text);
}
