//! From a correct password or a passkey to a session. One unit decides: whether the second factor is present, that a
//! code or a challenge works once, and that the session starts.

use axum::http::HeaderMap;
use axum::response::Response;
use database::entity::{audit_logs, notifications as rows, outbox, staff};
use sea_orm::Set;

use super::NEW_DEVICE;
use super::attempts::Attempt;
use super::device::{self, Device};
use super::factors::{self, Code, Typed};
use super::letters::{self, FactorEvent};
use super::passkey_store::Use;
use super::sessions::NewSession;
use super::view::{Keeping, SignedIn};
use super::{cookies, passkey_store, store};
use crate::error::{Error, Result};
use crate::http::RequestInfo;
use crate::platform::Platform;
use crate::platform::audit::{Changes, Entry};
use crate::platform::entity::Entity;
use crate::platform::mail::Mail;
use crate::platform::notices::{self, News, To};
use crate::platform::staff as people;
use crate::storage::Tx;

/// How the person proved their identity.
#[derive(Clone)]
pub enum Way {
    Password,
    PasswordAndCode(Typed),
    /// A verified passkey; it counts only if its use can be recorded.
    Passkey(Use),
}

impl Way {
    /// The name in the audit trail.
    fn label(&self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::PasswordAndCode(Typed::Recovery(_)) => "password and recovery code",
            Self::PasswordAndCode(_) => "password and code",
            Self::Passkey(_) => "passkey",
        }
    }

    /// A passkey says nothing about who guesses the password.
    fn proves_password(&self) -> bool {
        !matches!(self, Self::Passkey(_))
    }
}

/// The outcome of the unit.
enum Outcome {
    In(Box<staff::Model>),
    /// The password was changed after it was verified, or the person was deactivated.
    Changed,
    FactorNeeded,
    WrongCode,
    /// The passkey's counter did not increase, or the passkey is gone.
    PasskeyRefused,
}

/// Starts a session for an active person whose password or passkey was correct.
pub async fn begin(
    platform: &Platform,
    person: staff::Model,
    keeping: Keeping,
    way: Way,
    attempt: Attempt,
    info: &RequestInfo,
) -> Result<Response> {
    let now = platform.clock.now();
    let new = NewSession::of(platform, &person, keeping.remember, keeping.web, info);
    let (session, token) = (new.session.id, new.token.clone());
    let warns = platform.settings.get().notifications.new_device;
    let familiar = attempt.known_device || store::has_session_like(platform.storage.read(), person.id, info).await?;
    let note = |action, changes| {
        Entry { actor: Some(person.id), action, entity: (Entity::Staff, Some(person.id)), changes, from: info }
            .row(&platform.ids, now)
    };
    let warning =
        (!familiar && person.last_login.is_some()).then(|| warn_of_device(platform, &person, info)).transpose()?;
    let told = match &warning {
        Some(_) => {
            let device = Device::of(info.user_agent.as_deref()).name;
            let news = News { detail: Some(device), ..News::default() };
            notices::rows(platform, &NEW_DEVICE, &news, To::Person(person.id)).await?
        }
        None => Vec::new(),
    };
    let typed = match &way {
        Way::PasswordAndCode(typed) => typed.clone(),
        _ => Typed::Nonsense,
    };
    let steps = Steps {
        new,
        entry: note("auth.signed_in", Changes::none().fact("by", way.label())),
        recovery: RecoveryUsed {
            entry: note("auth.recovery_code_used", Changes::none()),
            mail: letters::mail(platform, &person, FactorEvent::RecoveryCodeUsed, info)?,
        },
        way,
        password_hash: person.password_hash.clone(),
        asked: note("auth.second_factor_asked", Changes::none()),
        warning: warning.filter(|_| warns),
        told,
        attempt: attempt.clone(),
    };
    let (id, keys) = (person.id, platform.clone());
    let outcome = platform
        .storage
        .write(steps, move |tx, steps| {
            let platform = keys.clone();
            Box::pin(async move { steps.run(tx, &platform, id, now).await })
        })
        .await?;
    let person = match outcome {
        Outcome::In(person) => *person,
        Outcome::Changed => return Err(Error::InvalidCredentials),
        Outcome::FactorNeeded => return Err(Error::SecondFactorRequired),
        Outcome::WrongCode => {
            attempt.failed(platform, None, "auth.second_factor_failed", Some(id), info).await?;
            let late = factors::is_late(platform.storage.read(), &platform.keys, id, &typed, now).await?;
            return Err(Error::WrongCode { late });
        }
        Outcome::PasskeyRefused => {
            passkey_store::note_counter(platform, id, info).await?;
            return Err(Error::InvalidCredentials);
        }
    };
    let mut headers = HeaderMap::new();
    if keeping.web && !attempt.known_device {
        cookies::give_mark(platform, &mut headers, &device::mark(platform, id));
    }
    SignedIn::answer(platform, person, session, token, keeping, headers).await
}

