//! The only way to write.
//!
//! A *unit* is a function over a [`Tx`] that may run more than once and awaits only the database. Its audit entries,
//! emails and notices are collected and inserted in bulk before the commit; its events are published after it.
//!
//! On `PostgreSQL` a unit is a transaction, retried on a serialisation failure. On `SQLite` one task takes the waiting
//! units, runs them in one transaction and commits once for all of them: one disk flush serves many. If a unit fails,
//! the group is rolled back and its units run one by one, so that none pays for another.

use std::collections::BTreeSet;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use database::entity::{audit_logs, notifications, outbox, staff};
use futures_util::FutureExt as _;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait as _, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::counts::{Changed, Count};
use super::dialect::{self, WordIndex};
use super::pool::Storage;
use super::waiting::{Waiting, insert_all};
use crate::cluster::{Bus, Event};
use crate::error::{Error, Result};

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Maximum units per commit. With more, responses wait longer than the shared flush saves.
const GROUP: usize = 64;
/// Units that can wait; after that, callers block until there is room.
const QUEUE: usize = 4_096;
/// How often a unit runs if the database asks for a retry.
const ATTEMPTS: u32 = 4;

/// The transaction of one unit.
pub struct Tx<'c> {
    conn: &'c DatabaseTransaction,
    effects: Mutex<Effects>,
}

#[derive(Default)]
struct Effects {
    rows: Waiting,
    audit: Vec<audit_logs::ActiveModel>,
    mails: Vec<outbox::ActiveModel>,
    notices: Vec<notifications::Model>,
    counts: Changed,
    events: Vec<Event>,
}

impl<'c> Tx<'c> {
    fn new(conn: &'c DatabaseTransaction) -> Self {
        Self { conn, effects: Mutex::default() }
    }

    /// For the statements of the unit.
    pub fn conn(&self) -> &DatabaseTransaction {
        self.conn
    }

    /// Adds a row, to be inserted at the end with those of the units that share the commit. Use it for rows that the
    /// unit does not read, and whose insert fails only if something is wrong: a failure costs the others their common
    /// commit.
    pub fn add<A: ActiveModelTrait + Send + 'static>(&self, row: A) {
        self.effects().rows.add(row);
    }

    /// Adds an audit entry.
    pub fn audit(&self, entry: audit_logs::Model) {
        self.effects().audit.push(entry.into_active_model());
    }

    /// Adds an email to the outbox.
    pub fn mail(&self, mail: outbox::Model) {
        self.effects().mails.push(mail.into_active_model());
    }

    /// Adds notices for people; their open dashboards are notified after the commit.
    pub fn notify(&self, notices: Vec<notifications::Model>) {
        self.effects().notices.extend(notices);
    }

    /// Adds to a maintained count, or subtracts from it.
    pub fn count(&self, count: Count, delta: i32) {
        self.effects().counts.add(count, delta);
    }

    /// Publishes an event once the unit is committed.
    pub fn publish(&self, event: Event) {
        self.effects().events.push(event);
    }

    fn effects(&self) -> std::sync::MutexGuard<'_, Effects> {
        self.effects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn into_effects(self) -> Effects {
        self.effects.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Effects {
    fn append(&mut self, mut other: Self) {
        self.rows.append(other.rows);
        self.audit.append(&mut other.audit);
        self.mails.append(&mut other.mails);
        self.notices.append(&mut other.notices);
        self.counts.append(&other.counts);
        self.events.append(&mut other.events);
    }

    async fn insert(&mut self, conn: &DatabaseTransaction) -> Result<(), DbErr> {
        if !self.audit.is_empty() {
            self.events.push(Event::AuditWritten);
        }
        if !self.mails.is_empty() {
            self.events.push(Event::MailQueued);
        }
        if !self.notices.is_empty() {
            let people: BTreeSet<Uuid> = self.notices.iter().map(|notice| notice.staff_id).collect();
            // A recipient may be gone by now, and that must not undo what the notice is about.
            let there: BTreeSet<Uuid> = still_there(conn, people).await?.into_iter().collect();
            self.notices.retain(|notice| there.contains(&notice.staff_id));
            self.events.push(Event::Notified(there.into_iter().collect()));
        }
        self.rows.insert(conn).await?;
        insert_all(conn, std::mem::take(&mut self.audit)).await?;
        insert_all(conn, std::mem::take(&mut self.mails)).await?;
        let notices = std::mem::take(&mut self.notices).into_iter().map(IntoActiveModel::into_active_model);
        insert_all(conn, notices.collect()).await?;
        if self.counts.insert(conn).await? {
            self.events.push(Event::Counted);
        }
        Ok(())
    }

    fn publish(self, bus: &Bus) {
        for event in self.events {
            bus.publish(event);
        }
    }
}

/// Those of these people who have a row, which then stays until the transaction ends.
async fn still_there(conn: &DatabaseTransaction, people: BTreeSet<Uuid>) -> Result<Vec<Uuid>, DbErr> {
    staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::Id.is_in(people))
        .order_by_asc(staff::Column::Id)
        .lock(LockType::KeyShare)
        .into_tuple()
        .all(conn)
        .await
}

