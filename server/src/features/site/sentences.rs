//! What was done with the site, in words.

use crate::platform::audit::Words;

/// The words; none for the actions of others.
pub fn sentences(it: &Words<'_>) -> Option<String> {
    Some(match it.action() {
        "site_page.created" if !it.has_changes() => "added a page to the website".to_owned(),
        "site_page.deleted" if !it.has_changes() => "deleted a page of the website".to_owned(),
        "site_page.created" if it.to("published") == "true" => {
            format!("added and published the page “{}”", it.to("title"))
        }
        "site_page.created" => format!("added the page “{}” as a draft", it.to("title")),
        "site_page.changed" => format!("changed {}", page(it)),
        "site_page.published" => format!("published {}", page(it)),
        "site_page.withdrawn" => format!("took {} off the website", page(it)),
        "site_page.deleted" => format!("deleted the page “{}”", it.from("title")),
        "site_pages.ordered" => "changed the order of the website’s pages".to_owned(),
        "staff.website_changed" if !it.has_changes() => "changed what the website says about them".to_owned(),
        "staff.website_changed" if it.change("shown", "to").is_none() => {
            "changed what the website says about them".to_owned()
        }
        "staff.website_changed" if it.to("shown") == "true" => "agreed to be shown on the website".to_owned(),
        "staff.website_changed" => "withdrew from the website".to_owned(),
        _ => return None,
    })
}

fn page(it: &Words<'_>) -> String {
    if it.is_inside() {
        return "the page".to_owned();
    }
    it.subject().map_or_else(|| "a page of the website".to_owned(), |title| format!("the page “{title}”"))
}
