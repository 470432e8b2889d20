//! A geolocation database with one network in it, written by hand (MaxMind DB file format 2.0).

use std::path::Path;

/// Writes a database that maps `network/bits` to that city.
pub fn write(path: &Path, network: [u8; 4], bits: u32, city: &str, country: &str) {
    let name = |text: &str| map(&[("names", map(&[("en", string(text))]))]);
    let data = map(&[("city", name(city)), ("country", name(country))]);
    let mut file = Vec::new();
    let number = u32::from_be_bytes(network);
    // One node per bit: the right branch leads on, the other ends with "not found", which is the node count.
    for depth in 0..bits {
        let onward = if depth + 1 == bits { bits + 16 } else { depth + 1 };
        let right = (number >> (31 - depth)) & 1 == 1;
        let (zero, one) = if right { (bits, onward) } else { (onward, bits) };
        file.extend_from_slice(&zero.to_be_bytes()[1..]);
        file.extend_from_slice(&one.to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    file.extend_from_slice(&map(&[
        ("binary_format_major_version", unsigned(5, 2)),
        ("binary_format_minor_version", unsigned(5, 0)),
        ("build_epoch", [&[4, 2][..], &1_767_225_600_u32.to_be_bytes()].concat()),
        ("database_type", string("Test-City")),
        ("description", map(&[("en", string("test"))])),
        ("ip_version", unsigned(5, 4)),
        ("languages", [&[1, 4][..], &string("en")].concat()),
        ("node_count", unsigned(6, bits)),
        ("record_size", unsigned(5, 24)),
    ]));
    std::fs::write(path, file).unwrap();
}

fn head(kind: u8, size: usize) -> Vec<u8> {
    assert!(size < 29, "longer ones are written in another way");
    vec![kind << 5 | u8::try_from(size).unwrap()]
}

fn string(text: &str) -> Vec<u8> {
    [head(2, text.len()), text.as_bytes().to_vec()].concat()
}

fn unsigned(kind: u8, value: u32) -> Vec<u8> {
    let bytes: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    [head(kind, bytes.len()), bytes].concat()
}

fn map(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = head(7, pairs.len());
    for (key, value) in pairs {
        bytes.extend(string(key));
        bytes.extend(value);
    }
    bytes
}
