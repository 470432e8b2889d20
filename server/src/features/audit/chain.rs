//! The seal: what is hashed, and how. Pure functions, so that a verifier elsewhere can do the same.
//!
//! `hash(n) = SHA-256(hash(n−1) ‖ "\n" ‖ canonical entry n)`, in hex; the first follows 64 zeros. The canonical entry is
//! JSON with sorted keys and no spaces (RFC 8785; it holds no fractions). Personal columns enter it as commitments,
//! HMAC-SHA-256 under the salt of the entry, so that they can be erased without breaking the chain.

use chrono::SecondsFormat;
use database::entity::audit_logs;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _};
use serde_json::{Value, json};

use crate::secrets::{Key, hmac, sha256_hex};

/// What the first entry follows.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of entry `seq` after `previous`.
pub fn link(previous: &str, seq: i64, entry: &audit_logs::Model) -> String {
    sha256_hex(format!("{previous}\n{}", canonical_entry(seq, entry)))
}

/// Commitments of the personal columns; a column without a value has none.
pub fn commitments(salt: &[u8], ip: Option<&str>, agent: Option<&str>) -> Value {
    let commit = |name: &str, value: Option<&str>| {
        value.map(|value| hex::encode(hmac(salt, format!("{name}\n{value}").as_bytes())))
    };
    json!({ "ipAddress": commit("ipAddress", ip), "userAgent": commit("userAgent", agent) })
}

/// True when the personal columns are those that were committed to. An erased entry has no salt any more; whether
/// that was right, a later entry must say.
pub fn keeps_commitments(entry: &audit_logs::Model) -> bool {
    match &entry.salt {
        Some(salt) => commitments(salt, entry.ip_address.as_deref(), entry.user_agent.as_deref()) == entry.commitments,
        None => entry.ip_address.is_none() && entry.user_agent.is_none(),
    }
}

/// Signs a head of the chain.
pub fn sign(key: &Key, seq: i64, hash: &str) -> String {
    hex::encode(SigningKey::from_bytes(key).sign(statement(seq, hash).as_bytes()).to_bytes())
}

/// True when `signature` is of one of the keys.
pub fn is_signed<'k>(mut keys: impl Iterator<Item = &'k Key>, seq: i64, hash: &str, signature: &str) -> bool {
    let Some(signature) = hex::decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok()) else {
        return false;
    };
    keys.any(|key| {
        SigningKey::from_bytes(key).verifying_key().verify(statement(seq, hash).as_bytes(), &signature).is_ok()
    })
}

fn statement(seq: i64, hash: &str) -> String {
    format!("tekvwarho audit head\n{seq}\n{hash}")
}

fn canonical_entry(seq: i64, entry: &audit_logs::Model) -> String {
    canonical(&json!({
        "seq": seq,
        "id": entry.id,
        "userId": entry.user_id,
        "action": entry.action,
        "entityType": entry.entity_type,
        "entityId": entry.entity_id,
        "changes": entry.changes,
        "commitments": entry.commitments,
        "requestId": entry.request_id,
        "createdAt": entry.created_at.to_rfc3339_opts(SecondsFormat::Micros, true),
    }))
}

/// JSON with sorted keys and no spaces. Keys here are ASCII, so byte order is RFC 8785's order.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            let inner: Vec<String> =
                entries.into_iter().map(|(name, value)| format!("{}:{}", json!(name), canonical(value))).collect();
            format!("{{{}}}", inner.join(","))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_does_not_depend_on_the_order_of_keys() {
        let one = canonical(&json!({ "b": [1, { "d": null, "c": "x\"y" }], "a": true }));
        assert_eq!(one, r#"{"a":true,"b":[1,{"c":"x\"y","d":null}]}"#);
    }

    #[test]
    fn a_signature_is_of_its_head_only() {
        let key = [7; 32];
        let signature = sign(&key, 5, "abc");
        assert!(is_signed([&key].into_iter(), 5, "abc", &signature));
        assert!(!is_signed([&key].into_iter(), 6, "abc", &signature));
        assert!(!is_signed([&[8; 32]].into_iter(), 5, "abc", &signature));
        assert!(!is_signed([&key].into_iter(), 5, "abc", "nonsense"));
    }
}
