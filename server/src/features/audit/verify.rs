//! Proving the trail: walks the chain and names the first entry that is not as it was sealed.

use std::collections::HashMap;
use std::str::FromStr;

use uuid::Uuid;

use super::{chain, store};
use crate::app::App;
use crate::error::Result;
use crate::secrets::Purpose;

const PAGE: u64 = 2_000;

/// A head of the chain that was kept elsewhere: `seq:hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: String,
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash)));
        match parsed {
            Some((seq, hash)) if hash.len() == 64 => Ok(Self { seq, hash: hash.to_owned() }),
            _ => Err("a head looks like 42:<64 hexadecimal digits>".to_owned()),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Entries whose seal holds.
    pub sealed: i64,
    /// Entries that wait for their seal; they prove nothing yet.
    pub unsealed: u64,
    /// The last hash: keep it elsewhere, and a cut tail can be proved.
    pub head: Option<Head>,
    /// The first entry that is not as it was sealed, and why.
    pub broken: Option<(i64, String)>,
}

/// Walks the whole chain. `kept` is a head from elsewhere that must still be on it.
pub async fn verify(app: &App, kept: Option<&Head>) -> Result<Verdict> {
    let conn = app.storage.read();
    let mut signed: HashMap<i64, (String, String)> = store::checkpoints(conn)
        .await?
        .into_iter()
        .map(|checkpoint| (checkpoint.seq, (checkpoint.hash, checkpoint.signature)))
        .collect();
    let mut erased: HashMap<Uuid, i64> = HashMap::new();
    let (mut seq, mut hash) = (0, chain::GENESIS.to_owned());
    let mut broken = None;
    'walk: loop {
        let links = store::links_after(conn, seq, PAGE).await?;
        if links.is_empty() {
            break;
        }
        for (link, entry) in links {
            let fault = 'check: {
                if link.seq != seq + 1 {
                    break 'check Some((seq + 1, "the entry is missing from the chain".to_owned()));
                }
                let Some(entry) = entry else { break 'check Some((link.seq, "the entry was deleted".to_owned())) };
                if chain::link(&hash, link.seq, &entry) != link.hash {
                    break 'check Some((link.seq, "the entry or its place was changed".to_owned()));
                }
                if !chain::keeps_commitments(&entry) {
                    break 'check Some((link.seq, "the personal data of the entry was changed".to_owned()));
                }
                if entry.salt.is_none() {
                    erased.insert(entry.id, link.seq);
                }
                if entry.action == "audit.erased"
                    && let Some(id) = entry.entity_id.as_deref().and_then(|id| id.parse().ok())
                {
                    erased.remove(&id);
                }
                if kept.is_some_and(|kept| kept.seq == link.seq && kept.hash != link.hash) {
                    break 'check Some((link.seq, "the chain is not the one of the kept head".to_owned()));
                }
                match signed.remove(&link.seq) {
                    Some((signed_hash, signature))
                        if signed_hash != link.hash
                            || !chain::is_signed(
                                app.keys.all(Purpose::AuditSignature),
                                link.seq,
                                &signed_hash,
                                &signature,
                            ) =>
                    {
                        Some((link.seq, "the signed checkpoint does not match".to_owned()))
                    }
                    _ => None,
                }
            };
            if fault.is_some() {
                broken = fault;
                break 'walk;
            }
            (seq, hash) = (link.seq, link.hash);
        }
    }
    if broken.is_none() {
        let beyond = signed.keys().copied().chain(kept.map(|kept| kept.seq)).filter(|known| *known > seq).min();
        if beyond.is_some() {
            broken = Some((seq + 1, "the tail of the chain was cut off".to_owned()));
        } else if let Some((_, at)) = erased.iter().min_by_key(|(_, at)| **at) {
            broken = Some((*at, "personal data was removed without an entry that says so".to_owned()));
        }
    }
    let unsealed = store::unsealed(conn, None, PAGE).await?.len() as u64;
    let head = (seq > 0).then_some(Head { seq, hash });
    Ok(Verdict { sealed: seq, unsealed, head, broken })
}
