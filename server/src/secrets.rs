//! The key ring: master secrets of the installation, and the keys derived from them.
//!
//! The file contains one or more 32-byte secrets with a `kid`; new tokens use the first, all are accepted. Each purpose
//! has its own key (HKDF-SHA-256, RFC 5869), so that none can replace another.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::ids;

/// The purpose of a derived key. One variant, one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    AccessToken,
    FormToken,
    ThreadToken,
    ChatToken,
    KnownDevice,
    AuditSignature,
    TotpSecret,
    RecoveryCode,
    Letter,
}

impl Purpose {
    const ALL: [Self; 9] = [
        Self::AccessToken,
        Self::FormToken,
        Self::ThreadToken,
        Self::ChatToken,
        Self::KnownDevice,
        Self::AuditSignature,
        Self::TotpSecret,
        Self::RecoveryCode,
        Self::Letter,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::AccessToken => "access token",
            Self::FormToken => "form token",
            Self::ThreadToken => "thread token",
            Self::ChatToken => "chat token",
            Self::KnownDevice => "known device",
            Self::AuditSignature => "audit signature",
            Self::TotpSecret => "totp secret",
            Self::RecoveryCode => "recovery code",
            Self::Letter => "letter",
        }
    }
}

/// One 256-bit key.
pub type Key = [u8; 32];

/// All keys of the installation, derived once.
pub struct KeyRing {
    entries: Vec<Entry>,
}

struct Entry {
    kid: String,
    fingerprint: String,
    derived: [Key; Purpose::ALL.len()],
}

#[derive(Serialize, Deserialize)]
struct File {
    keys: Vec<FileKey>,
}

#[derive(Serialize, Deserialize)]
struct FileKey {
    kid: String,
    secret: String,
}

impl KeyRing {
    /// Reads the key ring, or creates one with a new secret (mode 0600) if there is no file.
    pub fn open(path: &Path) -> std::io::Result<Self> {
        match fs::read(path) {
            Ok(bytes) => Self::parse(&bytes)
                .ok_or_else(|| std::io::Error::other(format!("{} is not a key ring", path.display()))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) => Err(error),
        }
    }

    /// A key ring that exists only in memory.
    pub fn ephemeral() -> Self {
        Self { entries: vec![Entry::new("test".to_owned(), &ids::secret::<32>())] }
    }

    fn create(path: &Path) -> std::io::Result<Self> {
        let file = serde_json::to_vec_pretty(&File { keys: vec![FileKey::fresh()] })?;
        write_private(path, &file)?;
        Self::parse(&file).ok_or_else(|| std::io::Error::other("a fresh key ring does not parse"))
    }

    /// Adds a new secret in front of those in the file and returns its id. Older ones stay accepted. The file is
    /// replaced as a whole, or not at all.
    pub fn rotate(path: &Path) -> std::io::Result<String> {
        let mut file: File = serde_json::from_slice(&fs::read(path)?)?;
        let key = FileKey::fresh();
        let kid = key.kid.clone();
        file.keys.insert(0, key);
        let beside = path.with_extension("new");
        write_private(&beside, &serde_json::to_vec_pretty(&file)?)?;
        fs::rename(&beside, path)?;
        Ok(kid)
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let file: File = serde_json::from_slice(bytes).ok()?;
        let entries = file
            .keys
            .into_iter()
            .map(|key| {
                let secret = URL_SAFE_NO_PAD.decode(&key.secret).ok().filter(|secret| secret.len() >= 32)?;
                Some(Entry::new(key.kid, &secret))
            })
            .collect::<Option<Vec<_>>>()?;
        (!entries.is_empty()).then_some(Self { entries })
    }

    /// The key for new tokens of that purpose, with its id.
    pub fn current(&self, purpose: Purpose) -> (&str, &Key) {
        let entry = &self.entries[0];
        (&entry.kid, entry.key(purpose))
    }

    /// The key with that id, if the ring contains it.
    pub fn by_kid(&self, kid: &str, purpose: Purpose) -> Option<&Key> {
        self.entries.iter().find(|entry| entry.kid == kid).map(|entry| entry.key(purpose))
    }

    /// Every key of that purpose, the current one first.
    pub fn all(&self, purpose: Purpose) -> impl Iterator<Item = &Key> {
        self.entries.iter().map(move |entry| entry.key(purpose))
    }

    /// Encrypts for the database under the current key of that purpose. Decryption requires the same `bound_to` (the id
    /// of the row's owner), so that a sealed value cannot be moved to another row.
    pub fn seal(&self, purpose: Purpose, bound_to: &[u8], plain: &[u8]) -> Vec<u8> {
        encrypt(&ChaCha20Poly1305::new(&(*self.current(purpose).1).into()), bound_to, plain)
    }

    /// Decrypts what [`KeyRing::seal`] made under any key of the ring; none if it was made under another key, for
    /// another row, or modified.
    pub fn open_sealed(&self, purpose: Purpose, bound_to: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        self.all(purpose).find_map(|key| decrypt(&ChaCha20Poly1305::new(&(*key).into()), bound_to, sealed))
    }

