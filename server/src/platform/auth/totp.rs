//! Codes of an authenticator app: TOTP (RFC 6238) with SHA-1, six digits and 30 s steps, which every app supports.

use chrono::{DateTime, Utc};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use totp_rs::{Builder, Totp};

use crate::error::{Error, Result};
use crate::ids;

/// Length of a secret in bytes (RFC 4226, 4: 160 bit).
const SECRET: usize = 20;

/// A secret for a new app.
pub fn new_secret() -> Vec<u8> {
    ids::secret::<SECRET>().to_vec()
}

/// The step that the code belongs to, if it is the current code or that of the step before or after (RFC 6238, 5.2).
/// The caller must ensure that it works only once.
pub fn step_of(secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<i64> {
    let totp = Builder::new().with_secret(secret.to_vec()).build().ok()?;
    let step = totp.check(code, u64::try_from(now.timestamp()).ok()?)?;
    i64::try_from(step).ok()
}

/// What a person needs to add a secret to an app.
pub struct Enrolment {
    /// Base32, for typing it in.
    pub secret: String,
    /// `otpauth://totp/…`
    pub url: String,
    /// The URL as a QR code, a complete SVG document.
    pub qr_svg: String,
}

impl Enrolment {
    /// For the account `email` at the firm.
    pub fn of(secret: &[u8], firm: &str, email: &str) -> Result<Self> {
        // A colon would end the issuer's name.
        let issuer = firm.replace(':', " ");
        let totp: Totp = Builder::new()
            .with_secret(secret.to_vec())
            .with_issuer(Some(issuer))
            .with_account_name(email.replace(':', " "))
            .build()
            .map_err(Error::internal)?;
        let url = totp.to_url().map_err(Error::internal)?;
        let code = QrCode::with_error_correction_level(&url, EcLevel::M).map_err(Error::internal)?;
        let qr_svg = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
        Ok(Self { secret: totp.secret().to_base32(), url, qr_svg })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a time")
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, SHA-1, the last six of eight digits.
        let secret = b"12345678901234567890";
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(step_of(secret, code, at(time)), Some(time / 30));
        }
    }

    #[test]
    fn a_code_is_good_for_one_step_before_and_after() {
        let secret = b"12345678901234567890";
        let code = "081804";
        let middle = 1_111_111_109 / 30 * 30;
        for (offset, good) in [(-31, false), (-30, true), (0, true), (59, true), (60, false)] {
            assert_eq!(step_of(secret, code, at(middle + offset)).is_some(), good, "{offset}");
        }
        for nonsense in ["", "08180", "0818044", "abcdef", "٠٨١٨٠٤", "081 804 "] {
            assert_eq!(step_of(secret, nonsense, at(middle)), None, "{nonsense}");
        }
    }

    #[test]
    fn an_app_can_read_what_it_is_given() {
        let made = Enrolment::of(b"12345678901234567890", "Müller & Co: IT", "anna@example.com").expect("made");
        assert_eq!(made.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(made.url.starts_with("otpauth://totp/M%C3%BCller"), "{}", made.url);
        assert!(made.url.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        assert!(made.qr_svg.contains("<svg") && !made.qr_svg.contains("style="));
        // A long name still fits.
        Enrolment::of(b"12345678901234567890", &"ü".repeat(120), &format!("{}@example.com", "a".repeat(64)))
            .expect("fits");
    }
}
