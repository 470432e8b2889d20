//! Which blocks a page has, in which order. A block without content is left out, so that no heading stands above nothing.

use serde::Serialize;
use serde_json::{Map, Value};

use super::settings::{HOME, SERVICE_END, Site, has_text};
use crate::platform::settings::{Block, Service};

/// A block across the whole page.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Band<'a> {
    pub name: &'a str,
    /// On the darker ground, to set it off from the one above.
    pub sunken: bool,
}

/// The blocks of a service's page.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ServiceBlocks<'a> {
    pub main: Vec<&'a str>,
    pub side: Vec<&'a str>,
    pub end: Vec<&'a str>,
}

/// The blocks of the home page, below the tagline.
pub fn home<'a>(site: &'a Site, values: &Map<String, Value>) -> Vec<Band<'a>> {
    let names = drawn(&site.home, |name| has_text(name, &HOME, values));
    // The invitation has a dark ground of its own; what follows it begins anew.
    let mut below_plain = false;
    let band = |name| {
        let sunken = name != "ask" && below_plain;
        below_plain = name != "ask" && !sunken;
        Band { name, sunken }
    };
    names.into_iter().map(band).collect()
}

/// The blocks of the page of a service. `others`: there are other services.
pub fn service<'a>(site: &'a Site, values: &Map<String, Value>, service: &Service, others: bool) -> ServiceBlocks<'a> {
    let content = |name: &str| match name {
        "gets" => !service.gets.is_empty(),
        "steps" => !service.steps.is_empty(),
        "questions" => !service.questions.is_empty(),
        // At least the contact button.
        "price" => true,
        "fits" => !service.fits.is_empty(),
        "others" => others,
        end => has_text(end, &SERVICE_END, values),
    };
    ServiceBlocks {
        main: drawn(&site.service_main, content),
        side: drawn(&site.service_side, content),
        end: drawn(&site.service_end, content),
    }
}

fn drawn(blocks: &[Block], has_content: impl Fn(&str) -> bool) -> Vec<&str> {
    blocks.iter().filter(|it| it.shown && has_content(&it.block)).map(|it| it.block.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::platform::settings::Part as _;

    /// The defaults, with these values.
    fn values(over: &Value) -> Map<String, Value> {
        let mut values: Map<String, Value> = Site::keys().into_iter().map(|key| (key.key, key.default)).collect();
        values.insert("services.list".to_owned(), json!([{ "slug": "a" }]));
        values.extend(over.as_object().cloned().unwrap_or_default());
        values
    }

    fn site(values: &Map<String, Value>) -> Site {
        serde_json::from_value(Value::Object(values.clone())).expect("the values are typed")
    }

    fn order(names: &[&str]) -> Value {
        names.iter().map(|name| json!({ "block": name, "shown": true })).collect()
    }

    /// The blocks of the home page; those on the darker ground in capitals.
    fn grounds(over: &Value) -> Vec<String> {
        let values = values(over);
        let name = |band: Band<'_>| if band.sunken { band.name.to_uppercase() } else { band.name.to_owned() };
        home(&site(&values), &values).into_iter().map(name).collect()
    }

    #[test]
    fn grounds_alternate_whatever_the_order() {
        let written = |names: &[&str]| {
            let one = json!([{ "title": "One", "text": "Two." }]);
            json!({ "site.homeStartSteps": one, "site.homePromises": one, "site.homeBlocks": order(names) })
        };
        assert_eq!(
            grounds(&written(&["services", "start", "promises", "ask"])),
            ["services", "START", "promises", "ask"]
        );
        assert_eq!(
            grounds(&written(&["start", "ask", "promises", "services"])),
            ["start", "ask", "promises", "SERVICES"]
        );
        assert_eq!(grounds(&written(&["ask", "promises"])), ["ask", "promises"]);
    }

    #[test]
    fn a_block_without_content_is_left_out() {
        assert_eq!(grounds(&json!({})), ["services", "ask"], "the defaults promise nothing");
        let lead = json!({ "site.homeStartLead": "Four steps.", "site.homeAskTitle": null });
        assert_eq!(grounds(&lead), ["services", "START"]);
        assert_eq!(grounds(&json!({ "services.list": [] })), ["ask"], "a firm can do without a list of services");
        let bare = json!({ "slug": "a", "name": "A", "summary": "It helps." });
        let bare: Service = serde_json::from_value(bare).expect("a service");
        let values = values(&json!({}));
        let site = site(&values);
        let blocks = service(&site, &values, &bare, false);
        assert_eq!(blocks, ServiceBlocks { main: vec![], side: vec!["price"], end: vec!["ask"] });
    }
}
