//! Markdown that staff write for the public site, as HTML.
//!
//! What comes out is built from what the parser understood, never copied from the text: HTML in it is shown as it was
//! typed, links lead to the web, to an email address, to a phone or to this site, and pictures are those of this server.
//! A second, independent check removes every element and attribute that is not on a short list.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::Builder;
use minijinja::HtmlEscape;
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};
use url::Url;

use crate::pictures::PictureName;

/// Maximum depth of lists, quotes and emphasis within each other; what is deeper loses its mark and keeps its words.
const DEEPEST: usize = 16;
/// Maximum columns of a table: a short row is filled up, so a wide table could become much larger than its text.
const COLUMNS: usize = 20;

/// Maximum cells of all tables of a text, for the same reason.
const CELLS: usize = 2_000;

/// The HTML of a text, without scripts, styles and foreign pictures. Headings begin at `h2` and leave out no level.
pub fn to_html(text: &str) -> String {
    let events = events(text);
    let mut out = String::with_capacity(text.len() * 2);
    html::push_html(&mut out, Writer::default().written(&events).into_iter());
    ALLOWED.clean(&out).to_string()
}

/// The names of the uploaded pictures that a text shows.
pub fn pictures(text: &str) -> BTreeSet<String> {
    let named = |event| match event {
        Event::Start(Tag::Image { dest_url, .. }) => {
            picture(&dest_url).map(|_| dest_url[PictureName::FOLDER.len() + 1..].to_owned())
        }
        _ => None,
    };
    parser(text).filter_map(named).collect()
}

/// The first words of a text, at most `max` characters, for search engines.
pub fn beginning(text: &str, max: usize) -> String {
    let mut words = String::new();
    for event in parser(text) {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(&text),
            Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
            Event::End(_) | Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
        if words.len() > max * 8 {
            break;
        }
    }
    let mut start = String::new();
    for word in words.split_whitespace() {
        if start.chars().count() + word.chars().count() + 2 > max {
            return start + "…";
        }
        if !start.is_empty() {
            start.push(' ');
        }
        start.push_str(word);
    }
    start
}

/// What a visitor could not see or follow, in words for the person who wrote it; none if everything works.
pub fn fault(text: &str) -> Option<String> {
    if let Some(line) = text.lines().find(|line| is_wide(line)) {
        let start: String = line.chars().take(30).collect();
        return Some(format!("A table can have at most {COLUMNS} columns. Shorten the one at “{start}…”."));
    }
    if cells(parser(text)) > CELLS {
        return Some(format!("The tables have more than {CELLS} cells. Shorten them."));
    }
    parser(text).find_map(|event| match event {
        Event::Start(Tag::Image { dest_url, .. }) if picture(&dest_url).is_none() => Some(format!(
            "“{}” is not a picture of this site. Upload it first: pictures from elsewhere would tell other servers who your visitors are.",
            shortened(&dest_url)
        )),
        Event::Start(Tag::Link { link_type, dest_url, .. }) if target(link_type, &dest_url).is_none() => Some(format!(
            "The link to “{}” cannot be followed. Begin it with https://, mailto:, tel: or / for a page of this site.",
            shortened(&dest_url)
        )),
        _ => None,
    })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(59).chain(['…']).collect() }
}

fn parser(text: &str) -> Parser<'_> {
    let tables = if text.lines().any(is_wide) { Options::empty() } else { Options::ENABLE_TABLES };
    Parser::new_ext(text, tables | Options::ENABLE_STRIKETHROUGH)
}

/// What the parser finds; the lines of tables that are too large become text.
fn events(text: &str) -> Vec<Event<'_>> {
    if cells(parser(text)) > CELLS {
        return Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH).collect();
    }
    parser(text).collect()
}

fn cells<'a>(events: impl Iterator<Item = Event<'a>>) -> usize {
    events.filter(|event| matches!(event, Event::Start(Tag::TableCell))).take(CELLS + 1).count()
}

fn is_wide(line: &str) -> bool {
    line.bytes().filter(|byte| *byte == b'|').count() > COLUMNS + 1
}

/// The picture at an address, if it can be one of this server.
fn picture(address: &str) -> Option<PictureName> {
    PictureName::read(address.strip_prefix(PictureName::FOLDER)?.strip_prefix('/')?)
}

/// Where a link leads; none if a browser should not go there.
fn target(kind: LinkType, address: &str) -> Option<Cow<'_, str>> {
    if kind == LinkType::Email {
        return Some(format!("mailto:{address}").into());
    }
    if address.chars().any(|letter| letter.is_control() || letter == '\\') {
        return None;
    }
    if address.starts_with('/') {
        return (!address.starts_with("//")).then_some(address.into());
    }
    let url = Url::parse(address).ok()?;
    match url.scheme() {
        "http" | "https" => is_web(address).then_some(address.into()),
        "mailto" | "tel" => Some(address.into()),
        _ => None,
    }
}

