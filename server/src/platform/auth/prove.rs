//! Confirming one's identity before a sensitive action: by password, code or passkey. The proof is valid for ten
//! minutes in the same session.

use axum::extract::State;
use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use database::entity::{active_sessions, audit_logs, staff};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::attempts::Attempt;
use super::factors::{self, Code, Typed};
use super::guard::{Caller, PROOF_LASTS, own_account};
use super::letters::{self, FactorEvent};
use super::own_entry;
use super::passkey_store::{self, Purpose};
use super::passkeys::{Asked, not_accepted};
use super::passwords::Lane;
use super::relying_party::{self, Refusal};
use crate::cluster::Event;
use crate::error::{Error, Result};
use crate::http::{Data, Envelope, Json, Problem, RequestInfo};
use crate::platform::Platform;
use crate::platform::audit::{self, Changes};
use crate::platform::staff as people;
use crate::storage::Tx;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<Platform> {
    OpenApiRouter::new()
        .routes(own_account(routes!(prove)))
        .routes(own_account(routes!(begin_passkey_proof)))
        .routes(own_account(routes!(prove_by_passkey)))
}

/// Exactly one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    #[serde(default)]
    #[schema(nullable = false)]
    pub password: Option<String>,
    /// A code from the authenticator app, or a recovery code, which is then used up.
    #[serde(default)]
    #[schema(nullable = false)]
    pub code: Option<String>,
}

/// How long the proof is valid.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proved {
    pub until: DateTime<Utc>,
}

/// Confirms your identity with password or code. Requests that returned `reauthentication_required` then work for ten
/// minutes.
#[utoipa::path(post, path = "/api/auth/prove", tag = "auth", request_body = Proof,
    responses((status = 200, body = Envelope<Proved>), (status = 422, body = Problem), (status = 429, body = Problem)))]
async fn prove(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    headers: HeaderMap,
    Json(proof): Json<Proof>,
) -> Result<Data<Proved>> {
    let person = people::by_id(platform.storage.read(), caller.staff_id).await?.ok_or(Error::Unauthenticated)?;
    let attempt = Attempt::of(&platform, &headers, &person.email, Some(&person), &info);
    match (proof.password, proof.code) {
        (Some(password), None) => {
            let right = attempt.is_right(&platform, Lane::Known, password, Some(person.password_hash)).await?;
            if !right {
                attempt.failed(&platform, Some(person.id), "auth.proof_failed", Some(person.id), &info).await?;
                return Err(Error::field("password", "invalid", "This is not your password."));
            }
            let work = (attempt, Proving::by("password", &platform, &caller, &info));
            platform
                .storage
                .write(work, |tx, (attempt, proving)| {
                    Box::pin(async move {
                        attempt.forget(tx).await?;
                        proving.note(tx).await
                    })
                })
                .await?;
        }
        (None, Some(code)) => {
            attempt.check(&platform).await?;
            if !use_code(&platform, &person, &Typed::of(&code), attempt, &caller, &info).await? {
                return Err(Error::field("code", "invalid", "This code is wrong or has already been used."));
            }
        }
        _ => return Err(Error::field("password", "required", "Send your password or a code.")),
    }
    Ok(Data(Proved { until: platform.clock.now() + PROOF_LASTS }))
}

/// Consumes the code; true if it was correct. A guess at a code costs nothing, so each is counted in the unit that
/// evaluates it: of many at once, no more are evaluated than are allowed to fail.
async fn use_code(
    platform: &Platform,
    person: &staff::Model,
    typed: &Typed,
    attempt: Attempt,
    caller: &Caller,
    info: &RequestInfo,
) -> Result<bool> {
    let entry = |action| own_entry(platform, caller, info, action, Changes::none());
    let entries = [entry("auth.recovery_code_used"), entry("auth.proof_failed"), entry("auth.locked")];
    let mail = letters::mail(platform, person, FactorEvent::RecoveryCodeUsed, info)?;
    let proving =
        Proving::by(if matches!(typed, Typed::Recovery(_)) { "recovery code" } else { "code" }, platform, caller, info);
    let (with, id, now) = (platform.clone(), person.id, platform.clock.now());
    platform
        .storage
        .write((typed.clone(), entries, mail, attempt, proving), move |tx, (typed, entries, mail, attempt, proving)| {
            let platform = with.clone();
            Box::pin(async move {
                let [recovery, failed, locked] = entries;
                let locks = attempt.take(&platform, tx).await?;
                let Some(used) = factors::use_code(tx.conn(), &platform.keys, id, typed, now).await? else {
                    tx.audit(failed.clone());
                    if locks {
                        tx.audit(locked.clone());
                    }
                    return Ok(false);
                };
                if used == Code::Recovery {
                    tx.audit(recovery.clone());
                    tx.mail(mail.clone());
                }
                attempt.forget(tx).await?;
                proving.note(tx).await?;
                Ok(true)
            })
        })
        .await
}

