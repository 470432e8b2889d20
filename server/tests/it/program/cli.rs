//! The command line: output and exit codes.

use std::collections::{BTreeMap, BTreeSet};

use clap::CommandFactory as _;
use database::entity::{messages, staff};
use sea_orm::EntityTrait;
use serde_json::Value;
use tekvwarho::cli::Cli;

use crate::support::program::Program;

/// Writes the key ring, as a first start does.
async fn installed() -> Program {
    let program = Program::new().await;
    assert_eq!(program.run(&["migrate", "up"]).await.code, 0);
    program
}

#[tokio::test]
async fn what_was_done_ends_with_0_what_failed_with_1_and_what_was_misused_with_2() {
    let program = installed().await;
    let done = program.run(&["settings", "get", "firm.name"]).await;
    assert_eq!((done.code, &*done.out, &*done.err), (0, "\"Tekvwarho IT Solutions\"\n", ""));
    let failed = program.run(&["settings", "get", "firm.unheardOf"]).await;
    assert_eq!((failed.code, &*failed.out), (1, ""));
    assert_eq!(failed.err, "error: there is no setting firm.unheardOf\n");
    for misused in [&["settings", "fetch"][..], &["serve", "--listen", "here"], &["staff", "create"]] {
        let said = program.run(misused).await;
        assert_eq!((said.code, &*said.out), (2, ""), "{misused:?}");
        assert!(said.err.starts_with("error: "), "{said:?}");
    }
}

#[tokio::test]
async fn a_misspelt_variable_is_an_error_and_one_that_is_not_used_yet_is_told() {
    let program = installed().await;
    let said = program.run_with(&["settings", "list"], &[("TEKVWARHO_LISTEM", "x")], "").await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains("TEKVWARHO_LISTEM is not a setting of this program"), "{said:?}");
    let unused = [("DATABASE_READ_URL", "postgres://localhost/replica")];
    let said = program.run_with(&["settings", "get", "firm.name"], &unused, "").await;
    assert_eq!(said.code, 0);
    for (name, value) in unused {
        assert!(said.err.contains(name) && !said.err.contains(value), "{said:?}");
    }
}

#[tokio::test]
async fn redis_needs_a_database_and_a_mail_server_that_nodes_can_share() {
    let program = installed().await;
    let redis = ("REDIS_URL", "redis://:secret@localhost");
    let file = ("DATABASE_URL", "sqlite://here.db");
    let said = program.run_with(&["serve"], &[redis, file], "").await;
    assert!(said.code != 0 && said.err.contains("REDIS_URL is for several nodes on one PostgreSQL"), "{said:?}");
    let server = ("DATABASE_URL", "postgres://nobody@localhost:1/none");
    let said = program.run_with(&["serve"], &[redis, server], "").await;
    assert!(said.code != 0 && said.err.contains("set SMTP_URL or SENDGRID_API_KEY beside REDIS_URL"), "{said:?}");
    let several = ("REDIS_URL", "redis://:secret@a,redis://:secret@b");
    let said = program.run_with(&["serve"], &[several, server], "").await;
    assert!(said.code != 0 && said.err.contains("REDIS_URL cannot be used"), "{said:?}");
    assert!(!said.err.contains("secret"), "{said:?}");
}

