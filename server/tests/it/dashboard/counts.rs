//! The overview: its counts equal a naive count of all messages, whatever happened to them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use database::entity::messages::{self, Status};
use database::entity::staff::Role;
use database::entity::{count_changes, counts};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::Method;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tekvwarho::app::App;
use tekvwarho::features::messages::{figures, recount, standing};
use tekvwarho::storage::{Engine, FOLD_AT, fold, unfolded};
use uuid::Uuid;

use crate::support::program::Program;
use crate::support::{Answer, Signed, TestApp};

const DASHBOARD: &str = "/api/admin/dashboard";
const COUNTS: &str = "/api/admin/messages/counts";

/// All counts, computed from all rows.
async fn naive(t: &TestApp, who: &Signed) -> Value {
    let me: Uuid = who.id.parse().unwrap();
    let zone = t.app.settings.get().hours.zone();
    let rows = messages::Entity::find().all(t.app.storage.read()).await.unwrap();
    let sum = |which: &dyn Fn(&messages::Model) -> bool| rows.iter().filter(|row| which(row)).count();
    let of = |status: Status| sum(&|row| row.status == status);
    let open = |row: &messages::Model| matches!(row.status, Status::New | Status::InProgress);
    let date = |at: DateTime<Utc>| at.with_timezone(&zone).date_naive();
    let today = date(t.clock.now());
    let first: NaiveDate = today - Days::new(29);
    let trend: Vec<Value> = first
        .iter_days()
        .take(30)
        .map(|day| {
            let received = sum(&|row| row.status != Status::Spam && date(row.created_at) == day);
            let answered = sum(&|row| row.first_replied_at.is_some_and(|at| date(at) == day));
            json!({ "day": day, "received": received, "answered": answered })
        })
        .collect();
    let answered = sum(&|row| row.first_replied_at.is_some_and(|at| date(at) >= first));
    json!({
        "counts": {
            "new": of(Status::New), "in_progress": of(Status::InProgress), "replied": of(Status::Replied),
            "converted": of(Status::Converted), "archived": of(Status::Archived), "spam": of(Status::Spam),
            "open": sum(&|row| open(row) && row.snoozed_until.is_none()),
            "unassigned": sum(&|row| open(row) && row.snoozed_until.is_none() && row.assigned_to.is_none()),
            "mine": sum(&|row| open(row) && row.snoozed_until.is_none() && row.assigned_to == Some(me)),
            "snoozed": sum(&|row| open(row) && row.snoozed_until.is_some()),
        },
        "today": trend[29]["received"],
        "trend": trend,
        "answered": answered,
        "totals": [
            rows.len(), of(Status::New),
            sum(&|row| open(row) && row.assigned_to.is_none()),
            sum(&|row| row.assigned_to == Some(me)),
            sum(&|row| row.snoozed_until.is_some()),
        ],
    })
}

/// The same counts, as the program reports them.
async fn told(t: &TestApp, who: &Signed) -> Value {
    let page = t.get_as(who, DASHBOARD).await.data();
    let counts = t.get_as(who, COUNTS).await.data();
    for (shown, counted) in
        [("new", "new"), ("inProgress", "in_progress"), ("unassigned", "unassigned"), ("mine", "mine")]
    {
        assert_eq!(page["messages"][shown], counts[counted], "{shown}");
    }
    let mut totals = Vec::new();
    for filter in ["", "&status=new", "&status=new,in_progress&assignedTo=none", "&assignedTo=me", "&snoozed=true"] {
        let list = t.get_as(who, &format!("/api/admin/messages?limit=1{filter}")).await;
        totals.push(list.json()["meta"]["total"].clone());
    }
    json!({
        "counts": counts, "today": page["messages"]["today"], "trend": page["trend"],
        "answered": page["firstResponse"]["answered"], "totals": totals,
    })
}