/// True for an address with two slashes: without them, browsers read `https:path` as a path of this site.
fn is_web(address: &str) -> bool {
    let start = address.get(..8).unwrap_or(address).to_ascii_lowercase();
    start.starts_with("https://") || start.starts_with("http://")
}

/// Turns what the parser found into what the site shows.
#[derive(Default)]
struct Writer<'a> {
    out: Vec<Event<'a>>,
    /// The levels of the open headings, as written.
    levels: Vec<HeadingLevel>,
    /// Open lists, quotes and emphases.
    depth: usize,
}

impl<'a> Writer<'a> {
    fn written(mut self, events: &[Event<'a>]) -> Vec<Event<'a>> {
        let mut at = 0;
        while let Some(event) = events.get(at) {
            at += 1;
            match event {
                Event::Start(Tag::Image { dest_url, .. }) => {
                    let (inside, after) = inside(events, at);
                    at = after;
                    self.image(dest_url, &words(inside));
                }
                Event::Start(Tag::Heading { .. }) if !says_something(inside(events, at).0) => {
                    at = inside(events, at).1;
                }
                Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                    self.link(*link_type, dest_url, says_something(inside(events, at).0));
                }
                Event::End(TagEnd::Link) => self.markup("</a>"),
                Event::Start(Tag::Heading { level, .. }) => {
                    let level = self.enter(*level);
                    self.markup(format!("<h{level}>"));
                }
                Event::End(TagEnd::Heading(_)) => {
                    let level = self.levels.len() + 1;
                    self.markup(format!("</h{level}>\n"));
                }
                Event::Start(Tag::HtmlBlock) => self.out.push(Event::Start(Tag::Paragraph)),
                Event::End(TagEnd::HtmlBlock) => self.out.push(Event::End(TagEnd::Paragraph)),
                Event::Html(text) | Event::InlineHtml(text) => self.out.push(Event::Text(text.clone())),
                Event::Start(tag) if nests(tag.to_end()) => {
                    self.depth += 1;
                    if self.depth <= DEEPEST {
                        self.out.push(event.clone());
                    }
                }
                Event::End(tag) if nests(*tag) => {
                    if self.depth <= DEEPEST {
                        self.out.push(event.clone());
                    }
                    self.depth -= 1;
                }
                other => self.out.push(other.clone()),
            }
        }
        self.out
    }

    fn markup(&mut self, html: impl Into<String>) {
        self.out.push(Event::InlineHtml(CowStr::from(html.into())));
    }

    /// The level of the next heading on the page: one below the nearest that is above it.
    fn enter(&mut self, level: HeadingLevel) -> usize {
        while self.levels.last().is_some_and(|above| *above >= level) {
            self.levels.pop();
        }
        self.levels.push(level);
        self.levels.len() + 1
    }

    /// Without its own words, a link shows where it leads.
    fn link(&mut self, kind: LinkType, address: &CowStr<'a>, has_words: bool) {
        let Some(to) = target(kind, address) else {
            // The words stay; closing what was not opened is harmless, and the second check removes it.
            return;
        };
        let rel = if is_web(&to) { r#" rel="noopener""# } else { "" };
        self.markup(format!(r#"<a href="{}"{rel}>"#, HtmlEscape(&to)));
        if !has_words {
            self.out.push(Event::Text(address.clone()));
        }
    }

    fn image(&mut self, address: &str, alt: &str) {
        match picture(address) {
            Some(PictureName { url, width, height }) => self.markup(format!(
                r#"<img src="{url}" alt="{}" width="{width}" height="{height}" loading="lazy" decoding="async">"#,
                HtmlEscape(alt)
            )),
            None => self.out.push(Event::Text(CowStr::from(alt.to_owned()))),
        }
    }
}

fn nests(tag: TagEnd) -> bool {
    use TagEnd as T;
    matches!(tag, T::BlockQuote(_) | T::List(_) | T::Item | T::Emphasis | T::Strong | T::Strikethrough)
}

/// The events between a start, which is the one before `from`, and its end; and the place behind that end.
fn inside<'e, 'a>(events: &'e [Event<'a>], from: usize) -> (&'e [Event<'a>], usize) {
    let mut open = 1;
    for (index, event) in events.iter().enumerate().skip(from) {
        match event {
            Event::Start(_) => open += 1,
            Event::End(_) => open -= 1,
            _ => {}
        }
        if open == 0 {
            return (&events[from..index], index + 1);
        }
    }
    (&events[from..], events.len())
}

/// The plain words of some events.
fn words(events: &[Event<'_>]) -> String {
    let word = |event: &Event<'_>| match event {
        Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => text.to_string(),
        Event::SoftBreak | Event::HardBreak => " ".to_owned(),
        _ => String::new(),
    };
    events.iter().map(word).collect::<String>().trim().to_owned()
}

/// True if a reader who cannot see gets something from it: words, or those of a picture.
fn says_something(events: &[Event<'_>]) -> bool {
    !words(events).is_empty()
}

/// What may be on a page, whatever the code above does.
static ALLOWED: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let attributes: HashMap<&str, HashSet<&str>> = [
        ("a", HashSet::from(["href", "rel"])),
        ("img", HashSet::from(["src", "alt", "width", "height", "loading", "decoding"])),
        ("ol", HashSet::from(["start"])),
    ]
    .into();
    let mut builder = Builder::default();
    builder
        .tags(HashSet::from([
            "a",
            "blockquote",
            "br",
            "code",
            "del",
            "em",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "img",
            "li",
            "ol",
            "p",
            "pre",
            "strong",
            "table",
            "tbody",
            "td",
            "th",
            "thead",
            "tr",
            "ul",
        ]))
        .tag_attributes(attributes)
        .generic_attributes(HashSet::new())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(None);
    builder
});

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn flat(text: &str) -> String {
        to_html(text).replace('\n', "")
    }