impl Storage {
    /// Runs `act` on `input` as one unit and returns after the commit.
    ///
    /// `act` can run again, so it must only talk to the database through [`Tx`].
    pub async fn write<I, T, F>(&self, input: I, act: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t Tx<'t>, &'t I) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static,
    {
        match &self.writer {
            Writer::Grouped(queue) => {
                let (reply, answer) = oneshot::channel();
                let work = Work { input, act, outcome: None, reply };
                queue.send(Box::new(work)).await.map_err(|_| closed())?;
                answer.await.map_err(|_| closed())?
            }
            Writer::Direct(conn) => {
                let mut attempt = 1;
                loop {
                    match transaction(conn, &self.bus, &input, &act).await {
                        Err(Error::Database(error)) if attempt < ATTEMPTS && dialect::may_run_again(&error) => {
                            attempt += 1;
                        }
                        outcome => return outcome,
                    }
                }
            }
        }
    }
}

async fn transaction<I, T, F>(conn: &DatabaseConnection, bus: &Bus, input: &I, act: &F) -> Result<T>
where
    F: for<'t> Fn(&'t Tx<'t>, &'t I) -> BoxFuture<'t, Result<T>>,
{
    let txn = dialect::begin(conn).await?;
    let tx = Tx::new(&txn);
    let value = act(&tx, input).await?;
    let mut effects = tx.into_effects();
    effects.insert(&txn).await?;
    txn.commit().await?;
    effects.publish(bus);
    Ok(value)
}

fn closed() -> Error {
    Error::Unavailable { retry_after: 1 }
}

/// How units reach the database.
#[derive(Clone)]
pub(super) enum Writer {
    /// One task commits groups of units over one connection.
    Grouped(mpsc::Sender<Box<dyn Unit>>),
    /// Each unit has its own transaction.
    Direct(DatabaseConnection),
}

impl Writer {
    /// False if the writing task has ended.
    pub(super) fn is_open(&self) -> bool {
        match self {
            Self::Grouped(queue) => !queue.is_closed(),
            Self::Direct(_) => true,
        }
    }

    /// `options` open `conn` again.
    pub(super) fn grouped(conn: DatabaseConnection, options: ConnectOptions, bus: Bus, words: Vec<WordIndex>) -> Self {
        let (queue, mut waiting) = mpsc::channel::<Box<dyn Unit>>(QUEUE);
        tokio::spawn(async move {
            let mut writer = Grouped { conn, options, is_broken: false, bus, words };
            let mut group = Vec::with_capacity(GROUP);
            while waiting.recv_many(&mut group, GROUP).await > 0 {
                writer.commit(std::mem::take(&mut group)).await;
            }
        });
        Self::Grouped(queue)
    }

    pub(super) fn direct(conn: DatabaseConnection) -> Self {
        Self::Direct(conn)
    }
}

/// A unit with its types erased.
pub(super) trait Unit: Send {
    /// Runs it and keeps its result; false if it failed.
    fn run<'a>(&'a mut self, tx: &'a Tx<'a>) -> BoxFuture<'a, bool>;
    /// Passes the result to the caller; an error of the commit replaces it.
    fn settle(self: Box<Self>, commit: Result<(), DbErr>);
    /// True if the caller no longer waits.
    fn is_abandoned(&self) -> bool;
}

