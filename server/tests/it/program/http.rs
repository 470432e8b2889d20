//! The pipeline: ids, origins, unusual requests, the drain.

use std::time::{Duration, Instant};

use clap::Parser as _;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{Answer, TestApp};

/// Sends bytes as they are, and reads the response until the server closes or is silent for half a second.
async fn raw(t: &TestApp, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(t.address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(Ok(length)) = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut chunk)).await {
        if length == 0 {
            break;
        }
        answer.extend(&chunk[..length]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let t = TestApp::with(&["--trusted-proxies", "127.0.0.1"]).await;
    let (one, two) = (t.get("/api/health").await, t.get("/api/health").await);
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    assert!(one.header("x-request-id").starts_with("req_") && one.header("x-request-id").len() >= 24);
    assert_eq!(one.json()["requestId"], one.header("x-request-id"));
    let sent = "req_abcdefghij0123456789";
    assert_eq!(
        Answer::of(t.request(Method::GET, "/api/health").header("x-request-id", sent)).await.header("x-request-id"),
        sent
    );
    let stranger = TestApp::new().await;
    assert_ne!(
        Answer::of(stranger.request(Method::GET, "/api/health").header("x-request-id", sent))
            .await
            .header("x-request-id"),
        sent
    );
}

#[tokio::test]
async fn foreign_pages_may_look_and_not_touch() {
    let t = TestApp::with(&["--cors-origins", "https://www.example.com"]).await;
    let with = |method: Method, path: &str, origin: &'static str| t.request(method, path).header("origin", origin);
    Answer::of(with(Method::POST, "/api/contact", "https://evil.example").json(&t.message()))
        .await
        .problem(403, "origin_forbidden");
    Answer::of(with(Method::POST, "/contact", "https://evil.example").form(&[("name", "x")])).await.status(403);
    let looked = Answer::of(with(Method::GET, "/api/health", "https://evil.example")).await;
    looked.status(200);
    assert_eq!(looked.header("access-control-allow-origin"), "");
    let friend = Answer::of(with(Method::POST, "/api/contact", "https://www.example.com").json(&t.message())).await;
    friend.status(201);
    assert_eq!(friend.header("access-control-allow-origin"), "https://www.example.com");
    // A cache must not return to one origin what it stored for another, or for none.
    for path in ["/api/health", "/", "/contact"] {
        assert!(t.get(path).await.headers.get_all("vary").iter().any(|it| it == "origin"), "{path}");
    }
    let preflight = with(Method::OPTIONS, "/api/contact", "https://www.example.com")
        .header("access-control-request-method", "POST");
    let asked = Answer::of(preflight).await;
    asked.status(204);
    assert!(asked.header("access-control-allow-methods").contains("POST"));
    let foreign =
        with(Method::OPTIONS, "/api/contact", "https://evil.example").header("access-control-request-method", "POST");
    assert_eq!(Answer::of(foreign).await.header("access-control-allow-origin"), "");
    Answer::of(with(Method::POST, "/api/contact", "http://localhost:5500").json(&t.message())).await.status(201);
}

#[tokio::test]
async fn a_page_that_was_opened_by_another_address_says_what_to_do() {
    let t = TestApp::with(&["--public-url", "https://desk.example"]).await;
    let sent = t.request(Method::POST, "/api/contact").header("origin", "http://192.168.1.7:5500").json(&t.message());
    let answer = Answer::of(sent).await;
    answer.problem(403, "origin_forbidden");
    for part in ["http://192.168.1.7:5500", "https://desk.example", "TEKVWARHO_PUBLIC_URL"] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
}

#[tokio::test]
async fn links_follow_the_port() {
    let link = |flags: &[&str]| {
        let words = ["tekvwarho"].iter().chain(flags);
        tekvwarho::cli::Cli::try_parse_from(words).unwrap().config.server.link("/admin/")
    };
    assert_eq!(link(&[]), "http://localhost:5500/admin/");
    assert_eq!(link(&["--listen", "8080"]), "http://localhost:8080/admin/");
    assert_eq!(link(&["--tls-cert", "c.pem", "--tls-key", "k.pem"]), "https://localhost:5500/admin/");
    assert_eq!(link(&["--listen", ":8080", "--public-url", "https://desk.example"]), "https://desk.example/admin/");
}

#[tokio::test]
async fn what_programs_look_for_is_there() {
    let t = TestApp::new().await;
    let to = async |path| t.get(path).await.header("location").to_owned();
    assert_eq!(to("/.well-known/change-password").await, "/admin/profile");
    assert!(to("/apple-touch-icon.png").await.contains("apple-touch-icon"));
}

#[tokio::test]
async fn odd_requests_get_an_answer_and_break_nothing() {
    let t = TestApp::new().await;
    for request in [
        "GET / HTTP/1.1\r\nHost: [\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /ws/chat HTTP/1.1\r\nHost: [\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n".to_owned(),
        "GET /api/admin/messages?q=%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /%00 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /%ff%fe HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
        "POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\nConnection: close\r\n\r\n{}".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: a\r\n{}Connection: close\r\n\r\n", "X-Filler: y\r\n".repeat(200)),
        "BREW /coffee HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
        "nonsense\r\n\r\n".to_owned(),
    ] {
        let answer = raw(&t, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 ") && !answer.starts_with("HTTP/1.1 5"), "{request:?}: {answer:?}");
    }
    t.get("/api/health").await.status(200);
    for host in ["", "Host: a\r\nHost: b\r\n"] {
        for path in ["/", "/api/health"] {
            let answer = raw(&t, format!("GET {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n").as_bytes()).await;
            assert!(answer.starts_with("HTTP/1.1 400"), "{path} {host:?}: {answer:?}");
        }
    }
    let old = raw(&t, b"GET / HTTP/1.0\r\n\r\n").await;
    assert!(old.contains(" 200 OK"), "{old}");
}

#[tokio::test]
async fn a_drain_says_so_finishes_what_it_has_and_then_closes() {
    let t = TestApp::new().await;
    t.get("/api/health/ready").await.status(200);
    let body = t.message().to_string();
    let mut slow = TcpStream::connect(t.address).await.unwrap();
    let head = format!(
        "POST /api/contact HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    // The server has started on it once it responds to a later request.
    t.get("/api/health").await.status(200);
    t.stop.cancel();
    let ready = Answer::of(t.request(Method::GET, "/api/health/ready")).await;
    ready.problem(503, "unavailable");
    assert!(!ready.header("retry-after").is_empty());
    slow.write_all(body.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(Duration::from_secs(5), slow.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 201", "a request in flight is finished");
    let began = Instant::now();
    while TcpStream::connect(t.address).await.is_ok() {
        assert!(began.elapsed() < Duration::from_secs(5), "the port does not close");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_full_disk_is_told_before_a_write_fails() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    let ready = async || Answer::of(t.request(Method::GET, "/api/health/ready")).await;
    let free = async || t.get_as(&ada, "/api/admin/dashboard").await.status(200).data()["diskFree"].clone();
    assert_ne!(free().await, json!(0));
    // Its pool has all of its connections: none can be opened below.
    futures_util::future::join_all((0..16).map(|_| free())).await;
    // The program finds a file system without a free byte where its folder was; its open files stay as they are.
    let (folder, aside) = (t.folder.path(), t.folder.path().with_extension("aside"));
    std::fs::rename(folder, &aside).unwrap();
    std::os::unix::fs::symlink("/proc", folder).unwrap();
    let (full, told) = (ready().await, free().await);
    std::fs::remove_file(folder).unwrap();
    std::fs::rename(&aside, folder).unwrap();
    assert_eq!(told, json!(0));
    // PostgreSQL keeps its rows on a disk of its own.
    if std::env::var("TEST_DATABASE_URL").is_ok() {
        full.status(200);
    } else {
        full.problem(503, "unavailable");
    }
    ready().await.status(200);
}

#[tokio::test]
async fn a_reader_that_takes_nothing_is_disconnected() {
    let t = TestApp::new().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let mut stream = socket.connect(t.address).await.unwrap();
    let began = Instant::now();
    // More than the system buffers for a connection.
    let request = "GET /api/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request.repeat(100).as_bytes()).await.unwrap();
    // What is sent to a closed connection is answered by a reset.
    while stream.write_all(b"\r\n").await.is_ok() {
        assert!(began.elapsed() < Duration::from_mins(1), "it stays for ever");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(began.elapsed() >= Duration::from_secs(29), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_staff_limit_counts_a_person_and_not_an_address() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    // A small limit: a large one refills as fast as a slow machine uses it.
    t.patch_as(&ada, "/api/admin/settings", json!({ "security.limitStaff": 60 })).await.status(200);
    let mut last = 200;
    for _ in 0..200 {
        last = t.get_as(&ada, "/api/admin/services").await.code;
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    let other = t.sign_in(&t.person("Ben", database::entity::staff::Role::Staff).await).await;
    t.get_as(&other, "/api/admin/services").await.status(200);
    t.post("/api/contact", json!({ "name": "A", "email": "a@example.com", "message": "m" })).await.status(201);
}

#[tokio::test]
async fn the_plain_port_speaks_http_1_only() {
    let t = TestApp::new().await;
    #[expect(clippy::disallowed_methods, reason = "the client of the test")]
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    assert!(client.get(t.url("/api/health")).send().await.is_err());
    t.get("/api/health").await.status(200);
}

#[tokio::test]
async fn a_name_that_is_no_text_names_nothing() {
    let t = TestApp::new().await;
    let ada = t.admin().await;
    for path in ["/services/%ff", "/pictures/%c3%28", "/assets/%ff", "/admin/%ff"] {
        let answer = t.get(path).await;
        answer.status(404);
        assert!(answer.header("content-type").starts_with("text/html"), "{path}: {}", answer.text);
    }
    t.get_as(&ada, "/api/admin/avatars/%ff").await.problem(404, "not_found");
    // Truncated input is malformed JSON, whatever else is wrong with it.
    for cut in [r#"{"a":"#, r#"{"name":1,"#] {
        let request = t.request(Method::POST, "/api/contact").header("content-type", "application/json").body(cut);
        Answer::of(request).await.problem(400, "malformed_body");
    }
}