    fn name() -> String {
        format!("640x480-{}", "0123456789abcdef".repeat(4))
    }

    #[test]
    fn text_becomes_what_one_expects() {
        assert_eq!(
            flat("One **two** *three* ~~four~~ `five`\n\n- a\n- b\n\n3. c\n\n> d\n\n---\n"),
            "<p>One <strong>two</strong> <em>three</em> <del>four</del> <code>five</code></p>\
             <ul><li>a</li><li>b</li></ul><ol start=\"3\"><li>c</li></ol><blockquote><p>d</p></blockquote><hr>"
        );
        assert_eq!(
            flat("| A | B |\n|---|--:|\n| 1 | 2 |"),
            "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
        );
        assert_eq!(flat("```rust\nlet a = 1 < 2;\n```"), "<pre><code>let a = 1 &lt; 2;</code></pre>");
        assert_eq!(flat(""), "");
    }

    #[test]
    fn a_text_begins_with_its_words() {
        assert_eq!(beginning("# How we work\n\nWe *listen*\nfirst. `Then`", 160), "How we work We listen first. Then");
        assert_eq!(beginning("one two three", 9), "one two…");
        assert_eq!(beginning(&"word ".repeat(9_000), 12), "word word…");
        assert_eq!(beginning("", 160), "");
    }

    #[test]
    fn headings_begin_below_the_title_and_leave_out_no_level() {
        assert_eq!(flat("# A\n## B\n# C"), "<h2>A</h2><h3>B</h3><h2>C</h2>");
        assert_eq!(flat("### A\n### B\n##### C\n# D"), "<h2>A</h2><h2>B</h2><h3>C</h3><h2>D</h2>");
        assert_eq!(flat("# A\n## B\n### C\n#### D\n##### E\n###### F"), {
            "<h2>A</h2><h3>B</h3><h4>C</h4><h5>D</h5><h6>E</h6>F"
        });
        assert_eq!(flat("#\n\n# **\u{20}**\n\nx"), "<h2>** **</h2><p>x</p>", "an empty one is left out");
    }

