//! What speaks against a message: signs that people rarely leave. One sign makes it doubtful, several make it spam. A text
//! alone is spam only if it is blatant: a client may write about casinos and show their pages. Nothing is thrown away, so
//! that a mistake of ours loses no client.

use unicode_script::{Script, UnicodeScript as _};

use super::form_token::Drawn;
use crate::storage::search_text;

/// What is known of a submission.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The trap of the API: a field that its document says to leave empty.
    pub api_trap: &'a str,
    /// The trap of our own page: a field that people do not see.
    pub page_trap: &'a str,
    pub drawn: Drawn,
    pub user_agent: Option<&'a str>,
    /// Name and company.
    pub names: [&'a str; 2],
    pub text: &'a str,
}

/// One thing that speaks against a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Staff blocked this address.
    Blocked,
    /// The trap of the API was filled.
    ApiTrap,
    /// The trap of the page was filled.
    PageTrap,
    /// The form was sent faster than a person types.
    Haste,
    /// The sender is a program that walks the web, and says so.
    Crawler,
    /// The text holds many links, a link beside a phrase of advertisers, or links where a name belongs.
    Links,
    /// The text holds links in the markup of pages or forums, which no field of ours asks for.
    Markup,
    /// Words mix letters of two scripts to look like others, or a text with links is in a script that the firm does not use.
    Script,
    /// The text holds a phrase of advertisers.
    Phrase,
    /// The text holds several of them: three or more.
    Phrases,
    /// A rule of the firm says that it is spam.
    Rule,
}

/// What is made of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    /// The firm is told, and sees why; the sender gets no confirmation.
    Doubtful,
    /// Kept out of the way, without mails.
    Spam,
}

impl Sign {
    const ALL: [Self; 11] = [
        Self::Blocked,
        Self::ApiTrap,
        Self::PageTrap,
        Self::Haste,
        Self::Crawler,
        Self::Links,
        Self::Markup,
        Self::Script,
        Self::Phrase,
        Self::Phrases,
        Self::Rule,
    ];

    /// As it is stored and as the API names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::ApiTrap => "api_trap",
            Self::PageTrap => "page_trap",
            Self::Haste => "haste",
            Self::Crawler => "crawler",
            Self::Links => "links",
            Self::Markup => "markup",
            Self::Script => "script",
            Self::Phrase => "phrase",
            Self::Phrases => "phrases",
            Self::Rule => "rule",
        }
    }

    /// What it says of the sender. Two make spam.
    const fn of_sender(self) -> u8 {
        match self {
            Self::Blocked | Self::ApiTrap | Self::Rule => 2,
            Self::PageTrap | Self::Haste | Self::Crawler => 1,
            Self::Links | Self::Markup | Self::Script | Self::Phrase | Self::Phrases => 0,
        }
    }

    /// What it says of the text. Three make it blatant.
    const fn of_text(self) -> u8 {
        match self {
            Self::Links | Self::Markup | Self::Script | Self::Phrase => 1,
            Self::Phrases => 2,
            Self::Blocked | Self::ApiTrap | Self::PageTrap | Self::Haste | Self::Crawler | Self::Rule => 0,
        }
    }
}

/// What the signs come to.
pub fn verdict(signs: &[Sign]) -> Verdict {
    let sender: u8 = signs.iter().map(|sign| sign.of_sender()).sum();
    let text = match signs.iter().map(|sign| sign.of_text()).sum() {
        0u8 => 0,
        1 | 2 => 1,
        _ => 2,
    };
    match sender + text {
        0 => Verdict::Fine,
        1 => Verdict::Doubtful,
        _ => Verdict::Spam,
    }
}

/// The signs as a message keeps them; none: there are none.
pub fn stored(signs: &[Sign]) -> Option<String> {
    (!signs.is_empty()).then(|| signs.iter().map(|sign| sign.name()).collect::<Vec<_>>().join(","))
}

