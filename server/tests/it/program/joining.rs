//! A slice defined in this test joins the program without touching another file, and every shared part works for it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::State;
use chrono::Duration;
use database::entity::staff::Role;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tekvwarho::app::App;
use tekvwarho::error::{Error, Result};
use tekvwarho::features::SLICES;
use tekvwarho::http::rate_limit::{Allowed, Limit, Subject};
use tekvwarho::http::{Data, Envelope, Nothing, RequestInfo};
use tekvwarho::jobs::Job;
use tekvwarho::platform::act::Act;
use tekvwarho::platform::audit::Changes;
use tekvwarho::platform::auth::{Caller, demand};
use tekvwarho::platform::entity::Entity;
use tekvwarho::platform::files::FilesOf;
use tekvwarho::platform::mail::{Letter, LetterKind, Mail};
use tekvwarho::platform::notices::{self, Default, Kind, News, To};
use tekvwarho::platform::permission::Permission;
use tekvwarho::platform::settings::{Group, Key, Kind as Form, Part, Section, days_ago};
use tekvwarho::platform::slice::{Brings, Readiness, Retention, Slice, Step, Work};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::support::{Answer, TestApp, files};

const GROUP: Group = Group {
    id: "lamps",
    label: "Lamps",
    help: "How it shines.",
    needs: Permission::Settings,
    place: 55,
    sensitive: false,
};

#[derive(Deserialize)]
struct Lamps {
    #[serde(rename = "lamps.brightness")]
    brightness: u32,
    #[serde(rename = "lamps.days")]
    days: u32,
}

impl Part for Lamps {
    const GROUPS: &'static [Group] = &[GROUP];

    fn keys() -> Vec<Key> {
        let number = |name: &str, label, default: u32| {
            Key::new(&GROUP, name, label, Form::Integer { min: 1, max: 100, unit: "" }, json!(default))
                .help("A number.")
        };
        vec![number("brightness", "Brightness", 40), number("days", "Days", 7), number("limit", "Limit", 2)]
    }
}

#[derive(Serialize)]
struct LampLit {
    brightness: u32,
}

impl Letter for LampLit {
    const TEMPLATE: &'static str = "lamp_lit";

    fn sample() -> Self {
        Self { brightness: 7 }
    }
}

static LAMP_LIT: Kind = Kind { name: "lamp_lit", needs: &[Permission::Settings], app: Default::On, mail: Default::Off };
static LIGHTING: Limit = Limit { name: "lighting", window: 60, allowed: Allowed::BySetting("lamps.limit") };
static CLEANED: AtomicUsize = AtomicUsize::new(0);
/// Lamps of which their new owner was told.
static TOLD: AtomicUsize = AtomicUsize::new(0);
/// Lamps of the person who leaves.
static LAMPS: AtomicUsize = AtomicUsize::new(3);

const SLICE: Slice<App> = Slice {
    api: || OpenApiRouter::new().routes(demand(Permission::Settings, routes!(light))),
    jobs: &[Job {
        name: "lamps.clean_up",
        every: Duration::hours(1),
        run: |_| {
            CLEANED.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        },
    }],
    readiness: &[Readiness {
        name: "oil",
        help: "How much oil there is.",
        check: |_| Box::pin(async { Ok("plenty".into()) }),
    }],
    brings: Brings {
        bodies: &[("/api/admin/lamps/light", 20)],
        limits: &[&LIGHTING],
        settings: &[Section::of::<Lamps>()],
        letters: &[LetterKind::of::<LampLit>()],
        sentences: |it| (it.action() == "lamp.lit").then(|| format!("lit a lamp of {}", it.to("brightness"))),
        files: &[FilesOf {
            of: Entity::Settings,
            limit: |settings| Some(settings.part::<Lamps>().brightness as usize),
        }],
        notices: &[&LAMP_LIT],
        retention: &[Retention {
            key: "lamps.days",
            before: |settings, now| Some(days_ago(now, settings.part::<Lamps>().days)),
            count: |_, _, limit| Box::pin(async move { Ok(limit.min(12)) }),
        }],
        work: Some(Work {
            of: "lamps",
            needs: Permission::Settings,
            open: |_, _| Box::pin(async { Ok(LAMPS.load(Ordering::Relaxed) as u64) }),
            hand_over: |_, _, _, _| Box::pin(async { Ok(vec![Uuid::nil(); LAMPS.swap(0, Ordering::Relaxed)]) }),
            tell: |_, _, moved, _| {
                TOLD.fetch_add(moved.len(), Ordering::Relaxed);
                Box::pin(async { Ok(()) })
            },
        }),
        steps: &[Step {
            name: "lamp",
            place: 45,
            needs: Permission::Settings,
            link: "/lamps",
            reviewable: true,
            done: |_| false,
        }],
        ..Brings::NOTHING
    },
    ..Slice::new("lamps")
};

