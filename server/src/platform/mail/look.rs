//! How mails look: in the firm's accent and with its logo, as its site does.

use csscolorparser::Color;
use serde::Serialize;

use crate::pictures::PictureName;
use crate::platform::settings::Firm;

/// Colours in hexadecimal notation, which every mail program reads, and the logo. Those that end in `dark` are for
/// readers who prefer dark pages.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Look {
    /// The background of a button, and the text on it.
    accent: String,
    on_accent: String,
    link: String,
    link_dark: String,
    page: String,
    page_dark: String,
    card: String,
    card_dark: String,
    text: String,
    text_dark: String,
    /// Text that matters less.
    soft: String,
    soft_dark: String,
    line: String,
    line_dark: String,
    logo: Option<PictureName>,
}

impl Look {
    /// The look that a firm's settings give its mails. Lightness and chroma are those of the site (`tokens.css`), which
    /// keep 4.5 : 1 between text and background in every hue.
    pub fn of(firm: &Firm) -> Self {
        Self { logo: firm.logo.as_deref().and_then(PictureName::read), ..Self::in_hue(firm.accent_hue) }
    }

    fn in_hue(hue: u16) -> Self {
        let colour = |lightness: f32, chroma: f32| hex(lightness, chroma, hue);
        Self {
            accent: colour(0.44, 0.105),
            on_accent: colour(0.99, 0.006),
            link: colour(0.4, 0.095),
            link_dark: colour(0.84, 0.12),
            page: colour(0.978, 0.005),
            page_dark: colour(0.185, 0.012),
            card: colour(0.996, 0.002),
            card_dark: colour(0.225, 0.014),
            text: colour(0.23, 0.022),
            text_dark: colour(0.945, 0.008),
            soft: colour(0.41, 0.022),
            soft_dark: colour(0.8, 0.012),
            line: colour(0.885, 0.012),
            line_dark: colour(0.33, 0.016),
            logo: None,
        }
    }
}

/// A colour of OKLCH, of which what no screen can show is cut off.
fn hex(lightness: f32, chroma: f32, hue: u16) -> String {
    Color::from_oklcha(lightness, chroma, f32::from(hue).to_radians(), 1.0).to_css_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance (WCAG 2.2).
    fn luminance(hex: &str) -> f64 {
        let part = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits")) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_in_every_hue() {
        for hue in 0..=360 {
            let look = Look::in_hue(hue);
            let pairs = [
                (&look.on_accent, &look.accent),
                (&look.link, &look.card),
                (&look.text, &look.card),
                (&look.soft, &look.card),
                (&look.link_dark, &look.card_dark),
                (&look.text_dark, &look.card_dark),
                (&look.soft_dark, &look.card_dark),
            ];
            for (text, ground) in pairs {
                assert!(contrast(text, ground) >= 4.5, "{text} on {ground} with hue {hue}");
            }
        }
    }

    #[test]
    fn a_hue_is_the_colour_that_the_site_shows() {
        // oklch(0.44 0.105 165) and oklch(0.44 0.105 30), by the formulas of CSS Color 4.
        assert_eq!((hex(0.44, 0.105, 165).as_str(), hex(0.44, 0.105, 30).as_str()), ("#006444", "#83382e"));
    }
}
