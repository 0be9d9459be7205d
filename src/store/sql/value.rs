//! What goes into a statement and comes out of a row: integers, texts, bytes, and nothing.

use std::borrow::Cow;
use std::fmt;

/// The types of columns there are. A time is an integer, an id is bytes, a truth is 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::store) enum Kind {
    Integer,
    Text,
    Blob,
}

/// A value to bind. What is absent has a type all the same: a database may have to know it.
#[derive(Clone, Copy)]
pub(in crate::store) enum Value<'v> {
    Null(Kind),
    Integer(i64),
    Text(&'v str),
    Blob(&'v [u8]),
}

/// Libraries print what they bind: its type, and never the value.
impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null(_) => "null",
            Self::Integer(_) => "integer",
            Self::Text(_) => "text",
            Self::Blob(_) => "bytes",
        })
    }
}

impl<'v> Value<'v> {
    /// What a row of another table has, for a column of a type.
    pub(in crate::store) const fn of(cell: Cell<'v>, kind: Kind) -> Self {
        match cell {
            Cell::Null => Self::Null(kind),
            Cell::Integer(integer) => Self::Integer(integer),
            Cell::Text(text) => Self::Text(text),
            Cell::Blob(bytes) => Self::Blob(bytes),
        }
    }
}

/// A value that is kept until it has been sent, or answered.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::store) enum Owned {
    Null(Kind),
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Owned {
    pub(in crate::store) fn of(value: &Value<'_>) -> Self {
        match *value {
            Value::Null(kind) => Self::Null(kind),
            Value::Integer(integer) => Self::Integer(integer),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_owned()),
        }
    }

    pub(in crate::store) fn value(&self) -> Value<'_> {
        match self {
            Self::Null(kind) => Value::Null(*kind),
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

impl fmt::Debug for Owned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

/// A statement that will be said, with its values: whoever knows some time before can have the answer
/// fetched together with others ([`Connection::ask_ahead`](super::Connection::ask_ahead)).
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in crate::store) struct Question {
    pub(super) sql: Cow<'static, str>,
    pub(super) values: Vec<Owned>,
}

impl Question {
    pub(in crate::store) fn new(sql: &'static str, params: impl Params) -> Self {
        params.with(|values| Self::of(sql, values))
    }

    pub(in crate::store) fn of(sql: impl Into<Cow<'static, str>>, values: &[Value<'_>]) -> Self {
        Self { sql: sql.into(), values: values.iter().map(Owned::of).collect() }
    }
}

/// What can be bound.
pub(in crate::store) trait Bind {
    const KIND: Kind;

    fn value(&self) -> Value<'_>;
}

/// A value as a row has it.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Cell<'r> {
    Null,
    Integer(i64),
    Text(&'r str),
    Blob(&'r [u8]),
}

/// What a column can be read as.
pub(in crate::store) trait Column: Sized {
    /// `None`: it is something else.
    fn of(cell: Cell<'_>) -> Option<Self>;
}

impl Bind for i64 {
    const KIND: Kind = Kind::Integer;

    fn value(&self) -> Value<'_> {
        Value::Integer(*self)
    }
}

macro_rules! small_integers {
    ($($integer:ty),*) => {$(
        impl Bind for $integer {
            const KIND: Kind = Kind::Integer;

            fn value(&self) -> Value<'_> {
                Value::Integer((*self).into())
            }
        }
    )*};
}
small_integers!(u8, u32, bool);

impl Bind for str {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Bind for String {
    const KIND: Kind = Kind::Text;

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl Bind for [u8] {
    const KIND: Kind = Kind::Blob;

    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl Bind for Vec<u8> {
    const KIND: Kind = Kind::Blob;

    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<const N: usize> Bind for [u8; N] {
    const KIND: Kind = Kind::Blob;

    fn value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<B: Bind + ?Sized> Bind for &B {
    const KIND: Kind = B::KIND;

    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<B: Bind> Bind for Option<B> {
    const KIND: Kind = B::KIND;

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null(B::KIND), Bind::value)
    }
}

/// The values of one statement, in the order of its numbers.
pub(in crate::store) trait Params {
    fn with<R>(self, then: impl FnOnce(&[Value<'_>]) -> R) -> R;
}

impl Params for [Value<'static>; 0] {
    fn with<R>(self, then: impl FnOnce(&[Value<'_>]) -> R) -> R {
        then(&[])
    }
}

impl<B: Bind> Params for [B; 1] {
    fn with<R>(self, then: impl FnOnce(&[Value<'_>]) -> R) -> R {
        then(&self.each_ref().map(Bind::value))
    }
}

impl<B: Bind> Params for [B; 2] {
    fn with<R>(self, then: impl FnOnce(&[Value<'_>]) -> R) -> R {
        then(&self.each_ref().map(Bind::value))
    }
}

impl<const N: usize> Params for &[Value<'_>; N] {
    fn with<R>(self, then: impl FnOnce(&[Value<'_>]) -> R) -> R {
        then(self)
    }
}

impl Params for &[Value<'_>] {
    fn with<R>(self, then: impl FnOnce(&[Value<'_>]) -> R) -> R {
        then(self)
    }
}

/// Values of several types for one statement.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::sql::Bind::value(&$value)),*]
    };
}
pub(in crate::store) use params;

impl Column for i64 {
    fn of(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Integer(integer) => Some(integer),
            _ => None,
        }
    }
}

macro_rules! unsigned {
    ($($integer:ty),*) => {$(
        impl Column for $integer {
            fn of(cell: Cell<'_>) -> Option<Self> {
                i64::of(cell)?.try_into().ok()
            }
        }
    )*};
}
unsigned!(u8, u32, u64);

impl Column for bool {
    fn of(cell: Cell<'_>) -> Option<Self> {
        i64::of(cell).map(|integer| integer != 0)
    }
}

impl Column for String {
    fn of(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl Column for Vec<u8> {
    fn of(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Blob(bytes) => Some(bytes.to_owned()),
            _ => None,
        }
    }
}

impl<const N: usize> Column for [u8; N] {
    fn of(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Blob(bytes) => bytes.try_into().ok(),
            _ => None,
        }
    }
}

impl<C: Column> Column for Option<C> {
    fn of(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => C::of(cell).map(Some),
        }
    }
}