/// Lights a lamp.
#[utoipa::path(post, path = "/api/admin/lamps/light", tag = "lamps", responses((status = 200, body = Envelope<Nothing>)))]
async fn light(State(app): State<App>, caller: Caller, info: RequestInfo) -> Result<Data<Nothing>> {
    app.limits.check(&LIGHTING, &Subject::Staff(caller.staff_id)).await?;
    let brightness = app.settings.get().part::<Lamps>().brightness;
    let mail = Mail::new(&caller.email, &LampLit { brightness }).row(&app)?;
    let news = News { detail: Some("the big one".into()), ..News::default() };
    let told = notices::rows(&app, &LAMP_LIT, &news, To::Holders(Permission::Settings)).await?;
    let id = caller.staff_id;
    app.storage
        .write((Act::new(&app, caller, info), mail, told), move |tx, (act, mail, told)| {
            Box::pin(async move {
                tx.mail(mail.clone());
                tx.notify(told.clone());
                act.note(tx, "lamp.lit", (Entity::Settings, id), Changes::none().fact("brightness", brightness));
                Ok(())
            })
        })
        .await?;
    Ok(Data(Nothing))
}

static WITH_LAMPS: LazyLock<Vec<Slice<App>>> = LazyLock::new(|| SLICES.into_iter().chain([SLICE]).collect());

