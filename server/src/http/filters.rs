//! What the filters of lists have in common, as they stand in an address.

use chrono::NaiveDate;

use crate::error::{Error, Result};

/// The text, unless it is blank.
pub fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// A day such as `2026-01-31`.
///
/// # Errors
/// 422 with the name of the filter if it is none.
pub fn day(field: &str, text: Option<&str>) -> Result<Option<NaiveDate>> {
    let wrong = |_| Error::field(field, "invalid", "This must be a date such as 2026-01-31.");
    text.map(|text| text.parse().map_err(wrong)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_is_not_given_and_a_day_is_a_date() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!((given(None), given(text("  ").as_ref()), given(text(" a ").as_ref())), (None, None, Some("a")));
        assert_eq!(day("from", None).expect("nothing"), None);
        assert_eq!(day("from", Some("2026-02-28")).expect("a day"), NaiveDate::from_ymd_opt(2026, 2, 28));
        for wrong in ["2026-02-29", "28.02.2026", "soon"] {
            assert!(matches!(day("from", Some(wrong)), Err(Error::Validation(_))), "{wrong}");
        }
    }
}