/// Stored signs with one more.
pub fn with(stored: Option<String>, sign: Sign) -> String {
    stored.into_iter().chain([sign.name().to_owned()]).collect::<Vec<_>>().join(",")
}

/// The names of stored signs, without those that this version does not know.
pub fn names(stored: Option<&str>) -> Vec<&'static str> {
    let stored = stored.unwrap_or_default();
    Sign::ALL.into_iter().map(Sign::name).filter(|name| stored.split(',').any(|one| one == *name)).collect()
}

/// The signs of a submission. `own` gives what the firm says of itself: its phrases and scripts are no signs.
pub fn signs(of: Submission<'_>, own: impl Fn() -> String) -> Vec<Sign> {
    let phrases = phrases(of.text, &own);
    let links = links(of.text);
    let found = [
        (Sign::ApiTrap, !of.api_trap.trim().is_empty()),
        (Sign::PageTrap, !of.page_trap.trim().is_empty()),
        (Sign::Haste, of.drawn == Drawn::TooFast),
        (Sign::Crawler, of.user_agent.is_some_and(is_crawler)),
        (
            Sign::Links,
            links >= MANY_LINKS || links > 0 && phrases > 0 || of.names.iter().any(|name| self::links(name) > 0),
        ),
        (Sign::Markup, has_markup(of.text)),
        (Sign::Script, is_disguised(of.text) || links > 1 && is_foreign(of.text, &own)),
        (Sign::Phrase, matches!(phrases, 1 | 2)),
        (Sign::Phrases, phrases > 2),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(sign, _)| sign).collect()
}

/// A client who shows what they have, and a signature with all its profiles, send fewer.
const MANY_LINKS: usize = 7;
/// Words that mix scripts, of more letters than a unit such as kΩ; one may be a brand.
const DISGUISED: usize = 2;

/// What advertisers write to contact forms, folded as search folds.
const PHRASES: [&str; 36] = [
    "backlink",
    "backlinks",
    "link building",
    "guest post",
    "guest posts",
    "guest posting",
    "domain authority",
    "seo services",
    "seo expert",
    "rank your website",
    "first page of google",
    "top of google",
    "increase your traffic",
    "website traffic",
    "casino",
    "online slots",
    "free spins",
    "sports betting",
    "crypto investment",
    "bitcoin investment",
    "forex signals",
    "trading signals",
    "double your money",
    "make money online",
    "payday loan",
    "payday loans",
    "viagra",
    "cialis",
    "porn",
    "replica watches",
    "essay writing service",
    "buy followers",
    "million dollars",
    "next of kin",
    "казино",
    "ставки на спорт",
];

/// How many phrases stand in a text, its links left out, that the firm does not use itself.
fn phrases(text: &str, own: impl Fn() -> String) -> usize {
    let words = search_text([without_links(text, " ").as_str()]);
    let stands_in = |words: &str, phrase: &str| {
        words
            .match_indices(phrase)
            .any(|(at, _)| words[..at].ends_with(' ') && words[at + phrase.len()..].starts_with(' '))
    };
    let found: Vec<_> = PHRASES.into_iter().filter(|phrase| stands_in(&words, phrase)).collect();
    if found.is_empty() {
        return 0;
    }
    let own = search_text([own().as_str()]);
    found.into_iter().filter(|phrase| !stands_in(&own, phrase)).count()
}

/// A text with something else in the place of each link.
pub fn without_links(text: &str, instead: &str) -> String {
    let words = text.split_whitespace().map(|word| if links(word) > 0 { instead } else { word });
    words.collect::<Vec<_>>().join(" ")
}

fn links(text: &str) -> usize {
    let text = text.to_ascii_lowercase();
    text.matches("http://").count()
        + text.matches("https://").count()
        + text.replace("://www.", "").matches("www.").count()
}

