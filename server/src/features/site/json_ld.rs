//! Structured data for search engines: schema.org in JSON-LD.

use serde_json::{Value, json};

use super::context::Page;
use crate::app::App;
use crate::pictures::PictureName;
use crate::platform::settings::{Service, Snapshot};

/// The data of a page, or none. `<` is escaped, so that no text can close the script element.
pub fn of_page(app: &App, settings: &Snapshot, page: &Page, service: Option<&Service>) -> Option<String> {
    let data = match (page.kind, service) {
        ("home" | "contact", _) => organisation(app, settings),
        ("service", Some(service)) => json!({
            "@context": "https://schema.org",
            "@type": "Service",
            "name": service.name,
            "description": service.summary,
            "url": page.canonical,
            "provider": organisation(app, settings),
        }),
        _ => return None,
    };
    Some(data.to_string().replace('<', "\\u003c"))
}

fn organisation(app: &App, settings: &Snapshot) -> Value {
    let firm = &settings.firm;
    let days = |day: &str| match day {
        "mon" => "Monday",
        "tue" => "Tuesday",
        "wed" => "Wednesday",
        "thu" => "Thursday",
        "fri" => "Friday",
        "sat" => "Saturday",
        _ => "Sunday",
    };
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    json!({
        "@context": "https://schema.org",
        "@type": "ProfessionalService",
        "name": firm.name,
        "legalName": firm.legal_name,
        "description": firm.description,
        "url": app.config.server.link("/"),
        "email": firm.email,
        "telephone": firm.phone,
        "logo": firm.logo.as_deref().and_then(PictureName::read).map(|logo| app.config.server.link(&logo.url)),
        "image": app.assets.address("og.png").map(|path| app.config.server.link(&path)),
        "address": {
            "@type": "PostalAddress",
            "streetAddress": given(&firm.street),
            "postalCode": given(&firm.postal_code),
            "addressLocality": given(&firm.city),
            "addressRegion": firm.region,
            "addressCountry": given(&firm.country),
        },
        "openingHoursSpecification": settings.hours.weekly.iter().map(|it| json!({
            "@type": "OpeningHoursSpecification", "dayOfWeek": days(&it.day), "opens": it.opens, "closes": it.closes,
        })).collect::<Vec<_>>(),
        // Without times: closed.
        "specialOpeningHoursSpecification": settings.hours.holidays.iter().map(|it| json!({
            "@type": "OpeningHoursSpecification", "name": it.name, "validFrom": it.from,
            "validThrough": it.until.as_ref().unwrap_or(&it.from),
        })).collect::<Vec<_>>(),
        "sameAs": firm.social.iter().map(|link| &link.url).collect::<Vec<_>>(),
    })
}