#[tokio::test]
async fn a_slice_brings_everything_in_one_value() {
    let theme = tempfile::tempdir().unwrap();
    let texts = theme.path().join("templates/email/lamp_lit");
    std::fs::create_dir_all(&texts).unwrap();
    for (file, text) in [
        ("subject.txt", "A lamp"),
        ("body.txt", "It shines with {{ brightness }}."),
        ("body.html", "<p>It shines with {{ brightness }}.</p>"),
    ] {
        std::fs::write(texts.join(file), text).unwrap();
    }
    let t = TestApp::of(&WITH_LAMPS, &["--theme-dir", theme.path().to_str().unwrap()]).await;
    let (ada, bob) = (t.admin().await, t.person("Bob", Role::Manager).await);
    let cleo = t.person("Cleo", Role::Admin).await;

    // Settings: its own group, in the right place, and values that take effect at once.
    let schema = t.get_as(&ada, "/api/admin/settings/schema").await.data();
    let groups: Vec<&str> = schema["groups"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert!(groups.iter().position(|id| *id == "lamps") < groups.iter().position(|id| *id == "mail"), "{groups:?}");
    t.patch_as(&ada, "/api/admin/settings", json!({ "lamps.brightness": 101 })).await.status(422);
    t.patch_as(&ada, "/api/admin/settings", json!({ "lamps.brightness": 90 })).await.status(200);

    // Its route, with its permission, rate limit and body limit.
    let signed = t.sign_in(&bob).await;
    t.post_as(&signed, "/api/admin/lamps/light", json!({})).await.problem(403, "forbidden");
    let long = t.request_as(&ada, Method::POST, "/api/admin/lamps/light").json(&json!({ "why": "it is dark in here" }));
    assert_eq!(long.send().await.unwrap().status(), 413);
    t.post_as(&ada, "/api/admin/lamps/light", json!({})).await.status(200);
    t.post_as(&ada, "/api/admin/lamps/light", json!({})).await.status(200);
    t.post_as(&ada, "/api/admin/lamps/light", json!({})).await.problem(429, "rate_limited");

    // Its audit sentences, its notices, its email.
    let trail = t.get_as(&ada, "/api/admin/audit?action=lamp.lit").await.data();
    assert_eq!(trail[0]["sentence"], "lit a lamp of 90");
    let choices = t.get_as(&ada, "/api/admin/audit/choices").await.data();
    assert!(choices["actions"].as_array().unwrap().iter().any(|it| it["label"] == "lit a lamp of"), "{choices}");
    let told = t.get_as(&ada, "/api/admin/notifications/preferences").await.data();
    assert!(told.as_array().unwrap().iter().any(|it| it["event"] == "lamp_lit" && it["channel"] == "mail"));
    let heard = t.get_as(&t.sign_in(&cleo).await, "/api/admin/notifications").await.data();
    assert!(heard.as_array().unwrap().iter().any(|it| it["event"] == "lamp_lit"), "{heard}");
    assert!(t.mails().await.iter().any(|mail| mail.contains("It shines with 90.")));

    // Its files, as large as its settings allow.
    let form = |bytes: &[u8]| {
        let request = t.request_as(&ada, Method::POST, "/api/admin/files?for=settings");
        Answer::of(files::form(request, "file", "light.txt", bytes))
    };
    form(&[b'a'; 91]).await.problem(413, "body_too_large");
    form(&[b'a'; 90]).await.status(201);

    // Its job, its retention, its onboarding step, its readiness.
    t.app.schedule().run_due(Uuid::nil()).await;
    assert_eq!(CLEANED.load(Ordering::Relaxed), 1);
    let preview =
        t.post_as(&ada, "/api/admin/settings/retention", json!({ "values": { "lamps.days": 3 } })).await.data();
    let dust = preview.as_array().unwrap().iter().find(|it| it["key"] == "lamps.days").unwrap();
    assert_eq!((&dust["count"], &dust["before"]), (&json!(12), &json!(t.clock.now() - Duration::days(3))));
    let steps = t.get_as(&ada, "/api/admin/onboarding").await.data()["steps"].clone();
    let steps: Vec<&str> = steps.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(steps, ["firm", "services", "hours", "chat", "mail", "lamp", "colleague"]);
    assert_eq!(t.get("/api/health/ready").await.data()["oil"], "plenty");

    // Its work is handed over to someone, who must be able to do it.
    let path = format!("/api/admin/staff/{}", bob.id);
    assert_eq!(t.get_as(&ada, &path).await.data()["openWork"], 3);
    let refused = t.post_as(&ada, &format!("{path}/deactivate?reassignTo={}", ada.id), json!({})).await;
    refused.status(200);
    assert_eq!(t.get_as(&ada, &path).await.data()["openWork"], 0);
    assert_eq!(TOLD.load(Ordering::Relaxed), 3);
    let trail = t.get_as(&ada, "/api/admin/audit?action=staff.work_handed_over").await.data();
    assert_eq!(trail[0]["sentence"], "handed over 3 open lamps");
}

#[test]
fn the_document_knows_what_slices_bring() {
    let document = serde_json::to_value(tekvwarho::router::document_of(&WITH_LAMPS)).unwrap();
    assert!(document["paths"]["/api/admin/lamps/light"].is_object());
    let schemas = &document["components"]["schemas"];
    assert!(schemas["NotificationEvent"]["enum"].as_array().unwrap().contains(&json!("lamp_lit")));
    assert_eq!(schemas["Readiness"]["properties"]["oil"]["description"], "How much oil there is.");
}

/// How often work of [`BULKY`] was handed over, and of how much its new owner was told.
static PARTS: AtomicUsize = AtomicUsize::new(0);
static HEARD: AtomicUsize = AtomicUsize::new(0);

/// Work of which the second part cannot be handed over.
const BULKY: Slice<App> = Slice {
    brings: Brings {
        work: Some(Work {
            of: "crates",
            needs: Permission::Settings,
            open: |_, _| Box::pin(async { Ok(400) }),
            hand_over: |_, _, _, _| {
                Box::pin(async {
                    match PARTS.fetch_add(1, Ordering::Relaxed) {
                        0 => Ok(vec![Uuid::nil(); Work::AT_ONCE]),
                        _ => Err(Error::NotFound),
                    }
                })
            },
            tell: |_, _, moved, _| {
                HEARD.fetch_add(moved.len(), Ordering::Relaxed);
                Box::pin(async { Ok(()) })
            },
        }),
        ..Brings::NOTHING
    },
    ..Slice::new("crates")
};

static WITH_CRATES: LazyLock<Vec<Slice<App>>> = LazyLock::new(|| SLICES.into_iter().chain([BULKY]).collect());

#[tokio::test]
async fn a_hand_over_that_fails_half_way_says_what_it_did() {
    let t = TestApp::of(&WITH_CRATES, &[]).await;
    let ada = t.admin().await;
    let path = format!("/api/admin/staff/{}", t.person("Bob", Role::Manager).await.id);
    let answer = t.delete_as(&ada, &format!("{path}?reassignTo={}", ada.id)).await;
    answer.problem(409, "conflict");
    assert!(answer.text.contains("200 were handed over"), "{}", answer.text);
    assert_eq!(HEARD.load(Ordering::Relaxed), 200, "the new owner is told of what they got");
    assert_eq!(t.get_as(&ada, &path).await.data()["state"], "deactivated", "out with the first part, and not deleted");
    let trail = t.get_as(&ada, "/api/admin/audit?action=staff.work_handed_over").await.data();
    assert_eq!(trail[0]["changes"]["crates"], json!({ "to": 200 }));
}
