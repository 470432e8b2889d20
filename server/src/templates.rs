//! Pages and emails from minijinja templates: built in, or from the theme folder.

use std::path::{Path, PathBuf};

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

/// Converts anything serializable into a template value.
pub fn value(of: impl Serialize) -> Value {
    Value::from(Serde(of))
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn backticks_become_code_and_nothing_becomes_markup() {
        assert_eq!(code("Send `a<b>` & `c`.").to_string(), "Send <code>a&lt;b&gt;</code> &amp; <code>c</code>.");
        assert_eq!(code("`x`").to_string(), "<code>x</code>");
        assert_eq!(code("one ` alone <i>").to_string(), "one ` alone &lt;i&gt;");
        assert_eq!(code("").to_string(), "");
    }
}