fn has_markup(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["<a href", "[url=", "[url]", "[link="].iter().any(|mark| text.contains(mark))
}

/// True for words such as “Саsino” with a Cyrillic beginning, which look like others and are none.
fn is_disguised(text: &str) -> bool {
    let mixes = |word: &&str| {
        let has = |script| word.chars().any(|letter| letter.script() == script);
        word.chars().count() > 3 && has(Script::Latin) && (has(Script::Cyrillic) || has(Script::Greek))
    };
    text.split(|letter: char| !letter.is_alphanumeric()).filter(mixes).count() >= DISGUISED
}

/// True when most letters of a text, its links left out, are of a script that the firm's own texts do not hold.
fn is_foreign(text: &str, own: impl Fn() -> String) -> bool {
    let words = without_links(text, "");
    let letters: Vec<Script> =
        words.chars().filter(|letter| letter.is_alphabetic()).map(|letter| letter.script()).collect();
    let are_most =
        |which: &dyn Fn(Script) -> bool| letters.iter().filter(|script| which(**script)).count() * 2 > letters.len();
    // Asked first, since nearly all texts are Latin.
    if !are_most(&|script| script != Script::Latin) {
        return false;
    }
    let own = own();
    are_most(&|script| script != Script::Latin && !own.chars().any(|letter| letter.script() == script))
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

    const CLEAN: Submission<'_> = Submission {
        api_trap: " ",
        page_trap: "",
        drawn: Drawn::InTime,
        user_agent: None,
        names: ["Anna Müller", ""],
        text: "",
    };

    fn firm() -> String {
        "Tekvwarho Software Web development".to_owned()
    }

    /// The signs of a text in an otherwise clean submission.
    fn of_text(text: &str) -> Vec<Sign> {
        signs(Submission { text, ..CLEAN }, firm)
    }

    #[test]
    fn people_and_integrators_leave_no_sign() {
        assert_eq!(signs(CLEAN, firm), []);
        for agent in [
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "python-requests/2.32",
            "curl/8.5.0",
            "Go-http-client/2.0",
        ] {
            let of = Submission { drawn: Drawn::Unknown, user_agent: Some(agent), ..CLEAN };
            assert_eq!(signs(of, firm), [], "{agent}");
        }
    }

    #[test]
    fn texts_of_clients_leave_no_sign() {
        for text in [
            "Our shop at https://shop.example is slow. See also www.shop.example/cart and http://shop.example/a.",
            "Kind regards, Anna https://a.example https://b.example https://c.example https://d.example www.e.example",
            "Please redesign https://casino-royale-hotel.example for us.",
            "Добрый день! Нам нужен новый сайт, бюджет 5000 евро.",
            "Здравствуйте, нам нужен сайт как https://shop.example спасибо",
            "東京で会いましょう。見積もりをお願いします。 https://a.example",
            "The Ω rating of our µController is 5 kΩ; αTest said so.",
            "Our IT-компания makes web-сайты.",
            "We trade at a casinos' association.",
            "The page says <b>Hello</b> and [sic] where it should not.",
        ] {
            assert_eq!(of_text(text), [], "{text}");
        }
    }

    #[test]
    fn each_sign_is_seen_by_itself() {
        let one = |of: Submission<'_>| signs(of, firm);
        assert_eq!(one(Submission { api_trap: "http://example.com", ..CLEAN }), [Sign::ApiTrap]);
        assert_eq!(one(Submission { page_trap: "x", ..CLEAN }), [Sign::PageTrap]);
        assert_eq!(one(Submission { drawn: Drawn::TooFast, ..CLEAN }), [Sign::Haste]);
        let google = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
        assert_eq!(one(Submission { user_agent: Some(google), ..CLEAN }), [Sign::Crawler]);
        assert_eq!(one(Submission { names: ["Anna", "WWW.example.com"], ..CLEAN }), [Sign::Links]);
        assert_eq!(one(Submission { names: ["https://a.example", ""], ..CLEAN }), [Sign::Links]);
        let six =
            "https://a.example http://b.example https://www.c.example www.d.example http://e.example www.f.example";
        assert_eq!((of_text(six), of_text(&format!("{six} www.g.example"))), (vec![], vec![Sign::Links]));
        assert_eq!(of_text("Best [URL=a.example]prices[/URL]"), [Sign::Markup]);
        assert_eq!(of_text("Best <A HREF='a.example'>prices</a>"), [Sign::Markup]);
        assert_eq!(of_text("Рlay the Саsinо"), [Sign::Script], "with Cyrillic letters among the others");
        assert_eq!(of_text("Νews Ρrice"), [Sign::Script], "with Greek ones");
        assert_eq!(of_text("Лучшие цены на http://a.example и http://b.example"), [Sign::Script]);
        assert_eq!(of_text("I sell Backlinks"), [Sign::Phrase]);
        assert_eq!(of_text("I sell guest posts and backlinks"), [Sign::Phrase]);
        assert_eq!(of_text("I sell guest posts, backlinks and website traffic"), [Sign::Phrases]);
        assert_eq!(of_text("I sell backlinks at www.a.example"), [Sign::Links, Sign::Phrase]);
    }

    #[test]
    fn what_the_firm_says_itself_is_no_sign() {
        let own = || "Backlinks and guest posts. Также по-русски".to_owned();
        for text in ["Please offer guest posts and backlinks.", "Лучшие цены на http://a.example и http://b.example"]
        {
            assert_eq!(signs(Submission { text, ..CLEAN }, own), [], "{text}");
        }
    }

    #[test]
    fn one_sign_is_doubtful_and_several_are_spam() {
        assert_eq!(verdict(&[]), Verdict::Fine);
        for sign in Sign::ALL {
            let decides = matches!(sign, Sign::Blocked | Sign::ApiTrap | Sign::Rule);
            assert_eq!(verdict(&[sign]), if decides { Verdict::Spam } else { Verdict::Doubtful }, "{sign:?}");
            let beside = if sign == Sign::Haste { Sign::PageTrap } else { Sign::Haste };
            assert_eq!(verdict(&[sign, beside]), Verdict::Spam, "{sign:?}");
        }
    }

    #[test]
    fn a_text_alone_is_spam_only_if_it_is_blatant() {
        use Sign::{Links, Markup, Phrase, Phrases, Script};
        for doubtful in [[Links, Markup], [Links, Phrase], [Markup, Phrase], [Script, Links]] {
            assert_eq!(verdict(&doubtful), Verdict::Doubtful, "{doubtful:?}");
        }
        assert_eq!(verdict(&[Links, Markup, Phrase]), Verdict::Spam);
        assert_eq!(verdict(&[Links, Phrases]), Verdict::Spam);
        let pharmacy =
            of_text("We are a registered pharmacy (https://a.example) and sell generic Viagra. A shop, please.");
        assert_eq!(verdict(&pharmacy), Verdict::Doubtful);
        let blatant = of_text("Online casino, free spins and sports betting: http://a.example");
        assert_eq!(verdict(&blatant), Verdict::Spam);
    }

    #[test]
    fn links_make_room() {
        assert_eq!(without_links("a http://b.example c\nwww.d.example", "[link]"), "a [link] c [link]");
    }

    #[test]
    fn stored_signs_are_read_again() {
        assert_eq!(stored(&[]), None);
        assert_eq!(stored(&Sign::ALL).map(|text| names(Some(&text)).len()), Some(Sign::ALL.len()));
        assert_eq!(names(Some("haste,of_a_newer_version")), ["haste"]);
        assert!(names(None).is_empty());
        assert_eq!(with(None, Sign::Rule), "rule");
        assert_eq!(with(stored(&[Sign::Haste]), Sign::Rule), "haste,rule");
    }
}
