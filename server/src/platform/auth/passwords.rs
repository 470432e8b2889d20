//! Judging and hashing passwords: Argon2id with OWASP's parameters, one at a time, on a low-priority thread.
//!
//! Both cost far more than a request is allowed to: estimating how common a password is takes half a second for the
//! worst 64 characters. They therefore never run on the threads that serve requests, and a caller must be entitled to
//! the work beforehand.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{mpsc, oneshot};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result};

/// 19 MiB, two passes, one lane (OWASP Password Storage).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Sign-ins that can wait in a lane; further ones are told to retry later.
const QUEUE: usize = 200;
/// Characters that are judged at once. A password is common if all of its parts are.
const JUDGED: usize = 20;

/// Who waits for a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// A person who has proven their identity, or a browser that the account knows: they overtake the others.
    Known,
    Stranger,
}

/// The queue in front of the hashing thread.
pub struct Passwords {
    known: mpsc::Sender<Task>,
    strangers: mpsc::Sender<Task>,
}

enum Task {
    /// Returns none for a common password.
    Hash(String, Vec<String>, oneshot::Sender<Result<Option<String>>>),
    Verify(String, String, oneshot::Sender<bool>),
}

impl Passwords {
    /// Starts the thread; it ends with the queue.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn start() -> std::io::Result<Self> {
        let (known, mut first) = mpsc::channel(QUEUE);
        let (strangers, mut then) = mpsc::channel(QUEUE);
        let waiting = tokio::runtime::Builder::new_current_thread().build()?;
        std::thread::Builder::new().name("passwords".to_owned()).spawn(move || {
            // Requests come first. If the system does not allow it, hashing merely competes with them.
            let _ = rustix::process::nice(19);
            let next = || {
                waiting.block_on(async {
                    tokio::select! { biased; Some(task) = first.recv() => Some(task), Some(task) = then.recv() => Some(task), else => None }
                })
            };
            std::iter::from_fn(next).for_each(Task::run);
        })?;
        Ok(Self { known, strangers })
    }

    /// The PHC string of a new password for someone who is entitled to set one. `about` are words that others know
    /// about the person: a password made of them counts as common, and the error names `field`.
    ///
    /// # Errors
    /// The password is common, or too many are waiting.
    pub async fn hash(&self, lane: Lane, field: &'static str, password: &str, about: &[String]) -> Result<String> {
        let (reply, answer) = oneshot::channel();
        let about = about.iter().map(String::as_str).chain(["tekvwarho"]).flat_map(words).collect();
        self.enqueue(lane, Task::Hash(prepared(password), about, reply))?;
        answer.await.map_err(|_| Error::Unavailable { retry_after: 2 })??.ok_or_else(|| {
            let message = "This password is too easy to guess. Choose another.";
            Error::field(field, "too_common", message)
        })
    }

    /// True if the password matches the hash. Without a hash it takes the same time and is never true.
    ///
    /// # Errors
    /// Too many are waiting.
    pub async fn verify(&self, lane: Lane, password: String, known: Option<String>) -> Result<bool> {
        let exists = known.is_some();
        let known = known.unwrap_or_default();
        let (reply, answer) = oneshot::channel();
        self.enqueue(lane, Task::Verify(password, known, reply))?;
        Ok(answer.await.map_err(|_| Error::Unavailable { retry_after: 2 })? && exists)
    }

    fn enqueue(&self, lane: Lane, task: Task) -> Result<()> {
        let queue = match lane {
            Lane::Known => &self.known,
            Lane::Stranger => &self.strangers,
        };
        queue.try_send(task).map_err(|_| Error::Unavailable { retry_after: 5 })
    }
}

impl Task {
    /// Skips requests whose caller is gone.
    fn run(self) {
        match self {
            Self::Hash(password, about, reply) if !reply.is_closed() => {
                let hashed = if is_common(&password, &about) { Ok(None) } else { hash(&password).map(Some) };
                drop(reply.send(hashed));
            }
            Self::Verify(password, known, reply) if !reply.is_closed() => drop(reply.send(verify(&password, &known))),
            _ => {}
        }
    }
}

/// The form in which a password is hashed: keyboards compose characters differently (RFC 8265, `OpaqueString`).
fn prepared(password: &str) -> String {
    let is_space = |letter: char| letter.is_whitespace() && !letter.is_control();
    password.chars().map(|letter| if is_space(letter) { ' ' } else { letter }).nfc().collect()
}

/// The words of a name or an address, split like the parts in which a password is judged.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| part.chars().count() > 2);
    let letters: Vec<char> = text.chars().collect();
    parts.map(str::to_owned).chain(letters.chunks(JUDGED).map(String::from_iter)).collect()
}

