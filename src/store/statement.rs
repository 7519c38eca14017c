//! A statement with its values, so that several can be put together and run in one transaction on either database.

use super::dialect::in_transaction;
use super::{Store, StoreError};

/// A value of a statement.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    MaybeText(Option<String>),
    Int(i64),
    MaybeInt(Option<i64>),
    Real(f64),
    MaybeReal(Option<f64>),
}

/// SQL and the values of `$1`, `$2`, … in order.
#[derive(Clone, Debug)]
pub(super) struct Statement {
    sql: &'static str,
    values: Vec<Value>,
}

impl Statement {
    /// `sql` without values yet.
    pub(super) fn new(sql: &'static str) -> Self {
        Self { sql, values: Vec::new() }
    }

    /// The next value.
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }
}

macro_rules! value_from {
    ($($type:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        })+
    };
}

value_from! {
    &str => Text, String => Text, Option<String> => MaybeText,
    i64 => Int, u32 => Int, Option<i64> => MaybeInt, f64 => Real, Option<f64> => MaybeReal,
}

/// Runs one statement in a transaction; gives how many rows it changed.
macro_rules! execute {
    ($tx:expr, $statement:expr) => {{
        let Statement { sql, values } = $statement;
        let mut query = sqlx::query(sql);
        for value in values {
            query = match value {
                Value::Text(value) => query.bind(value),
                Value::MaybeText(value) => query.bind(value),
                Value::Int(value) => query.bind(value),
                Value::MaybeInt(value) => query.bind(value),
                Value::Real(value) => query.bind(value),
                Value::MaybeReal(value) => query.bind(value),
            };
        }
        query.execute(&mut *$tx).await?.rows_affected()
    }};
}

impl Store {
    /// Runs `first`, and, if it changed a row, all of `then`, in one transaction. Gives whether it did: where `first`
    /// changed nothing, nothing happened at all.
    pub(super) async fn write(&self, first: Statement, then: Vec<Statement>) -> Result<bool, StoreError> {
        in_transaction!(&self.writer, tx => {
            if execute!(tx, first) == 0 {
                tx.rollback().await?;
                return Ok(false);
            }
            for statement in then {
                execute!(tx, statement);
            }
            tx.commit().await?;
            Ok(true)
        })
    }

    /// Runs one statement; gives how many rows it changed.
    pub(super) async fn write_one(&self, statement: Statement) -> Result<u64, StoreError> {
        in_transaction!(&self.writer, tx => {
            let changed = execute!(tx, statement);
            tx.commit().await?;
            Ok(changed)
        })
    }
}
