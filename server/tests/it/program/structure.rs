//! Structural rules that the compiler does not check.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::TestApp;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Files below `folder` with one of the extensions, without build output.
fn files(folder: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | "node_modules" | "dist" | ".git" | ".svelte-kit" | "data") {
                found.extend(files(&path, extensions));
            }
        } else if extensions.iter().any(|extension| name.ends_with(&format!(".{extension}"))) {
            found.push(path);
        }
    }
    found
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().to_string_lossy().into_owned()
}

/// Lines of a Rust file above its unit tests.
fn code_lines(text: &str) -> usize {
    text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count()
}

#[test]
fn files_stay_readable() {
    let mut long = Vec::new();
    for path in files(&root(), &["rs", "ts", "js", "svelte", "css", "py", "mjs"]) {
        let name = relative(&path);
        if name.ends_with("schema.ts") {
            continue;
        }
        let text = read(&path);
        let lines =
            if path.extension().is_some_and(|it| it == "rs") { code_lines(&text) } else { text.lines().count() };
        if lines > 600 || (name.starts_with("server/src") && lines > 400) {
            long.push(format!("{name}: {lines}"));
        }
    }
    assert!(long.is_empty(), "split these by meaning: {long:#?}");
}

#[test]
fn a_slice_is_introduced_by_a_short_file() {
    for path in files(&root().join("server/src/features"), &["rs"]) {
        let text = read(&path);
        // The inbox has a little more to declare here.
        if path.file_name().unwrap() == "mod.rs" && path.parent().unwrap().parent().unwrap().ends_with("features") {
            assert!(code_lines(&text) <= 160, "{} is longer than a front door", relative(&path));
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for folder in ["server/src", "database/src", "server/tests"] {
        for path in files(&root().join(folder), &["rs"]) {
            assert!(read(&path).starts_with("//! "), "{} has no head comment", relative(&path));
        }
    }
}

/// The parts of the program that a file refers to by path.
fn named(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).map(|rest| rest.split(|c: char| !c.is_ascii_lowercase() && c != '_').next().unwrap())
}

/// The layer of a file of the program: its folder, or its name if it is a top-level file.
fn floor(name: &str) -> &str {
    name.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The top layer: it connects the others.
const ROOF: [&str; 5] = ["app", "cli", "lib", "main", "router"];

#[test]
fn an_arrow_only_ever_points_down() {
    let source = root().join("server/src");
    let mut wrong = Vec::new();
    for path in files(&source, &["rs"]) {
        let name = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        let above: &[&str] = match floor(&name) {
            // Slices get the program as their state.
            "features" => &["cli", "router", "main"],
            "platform" => &["app", "cli", "features", "router", "main"],
            roof if ROOF.contains(&roof) => &[],
            _ => &["app", "cli", "features", "platform", "router", "main"],
        };
        let text = read(&path);
        assert!(!text.contains("crate::{"), "{name}: a list after `crate::` hides what it names");
        wrong.extend(named(&text).filter(|part| above.contains(part)).map(|part| format!("{name} names {part}")));
    }
    assert!(wrong.is_empty(), "these reach up: {wrong:#?}");
}

#[test]
fn what_stands_below_names_no_slice() {
    let source = root().join("server/src");
    let list = read(&source.join("features/mod.rs"));
    let slices: Vec<&str> = list.lines().filter_map(|line| line.split("mod ").nth(1)?.strip_suffix(';')).collect();
    assert!(slices.len() > 6, "{slices:?}");
    // Everyday words, which do not refer to a slice where they appear.
    let everyday = ["health", "privacy", "site", "dashboard", "messages", "samples"];
    for path in files(&source, &["rs"]) {
        let name = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        if ROOF.contains(&floor(&name)) || floor(&name) == "features" {
            continue;
        }
        let text = read(&path);
        for slice in slices.iter().filter(|slice| !everyday.contains(slice)) {
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let found: Vec<&str> = code.filter(|line| line.contains(&format!("{slice}::"))).collect();
            assert!(found.is_empty(), "{name} names the slice {slice}: {found:?}");
        }
    }
}

/// Which slice can call which: few, and without cycles.
const ASKS: [(&str, &str); 9] = [
    ("api_docs", "site"),
    ("chat", "messages"),
    ("dashboard", "chat"),
    ("dashboard", "messages"),
    ("onboarding", "samples"),
    ("samples", "chat"),
    ("samples", "messages"),
    ("site", "chat"),
    ("site", "messages"),
];

#[test]
fn slices_ask_each_other_along_a_short_list_and_through_the_front_door() {
    let features = root().join("server/src/features");
    let mut used = BTreeSet::new();
    for path in files(&features, &["rs"]) {
        let name = path.strip_prefix(&features).unwrap().to_string_lossy().into_owned();
        let Some((own, _)) = name.split_once('/') else { continue };
        let text = read(&path);
        // Lists in braces are never split over several lines here.
        for rest in text.split("crate::features::").skip(1) {
            let rest = rest.trim_start_matches('{');
            for item in rest.split([';', '}']).next().unwrap().split(", ") {
                let slice = item.split([':', ' ']).next().unwrap();
                if slice == own || slice.chars().next().is_some_and(char::is_uppercase) {
                    continue;
                }
                let inside = item.split("::").nth(1).is_some_and(|next| {
                    item.matches("::").count() > 1 && next.chars().next().is_some_and(char::is_lowercase)
                });
                assert!(!inside, "{name} goes past the front door: {item}");
                if rest.starts_with(slice) || text.contains(&format!("features::{slice}")) {
                    assert!(ASKS.contains(&(own, slice)), "{own} asks {slice}, and the list does not say so");
                    used.insert((own.to_owned(), slice.to_owned()));
                }
            }
        }
    }
    let listed: BTreeSet<_> = ASKS.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(used, listed, "the list says more than there is");
    for (from, _) in ASKS {
        assert!(!reaches(from, from), "{from} leads back to itself");
    }
}

/// True if calls lead from one slice to another.
fn reaches(from: &str, to: &str) -> bool {
    ASKS.iter().filter(|(asker, _)| *asker == from).any(|(_, asked)| *asked == to || reaches(asked, to))
}

#[test]
fn only_the_dialect_asks_which_database_it_is() {
    for path in files(&root().join("server/src"), &["rs"]) {
        let name = relative(&path);
        if !name.ends_with("storage/dialect.rs") {
            assert!(!read(&path).contains("get_database_backend"), "{name}");
        }
    }
}

/// String literals above the unit tests that look like `entity.what_happened`, with the text before them.
fn dotted_words(text: &str) -> Vec<(String, String)> {
    let code: Vec<&str> = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).collect();
    let code = code.into_iter().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let pieces: Vec<&str> = code.split('"').collect();
    let is_name = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let found = (1..pieces.len())
        .step_by(2)
        .filter(|place| pieces[*place].split_once('.').is_some_and(|(entity, what)| is_name(entity) && is_name(what)));
    found.map(|place| (pieces[place - 1].to_owned(), pieces[place].to_owned())).collect()
}

#[test]
fn every_audit_action_has_its_sentence() {
    let source = root().join("server/src");
    let parts = || ["features", "platform"].into_iter().flat_map(|floor| files(&source.join(floor), &["rs"]));
    let known = actions_with_words();
    let entities: BTreeSet<&str> = known.iter().filter_map(|it| Some(it.split_once('.')?.0)).collect();
    // Variables in the firm's texts have names of the same form.
    let variables = ["message.service", "staff.name"];
    let mut missing = Vec::new();
    for path in parts().chain(files(&source.join("cli"), &["rs"])) {
        for (before, action) in dotted_words(&read(&path)) {
            let meant = before.ends_with("action: ") || entities.contains(action.split_once('.').unwrap().0);
            // Settings and jobs have names of the same form.
            let other = ["rename = ", "key: ", "name: "].iter().any(|it| before.ends_with(it))
                || action.chars().any(char::is_uppercase);
            if meant && !other && !variables.contains(&&*action) && !known.contains(&action) {
                missing.push(format!("{}: {action}", relative(&path)));
            }
        }
    }
    assert!(known.len() > 50, "{known:?}");
    assert!(missing.is_empty(), "no sentences.rs has words for {missing:#?}");
}

#[tokio::test]
async fn every_audit_action_has_a_name_without_its_details() {
    let t = TestApp::new().await;
    for action in actions_with_words() {
        let label = t.app.action_label(&action);
        let hole = ["nobody", "“", "none", "  "].iter().any(|it| label.contains(it)) || label.ends_with([':', ' ']);
        assert!(!hole, "{action}: {label}");
    }
}

/// The actions for which some `sentences.rs` has words.
fn actions_with_words() -> BTreeSet<String> {
    let own = |path: &PathBuf| path.file_name().is_some_and(|name| name == "sentences.rs");
    let floors = ["features", "platform"].map(|floor| files(&root().join("server/src").join(floor), &["rs"]));
    let words = floors.into_iter().flatten().filter(own).map(|path| read(&path));
    words.flat_map(|text| dotted_words(&text)).map(|(_, action)| action).collect()
}

#[test]
fn documents_name_paths_that_exist() {
    let mut missing = Vec::new();
    let documents = files(&root().join("docs"), &["md"]).into_iter().chain(
        std::fs::read_dir(root())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|it| it == "md")),
    );
    for document in documents {
        let text = read(&document);
        // Links to files in this repository, relative to the document.
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            let elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !elsewhere && !document.parent().unwrap().join(path).exists() {
                missing.push(format!("{}: {link}", relative(&document)));
            }
        }
        for piece in text.split('`').skip(1).step_by(2) {
            let looks_like_path = piece.contains('/')
                && !piece.contains([' ', '<', '{', '*', ':', '$', '#', '(', '…'])
                && !piece.starts_with('/');
            let top = piece.split('/').next().unwrap_or_default();
            let ours = ["server", "database", "web", "api", "docs", "bench", "tools", ".ci"].contains(&top);
            if looks_like_path && ours && !root().join(piece).exists() {
                missing.push(format!("{}: {piece}", relative(&document)));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
