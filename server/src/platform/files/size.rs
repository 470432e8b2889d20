//! How large a file is, for people.

const UNITS: [&str; 3] = ["kB", "MB", "GB"];

/// "1 byte", "17 kB", "1.2 MB": with one decimal place below ten. The pages say sizes by the same rule.
pub fn in_words(bytes: u64) -> String {
    if bytes < 1_000 {
        return if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
    }
    let mut unit = 0;
    let mut whole = 1_000;
    // 999.9 kB reads as 1 MB.
    while rounded(bytes, whole) >= 1_000 && unit + 1 < UNITS.len() {
        whole *= 1_000;
        unit += 1;
    }
    let tenths = rounded(bytes, whole / 10);
    match (tenths, tenths % 10) {
        (100.., _) => format!("{} {}", rounded(bytes, whole), UNITS[unit]),
        (_, 0) => format!("{} {}", tenths / 10, UNITS[unit]),
        (_, tenth) => format!("{}.{tenth} {}", tenths / 10, UNITS[unit]),
    }
}

fn rounded(bytes: u64, by: u64) -> u64 {
    bytes.saturating_add(by / 2) / by
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn sizes_read_as_people_say_them() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1 kB"),
            (1_049, "1 kB"),
            (1_050, "1.1 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (10_499, "10 kB"),
            (10_500, "11 kB"),
            (999_499, "999 kB"),
            (999_500, "1 MB"),
            (1_250_000, "1.3 MB"),
            (25_000_000, "25 MB"),
            (2_000_000_000, "2 GB"),
            (5_000_000_000_000, "5000 GB"),
        ] {
            assert_eq!(in_words(bytes), words, "{bytes}");
        }
    }
}