#[test]
fn the_example_of_the_environment_names_every_setting_with_its_default() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../.env.example")).unwrap();
    let shown: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once('='))
        .filter(|(name, _)| !name.contains(' '))
        .collect();
    let command = Cli::command();
    let mut known = BTreeSet::new();
    for argument in command.get_arguments() {
        let Some(name) = argument.get_env().and_then(|name| name.to_str()) else { continue };
        known.insert(name);
        if let Some(plain) = name.strip_prefix("TEKVWARHO_") {
            assert_eq!(argument.get_long().unwrap(), plain.to_lowercase().replace('_', "-"));
        }
        if let Some(default) = argument.get_default_values().first().filter(|it| !it.is_empty()) {
            assert_eq!(shown.get(name).copied(), default.to_str(), "{name}");
        }
    }
    assert_eq!(shown.keys().copied().collect::<BTreeSet<_>>(), known);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_people_and_conversations() {
    let made = async |seed: &str| {
        let program = Program::new().await;
        let demo = ["demo", "--messages", "20", "--audit-entries", "30", "--seed", seed];
        assert_eq!(program.run(&demo).await.code, 0);
        let again = program.run(&demo).await;
        assert_eq!(again.code, 1);
        assert!(again.err.contains("choose another --seed"), "{again:?}");
        let verified = program.run(&["audit", "verify"]).await;
        assert!(verified.out.starts_with("31 entries intact, 0 not sealed"), "{verified:?}");
        let conn = sea_orm::Database::connect(&program.database).await.unwrap();
        let people: BTreeSet<String> =
            staff::Entity::find().all(&conn).await.unwrap().into_iter().map(|person| person.email).collect();
        let words: BTreeSet<_> = messages::Entity::find()
            .all(&conn)
            .await
            .unwrap()
            .into_iter()
            .map(|it| (it.email, it.message, format!("{:?}", it.status), it.reply_count))
            .collect();
        conn.close().await.unwrap();
        (people, words)
    };
    let (one, two, other) = tokio::join!(made("7"), made("7"), made("8"));
    assert_eq!(one, two);
    assert_ne!(one.1, other.1);
    assert!(!one.0.is_empty() && one.1.len() > 10);
}

