//! Recovery codes: each replaces a lost second factor once. The table stores keyed hashes.

use uuid::Uuid;

use crate::ids;
use crate::secrets::{KeyRing, Purpose, hmac};

/// Number of codes that a person gets at once.
pub const COUNT: usize = 10;
/// Letters and digits that are hard to confuse (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 5 bits each: 80 bits, which nobody can guess.
const LENGTH: usize = 16;

/// New codes as they are displayed: four groups of four.
pub fn draw() -> Vec<String> {
    (0..COUNT).map(|_| group(&ids::secret::<LENGTH>().map(|byte| ALPHABET[usize::from(byte % 32)]))).collect()
}

fn group(letters: &[u8]) -> String {
    letters.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// Normalizes typed input to a code; none if it cannot be one. Ignores case, spaces and hyphens.
pub fn read(typed: &str) -> Option<String> {
    let letters: Vec<u8> = typed
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'-'))
        .map(|byte| match byte.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            other => other,
        })
        .collect();
    (letters.len() == LENGTH && letters.iter().all(|letter| ALPHABET.contains(letter))).then(|| group(&letters))
}

/// The code's possible hashes in the database, with the newest key first. 80 bits are too few for an unkeyed hash.
pub fn hashes(keys: &KeyRing, staff: Uuid, code: &str) -> Vec<String> {
    let message = format!("{staff}\n{code}");
    keys.all(Purpose::RecoveryCode).map(|key| hex::encode(hmac(key, message.as_bytes()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_differ_and_are_read_as_people_type_them() {
        let codes = draw();
        assert_eq!(codes.iter().collect::<std::collections::HashSet<_>>().len(), COUNT);
        for code in codes {
            assert_eq!(code.len(), LENGTH + 3);
            assert_eq!(read(&code).as_deref(), Some(code.as_str()));
            assert_eq!(read(&code.to_uppercase().replace('-', " ")).as_deref(), Some(code.as_str()));
        }
        assert_eq!(read("OIL0-0000-0000-0000").as_deref(), Some("0110-0000-0000-0000"));
        for nonsense in ["", "123456", "0000-0000-0000-000", "0000-0000-0000-000u", "ÄÖÜ0-0000-0000"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_hash_belongs_to_one_person_and_one_key_ring() {
        let ring = KeyRing::ephemeral();
        let (ada, ben) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert_eq!(hashes(&ring, ada, "x"), hashes(&ring, ada, "x"));
        assert_ne!(hashes(&ring, ada, "x"), hashes(&ring, ben, "x"));
        assert_ne!(hashes(&ring, ada, "x"), hashes(&KeyRing::ephemeral(), ada, "x"));
    }
}
