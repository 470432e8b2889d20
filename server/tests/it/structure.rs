//! The house rules that a compiler does not check.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Files below `folder` with one of the extensions, without what was built.
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
        // Settings and the inbox have a little more to say at their door.
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

#[test]
fn machinery_does_not_know_the_features() {
    // Joining parts, naming routes and the command line are allowed to.
    let free = ["app.rs", "router.rs", "lib.rs", "main.rs", "cli/", "features/", "platform/", "jobs/schedule.rs"];
    let source = root().join("server/src");
    for path in files(&source, &["rs"]) {
        let name = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        if free.iter().any(|free| name.starts_with(free)) {
            continue;
        }
        assert!(!read(&path).contains("features::"), "{name} reaches up into the features");
    }
}

#[test]
fn a_slice_reaches_another_only_through_its_front_door() {
    let features = root().join("server/src/features");
    for path in files(&features, &["rs"]) {
        let own = path
            .strip_prefix(&features)
            .unwrap()
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .into_owned();
        for line in read(&path).lines().filter(|line| line.contains("crate::features::")) {
            let tail = line.split("crate::features::").nth(1).unwrap();
            let parts: Vec<&str> = tail.split("::").collect();
            let inside =
                parts.len() > 2 && parts[1].chars().next().is_some_and(char::is_lowercase) && !parts[1].contains('{');
            assert!(!inside || parts[0] == own, "{}: {line}", relative(&path));
        }
    }
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

/// String literals of the code above the unit tests that look like `entity.what_happened`, with what stands before them.
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
    let sentences = dotted_words(&read(&source.join("platform/audit/sentence.rs")));
    let known: std::collections::BTreeSet<&str> = sentences.iter().map(|(_, action)| &**action).collect();
    let entities: std::collections::BTreeSet<&str> =
        known.iter().filter_map(|it| Some(it.split_once('.')?.0)).collect();
    // What texts of the firm can show has names of the same form.
    let variables = ["message.service", "staff.name"];
    let mut missing = Vec::new();
    for path in ["features", "platform"].into_iter().flat_map(|floor| files(&source.join(floor), &["rs"])).chain(files(&source.join("cli"), &["rs"])) {
        for (before, action) in dotted_words(&read(&path)) {
            let meant = before.ends_with("action: ") || entities.contains(action.split_once('.').unwrap().0);
            if meant && !variables.contains(&&*action) && !known.contains(&*action) {
                missing.push(format!("{}: {action}", relative(&path)));
            }
        }
    }
    assert!(known.len() > 50, "{known:?}");
    assert!(missing.is_empty(), "platform/audit/sentence.rs has no words for {missing:#?}");
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
        // Links to files of the house, from where the document stands.
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