#[tokio::test]
async fn the_trail_is_proved_exported_and_erased() {
    let program = Program::new().await;
    program.run(&["demo", "--messages", "10", "--audit-entries", "40"]).await;
    let verified = program.run(&["audit", "verify"]).await;
    assert_eq!(verified.code, 0, "{verified:?}");
    let head = verified.out.lines().find_map(|line| line.strip_prefix("Head: ")).unwrap().to_owned();
    assert_eq!(program.run(&["audit", "verify", "--head", &head]).await.code, 0);
    let other = format!("41:{}", "0".repeat(64));
    let refused = program.run(&["audit", "verify", "--head", &other]).await;
    assert_eq!((refused.code, &*refused.out), (1, ""));
    assert!(refused.err.starts_with("error: the audit trail was altered at entry 41: "), "{refused:?}");
    assert_eq!(program.run(&["audit", "verify", "--head", "41"]).await.code, 2);

    let entries = async || -> Vec<Value> {
        let exported = program.run(&["audit", "export"]).await;
        assert_eq!(exported.code, 0, "{exported:?}");
        exported.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let all = entries().await;
    assert_eq!(all.len(), 41);
    let about = |entry: &&Value| entry["entityType"] == "message" && entry["ipAddress"].is_string();
    let id = all.iter().find(about).unwrap()["entityId"].as_str().unwrap().to_owned();
    let erased = program.run(&["audit", "erase", "--type", "message", "--id", &id]).await;
    assert_eq!(erased.code, 0, "{erased:?}");
    let left = entries().await;
    assert!(left.len() > all.len(), "each removal is an entry itself");
    assert!(!left.iter().any(|entry| entry["entityId"] == *id && entry["ipAddress"].is_string()));
    assert_eq!(program.run(&["audit", "verify", "--head", &head]).await.code, 0, "the chain still holds");
}

#[tokio::test]
async fn keys_are_rotated_and_the_older_ones_stay_good() {
    let program = Program::new().await;
    program.run(&["demo", "--messages", "5"]).await;
    let file = program.data().join("keys.json");
    let kids = || -> Vec<String> {
        let ring: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        ring["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let before = kids();
    let said = program.run(&["keys", "rotate"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let after = kids();
    assert_eq!((after.len(), &after[1..]), (before.len() + 1, &before[..]));
    assert!(said.out.contains(&after[0]));
    assert_eq!(program.run(&["audit", "verify"]).await.code, 0);
}

#[tokio::test]
async fn the_doctor_says_what_is_wrong_and_changes_nothing() {
    let program = Program::new().await;
    let before = program.run(&["doctor"]).await;
    assert_eq!(before.code, 1);
    assert!(before.out.contains("fail   key ring: "), "{before:?}");
    assert!(!program.data().join("keys.json").exists());
    program.run(&["migrate", "up"]).await;
    let after = program.run(&["doctor"]).await;
    for fine in ["ok     key ring: ", "ok     database: reachable, schema up to date", "ok     audit trail: sealed"] {
        assert!(after.out.contains(fine), "{after:?}");
    }
    assert!(after.out.contains("warn   firm: "));
    // The dashboard may not be built where this runs.
    assert_eq!(after.code, i32::from(after.out.contains("fail   ")));
}

#[tokio::test]
async fn a_wrong_folder_does_not_become_an_installation() {
    let program = Program::new().await;
    for words in
        [&["audit", "verify"][..], &["settings", "list"], &["staff", "reset-factors", "--email", "ada@example.com"]]
    {
        let said = program.run(words).await;
        assert_eq!(said.code, 1, "{said:?}");
        assert!(said.err.starts_with("error: there is no installation here: "), "{said:?}");
        assert!(!program.data().join("keys.json").exists());
    }
}

#[tokio::test]
async fn a_person_is_made_with_a_password_from_standard_input() {
    let program = installed().await;
    let create =
        ["staff", "create", "--email", "ada@example.com", "--name", "Ada", "--role", "admin", "--password-stdin"];
    let refused = program.run_with(&create, &[], "short\n").await;
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("password: "), "{refused:?}");
    let made = program.run_with(&create, &[], "tulpe fahrrad neun\n").await;
    assert_eq!(made.code, 0, "{made:?}");
    assert!(uuid::Uuid::parse_str(made.out.trim()).is_ok());
    let again = program.run_with(&create, &[], "tulpe fahrrad neun\n").await;
    assert_eq!(again.code, 1, "{again:?}");
    assert_eq!(program.run(&["staff", "reset-factors", "--email", "eve@example.com"]).await.code, 1);
}

#[tokio::test]
async fn an_address_of_no_database_we_know_is_misuse_and_is_not_shown() {
    let program = installed().await;
    let said = program.run_with(&["migrate", "up"], &[("DATABASE_URL", "mysql://root:secret@localhost/x")], "").await;
    assert_eq!((said.code, &*said.out), (2, ""));
    assert_eq!(
        said.err,
        "error: DATABASE_URL cannot be read: it must start with sqlite:// or postgres://. It looks like \
         postgres://user:password@host:5432/database. Percent-encode special characters in the password: # is %23, @ is %40, \
         / is %2F\n"
    );
}

#[tokio::test]
async fn an_address_that_cannot_be_read_is_never_repeated() {
    let program = installed().await;
    for (name, value, help) in [
        ("DATABASE_URL", "postgres://u:p#geheim@host/db", "# is %23"),
        ("SMTP_URL", "smtp://user:geheim@mail.example.com:58x7", "smtp://user:password@mail.example.com:587"),
        ("SMTP_URL", "user:geheim@mail.example.com", "smtp://user:password@mail.example.com:587"),
        ("SMTP_URL", "", "it is empty"),
        ("TEKVWARHO_PUBLIC_URL", "example.com", "https://example.com"),
        ("TEKVWARHO_PUBLIC_URL", "https://user:geheim@example.com", "must not hold a user name or a password"),
    ] {
        let said = program.run_with(&["doctor"], &[(name, value)], "").await;
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(name) || said.err.contains("--public-url"), "{}", said.err);
        assert!(said.err.contains(help) && !said.err.contains("geheim"), "{}", said.err);
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_from_one_that_is_slow() {
    let program = installed().await;
    let address = "postgres://user:geheim@127.0.0.1:1/db";
    let said = program.run_with(&["migrate", "up"], &[("DATABASE_URL", address)], "").await;
    assert_eq!(said.code, 1);
    assert!(said.err.contains("nothing listens at 127.0.0.1:1") && !said.err.contains("geheim"), "{}", said.err);
}

#[tokio::test]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let program = installed().await;
    let said = program.run_into_nothing(&["settings", "list"]).await;
    assert_eq!((said.code, &*said.err), (0, ""));
}

#[tokio::test]
async fn a_second_server_on_the_same_folder_is_refused_and_commands_are_not() {
    let program = Program::new().await;
    let serving = program.serve(&[]).await;
    // Servers on PostgreSQL are meant to run side by side.
    if program.database.starts_with("sqlite") {
        let second = program.run(&["serve", "--listen", "127.0.0.1:0"]).await;
        assert_eq!(second.code, 1);
        assert!(second.err.contains("another server runs on"), "{}", second.err);
    }
    assert_eq!(program.run(&["settings", "list"]).await.code, 0);
    serving.terminate();
    assert_eq!(serving.ended().await, Some(0));
}

#[tokio::test]
async fn a_database_of_a_newer_version_says_so() {
    let program = installed().await;
    let conn = sea_orm::Database::connect(&program.database).await.unwrap();
    let future = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_tomorrow', 0)";
    sea_orm::ConnectionTrait::execute_unprepared(&conn, future).await.unwrap();
    let said = program.run(&["migrate", "up"]).await;
    assert_eq!(said.code, 1);
    assert!(said.err.contains("newer version") && said.err.contains("m9999_of_tomorrow"), "{}", said.err);
}

#[tokio::test]
async fn commands_beside_a_busy_server_do_their_work_and_say_so() {
    let program = Program::new().await;
    let serving = program.serve(&[]).await;
    let commands = (0..12).map(|number| {
        let email = format!("p{number}@tekvwarho.example");
        let program = &program;
        async move {
            let words = ["staff", "create", "--name", "P", "--email", &email, "--role", "staff", "--password-stdin"];
            program.run_with(&words, &[], "tulpe fahrrad neun\n").await
        }
    });
    for said in futures_util::future::join_all(commands).await {
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(!said.err.contains("constraint"), "{}", said.err);
    }
    serving.terminate();
    assert_eq!(serving.ended().await, Some(0));
    assert_eq!(program.run(&["audit", "verify"]).await.code, 0);
}

#[tokio::test]
async fn what_is_wrong_with_the_mail_server_is_said_in_words() {
    let program = installed().await;
    let said = program.run_with(&["doctor"], &[("SMTP_URL", "smtp://127.0.0.1:1")], "").await;
    assert!(said.out.contains("nothing listens at the address of the mail server"), "{}", said.out);
    let key = program.data().join("key.pem");
    std::fs::write(&key, rcgen::KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let trusting = [("SMTP_URL", "smtps://127.0.0.1:1"), ("TEKVWARHO_SMTP_CA", key.to_str().unwrap())];
    let said = program.run_with(&["doctor"], &trusting, "").await;
    assert!(said.out.contains("it holds no certificate"), "{}", said.out);
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let address = format!("smtps://127.0.0.1:{port}");
    let said = program.run_with(&["doctor"], &[("SMTP_URL", &address)], "").await;
    assert!(said.out.contains("write smtp:// instead of smtps://"), "{}", said.out);
}

#[tokio::test]
async fn a_file_of_settings_that_cannot_be_read_is_not_repeated() {
    let program = installed().await;
    std::fs::write(program.data().join(".env"), "SMTP_URL=smtp://user:GEHEIM pw@host:587\n").unwrap();
    let said = program.run(&["doctor"]).await;
    assert_eq!(said.code, 2);
    assert!(said.err.contains(".env cannot be read") && !said.err.contains("GEHEIM"), "{}", said.err);
}