/// True if the letters of a password are nothing but words about the person, whatever stands between and after them.
fn is_made_of(password: &str, about: &[String]) -> bool {
    let plain = |text: &str| -> String {
        text.to_lowercase().nfd().filter(|letter| letter.is_alphabetic() && !is_combining_mark(*letter)).collect()
    };
    let letters = plain(password);
    let words: Vec<String> = about.iter().map(|word| plain(word)).filter(|word| !word.is_empty()).collect();
    // How far the letters can be read as such words.
    let mut read = BTreeSet::from([0]);
    let mut next = Some(0);
    while let Some(at) = next {
        read.extend(words.iter().filter(|word| letters[at..].starts_with(*word)).map(|word| at + word.len()));
        next = read.range(at + 1..).next().copied();
    }
    !letters.is_empty() && read.contains(&letters.len())
}

/// True for a password that would be among the first guesses.
fn is_common(password: &str, about: &[String]) -> bool {
    if is_made_of(password, about) {
        return true;
    }
    // Guessing a random one of eight lower-case letters takes 10^11 attempts; lists of common ones end long before
    // 10^5.
    let letters: Vec<char> = password.chars().collect();
    let about: Vec<&str> = about.iter().map(String::as_str).collect();
    // Part by part, as long as they are common: on the whole password, the time would grow without bounds.
    letters.chunks(JUDGED).all(|part| zxcvbn::zxcvbn(&String::from_iter(part), &about).guesses_log10() < 5.0)
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String> {
    argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Error::internal)
}

fn verify(typed: &str, known: &str) -> bool {
    let fits = |password: &str, known: &str| {
        PasswordHash::new(known).is_ok_and(|known| argon2().verify_password(password.as_bytes(), &known).is_ok())
    };
    // A person who cannot sign in at all has no hash; the check takes as long as any other.
    let (exists, known) = if PasswordHash::new(known).is_ok() { (true, known) } else { (false, dummy()) };
    let prepared = prepared(typed);
    let fit = fits(&prepared, known);
    // Older hashes are of the unprepared password. Both are always tried.
    let fitted = prepared != typed && fits(typed, known);
    exists && (fit || fitted)
}

/// A hash that matches no password, for unknown addresses.
fn dummy() -> &'static str {
    static DUMMY: OnceLock<String> = OnceLock::new();
    DUMMY.get_or_init(|| hash(&hex::encode(crate::ids::secret::<16>())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn hashes_are_argon2id_with_the_parameters_of_owasp() {
        let known = hash("a fine password").expect("hashed");
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        assert!(verify("a fine password", &known));
        assert!(!verify("another password", &known));
        assert!(!verify("a fine password", "nonsense"));
    }

    #[test]
    fn a_password_is_the_same_on_every_keyboard() {
        let (composed, decomposed) = ("Überfahrt im Jänner", "U\u{308}berfahrt im Ja\u{308}nner");
        let known = hash(&prepared(decomposed)).expect("hashed");
        assert!(verify(composed, &known) && verify(decomposed, &known));
        assert!(verify("Überfahrt\u{a0}im\u{3000}Jänner", &known), "any space is a space");
        assert!(!verify("Uberfahrt im Janner", &known));
        let old = hash(decomposed).expect("hashed");
        assert!(verify(decomposed, &old), "what was kept as it was typed still opens");
        assert!(!verify(composed, &old));
        assert_eq!(prepared("tab\there"), "tab\there");
    }

    #[test]
    fn common_passwords_are_told_from_others() {
        let about: Vec<String> =
            ["Anna Müller", "anna.mueller@northwind.example"].into_iter().flat_map(words).collect();
        for common in [
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "Password1",
            "anna.mueller@northwind.example",
            "northwind",
            "anna.mueller",
            "AnnaMuller1",
            "northwind-example!",
            "anna-2026-müller",
        ] {
            assert!(is_common(common, &about), "{common}");
        }
        assert!(!is_common("passwordpasswordpassword-Xq9!vT2#mK8zR4&wL7", &about), "common only where it begins");
        for fine in ["correct horse battery", "tulpe-fahrrad-9", "zXk29dQp", "northwind tulpe fahrrad"] {
            assert!(!is_common(fine, &about), "{fine}");
        }
        assert!(!is_common("northwind-2kX", &[]), "a word that means nothing to strangers");
    }

    #[test]
    fn the_worst_password_is_judged_in_a_moment() {
        let worst: String = "4@8({[<369!1|7+0$5%2".chars().cycle().take(128).collect();
        let began = Instant::now();
        is_common(&worst, &[]);
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn who_is_known_goes_past_strangers() {
        let passwords = Passwords::start().expect("a thread");
        let known = hash("a fine password").expect("hashed");
        let strangers = (0..8).map(|_| passwords.verify(Lane::Stranger, "a guess".to_owned(), None));
        let mut strangers: Vec<_> = strangers.map(Box::pin).collect();
        for one in &mut strangers {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert!(passwords.verify(Lane::Known, "a fine password".to_owned(), Some(known)).await.expect("in time"));
        let mut done = 0;
        for one in &mut strangers {
            done += usize::from(futures_util::poll!(one).is_ready());
        }
        assert!(done <= 2, "{done} strangers came first");
    }
}