async fn agrees(t: &TestApp, who: &Signed, when: &str) {
    let (told, naive) = (told(t, who).await, naive(t, who).await);
    assert_eq!(told, naive, "{when}");
}

/// A firm whose people act at random, by seed.
struct Firm {
    t: TestApp,
    ada: Signed,
    ben: Uuid,
    rng: StdRng,
    undo: Option<String>,
}

const STATUSES: [&str; 6] = ["new", "in_progress", "replied", "converted", "archived", "spam"];

impl Firm {
    async fn new(seed: u64) -> Self {
        let t = TestApp::with(&["--rate-limits", "off"]).await;
        let ada = t.admin().await;
        let ben = t.person("Ben", Role::Staff).await.id;
        Self { t, ada, ben, rng: StdRng::seed_from_u64(seed), undo: None }
    }

    fn status(&mut self) -> &'static str {
        STATUSES.choose(&mut self.rng).unwrap()
    }

    fn person(&mut self) -> Value {
        match self.rng.random_range(0..3) {
            0 => json!(null),
            1 => json!(self.ada.id),
            _ => json!(self.ben),
        }
    }

    async fn message(&mut self) -> Option<Uuid> {
        let all = messages::Entity::find().all(self.t.app.storage.read()).await.unwrap();
        all.choose(&mut self.rng).map(|row| row.id)
    }

    /// Performs one random action; returns its name, for the failure message.
    async fn act(&mut self) -> &'static str {
        let what = self.rng.random_range(0..100);
        let Some(id) = self.message().await.filter(|_| what >= 25) else {
            let trap = if self.rng.random_bool(0.2) { "a program fills this in" } else { "" };
            self.t.send_message(json!({ "website": trap })).await;
            return "a message";
        };
        let path = format!("/api/admin/messages/{id}");
        match what {
            25..45 => {
                let mut change = json!({ "status": self.status(), "assignedTo": self.person() });
                if change["status"] == "new" || change["status"] == "in_progress" {
                    change["snoozedUntil"] = json!((self.t.clock.now() + Duration::days(2)).date_naive());
                }
                self.t.patch_as(&self.ada, &path, change).await.status(200);
                "a change"
            }
            45..60 => {
                let reply = json!({ "content": "Yes.", "status": self.status(), "sendEmail": false });
                self.t.post_as(&self.ada, &format!("{path}/replies"), reply).await.status(201);
                "an answer"
            }
            60..68 => {
                let mut ids = BTreeSet::from([id]);
                ids.extend(self.message().await);
                let bulk = json!({ "ids": ids, "status": self.status(), "assignedTo": self.person() });
                let done = self.t.post_as(&self.ada, "/api/admin/messages/bulk", bulk).await.data();
                self.undo = done["undoId"].as_str().map(str::to_owned);
                "many at once"
            }
            68..74 => {
                if let Some(undo) = self.undo.take() {
                    self.t.post_as(&self.ada, &format!("/api/admin/undo/{undo}"), json!({})).await;
                }
                "taking back"
            }
            74..80 => {
                let page = self.t.get_as(&self.ada, &path).await.data();
                let code = page["threadUrl"].as_str().unwrap().split('#').nth(1).unwrap().to_owned();
                let request = self.t.request(Method::POST, &format!("/api/messages/{id}/replies"));
                let text = format!("And {}?", self.rng.random::<u32>());
                Answer::of(request.header("authorization", format!("Manage {code}")).json(&json!({ "content": text })))
                    .await;
                "an answer of the client"
            }
            80..86 => {
                let minutes = [7, 15, 60, 60 * 24, 60 * 24 * 31].choose(&mut self.rng).copied().unwrap();
                self.t.clock.advance(Duration::minutes(minutes));
                self.ada = self.t.sign_in_again("Ada").await;
                "time"
            }
            86..89 => {
                let days = json!({ "privacy.messageDays": 30, "privacy.spamDays": 7 });
                self.t.patch_as(&self.ada, "/api/admin/settings", days).await.status(200);
                self.t.app.schedule().run_due(Uuid::nil()).await;
                "the clean-up"
            }
            89..91 => {
                let ben = format!("/api/admin/staff/{}", self.ben);
                let to = if self.rng.random_bool(0.5) { &self.ada.id } else { "none" };
                self.t.post_as(&self.ada, &format!("{ben}/deactivate?reassignTo={to}"), json!({})).await.status(200);
                self.t.post_as(&self.ada, &format!("{ben}/activate"), json!({})).await.status(200);
                "a hand-over"
            }
            91..93 => {
                self.t.post_as(&self.ada, "/api/admin/samples", json!(null)).await;
                "samples"
            }
            93..95 => {
                // A client's message that is assigned to a sample person becomes unassigned when that person is
                // removed.
                let made_up = database::entity::staff::Entity::find()
                    .filter(database::entity::staff::Column::Name.eq("Chiara Russo"))
                    .one(self.t.app.storage.read())
                    .await
                    .unwrap();
                if let Some(person) = made_up {
                    self.t.patch_as(&self.ada, &path, json!({ "assignedTo": person.id })).await;
                }
                self.t.delete_as(&self.ada, "/api/admin/samples").await;
                "no samples"
            }
            95..98 => {
                fold(&self.t.app.storage).await.unwrap();
                "a fold"
            }
            _ => {
                // In Nepal, days begin a quarter of an hour before a full hour of UTC.
                let zone = ["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"].choose(&mut self.rng).unwrap();
                self.t.patch_as(&self.ada, "/api/admin/settings", json!({ "hours.timeZone": zone })).await.status(200);
                "another zone"
            }
        }
    }
}

