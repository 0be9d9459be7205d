//! What a deployment knows of a customer, as a line of `sluss redact --jsonl` hands it in.
//!
//! | member | is |
//! |---|---|
//! | `name`, `third_party_contact` | people: `first`, `last`, or one text |
//! | `personnummer`, `email`, `phone`, `customer_no` | the customer's |
//! | `delivery_address` | where the technician goes: may stand |
//! | `service` | ids, ports, models and speeds: may stand |
//!
//! A value under another name is somebody's all the same, so it is taken out too. Each value may be
//! a text, a number, or an array of them.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::domain::Field;
use crate::guard::Kind;
use crate::intake;
use crate::minimise::{KnownValues, Place};

/// A record of nobody's needs more.
const VALUES_MAX: usize = 500;
const DEPTH_MAX: usize = 6;

/// The contact of whom a booked visit may know something.
#[derive(Deserialize)]
pub(super) struct Allowed<'l> {
    #[serde(borrow)]
    who: Cow<'l, str>,
    #[serde(borrow, default)]
    fields: Vec<Cow<'l, str>>,
}

impl Allowed<'_> {
    fn of(allowed: Option<&Self>, who: &str, field: &str) -> bool {
        allowed
            .is_some_and(|allowed| allowed.who == who && allowed.fields.iter().any(|f| f == field))
    }
}

/// The values of a record, each with the path to it: `delivery_address.street`.
pub(super) struct Record<'l>(Vec<(String, Cow<'l, str>)>);

impl<'l> Record<'l> {
    /// What the guard is told.
    pub(super) fn known(&self, allowed: Option<&Allowed<'_>>) -> KnownValues<'_> {
        let mut known = KnownValues::new();
        for (who, name, phone) in [
            ("customer", "name", "phone"),
            ("third_party", "third_party_contact", "third_party_contact.phone"),
        ] {
            self.name(name, Allowed::of(allowed, who, "name"), &mut known);
            self.phones(phone, Allowed::of(allowed, who, "phone"), &mut known);
        }
        let email = Allowed::of(allowed, "customer", "email");
        self.all("email").for_each(|value| known.field(Field::ContactEmail, value, email));
        self.all("personnummer").for_each(|value| known.mask(Kind::Personnummer, value));
        self.all("customer_no").for_each(|value| known.mask(Kind::CustomerNumber, value));
        self.delivery(&mut known);
        for (path, value) in &self.0 {
            let (root, _) = path.split_once('.').unwrap_or((path, ""));
            match root {
                "service" => known.protect(value.as_ref()),
                "delivery_address"
                | "name"
                | "third_party_contact"
                | "email"
                | "phone"
                | "personnummer"
                | "customer_no" => {}
                _ if tells(value) => known.mask(Kind::Other, value.as_ref()),
                _ => {}
            }
        }
        known
    }

    /// A name in one text, or in its parts: the last name last, whatever the order of members.
    fn name<'r>(&'r self, of: &str, leaves: bool, known: &mut KnownValues<'r>) {
        let whole = self.all(of);
        let first = self.0.iter().filter(|(path, _)| {
            below(of, path).is_some_and(|part| !matches!(part, "last" | "phone" | "relation"))
        });
        let last = self.0.iter().filter(|(path, _)| below(of, path) == Some("last"));
        let parts = first.chain(last).map(|(_, value)| value.as_ref());
        let name = whole.chain(parts).collect::<Vec<_>>().join(" ");
        if !leaves {
            known.mask(Kind::Person, name);
            return;
        }
        known.allow(name);
    }

    fn phones<'r>(&'r self, path: &str, leave: bool, known: &mut KnownValues<'r>) {
        for value in self.all(path) {
            if leave {
                // As intake keeps it, so that it may stand in any grouping.
                let number = intake::phone(value);
                known.protect(number.map_or_else(|| value.to_owned(), |number| number.to_string()));
            } else {
                known.mask(Kind::Phone, value);
            }
        }
    }

    /// Where the technician goes.
    fn delivery<'r>(&'r self, known: &mut KnownValues<'r>) {
        let part = |name: &str| self.all(&format!("delivery_address.{name}")).next().unwrap_or("");
        let place = Place {
            street: part("street"),
            number: part("number"),
            littera: part("littera"),
            apartment: part("apartment"),
        };
        known.place(place, true, true);
        known.line(format!("{} {}", part("postcode"), part("city")), true);
        known.line(part("city").to_owned(), true);
        known.line(part("property").to_owned(), true);
    }

    fn all<'r, 'p>(&'r self, path: &'p str) -> impl Iterator<Item = &'r str> + use<'r, 'p, 'l> {
        self.0.iter().filter(move |(known, _)| known == path).map(|(_, value)| value.as_ref())
    }
}

/// What of a path is left below another.
fn below<'p>(of: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(of)?.strip_prefix('.')
}

/// Whether a value under a name that nobody knows is worth a search.
fn tells(value: &str) -> bool {
    value.chars().filter(|c| c.is_alphanumeric()).count() >= 4
}

impl<'de: 'l, 'l> Deserialize<'de> for Record<'l> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        let mut values = Vec::new();
        Walk { path: "", depth: 0, values: &mut values }.deserialize(json)?;
        Ok(Self(values))
    }
}

/// Collects what stands at a path and below it.
struct Walk<'w, 'l> {
    path: &'w str,
    depth: usize,
    values: &'w mut Vec<(String, Cow<'l, str>)>,
}

impl<'l> Walk<'_, 'l> {
    fn take<E: Error>(self, value: Cow<'l, str>) -> Result<(), E> {
        if self.values.len() == VALUES_MAX {
            return Err(E::custom("too many values"));
        }
        self.values.push((self.path.to_owned(), value));
        Ok(())
    }

    fn inner<'i, E: Error>(&'i mut self, path: &'i str) -> Result<Walk<'i, 'l>, E> {
        if self.depth == DEPTH_MAX {
            return Err(E::custom("nested too deep"));
        }
        Ok(Walk { path, depth: self.depth + 1, values: self.values })
    }
}

impl<'de: 'l, 'l> DeserializeSeed<'de> for Walk<'_, 'l> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de: 'l, 'l> Visitor<'de> for Walk<'_, 'l> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what is known of a customer")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.take(Cow::Owned(value.to_string()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.take(Cow::Owned(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.take(Cow::Owned(value.to_string()))
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<(), E> {
        self.take(Cow::Borrowed(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.take(Cow::Owned(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let path = self.path;
        while entries.next_element_seed(self.inner(path)?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let path = self.path;
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            let below = if path.is_empty() { name.into_owned() } else { format!("{path}.{name}") };
            members.next_value_seed(self.inner(&below)?)?;
        }
        Ok(())
    }
}
