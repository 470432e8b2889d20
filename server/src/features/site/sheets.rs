//! What the pages that are drawn from settings consist of, before they are rendered: for visitors, and for previews.

use minijinja::{Value, context};

use super::about as about_page;
use super::context::Page;
use super::layout;
use super::settings::Site;
use crate::app::App;
use crate::error::Result;
use crate::markdown;
use crate::platform::settings::{Service, Snapshot};
use crate::templates::value;

/// A page that is drawn from settings alone.
pub struct Sheet {
    pub template: &'static str,
    pub page: Page,
    pub service: Option<Service>,
    /// What only its template gets.
    pub own: Value,
}

/// The page at that path, with these settings; none if it is another kind of page.
pub fn at(app: &App, settings: &Snapshot, path: &str) -> Option<Sheet> {
    match path {
        "/" => Some(home(app, settings)),
        "/services" => Some(services(app, settings)),
        path => {
            let offered = settings.service(path.strip_prefix("/services/")?)?;
            Some(service(app, settings, offered))
        }
    }
}

/// The home page.
pub fn home(app: &App, settings: &Snapshot) -> Sheet {
    let firm = &settings.firm;
    let tagline = firm.tagline.trim_end_matches('.');
    let title = if tagline == firm.name { firm.name.clone() } else { format!("{} — {tagline}", firm.name) };
    let page = Page::public(app, "/", "home", title, &firm.description);
    let own = context! { bands => value(layout::home(settings.part(), &settings.values)) };
    Sheet { template: "site/home.html", page, service: None, own }
}

/// The list of services.
pub fn services(app: &App, settings: &Snapshot) -> Sheet {
    let firm = &settings.firm.name;
    let names = || settings.services.iter().map(|service| service.name.as_str()).collect::<Vec<_>>().join(", ");
    let description = settings.part::<Site>().services_lead.clone();
    let description = description.unwrap_or_else(|| format!("Services of {firm}: {}.", names()));
    let page = Page::public(app, "/services", "services", format!("Services — {firm}"), description);
    Sheet { template: "site/services.html", page, service: None, own: context! {} }
}

/// The page of a service.
pub fn service(app: &App, settings: &Snapshot, service: &Service) -> Sheet {
    let title = format!("{} — {}", service.name, settings.firm.name);
    let page = Page::public(app, &format!("/services/{}", service.slug), "service", title, &service.summary);
    let blocks = layout::service(settings.part(), &settings.values, service, settings.services.len() > 1);
    let own = context! { blocks => value(blocks) };
    Sheet { template: "site/service.html", page, service: Some(service.clone()), own }
}

/// The About page, with these settings.
pub async fn about(app: &App, settings: &Snapshot) -> Result<Sheet> {
    let site: &Site = settings.part();
    let firm = &settings.firm.name;
    let written = site.about_text.as_deref().map(|text| markdown::beginning(text, 160));
    let description = written.unwrap_or_else(|| format!("The people of {firm}."));
    let page = Page::public(app, about_page::PATH, "about", format!("{} — {firm}", site.about_title), description);
    let people = about_page::people(app.storage.read()).await?;
    let own = context! { text => Value::from_safe_string(about_page::text(settings)), people => value(people) };
    Ok(Sheet { template: "site/about.html", page, service: None, own })
}
