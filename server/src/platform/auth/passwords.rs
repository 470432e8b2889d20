//! Hashing passwords: Argon2id with OWASP's parameters, one at a time, on a thread that gives way to everything else.

use std::sync::OnceLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{mpsc, oneshot};

use crate::error::{Error, Result};

/// 19 MiB, two passes, one lane (OWASP Password Storage).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Sign-ins that may wait; beyond, they are told to come back.
const QUEUE: usize = 200;

/// The queue in front of the hashing thread.
pub struct Passwords(mpsc::Sender<Task>);

enum Task {
    Hash(String, oneshot::Sender<Result<String>>),
    Verify(String, String, oneshot::Sender<bool>),
}

impl Passwords {
    /// Starts the thread; it ends with the last clone of the queue.
    pub fn start() -> Self {
        let (queue, mut tasks) = mpsc::channel(QUEUE);
        std::thread::spawn(move || {
            // Requests come first. Where the system does not allow it, hashing is only less polite.
            let _ = rustix::process::nice(19);
            while let Some(task) = tasks.blocking_recv() {
                match task {
                    Task::Hash(password, reply) => drop(reply.send(hash(&password))),
                    Task::Verify(password, known, reply) => drop(reply.send(verify(&password, &known))),
                }
            }
        });
        Self(queue)
    }

    /// The PHC string of a new password.
    pub async fn hash(&self, password: String) -> Result<String> {
        let (reply, answer) = oneshot::channel();
        self.enqueue(Task::Hash(password, reply))?;
        answer.await.map_err(|_| Error::Unavailable { retry_after: 2 })?
    }

    /// True when the password belongs to the hash. Without a hash it takes the same time and is never true.
    pub async fn verify(&self, password: String, known: Option<String>) -> Result<bool> {
        let exists = known.is_some();
        let known = known.unwrap_or_default();
        let (reply, answer) = oneshot::channel();
        self.enqueue(Task::Verify(password, known, reply))?;
        Ok(answer.await.map_err(|_| Error::Unavailable { retry_after: 2 })? && exists)
    }

    fn enqueue(&self, task: Task) -> Result<()> {
        self.0.try_send(task).map_err(|_| Error::Unavailable { retry_after: 5 })
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String> {
    argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(Error::internal)
}

fn verify(password: &str, known: &str) -> bool {
    let check = |known: &str| {
        PasswordHash::new(known).map(|known| argon2().verify_password(password.as_bytes(), &known).is_ok())
    };
    // A person who cannot sign in at all has no hash; the answer takes as long as any other.
    check(known).unwrap_or_else(|_| check(dummy()).is_ok_and(|_| false))
}

/// A hash that no password belongs to, for addresses that nobody has.
fn dummy() -> &'static str {
    static DUMMY: OnceLock<String> = OnceLock::new();
    DUMMY.get_or_init(|| hash(&hex::encode(crate::ids::secret::<16>())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_argon2id_with_the_parameters_of_owasp() {
        let known = hash("a fine password").expect("hashed");
        assert!(known.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{known}");
        assert!(verify("a fine password", &known));
        assert!(!verify("another password", &known));
        assert!(!verify("a fine password", "nonsense"));
    }
}
