//! How many of the firm's own pages the bar at the top holds. Without scripts nothing can measure there, so the rule
//! estimates: a menu that breaks into several lines looks like an accident.

use serde::Serialize;

use super::kept::Link;

/// The links at the top of every page.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Menu<'a> {
    /// In the bar.
    pub bar: &'a [&'a Link],
    /// Behind "More".
    pub more: &'a [&'a Link],
    /// The bar needs the width of a desktop; below that, everything is behind one button.
    pub wide: bool,
}

/// What a desktop of 1024 pixels leaves beside a name of usual length, and what 640 pixels leave.
const DESKTOP: usize = 600;
const TABLET: usize = 260;
/// A character, and the space between two links.
const CHARACTER: usize = 9;
const GAP: usize = 24;

/// Divides the pages in the order that the firm gave them. `about`: there is an About page.
pub fn of<'a>(pages: &'a [&'a Link], about: bool) -> Menu<'a> {
    let always = width("Services") + width("Contact") + if about { width("About") } else { 0 };
    let widths = || pages.iter().map(|page| width(&page.title));
    let fits = if always + widths().sum::<usize>() <= DESKTOP {
        pages.len()
    } else {
        let mut used = always + width("More");
        let fits = |width: usize| {
            used += width;
            used <= DESKTOP
        };
        widths().map(fits).take_while(|fits| *fits).count()
    };
    let (bar, more) = pages.split_at(fits);
    let used = always + bar.iter().map(|page| width(&page.title)).sum::<usize>();
    Menu { bar, more, wide: !more.is_empty() || used > TABLET }
}

fn width(title: &str) -> usize {
    title.chars().count() * CHARACTER + GAP
}

#[cfg(test)]
mod tests {
    use database::entity::site_pages::Place;
    use uuid::Uuid;

    use super::*;

    fn links(titles: &[String]) -> Vec<Link> {
        let link = |title: &String| Link {
            id: Uuid::nil(),
            title: title.clone(),
            path: "/p/a".to_owned(),
            place: Place::Menu,
        };
        titles.iter().map(link).collect()
    }

    /// How many are in the bar, how many behind "More", and whether the bar needs a desktop.
    fn divided(titles: &[&str], about: bool) -> (usize, usize, bool) {
        let links = links(&titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>());
        let links: Vec<&Link> = links.iter().collect();
        let menu = of(&links, about);
        (menu.bar.len(), menu.more.len(), menu.wide)
    }

    #[test]
    fn few_pages_are_in_the_bar_and_many_are_not() {
        assert_eq!(divided(&[], true), (0, 0, false));
        assert_eq!(divided(&["Prices"], false), (1, 0, true));
        assert_eq!(divided(&["How we work", "Prices", "Team"], true), (3, 0, true));
        let seven = ["How we work", "Prices", "References", "Careers", "News", "Partners", "Events"];
        assert_eq!(divided(&seven, true), (2, 5, true));
    }

    #[test]
    fn nobody_needs_a_button_for_a_page_that_would_fit_in_its_place() {
        assert_eq!(divided(&["Prices", "Careers", "Projects", "News"], true), (4, 0, true));
        assert_eq!(divided(&["What we did for others in the last two years"], true), (0, 1, true));
    }

    #[test]
    fn every_page_is_there_once_and_the_bar_fits() {
        // Every number of pages, with lengths that repeat in every phase.
        for (number, phase, about) in (0..12).flat_map(|n| (0..7).flat_map(move |p| [(n, p, true), (n, p, false)])) {
            let titles: Vec<String> = (0..number).map(|n| "a".repeat(1 + (n + phase) * 11 % 60)).collect();
            let links = links(&titles);
            let links: Vec<&Link> = links.iter().collect();
            let menu = of(&links, about);
            assert_eq!([menu.bar, menu.more].concat(), links);
            let bar: usize = menu.bar.iter().map(|page| width(&page.title)).sum();
            let fixed = width("Services") + width("Contact") + if about { width("About") } else { 0 };
            let more = if menu.more.is_empty() { 0 } else { width("More") };
            assert!(fixed + bar + more <= DESKTOP, "{titles:?}");
        }
    }
}
