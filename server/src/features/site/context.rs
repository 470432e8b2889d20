//! The data that templates of the site receive. The head of `templates/site/base.html` lists the names.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Utc};
use database::entity::site_pages::Place;
use minijinja::{Value, context};
use serde::Serialize;

use super::json_ld;
use super::kept::{Listed, last_listed};
use super::menu;
use super::settings::GROUP;
use crate::app::App;
use crate::error::Result;
use crate::features::messages::{self, ContactForm, usual_answer};
use crate::pictures::PictureName;
use crate::platform::files::size_in_words;
use crate::platform::settings::{self, Service, Snapshot};
use crate::templates::value;

/// One page of the site.
#[derive(Debug, Clone, Serialize)]
pub struct Page {
    pub title: String,
    pub description: String,
    /// Absolute; none on pages that search engines should not index.
    pub canonical: Option<String>,
    pub path: String,
    pub noindex: bool,
    pub kind: &'static str,
}

impl Page {
    /// A page for everybody.
    pub fn public(
        app: &App,
        path: &str,
        kind: &'static str,
        title: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self {
            title: title.into(),
            description: description.into(),
            canonical: Some(app.config.server.link(path)),
            path: path.to_owned(),
            noindex: false,
            kind,
        }
    }

    /// A page that belongs to one visitor, or to nobody.
    pub fn private(path: &str, kind: &'static str, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: String::new(),
            canonical: None,
            path: path.to_owned(),
            noindex: true,
            kind,
        }
    }
}

/// The state of a form on its page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FormView {
    pub token: String,
    pub values: Values,
    pub errors: BTreeMap<String, String>,
    pub notice: Option<String>,
    pub error: Option<String>,
}

/// The submitted values.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Values {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub company: String,
    pub service: String,
    pub message: String,
    pub consent: bool,
}

impl From<&ContactForm> for Values {
    fn from(form: &ContactForm) -> Self {
        Self {
            name: form.name.clone(),
            email: form.email.clone(),
            phone: form.phone.clone().unwrap_or_default(),
            company: form.company.clone().unwrap_or_default(),
            service: form.service.clone().unwrap_or_default(),
            message: form.message.clone(),
            consent: form.consent,
        }
    }
}

/// What surrounds a page: the settings, the other pages, and who looks at it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub settings: &'a Snapshot,
    pub listed: &'a Listed,
    /// It is shown in the dashboard, where scripts do not run.
    pub preview: bool,
}

/// Renders a page with the common data and its own.
pub async fn render(app: &App, template: &str, page: &Page, service: Option<&Service>, own: Value) -> Result<String> {
    let settings = app.settings.get();
    let listed = last_listed(app, &settings).await;
    let scene = Scene { settings: &settings, listed: &listed, preview: false };
    render_in(app, scene, template, page, service, own).await
}

/// Renders a page in that scene.
pub async fn render_in(
    app: &App,
    scene: Scene<'_>,
    template: &str,
    page: &Page,
    service: Option<&Service>,
    own: Value,
) -> Result<String> {
    let Scene { settings, listed, preview } = scene;
    let facts = facts(app, settings).await;
    let assets = app.clone();
    let common = context! {
        page => value(page),
        firm => firm(settings, app.clock.now()),
        services => value(&settings.services),
        privacy => value(settings.group("privacy")),
        site => value(settings.group(GROUP.id)),
        chat => value(settings.group("chat")),
        files => files_now(app),
        service => value(service),
        facts => facts,
        about => listed.about,
        menu => value(menu::of(&listed.at(Place::Menu), listed.about)),
        foot => value(listed.at(Place::Footer)),
        preview => preview,
        year => app.clock.now().year(),
        accent => settings.firm.accent_hue.to_string(),
        jsonLd => json_ld::of_page(app, settings, page, service),
        publicUrl => app.config.server.link(""),
        // A URL of ours: letters, digits and slashes, which need no escaping.
        asset => Value::from_function(move |name: String| {
            Value::from_safe_string(assets.assets.address(&name).unwrap_or_else(|| format!("/assets/{name}")))
        }),
    };
    app.templates.render(template, context! { ..own, ..common })
}

/// What can be attached to a message or a reply; none: files are switched off.
fn files_now(app: &App) -> Value {
    let limits = messages::file_limits(app);
    if !limits.enabled {
        return Value::from(());
    }
    let size = size_in_words(limits.max_size as u64);
    context! { maxSize => limits.max_size, maxCount => limits.max_count, accept => limits.types.join(","), sizeInWords => size }
}

/// Facts about the firm that visitors want to know.
async fn facts(app: &App, settings: &Snapshot) -> Value {
    let open = settings::open_state(&settings.hours, app.clock.now());
    context! {
        answerTime => usual_answer(app).await,
        openNow => open.now,
        openText => open.text,
        holiday => open.holiday,
    }
}

/// The firm, with its hours and holidays as lines of text.
fn firm(settings: &Snapshot, now: DateTime<Utc>) -> Value {
    let hours: Vec<Value> = settings::opening_lines(&settings.hours.weekly)
        .into_iter()
        .map(|(days, time)| context! { days => days, time => time })
        .collect();
    let holidays: Vec<Value> = settings::coming_holidays(&settings.hours, now)
        .into_iter()
        .map(|(days, name)| context! { days => days, name => name })
        .collect();
    let logo = value(settings.firm.logo.as_deref().and_then(PictureName::read));
    context! { hours => hours, holidays => holidays, logo => logo, ..value(&settings.firm) }
}