    /// Identifies key rings without revealing the secrets.
    pub fn fingerprints(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.fingerprint.as_str())
    }
}

impl FileKey {
    fn fresh() -> Self {
        Self { kid: hex::encode(ids::secret::<4>()), secret: URL_SAFE_NO_PAD.encode(ids::secret::<32>()) }
    }
}

/// Writes a file that must not exist yet, readable only by this user.
fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut handle = options.open(path)?;
    handle.write_all(bytes)?;
    handle.sync_all()
}

impl Entry {
    fn new(kid: String, secret: &[u8]) -> Self {
        let expand = Hkdf::<Sha256>::new(None, secret);
        let derived = Purpose::ALL.map(|purpose| {
            let mut key = Key::default();
            // 32 bytes is far below the limit of HKDF.
            let _ = expand.expand(purpose.label().as_bytes(), &mut key);
            key
        });
        Self { kid, fingerprint: sha256_hex(secret)[..16].to_owned(), derived }
    }

    fn key(&self, purpose: Purpose) -> &Key {
        &self.derived[purpose as usize]
    }
}

/// SHA-256 in hex: the stored form of tokens of 128 bits or more.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes.as_ref()))
}

/// HMAC-SHA-256.
pub fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    // HMAC takes a key of any length, so this cannot fail.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().into()
    })
}

/// A new random 256-bit token, in base64url, to be handed out once.
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(ids::secret::<32>())
}

/// Encrypts under a key that only the holder of `token` can derive; `label` binds it to a purpose.
pub fn seal_under(token: &str, label: &str, plain: &[u8]) -> Vec<u8> {
    encrypt(&cipher(token, label), label.as_bytes(), plain)
}

/// Decrypts what [`seal_under`] made; none if the token differs or a byte was changed.
pub fn open_under(token: &str, label: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    decrypt(&cipher(token, label), label.as_bytes(), sealed)
}

/// A new nonce, then the ciphertext with its tag.
fn encrypt(cipher: &ChaCha20Poly1305, aad: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce = ids::secret::<12>();
    let mut sealed = nonce.to_vec();
    if let Ok(body) = cipher.encrypt(&Nonce::from(nonce), Payload { msg: plain, aad }) {
        sealed.extend(body);
    }
    sealed
}

fn decrypt(cipher: &ChaCha20Poly1305, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, body) = sealed.split_first_chunk::<12>()?;
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: body, aad }).ok()
}

fn cipher(token: &str, label: &str) -> ChaCha20Poly1305 {
    let mut key = Key::default();
    let _ = Hkdf::<Sha256>::new(None, token.as_bytes()).expand(label.as_bytes(), &mut key);
    ChaCha20Poly1305::new(&key.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_has_a_key_of_its_own() {
        let ring = KeyRing::ephemeral();
        let keys: std::collections::HashSet<_> = Purpose::ALL.map(|purpose| *ring.current(purpose).1).into();
        assert_eq!(keys.len(), Purpose::ALL.len());
    }

    #[test]
    fn a_ring_survives_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        let made = KeyRing::open(&path).expect("made");
        let read = KeyRing::open(&path).expect("read");
        assert!(made.fingerprints().eq(read.fingerprints()));
        assert_eq!(made.current(Purpose::FormToken), read.current(Purpose::FormToken));
    }

    #[test]
    fn a_rotated_ring_signs_with_the_new_key_and_knows_the_old_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("keys.json");
        let before = KeyRing::open(&path).expect("made");
        let kid = KeyRing::rotate(&path).expect("rotated");
        let after = KeyRing::open(&path).expect("read");
        assert_eq!(after.current(Purpose::FormToken).0, kid);
        assert_ne!(after.current(Purpose::FormToken), before.current(Purpose::FormToken));
        let (old, key) = before.current(Purpose::FormToken);
        assert_eq!(after.by_kid(old, Purpose::FormToken), Some(key));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn only_the_token_opens_what_was_sealed_under_it() {
        let sealed = seal_under("right", "label", b"plain");
        assert_eq!(open_under("right", "label", &sealed).as_deref(), Some(&b"plain"[..]));
        assert_eq!(open_under("wrong", "label", &sealed), None);
        assert_eq!(open_under("right", "other", &sealed), None);
    }

    #[test]
    fn what_the_ring_sealed_opens_for_its_own_row_and_purpose_only() {
        let ring = KeyRing::ephemeral();
        let sealed = ring.seal(Purpose::TotpSecret, b"row 1", b"plain");
        assert_eq!(ring.open_sealed(Purpose::TotpSecret, b"row 1", &sealed).as_deref(), Some(&b"plain"[..]));
        assert_eq!(ring.open_sealed(Purpose::TotpSecret, b"row 2", &sealed), None);
        assert_eq!(ring.open_sealed(Purpose::FormToken, b"row 1", &sealed), None);
        assert_eq!(KeyRing::ephemeral().open_sealed(Purpose::TotpSecret, b"row 1", &sealed), None);
    }
}