/// A successful proof, to be recorded.
#[derive(Clone)]
struct Proving {
    session: Uuid,
    at: DateTime<Utc>,
    entry: audit_logs::Model,
}

impl Proving {
    fn by(way: &str, platform: &Platform, caller: &Caller, info: &RequestInfo) -> Self {
        let entry = own_entry(platform, caller, info, "auth.proved", Changes::none().fact("by", way));
        Self { session: caller.session_id, at: platform.clock.now(), entry }
    }

    /// Records it in the session's row and in the audit trail.
    async fn note(&self, tx: &Tx<'_>) -> Result<()> {
        active_sessions::Entity::update_many()
            .col_expr(active_sessions::Column::ProvedAt, Expr::value(self.at))
            .filter(active_sessions::Column::Id.eq(self.session))
            .exec(tx.conn())
            .await?;
        tx.audit(self.entry.clone());
        tx.publish(Event::SessionChanged(self.session));
        Ok(())
    }
}

/// Starts confirming your identity with one of your own passkeys.
#[utoipa::path(post, path = "/api/auth/prove/passkey/begin", tag = "auth",
    responses((status = 200, body = Envelope<Asked>), (status = 409, body = Problem)))]
async fn begin_passkey_proof(State(platform): State<Platform>, caller: Caller) -> Result<Data<Asked>> {
    let own = passkey_store::of(platform.storage.read(), caller.staff_id).await?;
    if own.is_empty() {
        return Err(Error::Conflict("You have no passkey. Use your password or a code.".into()));
    }
    let ceremony = relying_party::begin_proof(&platform, &own)?;
    let id = passkey_store::begin(&platform, Purpose::Prove, Some(caller.session_id), ceremony.state).await?;
    Ok(Data(Asked { challenge_id: id, options: ceremony.options }))
}

/// The response of the passkey.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PasskeyProof {
    pub challenge_id: Uuid,
    /// `PublicKeyCredential` as JSON, with bytes in base64url.
    #[schema(value_type = Object)]
    pub credential: Value,
}

/// Confirms your identity with a passkey.
#[utoipa::path(post, path = "/api/auth/prove/passkey", tag = "auth", request_body = PasskeyProof,
    responses((status = 200, body = Envelope<Proved>), (status = 422, body = Problem)))]
async fn prove_by_passkey(
    State(platform): State<Platform>,
    caller: Caller,
    info: RequestInfo,
    Json(body): Json<PasskeyProof>,
) -> Result<Data<Proved>> {
    let state = passkey_store::redeem(&platform, Purpose::Prove, Some(caller.session_id), body.challenge_id)
        .await?
        .ok_or_else(super::passkeys::challenge_is_over)?;
    let own = passkey_store::of(platform.storage.read(), caller.staff_id).await?;
    let proving = Proving::by("passkey", &platform, &caller, &info);
    let proved = match relying_party::finish_proof(&platform, &body.credential, state, &own)? {
        Err(Refusal::Wrong) => {
            let failed = own_entry(&platform, &caller, &info, "auth.proof_failed", Changes::none());
            audit::write(&platform, failed).await?;
            return Err(not_accepted());
        }
        Err(Refusal::Copied) => false,
        Ok(used) => {
            platform
                .storage
                .write((used, proving), |tx, (used, proving)| {
                    Box::pin(async move {
                        let counts = passkey_store::note_use(tx.conn(), used, proving.at).await?;
                        if counts {
                            proving.note(tx).await?;
                        }
                        Ok(counts)
                    })
                })
                .await?
        }
    };
    if !proved {
        passkey_store::note_counter(&platform, caller.staff_id, &info).await?;
        return Err(not_accepted());
    }
    Ok(Data(Proved { until: platform.clock.now() + PROOF_LASTS }))
}
