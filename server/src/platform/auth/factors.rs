//! A person's second factors: which exist, whether the role requires one, and consuming a code.

use chrono::{DateTime, Duration, Utc};
use database::entity::{passkeys, recovery_codes as codes, staff, totp_secrets};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _,
};
use uuid::Uuid;

use super::{recovery_codes, totp};
use crate::error::Result;
use crate::ids::Ids;
use crate::platform::Platform;
use crate::secrets::{KeyRing, Purpose};

/// A person's factors besides the password.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// When the authenticator app was activated.
    pub totp_since: Option<DateTime<Utc>>,
    pub passkeys: u64,
    /// Unused recovery codes.
    pub recovery_left: u64,
}

impl Factors {
    /// True if the password alone is not enough to sign in.
    pub fn any(&self) -> bool {
        self.totp_since.is_some() || self.passkeys > 0
    }
}

/// The person's current factors.
pub async fn of(conn: &impl ConnectionTrait, staff: Uuid) -> Result<Factors, DbErr> {
    let totp_since = totp_secrets::Entity::find_by_id(staff).one(conn).await?.and_then(|row| row.confirmed_at);
    let passkeys = passkeys::Entity::find().filter(passkeys::Column::StaffId.eq(staff)).count(conn).await?;
    let recovery_left = codes::Entity::find()
        .filter(codes::Column::StaffId.eq(staff))
        .filter(codes::Column::UsedAt.is_null())
        .count(conn)
        .await?;
    Ok(Factors { totp_since, passkeys, recovery_left })
}

/// True if the person's role requires a second factor (`security.secondFactorRoles`) and the person has none.
pub async fn missing(platform: &Platform, person: &staff::Model) -> Result<bool> {
    Ok(required(platform, person.role) && !of(platform.storage.read(), person.id).await?.any())
}

/// True if that role requires a second factor.
pub fn required(platform: &Platform, role: staff::Role) -> bool {
    platform.settings.get().security.second_factor_roles.contains(&role)
}

/// What a code turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    App,
    Recovery,
}

/// A typed code, classified by its form alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    App(String),
    Recovery(String),
    Nonsense,
}

impl Typed {
    /// Six digits are a TOTP code; sixteen letters and digits are a recovery code.
    pub fn of(typed: &str) -> Self {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).take(7).collect();
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::App(digits);
        }
        recovery_codes::read(typed).map_or(Self::Nonsense, Self::Recovery)
    }
}

/// Consumes a code of the person within a unit; none if it is wrong or was used before. One conditional update decides
/// between two people who send the same code at once.
pub async fn use_code(
    conn: &impl ConnectionTrait,
    keys: &KeyRing,
    staff: Uuid,
    typed: &Typed,
    now: DateTime<Utc>,
) -> Result<Option<Code>, DbErr> {
    match typed {
        Typed::App(code) => {
            let Some(row) = totp_secrets::Entity::find_by_id(staff).one(conn).await? else { return Ok(None) };
            let used = row.confirmed_at.is_some() && use_step(conn, keys, &row, code, now, None).await?;
            Ok(used.then_some(Code::App))
        }
        Typed::Recovery(code) => {
            let used = codes::Entity::update_many()
                .col_expr(codes::Column::UsedAt, Expr::value(now))
                .filter(codes::Column::StaffId.eq(staff))
                .filter(codes::Column::CodeHash.is_in(recovery_codes::hashes(keys, staff, code)))
                .filter(codes::Column::UsedAt.is_null())
                .exec(conn)
                .await?;
            Ok((used.rows_affected > 0).then_some(Code::Recovery))
        }
        Typed::Nonsense => Ok(None),
    }
}

/// True for a code that was valid within the last hour: the device's clock is slow. Such a code never signs anyone in,
/// so this can be disclosed.
pub async fn is_late(
    conn: &impl ConnectionTrait,
    keys: &KeyRing,
    staff: Uuid,
    typed: &Typed,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let Typed::App(code) = typed else { return Ok(false) };
    let row = totp_secrets::Entity::find_by_id(staff).one(conn).await?.filter(|row| row.confirmed_at.is_some());
    let secret = row.and_then(|row| keys.open_sealed(Purpose::TotpSecret, row.staff_id.as_bytes(), &row.secret_sealed));
    let mut earlier = (2..=120).map(|steps| now - Duration::seconds(30 * steps));
    Ok(secret.is_some_and(|secret| earlier.any(|at| totp::step_of(&secret, code, at).is_some())))
}

