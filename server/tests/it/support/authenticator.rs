//! A software authenticator: creates passkeys and signs challenges as a browser relays them (WebAuthn Level 3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The origin of the program in tests.
const ORIGIN: &str = "http://localhost:5500";
const RP_ID: &str = "localhost";
/// User present, user verified.
const HERE_AND_VERIFIED: u8 = 0b0000_0101;
const WITH_CREDENTIAL: u8 = 0b0100_0000;

/// One passkey.
#[derive(Clone)]
pub struct Authenticator {
    pub key: SigningKey,
    pub id: Vec<u8>,
    /// The account for which it was created.
    pub user: Vec<u8>,
    /// Sent with the next signature; 0: it has no counter.
    pub counter: u32,
    pub flags: u8,
    pub origin: String,
}

impl Authenticator {
    /// A passkey that is registered nowhere yet.
    pub fn new() -> Self {
        Self {
            key: SigningKey::from_slice(&tekvwarho::ids::secret::<32>()).unwrap(),
            id: tekvwarho::ids::secret::<16>().to_vec(),
            user: Vec::new(),
            counter: 0,
            flags: HERE_AND_VERIFIED,
            origin: ORIGIN.to_owned(),
        }
    }

    /// The response to `navigator.credentials.create(options)`.
    pub fn register(&mut self, options: &Value) -> Value {
        let asked = &options["publicKey"];
        assert_eq!(asked["rp"]["id"], RP_ID);
        assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        self.user = URL_SAFE_NO_PAD.decode(asked["user"]["id"].as_str().unwrap()).unwrap();
        let mut data = self.data(WITH_CREDENTIAL);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(self.public_key());
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": bytes}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(&data);
        let client = self.client_data("webauthn.create", asked);
        self.answer(&json!({ "attestationObject": encode(&object), "clientDataJSON": encode(&client) }))
    }

    /// Answers `navigator.credentials.get(options)`.
    pub fn sign(&self, options: &Value) -> Value {
        let client = self.client_data("webauthn.get", &options["publicKey"]);
        let data = self.data(0);
        let signed = [data.clone(), Sha256::digest(&client).to_vec()].concat();
        let signature: DerSignature = self.key.sign(&signed);
        self.answer(&json!({
            "authenticatorData": encode(&data),
            "clientDataJSON": encode(&client),
            "signature": encode(signature.as_bytes()),
            "userHandle": encode(&self.user),
        }))
    }

    fn answer(&self, response: &Value) -> Value {
        json!({ "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "response": response, "extensions": {} })
    }

    fn client_data(&self, kind: &str, asked: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// Authenticator data (6.1): hash of the RP ID, flags, counter.
    fn data(&self, more: u8) -> Vec<u8> {
        [Sha256::digest(RP_ID).to_vec(), vec![self.flags | more], self.counter.to_be_bytes().to_vec()].concat()
    }

    /// The key as COSE (RFC 9052): EC2, ES256, P-256.
    fn public_key(&self) -> Vec<u8> {
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        [&b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20"[..], x, b"\x22\x58\x20", y].concat()
    }
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
