//! Verification: walks the chain and names the first entry that differs from what was sealed.
//!
//! The walk ends at the head at the time it started, so entries can arrive meanwhile. It holds a few pages at a time
//! and prefetches the next ones while it checks one.

use std::collections::HashMap;
use std::str::FromStr;

use database::entity::{audit_chain, audit_checkpoints, audit_logs};
use futures_util::{StreamExt as _, stream};
use uuid::Uuid;

use super::{chain, store};
use crate::error::{Error, Result};
use crate::platform::Platform;
use crate::secrets::Purpose;
use crate::storage::Engine;

/// Entries read at once.
const PAGE: i64 = 2_000;
const MISSING: &str = "the entry is missing from the chain";

/// A chain head that was stored elsewhere: `seq:hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    pub seq: i64,
    pub hash: String,
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.trim().split_once(':').and_then(|(seq, hash)| Some((seq.parse().ok()?, hash)));
        match parsed {
            Some((seq, hash)) if seq > 0 && hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self { seq, hash: hash.to_ascii_lowercase() })
            }
            _ => Err("a head looks like 42:<64 hexadecimal digits>".to_owned()),
        }
    }
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// The result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Entries whose seal is valid.
    pub sealed: i64,
    /// Entries that wait for their seal; they prove nothing yet.
    pub unsealed: u64,
    /// The last hash: stored elsewhere, it proves a truncated tail.
    pub head: Option<Head>,
    /// The first entry that differs from what was sealed, and why.
    pub broken: Option<(i64, String)>,
}

/// Walks the whole chain. `kept` is a saved head that must still be on it.
///
/// # Errors
/// The database is unavailable.
pub async fn verify(platform: &Platform, kept: Option<&Head>) -> Result<Verdict> {
    verify_telling(platform, kept, |_, _| true)
        .await?
        .ok_or_else(|| Error::internal("a verification stopped by itself"))
}

/// The same, reporting progress after each page: entries checked, and their total. None if `tell` stopped it.
///
/// # Errors
/// The database is unavailable.
pub async fn verify_telling(
    platform: &Platform,
    kept: Option<&Head>,
    mut tell: impl FnMut(i64, i64) -> bool,
) -> Result<Option<Verdict>> {
    let conn = platform.storage.read();
    // The order matters: a checkpoint is committed with its link, so seeing one without the other means a truncation.
    let ours = platform.last_sealed.get();
    let checkpoint = store::last_checkpoint(conn).await?.map_or(0, |checkpoint| checkpoint.seq);
    let extent = store::extent(conn).await?;
    let kept: Vec<Head> = kept.cloned().into_iter().chain(ours).collect();
    let known = kept.iter().map(|head| head.seq).fold(checkpoint, i64::max);
    let mut walk = Walk { seq: 0, hash: chain::GENESIS.to_owned(), kept };
    let mut unexplained: Option<i64> = None;
    let mut broken = None;
    let ahead = Engine::of(conn).pages_ahead();
    let begins = (0..).map(|number| number * PAGE).take_while(|after| *after < extent.head);
    let mut pages =
        stream::iter(begins).map(|after| read(platform, after, extent.head.min(after + PAGE))).buffered(ahead);
    let mut next = pages.next().await;
    while let Some(page) = next {
        let page = page?;
        let keys = platform.clone();
        let work = tokio::task::spawn_blocking(move || {
            let found = walk.check(&keys, page);
            (walk, found)
        });
        let done;
        (next, done) = tokio::join!(pages.next(), work);
        let found;
        (walk, found) = done.map_err(Error::internal)?;
        if let Some(first) = first_unexplained(platform, found.erased).await? {
            unexplained = Some(unexplained.map_or(first, |known| known.min(first)));
        }
        broken = found.broken;
        if broken.is_some() {
            break;
        }
        if !tell(walk.seq, extent.head) {
            return Ok(None);
        }
    }
    if broken.is_none() && known > walk.seq {
        broken = Some((walk.seq + 1, "the end of the chain was cut off".to_owned()));
    }
    if let Some(at) = unexplained.filter(|at| broken.as_ref().is_none_or(|(first, _)| at < first)) {
        broken = Some((at, "personal data was removed without an entry that records it".to_owned()));
    }
    let unsealed = extent.entries.saturating_sub(u64::try_from(extent.head).unwrap_or(0));
    let head = (walk.seq > 0).then_some(Head { seq: walk.seq, hash: walk.hash });
    Ok(Some(Verdict { sealed: walk.seq, unsealed, head, broken }))
}