/// What another node, or the program after a restart, reports.
async fn after_a_start(t: &TestApp, who: &Signed) -> (Value, App) {
    let app = t.restarted().await;
    let standing = standing(&app).await.unwrap();
    (json!(standing.counts(who.id.parse().unwrap())), app)
}

#[tokio::test]
async fn counts_are_those_of_a_naive_count_whatever_happens() {
    for seed in 1..=2 {
        let mut firm = Firm::new(seed).await;
        let mut story = Vec::new();
        for step in 0..70 {
            story.push(firm.act().await);
            if step % 3 == 0 {
                agrees(&firm.t, &firm.ada, &format!("seed {seed}: {story:?}")).await;
            }
        }
        let (t, ada) = (&firm.t, &firm.ada);
        agrees(t, ada, "at the end").await;
        // Nothing of it was only in memory: a restarted program finds it, including unfolded changes.
        assert_ne!(unfolded(t.app.storage.read()).await.unwrap(), 0);
        let (found, other) = after_a_start(t, ada).await;
        assert_eq!(found, naive(t, ada).await["counts"]);
        assert_eq!(recount(&other).await.unwrap(), 0, "nothing was wrong: {story:?}");
        fold(&t.app.storage).await.unwrap();
        assert_eq!(count_changes::Entity::find().count(t.app.storage.read()).await.unwrap(), 0);
        assert_eq!(after_a_start(t, ada).await.0, naive(t, ada).await["counts"]);
        agrees(t, ada, "after a fold").await;
    }
}

#[tokio::test]
async fn a_migration_counts_what_was_there_before() {
    let mut firm = Firm::new(5).await;
    for _ in 0..60 {
        firm.act().await;
    }
    firm.t.post_as(&firm.ada, "/api/admin/samples", json!(null)).await;
    let (t, ada) = (&firm.t, &firm.ada);
    let conn = sea_orm::Database::connect(t.app.config.database_url()).await.unwrap();
    // The state before counts existed, and before messages could be snoozed.
    for statement in [
        "UPDATE messages SET snoozed_until = NULL",
        "DROP TABLE counts",
        "DROP TABLE count_changes",
        "DROP INDEX messages_by_answer",
        "CREATE INDEX messages_by_first_answer ON messages (first_replied_at) WHERE first_replied_at IS NOT NULL",
        "DELETE FROM seaql_migrations WHERE version = 'm0010_counts'",
    ] {
        conn.execute_unprepared(statement).await.unwrap();
    }
    conn.close().await.unwrap();
    let (found, other) = after_a_start(t, ada).await;
    assert_eq!(found, naive(t, ada).await["counts"]);
    assert!(count_changes::Entity::find().all(other.storage.read()).await.unwrap().is_empty());
    assert_eq!(recount(&other).await.unwrap(), 0, "nothing was wrong");
    assert!(counts::Entity::find().count(other.storage.read()).await.unwrap() > 30);
}

