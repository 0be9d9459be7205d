//! Rows of many keys with few statements: each key is found by an index, whatever a server believes about
//! the size of a table.

use super::super::sql::{Question, Value};

/// Keys at most to a statement: a power of two.
const KEYS_MAX: usize = 64;

/// Keys that are asked for together: so many as a power of two, the last of them as often as it takes. So
/// there are few statements, and each is taken apart once.
pub(super) struct Among<'k>(Vec<&'k [u8; 16]>);

impl<'k> Among<'k> {
    /// All keys, in lists.
    pub(super) fn of(keys: &[&'k [u8; 16]]) -> Vec<Self> {
        let listed = |keys: &[&'k [u8; 16]]| {
            let mut list = keys.to_vec();
            list.resize(keys.len().next_power_of_two(), keys[keys.len() - 1]);
            Self(list)
        };
        keys.chunks(KEYS_MAX).map(listed).collect()
    }

    /// A statement that ends its `IN (?)` with these keys.
    pub(super) fn said(&self, sql: &str) -> String {
        let places: Vec<String> = (1..=self.0.len()).map(|place| format!("?{place}")).collect();
        sql.replacen('?', &places.join(", "), 1)
    }

    /// What is bound.
    pub(super) fn keys(&self) -> Vec<Value<'k>> {
        self.0.iter().map(|key| Value::Blob(key.as_slice())).collect()
    }

    pub(super) fn question(&self, sql: &str) -> Question {
        Question::of(self.said(sql), &self.keys())
    }
}

#[cfg(test)]
mod tests {
    use super::Among;

    #[test]
    fn keys_are_asked_for_by_powers_of_two() {
        let keys: Vec<[u8; 16]> = (0..67).map(|n| [n; 16]).collect();
        let keys: Vec<&[u8; 16]> = keys.iter().collect();
        let lists = Among::of(&keys);
        assert_eq!(lists.iter().map(|list| list.0.len()).collect::<Vec<_>>(), [64, 4]);
        assert_eq!(lists[1].0, [keys[64], keys[65], keys[66], keys[66]]);
        assert_eq!(lists[1].said("a IN (?) ORDER BY b"), "a IN (?1, ?2, ?3, ?4) ORDER BY b");
        assert!(Among::of(&[]).is_empty());
    }
}
