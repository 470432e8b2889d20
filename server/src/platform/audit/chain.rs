//! The seal: what is hashed, and how. Pure functions, so that an external verifier can implement the same.
//!
//! `hash(n) = SHA-256(hash(n−1) ‖ "\n" ‖ canonical entry n)`, in hex; the first follows 64 zeros. The canonical entry
//! is JSON with sorted keys and no spaces (RFC 8785; it contains no fractions). Personal columns enter it as
//! commitments, HMAC-SHA-256 under the salt of the entry, so that they can be erased without breaking the chain.

use chrono::SecondsFormat;
use database::entity::audit_logs;
use ed25519_dalek::{Signature, Signer as _, SigningKey, Verifier as _};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::secrets::{Key, hmac, sha256_hex};

/// The hash that precedes the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The hash of entry `seq` after `previous`.
pub fn link(previous: &str, seq: i64, entry: &audit_logs::Model) -> String {
    let mut text = String::with_capacity(768);
    text.push_str(previous);
    text.push('\n');
    write_entry(&mut text, seq, entry);
    sha256_hex(text)
}

/// Commitments to the personal columns; a column without a value has none.
pub fn commitments(salt: &[u8], ip: Option<&str>, agent: Option<&str>) -> Value {
    let commit = |name: &str, value: Option<&str>| value.map(|value| commitment(salt, name, value));
    json!({ "ipAddress": commit("ipAddress", ip), "userAgent": commit("userAgent", agent) })
}

fn commitment(salt: &[u8], name: &str, value: &str) -> String {
    hex::encode(hmac(salt, format!("{name}\n{value}").as_bytes()))
}

/// True if the personal columns match their commitments. An erased entry has no salt; a later entry must account for
/// the erasure.
pub fn keeps_commitments(entry: &audit_logs::Model) -> bool {
    let Some(salt) = &entry.salt else { return entry.ip_address.is_none() && entry.user_agent.is_none() };
    let keeps = |name: &str, value: Option<&str>| {
        let committed = entry.commitments.get(name).and_then(Value::as_str);
        committed == value.map(|value| commitment(salt, name, value)).as_deref()
    };
    keeps("ipAddress", entry.ip_address.as_deref()) && keeps("userAgent", entry.user_agent.as_deref())
}

/// Signs a head of the chain.
pub fn sign(key: &Key, seq: i64, hash: &str) -> String {
    hex::encode(SigningKey::from_bytes(key).sign(statement(seq, hash).as_bytes()).to_bytes())
}

/// True if one of the keys made `signature`.
pub fn is_signed<'k>(mut keys: impl Iterator<Item = &'k Key>, seq: i64, hash: &str, signature: &str) -> bool {
    let Some(signature) = hex::decode(signature).ok().and_then(|bytes| Signature::from_slice(&bytes).ok()) else {
        return false;
    };
    keys.any(|key| {
        SigningKey::from_bytes(key).verifying_key().verify(statement(seq, hash).as_bytes(), &signature).is_ok()
    })
}

/// The public key, in hex, with which anyone can check a signature (RFC 8032).
pub fn public_key(key: &Key) -> String {
    hex::encode(SigningKey::from_bytes(key).verifying_key().to_bytes())
}

fn statement(seq: i64, hash: &str) -> String {
    format!("tekvwarho audit head\n{seq}\n{hash}")
}

/// The canonical entry: the columns by name, sorted. Hand-written, because a verification produces a million of them.
fn write_entry(out: &mut String, seq: i64, entry: &audit_logs::Model) {
    let text = |value: Option<&str>| value.map_or(Value::Null, |value| Value::String(value.to_owned()));
    let id = |value: Option<Uuid>| value.map_or_else(|| "null".to_owned(), |id| format!("\"{id}\""));
    out.push_str("{\"action\":");
    write_text(out, &entry.action);
    out.push_str(",\"changes\":");
    write_canonical(out, entry.changes.as_ref().unwrap_or(&Value::Null));
    out.push_str(",\"commitments\":");
    write_canonical(out, &entry.commitments);
    out.push_str(",\"createdAt\":\"");
    out.push_str(&entry.created_at.to_rfc3339_opts(SecondsFormat::Micros, true));
    out.push_str("\",\"entityId\":");
    write_canonical(out, &text(entry.entity_id.as_deref()));
    out.push_str(",\"entityType\":");
    write_text(out, &entry.entity_type);
    out.push_str(",\"id\":");
    out.push_str(&id(Some(entry.id)));
    out.push_str(",\"requestId\":");
    write_canonical(out, &text(entry.request_id.as_deref()));
    out.push_str(",\"seq\":");
    out.push_str(&seq.to_string());
    // Omitted from entries that are older than tokens, so that their hashes stay valid.
    if entry.token_id.is_some() {
        out.push_str(",\"tokenId\":");
        out.push_str(&id(entry.token_id));
    }
    out.push_str(",\"userId\":");
    out.push_str(&id(entry.user_id));
    out.push('}');
}

/// JSON with sorted keys and no spaces. Keys here are ASCII, so byte order is RFC 8785's order.
fn write_canonical(out: &mut String, value: &Value) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (place, (name, value)) in entries.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_text(out, name);
                out.push(':');
                write_canonical(out, value);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (place, value) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_canonical(out, value);
            }
            out.push(']');
        }
        Value::String(text) => write_text(out, text),
        plain => out.push_str(&plain.to_string()),
    }
}

/// A JSON string.
fn write_text(out: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&json!(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_does_not_depend_on_the_order_of_keys() {
        let mut one = String::new();
        write_canonical(&mut one, &json!({ "b": [1, { "d": null, "c": "x\"y" }], "a": true }));
        assert_eq!(one, r#"{"a":true,"b":[1,{"c":"x\"y","d":null}]}"#);
    }

    /// External verifiers rely on this form: it must never change.
    #[test]
    fn an_entry_is_hashed_in_its_published_form() {
        let mut entry = audit_logs::Model {
            id: Uuid::from_u128(7),
            user_id: None,
            token_id: None,
            action: "message.status_changed".into(),
            entity_type: "message".into(),
            entity_id: Some("a\"b\u{1}ü".into()),
            changes: Some(json!({ "status": { "to": "replied", "from": "new" } })),
            ip_address: Some("203.0.113.9".into()),
            user_agent: None,
            salt: Some(vec![1; 16]),
            commitments: commitments(&[1; 16], Some("203.0.113.9"), None),
            request_id: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
        };
        let reference = |entry: &audit_logs::Model| {
            let mut value = json!({
                "seq": 42, "id": entry.id, "userId": entry.user_id, "action": entry.action,
                "entityType": entry.entity_type, "entityId": entry.entity_id, "changes": entry.changes,
                "commitments": entry.commitments, "requestId": entry.request_id,
                "createdAt": "1970-01-01T00:00:00.000000Z",
            });
            if let Some(token) = entry.token_id {
                value["tokenId"] = json!(token);
            }
            let mut text = String::new();
            write_canonical(&mut text, &value);
            text
        };
        for token in [None, Some(Uuid::from_u128(9))] {
            entry.token_id = token;
            let mut text = String::new();
            write_entry(&mut text, 42, &entry);
            assert_eq!(text, reference(&entry));
            assert_eq!(link(GENESIS, 42, &entry), sha256_hex(format!("{GENESIS}\n{text}")));
        }
        assert!(keeps_commitments(&entry));
        entry.ip_address = Some("203.0.113.8".into());
        assert!(!keeps_commitments(&entry));
        (entry.ip_address, entry.salt) = (None, None);
        assert!(keeps_commitments(&entry));
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