#[tokio::test]
async fn a_recount_puts_right_whatever_is_wrong() {
    let mut firm = Firm::new(6).await;
    for _ in 0..40 {
        firm.act().await;
    }
    let Firm { t, ada, .. } = firm;
    t.post_as(&ada, "/api/admin/samples", json!(null)).await;
    fold(&t.app.storage).await.unwrap();
    t.send_message(json!({})).await;
    let conn = sea_orm::Database::connect(t.app.config.database_url()).await.unwrap();
    let wrong = [
        counts::Entity::delete_many().filter(counts::Column::Name.eq("messages_new")),
        counts::Entity::delete_many().filter(counts::Column::Name.eq("messages_answered")),
    ];
    for wrong in wrong {
        assert!(wrong.exec(&conn).await.unwrap().rows_affected > 0);
    }
    let received = counts::Column::Name.eq("messages_received");
    let more = counts::Entity::update_many().col_expr(counts::Column::Total, Expr::value(5)).filter(received);
    assert!(more.exec(&conn).await.unwrap().rows_affected > 0);
    // Long before any message, and in the future.
    for slot in [1_967_000, 1_972_000] {
        let stray = count_changes::ActiveModel {
            name: sea_orm::Set("messages_answered".to_owned()),
            slot: sea_orm::Set(slot),
            person: sea_orm::Set(Uuid::nil()),
            delta: sea_orm::Set(3),
            ..Default::default()
        };
        count_changes::Entity::insert(stray).exec(&conn).await.unwrap();
    }
    conn.close().await.unwrap();
    // Two concurrent rebuilds correct nothing twice.
    let other = t.restarted().await;
    let (one, two) = tokio::join!(recount(&t.app), recount(&other));
    assert!(one.unwrap() + two.unwrap() > 10);
    assert_eq!(recount(&t.app).await.unwrap(), 0);
    agrees(&t, &ada, "after the recount").await;
    fold(&t.app.storage).await.unwrap();
    let strays = counts::Entity::find().filter(counts::Column::Slot.is_in([1_967_000, 1_972_000]));
    assert_eq!(strays.one(t.app.storage.read()).await.unwrap(), None);
    agrees(&t, &ada, "after the fold").await;
}

#[tokio::test]
async fn the_command_line_rebuilds_what_the_overview_counts() {
    let program = Program::new().await;
    assert_eq!(program.run(&["demo", "--messages", "50"]).await.code, 0);
    let conn = sea_orm::Database::connect(&program.database).await.unwrap();
    assert_eq!(count_changes::Entity::find().count(&conn).await.unwrap(), 0, "the demo folds what it counted");
    let fine = program.run(&["rebuild", "dashboard"]).await;
    assert_eq!((fine.code, &*fine.out), (0, "Messages recounted; 0 figures were wrong and have been corrected.\n"));
    let before = counts::Entity::find().count(&conn).await.unwrap();
    counts::Entity::delete_many().exec(&conn).await.unwrap();
    let mended = program.run(&["rebuild", "dashboard"]).await;
    assert!(!mended.out.contains("; 0 figures"), "{mended:?}");
    assert_eq!(count_changes::Entity::find().count(&conn).await.unwrap(), 0);
    assert_eq!(counts::Entity::find().count(&conn).await.unwrap(), before);
    conn.close().await.unwrap();
    for what in [vec!["rebuild"], vec!["rebuild", "everything"]] {
        assert_eq!(program.run(&what).await.code, 2);
    }
    let nowhere = Program::new().await.run(&["rebuild", "dashboard"]).await;
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.err.contains("there is no installation here"), "{nowhere:?}");
}