/// Advances the secret's last step to that of the code; false if the code is wrong or its step is not newer. With
/// `confirmed`, this activates the secret.
pub async fn use_step(
    conn: &impl ConnectionTrait,
    keys: &KeyRing,
    row: &totp_secrets::Model,
    code: &str,
    now: DateTime<Utc>,
    confirmed: Option<DateTime<Utc>>,
) -> Result<bool, DbErr> {
    let secret = keys.open_sealed(Purpose::TotpSecret, row.staff_id.as_bytes(), &row.secret_sealed);
    let Some(step) = secret.and_then(|secret| totp::step_of(&secret, code, now)) else { return Ok(false) };
    let mut update = totp_secrets::Entity::update_many()
        .col_expr(totp_secrets::Column::LastStep, Expr::value(step))
        .filter(totp_secrets::Column::StaffId.eq(row.staff_id))
        // The same secret still: between reading and writing it may have been replaced.
        .filter(totp_secrets::Column::CreatedAt.eq(row.created_at))
        .filter(totp_secrets::Column::LastStep.lt(step));
    update = match confirmed {
        Some(at) => update
            .col_expr(totp_secrets::Column::ConfirmedAt, Expr::value(at))
            .filter(totp_secrets::Column::ConfirmedAt.is_null()),
        None => update.filter(totp_secrets::Column::ConfirmedAt.is_not_null()),
    };
    Ok(update.exec(conn).await?.rows_affected == 1)
}

/// Stores a secret that waits for its first code, replacing another pending one. Returns false if an active one exists.
pub async fn put_pending(conn: &impl ConnectionTrait, row: &totp_secrets::Model) -> Result<bool, DbErr> {
    totp_secrets::Entity::delete_many()
        .filter(totp_secrets::Column::StaffId.eq(row.staff_id))
        .filter(totp_secrets::Column::ConfirmedAt.is_null())
        .exec(conn)
        .await?;
    let inserted = totp_secrets::Entity::insert(row.clone().into_active_model())
        .on_conflict(OnConflict::column(totp_secrets::Column::StaffId).do_nothing().to_owned())
        .exec_without_returning(conn)
        .await?;
    Ok(inserted > 0)
}

/// Removes the secret; true if it was active.
pub async fn remove_totp(conn: &impl ConnectionTrait, staff: Uuid) -> Result<bool, DbErr> {
    let gone = totp_secrets::Entity::delete_many()
        .filter(totp_secrets::Column::StaffId.eq(staff))
        .filter(totp_secrets::Column::ConfirmedAt.is_not_null())
        .exec(conn)
        .await?;
    Ok(gone.rows_affected > 0)
}

/// Replaces all recovery codes with new ones.
pub async fn put_codes(
    conn: &impl ConnectionTrait,
    keys: &KeyRing,
    ids: &Ids,
    staff: Uuid,
    plain: &[String],
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    remove_codes(conn, staff).await?;
    let rows = plain.iter().map(|code| {
        let code_hash = recovery_codes::hashes(keys, staff, code).swap_remove(0);
        codes::Model { id: ids.next(now), staff_id: staff, code_hash, created_at: now, used_at: None }
            .into_active_model()
    });
    codes::Entity::insert_many(rows).exec_without_returning(conn).await.map(drop)
}

/// Removes the recovery codes.
pub async fn remove_codes(conn: &impl ConnectionTrait, staff: Uuid) -> Result<(), DbErr> {
    codes::Entity::delete_many().filter(codes::Column::StaffId.eq(staff)).exec(conn).await.map(drop)
}

/// Removes the recovery codes if there is no factor left that they could replace.
pub async fn remove_idle_codes(conn: &impl ConnectionTrait, staff: Uuid) -> Result<(), DbErr> {
    if of(conn, staff).await?.any() { Ok(()) } else { remove_codes(conn, staff).await }
}

/// Removes all factors; true if any was active.
pub async fn remove_all(conn: &impl ConnectionTrait, staff: Uuid) -> Result<bool, DbErr> {
    let had = of(conn, staff).await?.any();
    totp_secrets::Entity::delete_many().filter(totp_secrets::Column::StaffId.eq(staff)).exec(conn).await?;
    passkeys::Entity::delete_many().filter(passkeys::Column::StaffId.eq(staff)).exec(conn).await?;
    remove_codes(conn, staff).await?;
    Ok(had)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart_by_their_form() {
        assert_eq!(Typed::of("123 456"), Typed::App("123456".into()));
        assert_eq!(Typed::of("0000-0000 0000-000Z"), Typed::Recovery("0000-0000-0000-000z".into()));
        for nonsense in ["", "12345", "1234567", "12345a", "१२३४५६", "\u{0}"] {
            assert_eq!(Typed::of(nonsense), Typed::Nonsense, "{nonsense}");
        }
    }
}
