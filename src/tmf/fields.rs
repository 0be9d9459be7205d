//! `fields=id,state,serviceOrderItem.state`: which members of an answer are wanted (TMF630).

use serde_json::{Map, Value};

use super::QueryError;

/// Members that no selection leaves out: an answer without them is about nothing.
const ALWAYS: [&str; 3] = ["id", "href", "@type"];

/// The wanted members; all of them where none is named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<Vec<String>>);

impl Fields {
    const PATHS_MAX: usize = 50;
    const DEPTH_MAX: usize = 6;

    /// Reads names of members, separated by commas, with spaces around them or without. `none`
    /// (TMF630) wants nothing beyond what always is there.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let wanted = text.split(',').map(str::trim).filter(|path| !path.is_empty());
        let mut paths = Vec::new();
        for path in wanted {
            let names: Vec<String> = path.split('.').map(|name| name.trim().to_owned()).collect();
            let plain = |name: &String| {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'@')
            };
            if names.len() > Self::DEPTH_MAX || !names.iter().all(plain) {
                return Err(QueryError::new("fields names members, as id,serviceOrderItem.state"));
            }
            paths.push(names);
        }
        if paths.len() > Self::PATHS_MAX {
            let what = format!("fields names more than {} members", Self::PATHS_MAX);
            return Err(QueryError::new(what));
        }
        Ok(Self(paths))
    }

    /// Reads the query string of an address where nothing else can be asked for.
    pub fn of_query(query: &str) -> Result<Self, QueryError> {
        let mut fields = String::new();
        for (name, value) in super::parameters(query)? {
            if name != "fields" {
                return Err(QueryError::unknown(&["fields"]));
            }
            fields.push_str(&value);
            fields.push(',');
        }
        Self::parse(&fields)
    }

    /// Leaves of an object what is wanted.
    #[must_use]
    pub fn of(&self, value: Value) -> Value {
        if self.0.is_empty() {
            return value;
        }
        let paths: Vec<&[String]> = self.0.iter().map(Vec::as_slice).collect();
        cut(value, &paths)
    }

    /// As it is written.
    pub fn as_text(&self) -> String {
        self.0.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(",")
    }
}

fn cut(value: Value, paths: &[&[String]]) -> Value {
    match value {
        Value::Array(entries) => {
            Value::Array(entries.into_iter().map(|entry| cut(entry, paths)).collect())
        }
        Value::Object(members) => {
            let mut kept = Map::new();
            for (name, value) in members {
                let further: Vec<&[String]> = paths
                    .iter()
                    .filter(|path| path.first() == Some(&name))
                    .map(|path| &path[1..])
                    .collect();
                if further.iter().any(|path| path.is_empty()) || ALWAYS.contains(&name.as_str()) {
                    kept.insert(name, value);
                } else if !further.is_empty() {
                    kept.insert(name, cut(value, &further));
                }
            }
            Value::Object(kept)
        }
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check(fields: &str, expected: &Value) {
        let whole = json!({ "id": "1", "href": "/1", "state": "held",
            "serviceOrderItem": [{ "id": "a", "state": "held", "action": "add" }] });
        assert_eq!(Fields::parse(fields).unwrap().of(whole), *expected);
    }

    #[test]
    fn what_is_named_is_left() {
        check("state", &json!({ "id": "1", "href": "/1", "state": "held" }));
        check("none", &json!({ "id": "1", "href": "/1" }));
        check(
            " serviceOrderItem.state , nothing ",
            &json!({ "id": "1", "href": "/1", "serviceOrderItem": [{ "id": "a", "state": "held" }] }),
        );
        check(
            "serviceOrderItem,serviceOrderItem.state",
            &json!({ "id": "1", "href": "/1",
                "serviceOrderItem": [{ "id": "a", "state": "held", "action": "add" }] }),
        );
    }

    #[test]
    fn what_names_no_member_is_refused() {
        for text in ["a..b", "a.b.c.d.e.f.g", "å", "a b", "$.state"] {
            assert!(Fields::parse(text).is_err(), "{text}");
        }
        assert_eq!(Fields::parse(" , ").unwrap(), Fields::default());
    }
}