#[tokio::test]
async fn folds_beside_writes_lose_nothing_and_add_nothing() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let other = t.restarted().await;
    let writes = futures_util::future::join_all((0..60).map(|_| t.send_message(json!({}))));
    let folds = async |app: &App| {
        for _ in 0..20 {
            fold(&app.storage).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let (ids, (), ()) = tokio::join!(writes, folds(&t.app), folds(&other));
    for id in ids.iter().take(10) {
        t.patch_as(&ada, &format!("/api/admin/messages/{id}"), json!({ "status": "archived" })).await.status(200);
    }
    agrees(&t, &ada, "after all").await;
    assert_eq!(recount(&t.app).await.unwrap(), 0);
}

#[tokio::test]
async fn figures_are_read_once_until_something_is_counted() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let ada = t.admin().await;
    let me = ada.id.parse().unwrap();
    let other = t.restarted().await;
    let (one, two) = tokio::join!(figures(&t.app), figures(&t.app));
    let first = one.unwrap();
    assert!(Arc::ptr_eq(&first, &two.unwrap()));
    // Requests that count nothing leave them unchanged.
    t.get_as(&ada, DASHBOARD).await.status(200);
    assert!(Arc::ptr_eq(&first, &figures(&t.app).await.unwrap()));
    assert_eq!(standing(&other).await.unwrap().counts(me).new, 0);
    t.send_message(json!({})).await;
    assert_eq!(standing(&t.app).await.unwrap().counts(me).new, 1, "who wrote sees it at once");
    tokio::time::sleep(StdDuration::from_millis(1_050)).await;
    assert_eq!(standing(&other).await.unwrap().counts(me).new, 1, "another node a second later");
    // A new day needs a new read.
    let today = figures(&t.app).await.unwrap().trend[29];
    t.clock.advance(Duration::days(1));
    let tomorrow = figures(&t.app).await.unwrap();
    assert_eq!((tomorrow.trend[28], tomorrow.trend[29].received), (today, 0));
}

#[tokio::test]
async fn what_was_counted_is_folded_once_there_is_much_of_it() {
    let t = TestApp::with(&["--rate-limits", "off"]).await;
    let left = async || count_changes::Entity::find().count(t.app.storage.read()).await.unwrap();
    t.send_message(json!({})).await;
    let _tasks = t.app.start_background();
    tokio::time::sleep(StdDuration::from_millis(1_500)).await;
    let few = left().await;
    assert!(few > 0, "a few are not worth a commit");
    for _ in 0..FOLD_AT {
        t.send_message(json!({})).await;
    }
    let began = std::time::Instant::now();
    while left().await >= FOLD_AT {
        assert!(began.elapsed() < StdDuration::from_secs(10), "nobody folds");
        tokio::time::sleep(StdDuration::from_millis(50)).await;
    }
    t.stop.cancel();
}

#[tokio::test]
async fn response_times_are_read_from_an_index_alone() {
    let t = TestApp::new().await;
    let conn = t.app.storage.read();
    if Engine::of(conn) != Engine::Sqlite {
        return; // PostgreSQL decides by the size of a table, and these are empty.
    }
    let sql = "EXPLAIN QUERY PLAN SELECT created_at, first_replied_at FROM messages \
               WHERE first_replied_at >= '2026' AND first_replied_at < '2027' ORDER BY first_replied_at DESC LIMIT 1000";
    let rows = conn.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql)).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
    assert!(plan.len() == 1 && plan[0].contains("COVERING INDEX messages_by_answer"), "{plan:?}");
}
