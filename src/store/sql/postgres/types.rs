//! Values on PostgreSQL's wire: three types go in, and what comes out is one of a few more.

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::super::value::{Cell, Kind, Owned, Value};

type Fault = Box<dyn std::error::Error + Sync + Send>;

impl Value<'_> {
    /// What the server is told that it is: a value that is absent has a type, too.
    pub(super) const fn type_(&self) -> Type {
        match self {
            Value::Integer(_) | Value::Null(Kind::Integer) => Type::INT8,
            Value::Text(_) | Value::Null(Kind::Text) => Type::TEXT,
            Value::Blob(_) | Value::Null(Kind::Blob) => Type::BYTEA,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self, type_: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match *self {
            Value::Null(_) => Ok(IsNull::Yes),
            Value::Integer(integer) => integer.to_sql(type_, out),
            Value::Text(text) => text.to_sql(type_, out),
            Value::Blob(bytes) => bytes.to_sql(type_, out),
        }
    }

    fn accepts(type_: &Type) -> bool {
        matches!(*type_, Type::INT8 | Type::TEXT | Type::BYTEA)
    }

    to_sql_checked!();
}

impl ToSql for Owned {
    fn to_sql(&self, type_: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        self.value().to_sql(type_, out)
    }

    fn accepts(type_: &Type) -> bool {
        Value::accepts(type_)
    }

    to_sql_checked!();
}

impl<'r> FromSql<'r> for Cell<'r> {
    fn from_sql(type_: &Type, raw: &'r [u8]) -> Result<Self, Fault> {
        Ok(match *type_ {
            Type::BOOL => Cell::Integer(bool::from_sql(type_, raw)?.into()),
            Type::INT4 => Cell::Integer(i32::from_sql(type_, raw)?.into()),
            Type::INT8 => Cell::Integer(i64::from_sql(type_, raw)?),
            Type::BYTEA => Cell::Blob(raw),
            _ => Cell::Text(std::str::from_utf8(raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Cell::Null)
    }

    fn accepts(type_: &Type) -> bool {
        matches!(
            *type_,
            Type::BOOL | Type::INT4 | Type::INT8 | Type::BYTEA | Type::TEXT | Type::VARCHAR
        )
    }
}

/// The same statement with PostgreSQL's signs for its places: `$1` for `?1`, and the next number for
/// a bare `?`. No text of ours holds a question mark.
pub(super) fn numbered(sql: &str) -> String {
    let mut numbered = String::with_capacity(sql.len() + 8);
    let mut next = 1;
    let mut rest = sql.chars().peekable();
    while let Some(c) = rest.next() {
        if c != '?' {
            numbered.push(c);
            continue;
        }
        numbered.push('$');
        if !rest.peek().is_some_and(char::is_ascii_digit) {
            numbered.push_str(&next.to_string());
            next += 1;
        }
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::numbered;

    #[test]
    fn places_keep_their_numbers_and_get_one_where_they_have_none() {
        assert_eq!(
            numbered("SELECT ?2, ?1 FROM a WHERE b = ?12"),
            "SELECT $2, $1 FROM a WHERE b = $12"
        );
        assert_eq!(numbered("a = ? AND b IN (?,?)"), "a = $1 AND b IN ($2,$3)");
    }
}