    #[test]
    fn links_lead_only_where_a_browser_may_go() {
        for (text, html) in [
            ("[a](https://x.example/?b=1&c)", r#"<p><a href="https://x.example/?b=1&amp;c" rel="noopener">a</a></p>"#),
            ("[a](/contact)", r#"<p><a href="/contact">a</a></p>"#),
            ("[a](mailto:a@x.example)", r#"<p><a href="mailto:a@x.example">a</a></p>"#),
            ("<a@x.example>", r#"<p><a href="mailto:a@x.example">a@x.example</a></p>"#),
            ("[](tel:+491)", r#"<p><a href="tel:+491">tel:+491</a></p>"#),
        ] {
            assert_eq!((flat(text), fault(text)), (html.to_owned(), None), "{text}");
        }
        for address in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java&#10;script:alert(1)",
            "&#106;avascript:alert(1)",
            "data:text/html;base64,PHNjcmlwdD4=",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example",
            "/\\evil.example",
            "https:evil",
            "www.example.com",
            "#top",
            "",
        ] {
            let text = format!("[a](<{address}>)");
            assert_eq!(flat(&text), "<p>a</p>", "{address}");
            assert!(fault(&text).is_some(), "{address}");
        }
    }

    #[test]
    fn tables_that_would_grow_beyond_measure_are_text() {
        let head = "|a".repeat(20) + "\n" + &"|-".repeat(20) + "\n";
        // Short rows are filled up with empty cells.
        let small = head.clone() + &"b\n".repeat(90);
        assert!(fault(&small).is_none() && to_html(&small).contains("<table>"));
        let large = head + &"b\n".repeat(9_900);
        assert_eq!(fault(&large).as_deref(), Some("The tables have more than 2000 cells. Shorten them."));
        let html = to_html(&large);
        assert!(!html.contains("<table>") && html.len() < large.len() * 2, "{}", html.len());
    }

    #[test]
    fn html_is_shown_as_it_was_typed() {
        assert_eq!(flat("a <b>c</b>"), "<p>a &lt;b&gt;c&lt;/b&gt;</p>");
        for text in [
            "<script>alert(1)</script>",
            "x <img src=x onerror=alert(1)> y",
            "<svg/onload=alert(1)>",
            "<iframe srcdoc='<script>1</script>'>\n\n</iframe>",
            "<!--> <script>alert(1)</script> -->",
            "<style>@import url(//evil.example)</style>",
            "`<script>`",
            "[<img src=x onerror=alert(1)>](https://x.example)",
            "![\"><script>alert(1)</script>](/pictures/x)",
            "<https://x.example/\"onmouseover=alert(1)>",
            "[a](https://x.example/\"onmouseover=\"alert(1))",
            "[a]: javascript:alert(1)\n\n[a] [b][a]",
        ] {
            let html = to_html(text);
            for tag in html.split('<').skip(1).map(|it| it.split('>').next().unwrap_or_default()) {
                let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
                assert!(matches!(name, "p" | "code" | "a"), "{text}: {html}");
                assert!(!tag.contains(" onmouseover") && !tag.contains("\"onmouseover"), "{text}: {html}");
                assert!(!tag.contains("javascript"), "{text}: {html}");
            }
        }
    }

    #[test]
    fn pictures_are_those_of_this_server_and_keep_their_place_free() {
        let text = format!("![A *red* \"door\"](/pictures/{})", name());
        let html = format!(
            "<p><img src=\"/pictures/{}\" alt=\"A red &quot;door&quot;\" width=\"640\" height=\"480\" loading=\"lazy\" decoding=\"async\"></p>",
            name()
        );
        assert_eq!((flat(&text), fault(&text)), (html, None));
        assert_eq!(pictures(&text), BTreeSet::from([name()]));
        assert!(flat(&format!("![](/pictures/{})", name())).contains(r#" alt="" "#), "decoration says so");
        for address in [
            "https://evil.example/pixel.png",
            "//evil.example/x",
            "data:image/png;base64,AA",
            "/pictures/../x",
            "/logo.png",
        ] {
            let text = format!("![door]({address})");
            assert_eq!((flat(&text), pictures(&text).len()), ("<p>door</p>".to_owned(), 0), "{address}");
            assert!(fault(&text).is_some_and(|it| it.contains("Upload it first")), "{address}");
        }
        assert!(pictures(&format!("`![a](/pictures/{})`", name())).is_empty(), "it is only quoted");
    }

    #[test]
    fn no_text_takes_long_or_grows_without_end() {
        let wide = format!("{}\n{}\n{}", "|a".repeat(2_000), "|-".repeat(2_000), "|b\n".repeat(4_000));
        assert!(fault(&wide).is_some_and(|it| it.contains("20 columns")));
        for text in [
            ">".repeat(20_000),
            "- ".repeat(10_000),
            "*a **b ".repeat(3_000),
            "[".repeat(20_000),
            "![".repeat(10_000),
            "[a](".repeat(5_000),
            "`a``".repeat(5_000),
            "<".repeat(20_000),
            "&".repeat(20_000),
            "# a\n".repeat(5_000),
            "![a](/pictures/x)[](/)".repeat(900),
            format!("{}\n{}\n{}", "|a".repeat(20), "|-".repeat(20), "|b\n".repeat(6_000)),
            wide,
        ] {
            let began = Instant::now();
            let html = to_html(&text);
            let start: String = text.chars().take(20).collect();
            assert!(html.len() < 4_000_000, "{start}: {}", html.len());
            assert!(began.elapsed().as_secs() < 5, "{start}: {:?}", began.elapsed());
        }
    }
}
