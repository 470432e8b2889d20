//! Rows to be inserted at the end of their unit, together with those of the units that share its commit.

use std::any::Any;

use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, EntityTrait};

use super::write::BoxFuture;

/// Maximum rows per insert, far below the parameter limit of either engine.
const BULK: usize = 512;

/// Rows of any tables. Tables are inserted in the order in which they first appeared, so a row can reference one in an
/// earlier table.
#[derive(Default)]
pub(super) struct Waiting(Vec<Box<dyn Rows>>);

impl Waiting {
    pub(super) fn add<A: ActiveModelTrait + Send + 'static>(&mut self, row: A) {
        self.put(Box::new(vec![row]));
    }

    pub(super) fn append(&mut self, other: Self) {
        other.0.into_iter().for_each(|rows| self.put(rows));
    }

    pub(super) async fn insert(&mut self, conn: &DatabaseTransaction) -> Result<(), DbErr> {
        for rows in std::mem::take(&mut self.0) {
            rows.insert(conn).await?;
        }
        Ok(())
    }

    fn put(&mut self, mut rows: Box<dyn Rows>) {
        if !self.0.iter_mut().any(|known| known.absorb(&mut *rows)) {
            self.0.push(rows);
        }
    }
}

/// Rows of one table.
trait Rows: Any + Send {
    /// Takes over the others if they are of this table.
    fn absorb(&mut self, others: &mut dyn Any) -> bool;
    fn insert(self: Box<Self>, conn: &DatabaseTransaction) -> BoxFuture<'_, Result<(), DbErr>>;
}

impl<T: ActiveModelTrait + Send + 'static> Rows for Vec<T> {
    fn absorb(&mut self, others: &mut dyn Any) -> bool {
        others.downcast_mut::<Self>().map(|others| self.append(others)).is_some()
    }

    fn insert(self: Box<Self>, conn: &DatabaseTransaction) -> BoxFuture<'_, Result<(), DbErr>> {
        Box::pin(insert_all(conn, *self))
    }
}

/// Inserts rows of one table in few statements. The size of each is a power of two: statements are prepared by their
/// text, so a few prepared ones soon cover any number of rows.
pub(super) async fn insert_all<A>(conn: &DatabaseTransaction, mut rows: Vec<A>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + Send,
{
    while !rows.is_empty() {
        let some = 1 << rows.len().min(BULK).ilog2();
        let rest = rows.split_off(some);
        A::Entity::insert_many(std::mem::replace(&mut rows, rest)).exec_without_returning(conn).await?;
    }
    Ok(())
}
