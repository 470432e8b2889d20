//! Pages and emails from minijinja templates: built in, or from the theme folder.

use std::path::{Path, PathBuf};

use linkify::{LinkFinder, LinkKind};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "templates"]
struct BuiltIn;

/// All templates. An undefined name is an error, not an empty string.
pub struct Templates(Environment<'static>);

impl Templates {
    /// The program's templates; a file with the same name in `theme/templates` replaces one.
    pub fn load(theme: Option<&Path>) -> Self {
        let theme: Option<PathBuf> = theme.map(|theme| theme.join("templates"));
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|name| {
            if Path::new(name).extension().is_some_and(|it| it == "html") { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.add_filter("code", code);
        environment.add_filter("linked", linked);
        environment.set_loader(move |name| Ok(source(theme.as_deref(), name)));
        Self(environment)
    }

    /// Renders the template with that name, such as `site/home.html`.
    pub fn render(&self, name: &str, context: Value) -> Result<String> {
        self.0
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| Error::internal(format!("template {name}: {error:#}")))
    }
}

fn source(theme: Option<&Path>, name: &str) -> Option<String> {
    // Names come from the program and from templates, never from a request; reject `..` anyway.
    if name.split('/').any(|part| part == "..") {
        return None;
    }
    theme
        .and_then(|folder| std::fs::read_to_string(folder.join(name)).ok())
        .or_else(|| BuiltIn::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok()))
}

/// Escaped text whose `words in backticks` become code. An unpaired backtick stays as it is.
fn code(text: &str) -> Value {
    let escaped = HtmlEscape(text).to_string();
    let (mut html, mut rest) = (String::new(), escaped.as_str());
    while let Some((before, from)) = rest.split_once('`')
        && let Some((inside, after)) = from.split_once('`')
    {
        html.extend([before, "<code>", inside, "</code>"]);
        rest = after;
    }
    html.push_str(rest);
    Value::from_safe_string(html)
}

/// Escaped text whose web and email addresses are links, in this colour if there is one. Only what says `http://` or
/// `https://` is a web address.
fn linked(text: &str, colour: Option<&str>) -> Value {
    let style = colour.map(|colour| format!(r#" style="color:{}""#, HtmlEscape(colour))).unwrap_or_default();
    let mut html = String::new();
    for span in LinkFinder::new().spans(text) {
        let words = HtmlEscape(span.as_str()).to_string();
        let scheme = match span.kind() {
            Some(LinkKind::Url) if is_web(span.as_str()) => Some(""),
            Some(LinkKind::Email) => Some("mailto:"),
            _ => None,
        };
        match scheme {
            Some(scheme) => html.extend([
                r#"<a class="link" href=""#,
                scheme,
                &words,
                r#"" rel="noopener noreferrer""#,
                &style,
                ">",
                &words,
                "</a>",
            ]),
            None => html.push_str(&words),
        }
    }
    Value::from_safe_string(html)
}

fn is_web(address: &str) -> bool {
    address.split_once("://").is_some_and(|(scheme, _)| matches!(&*scheme.to_ascii_lowercase(), "http" | "https"))
}

/// Converts anything serializable into a template value.
pub fn value(of: impl Serialize) -> Value {
    Value::from(Serde(of))
}

#[cfg(test)]
mod tests {
    use super::{code, linked};

    #[test]
    fn addresses_become_links_and_nothing_becomes_markup() {
        let linked = |text: &str| linked(text, None).to_string();
        assert_eq!(
            linked("See https://x.example/?a=1&b=<i>, or ada@x.example."),
            "See <a class=\"link\" href=\"https:&#x2f;&#x2f;x.example&#x2f;?a=1&amp;b=\" rel=\"noopener noreferrer\">\
             https:&#x2f;&#x2f;x.example&#x2f;?a=1&amp;b=</a>&lt;i&gt;, or \
             <a class=\"link\" href=\"mailto:ada@x.example\" rel=\"noopener noreferrer\">ada@x.example</a>."
        );
        for plain in ["", "readme.md", "www.x.example", "ftp:&#x2f;&#x2f;x.example", "javascript:alert(1)", "a:b"] {
            assert_eq!(linked(&plain.replace("&#x2f;", "/")), plain);
        }
        assert!(super::linked("http://x.example", Some("#123456")).to_string().contains(r#"style="color:#123456""#));
    }

    #[test]
    fn backticks_become_code_and_nothing_becomes_markup() {
        assert_eq!(code("Send `a<b>` & `c`.").to_string(), "Send <code>a&lt;b&gt;</code> &amp; <code>c</code>.");
        assert_eq!(code("`x`").to_string(), "<code>x</code>");
        assert_eq!(code("one ` alone <i>").to_string(), "one ` alone &lt;i&gt;");
        assert_eq!(code("").to_string(), "");
    }
}
