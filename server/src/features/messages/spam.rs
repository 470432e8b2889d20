//! What is taken for spam: kept, out of the way, without mails, so that a mistake of ours loses nothing.

use super::form_token::Drawn;

/// What is known of a submission beside its text.
#[derive(Debug, Clone, Copy)]
pub struct Signs<'a> {
    /// The field that people do not see.
    pub honeypot: &'a str,
    pub drawn: Drawn,
    pub user_agent: Option<&'a str>,
}

/// True for a submission that no person has made.
pub fn is_spam(signs: Signs<'_>) -> bool {
    !signs.honeypot.trim().is_empty() || signs.drawn == Drawn::TooFast || signs.user_agent.is_some_and(is_crawler)
}

/// A program that walks the web and says so. Libraries that integrators use are not meant.
fn is_crawler(user_agent: &str) -> bool {
    woothee::parser::Parser::new()
        .parse(user_agent)
        .is_some_and(|it| it.category == "crawler" && !is_library(user_agent))
}

fn is_library(user_agent: &str) -> bool {
    let lower = user_agent.to_ascii_lowercase();
    ["curl/", "python-requests", "python-urllib", "okhttp", "node", "go-http-client", "java/", "axios/"]
        .iter()
        .any(|library| lower.contains(library))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_integrators_are_not_spam() {
        let clean = Signs { honeypot: " ", drawn: Drawn::InTime, user_agent: None };
        assert!(!is_spam(clean));
        for agent in [
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "python-requests/2.32",
            "curl/8.5.0",
            "Go-http-client/2.0",
        ] {
            assert!(!is_spam(Signs { drawn: Drawn::Unknown, user_agent: Some(agent), ..clean }), "{agent}");
        }
    }

    #[test]
    fn the_honeypot_haste_and_crawlers_are() {
        let clean = Signs { honeypot: "", drawn: Drawn::InTime, user_agent: None };
        assert!(is_spam(Signs { honeypot: "http://example.com", ..clean }));
        assert!(is_spam(Signs { drawn: Drawn::TooFast, ..clean }));
        let google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
        assert!(is_spam(Signs { user_agent: Some(google), ..clean }));
    }
}