struct Work<I, F, T> {
    input: I,
    act: F,
    outcome: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<I, F, T> Unit for Work<I, F, T>
where
    I: Send + Sync,
    T: Send,
    F: for<'t> Fn(&'t Tx<'t>, &'t I) -> BoxFuture<'t, Result<T>> + Send + Sync,
{
    fn run<'a>(&'a mut self, tx: &'a Tx<'a>) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            // A panic ends this unit, not the writer.
            let outcome = AssertUnwindSafe((self.act)(tx, &self.input))
                .catch_unwind()
                .await
                .unwrap_or_else(|_| Err(Error::internal("a unit of work panicked")));
            let fine = outcome.is_ok();
            self.outcome = Some(outcome);
            fine
        })
    }

    fn settle(self: Box<Self>, commit: Result<(), DbErr>) {
        let outcome = match (commit, self.outcome) {
            (Ok(()), Some(outcome)) | (Err(_), Some(outcome @ Err(_))) => outcome,
            (Err(error), _) => Err(error.into()),
            (Ok(()), None) => Err(closed()),
        };
        // The caller may be gone in the meantime.
        let _ = self.reply.send(outcome);
    }

    fn is_abandoned(&self) -> bool {
        self.reply.is_closed()
    }
}

/// The one task that writes to `SQLite`.
struct Grouped {
    conn: DatabaseConnection,
    options: ConnectOptions,
    /// The connection may be in a transaction that nobody ends any more.
    is_broken: bool,
    bus: Bus,
    words: Vec<WordIndex>,
}

impl Grouped {
    async fn commit(&mut self, mut group: Vec<Box<dyn Unit>>) {
        group.retain(|unit| !unit.is_abandoned());
        if group.len() > 1 {
            match self.together(&mut group).await {
                Ok(true) => return group.into_iter().for_each(|unit| unit.settle(Ok(()))),
                Ok(false) => {}
                Err(error) => return group.into_iter().for_each(|unit| unit.settle(Err(error.clone()))),
            }
        }
        for mut unit in group {
            let committed = self.together(std::slice::from_mut(&mut unit)).await;
            unit.settle(committed.map(drop));
        }
    }

    /// Runs the units in one transaction. False: one of them failed, and nothing was written.
    async fn together(&mut self, units: &mut [Box<dyn Unit>]) -> Result<bool, DbErr> {
        let txn = self.begin().await?;
        let alone = units.len() == 1;
        match self.run(&txn, units).await {
            Ok(Some(effects)) => {
                txn.commit().await.inspect_err(|_| self.is_broken = true)?;
                effects.publish(&self.bus);
                Ok(true)
            }
            failed => {
                self.is_broken = txn.rollback().await.is_err();
                match failed {
                    Err(error) if alone => Err(error),
                    _ => Ok(false),
                }
            }
        }
    }

    /// Begins a transaction, on another connection if this one is broken. `SQLite` ends a transaction by itself when
    /// the disk is full; the driver believes that it is still in it, and would nest all later ones, which then are never
    /// committed.
    async fn begin(&mut self) -> Result<DatabaseTransaction, DbErr> {
        if self.is_broken {
            // Whatever it still has open is undone by this.
            let _ = self.conn.clone().close().await;
            self.conn = Database::connect(self.options.clone()).await?;
            self.is_broken = false;
        }
        dialect::begin(&self.conn).await
    }

    /// What the units leave, or none if one of them failed.
    async fn run(&self, txn: &DatabaseTransaction, units: &mut [Box<dyn Unit>]) -> Result<Option<Effects>, DbErr> {
        let mut effects = Effects::default();
        for unit in units {
            let tx = Tx::new(txn);
            if !unit.run(&tx).await {
                return Ok(None);
            }
            effects.append(tx.into_effects());
        }
        effects.insert(txn).await?;
        for index in &self.words {
            index.feed(txn).await?;
        }
        Ok(Some(effects))
    }
}