/// The input of the unit, created before it.
struct Steps {
    new: NewSession,
    way: Way,
    password_hash: String,
    asked: audit_logs::Model,
    entry: audit_logs::Model,
    recovery: RecoveryUsed,
    warning: Option<outbox::Model>,
    told: Vec<rows::Model>,
    attempt: Attempt,
}

/// What is recorded when a recovery code was used.
struct RecoveryUsed {
    entry: audit_logs::Model,
    mail: outbox::Model,
}

impl Steps {
    async fn run(
        &self,
        tx: &Tx<'_>,
        platform: &Platform,
        id: uuid::Uuid,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Outcome> {
        let conn = tx.conn();
        if !people::has_password(conn, id, &self.password_hash).await? {
            return Ok(Outcome::Changed);
        }
        match &self.way {
            Way::Passkey(used) => {
                if !passkey_store::note_use(conn, used, now).await? {
                    return Ok(Outcome::PasskeyRefused);
                }
            }
            Way::Password => {
                if factors::of(conn, id).await?.any() {
                    // Anyone who knows a password leaves a trace, even without the factor.
                    tx.audit(self.asked.clone());
                    return Ok(Outcome::FactorNeeded);
                }
            }
            // Ignore a code from a person without a factor: an old form may send an empty one.
            Way::PasswordAndCode(typed) => {
                if factors::of(conn, id).await?.any() {
                    match factors::use_code(conn, &platform.keys, id, typed, now).await? {
                        None => return Ok(Outcome::WrongCode),
                        Some(Code::App) => {}
                        Some(Code::Recovery) => {
                            tx.audit(self.recovery.entry.clone());
                            tx.mail(self.recovery.mail.clone());
                        }
                    }
                }
            }
        }
        self.new.insert(tx).await?;
        if self.way.proves_password() {
            self.attempt.forget(tx).await?;
        }
        let change = staff::ActiveModel { id: Set(id), last_login: Set(Some(now)), ..Default::default() };
        let person = people::change(conn, change).await?;
        tx.audit(self.entry.clone());
        if let Some(warning) = &self.warning {
            tx.mail(warning.clone());
        }
        tx.notify(self.told.clone());
        Ok(Outcome::In(Box::new(person)))
    }
}

/// Signs in a person who has just proven their identity in another way: set-up, an invitation.
pub async fn sign_in_directly(
    platform: &Platform,
    person: staff::Model,
    web: bool,
    info: &RequestInfo,
) -> Result<Response> {
    let keeping = Keeping { web, remember: false };
    let attempt = Attempt::of(platform, &HeaderMap::new(), &person.email, None, info);
    begin(platform, person, keeping, Way::Password, attempt, info).await
}

fn warn_of_device(platform: &Platform, person: &staff::Model, info: &RequestInfo) -> Result<outbox::Model> {
    let letter = letters::NewDevice {
        name: person.name.clone(),
        device: Device::of(info.user_agent.as_deref()).name,
        ip_address: info.ip.to_string(),
        place: platform.places.of(info.ip),
        when: letters::now_for(platform, person),
        link: platform.config.server.link("/admin/profile"),
    };
    Mail::new(&person.email, &letter).about((Entity::Staff, person.id)).row(platform)
}
