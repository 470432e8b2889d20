//! Pages and mails from minijinja templates: built in, or from the theme folder.

use std::path::{Path, PathBuf};

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use rust_embed::RustEmbed;
use serde::Serialize;

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "templates"]
struct BuiltIn;

/// All templates. A name that is undefined is an error, not an empty string.
pub struct Templates(Environment<'static>);

impl Templates {
    /// Templates of the program; a file of the same name in `theme/templates` stands in.
    pub fn load(theme: Option<&Path>) -> Self {
        let theme: Option<PathBuf> = theme.map(|theme| theme.join("templates"));
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|name| {
            if Path::new(name).extension().is_some_and(|it| it == "html") { AutoEscape::Html } else { AutoEscape::None }
        });
        environment.set_loader(move |name| Ok(source(theme.as_deref(), name)));
        Self(environment)
    }

    /// Renders the template of that name, such as `site/home.html`.
    pub fn render(&self, name: &str, context: Value) -> Result<String> {
        self.0
            .get_template(name)
            .and_then(|template| template.render(context))
            .map_err(|error| Error::internal(format!("template {name}: {error:#}")))
    }
}

fn source(theme: Option<&Path>, name: &str) -> Option<String> {
    // Names come from the program and from templates, never from a request; `..` has no business in them all the same.
    if name.split('/').any(|part| part == "..") {
        return None;
    }
    theme
        .and_then(|folder| std::fs::read_to_string(folder.join(name)).ok())
        .or_else(|| BuiltIn::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok()))
}

/// A value for a template from anything that can be written as JSON.
pub fn value(of: impl Serialize) -> Value {
    Value::from(Serde(of))
}
