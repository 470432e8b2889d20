//! Texts of the firm with `{{name}}` in them. Only known names are replaced, once, and nothing is evaluated: what a
//! person writes into a setting is never a program.

use super::kind::Variable;

/// The error in a text, for people.
pub(super) fn fault(text: &str, variables: &[Variable], required: &[&str]) -> Option<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, tail)) = rest.split_once("{{") {
        let Some((name, after)) = tail.split_once("}}") else {
            return Some("A variable starts with {{ but is not closed by }}.".to_owned());
        };
        // The text is filled line by line.
        if name.contains('\n') {
            return Some("A variable must be on one line.".to_owned());
        }
        let name = name.trim();
        if !variables.iter().any(|variable| variable.name == name) {
            let known: Vec<String> = variables.iter().map(|variable| format!("{{{{{}}}}}", variable.name)).collect();
            let shown: String = name.chars().take(40).collect();
            return Some(format!("{{{{{shown}}}}} is not known here. You can use {}.", known.join(", ")));
        }
        found.push(name);
        rest = after;
    }
    let missing = required.iter().find(|name| !found.contains(name))?;
    Some(format!("This text must contain {{{{{missing}}}}}."))
}

/// The text with its variables replaced. A line that contains only a variable without a value is dropped.
pub fn fill(text: &str, value_of: impl Fn(&str) -> String) -> String {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut out = String::new();
        let mut rest = line;
        while let Some((before, name, after)) = next(rest) {
            out.push_str(before);
            out.push_str(&value_of(name));
            rest = after;
        }
        out.push_str(rest);
        if !out.trim().is_empty() || line.trim().is_empty() {
            lines.push(out.trim_end().to_owned());
        }
    }
    lines.join("\n")
}

fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = text.split_once("{{")?;
    let (name, after) = tail.split_once("}}")?;
    Some((before, name.trim(), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Variable; 2] = [Variable { name: "firm.name", help: "" }, Variable { name: "answer", help: "" }];

    #[test]
    fn unknown_open_and_missing_variables_are_told() {
        assert_eq!(fault("Hello {{ firm.name }}, {{answer}}", &KNOWN, &["answer"]), None);
        assert!(fault("{{firm.secret}}", &KNOWN, &[]).is_some_and(|it| it.contains("{{firm.secret}} is not known")));
        assert!(fault("{{firm.name", &KNOWN, &[]).is_some_and(|it| it.contains("not closed")));
        for broken in ["{{\nanswer\n}}", "{{answer\n}}"] {
            assert!(fault(broken, &KNOWN, &[]).is_some_and(|it| it.contains("one line")), "{broken}");
        }
        assert!(fault("Hello", &KNOWN, &["answer"]).is_some_and(|it| it.contains("must contain {{answer}}")));
    }

    #[test]
    fn values_are_put_in_once_and_an_empty_line_goes() {
        let value = |name: &str| match name {
            "firm.name" => "{{answer}} & Co".to_owned(),
            _ => String::new(),
        };
        assert_eq!(fill("Hello {{firm.name}}\n{{answer}}\n\nbye", value), "Hello {{answer}} & Co\n\nbye");
        assert_eq!(fill("no variable {{ here", value), "no variable {{ here");
    }
}