/// A part of the chain: the expected positions, and the rows that exist.
struct Page {
    until: i64,
    links: Vec<store::Link>,
    checkpoints: Vec<audit_checkpoints::Model>,
}

async fn read(platform: &Platform, after: i64, until: i64) -> Result<Page> {
    let conn = platform.storage.read();
    let links = store::links_between(conn, after, until).await?;
    Ok(Page { until, links, checkpoints: store::checkpoints_between(conn, after, until).await? })
}

/// The first of the entries without personal data whose erasure no later sealed entry records.
async fn first_unexplained(platform: &Platform, erased: Vec<(Uuid, i64)>) -> Result<Option<i64>> {
    if erased.is_empty() {
        return Ok(None);
    }
    let ids = erased.iter().map(|(id, _)| *id).collect();
    let said: HashMap<Uuid, i64> = store::erasures_of(platform.storage.read(), ids).await?;
    Ok(erased.into_iter().find(|(id, seq)| said.get(id).is_none_or(|at| at <= seq)).map(|(_, seq)| seq))
}

/// The state of the walk.
struct Walk {
    seq: i64,
    hash: String,
    /// Heads known from elsewhere, which the chain must contain.
    kept: Vec<Head>,
}

/// The result of one page.
struct Found {
    broken: Option<(i64, String)>,
    /// Entries without personal data, with their positions.
    erased: Vec<(Uuid, i64)>,
}

impl Walk {
    /// Checks one page and advances to its end, or to the entry before the first bad one.
    fn check(&mut self, platform: &Platform, page: Page) -> Found {
        let signed: HashMap<i64, audit_checkpoints::Model> =
            page.checkpoints.into_iter().map(|it| (it.seq, it)).collect();
        let mut erased = Vec::new();
        for (link, entry) in page.links {
            let fault = if link.seq == self.seq + 1 {
                self.fault(platform, &link, entry.as_ref(), signed.get(&link.seq)).map(|reason| (link.seq, reason))
            } else {
                Some((self.seq + 1, MISSING))
            };
            if let Some((seq, reason)) = fault {
                return Found { broken: Some((seq, reason.to_owned())), erased };
            }
            if let Some(entry) = entry.filter(|entry| entry.salt.is_none()) {
                erased.push((entry.id, link.seq));
            }
            (self.seq, self.hash) = (link.seq, link.hash);
        }
        let missing = (self.seq < page.until).then(|| (self.seq + 1, MISSING.to_owned()));
        Found { broken: missing, erased }
    }

    fn fault(
        &self,
        platform: &Platform,
        link: &audit_chain::Model,
        entry: Option<&audit_logs::Model>,
        signed: Option<&audit_checkpoints::Model>,
    ) -> Option<&'static str> {
        let Some(entry) = entry else { return Some("the entry was deleted") };
        if chain::link(&self.hash, link.seq, entry) != link.hash {
            return Some("the entry or its position was changed");
        }
        if !chain::keeps_commitments(entry) {
            return Some("the personal data in the entry was changed");
        }
        if self.kept.iter().any(|kept| kept.seq == link.seq && kept.hash != link.hash) {
            return Some("the chain does not match the saved checkpoint");
        }
        let signed = signed?;
        let keys = platform.keys.all(Purpose::AuditSignature);
        let holds = signed.hash == link.hash && chain::is_signed(keys, link.seq, &signed.hash, &signed.signature);
        (!holds).then_some("the signed checkpoint does not match")
    }
}
