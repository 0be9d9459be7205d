//! Reads one `[[channel.question]]`: what an operator that speaks PI-API asks in a ticket.

use std::collections::BTreeMap;

use toml::Value;

use crate::dialects::pi_api::{Kind, Problem, Question};
use crate::domain::Field;
use crate::table::{Faults, Table};

/// The question, or faults.
pub(super) fn read(mut table: Table<'_>, faults: &mut Faults) -> Option<Question> {
    let name = table.required("field", faults);
    let kind = table.required("type", faults).and_then(|text| {
        let kind = Kind::parse(&text);
        if kind.is_none() {
            faults.add(table.key("type"), "must be BOOL, STRING, NUMBER, OPTION or MULTOPTION");
        }
        kind
    });
    let answer = table.text("answer", faults).and_then(|text| {
        let field = Field::parse(&text);
        if field.is_none() {
            faults.add(table.key("answer"), format!("{text:?} is not a field of the catalogue"));
        }
        field
    });
    let mandatory = table.boolean("mandatory", false, faults);
    let mut problems = Vec::new();
    for text in table.texts("problem", faults) {
        match Problem::parse(&text) {
            Some(problem) => problems.push(problem),
            None => faults.add(table.key("problem"), "must be TOTAL, QUALITY or OTHER"),
        }
    }
    let services = table.texts("service", faults);
    let values = values(&mut table, faults);
    let otherwise = table.text("otherwise", faults);
    table.nothing_else(faults);
    let (name, kind) = (name?, kind?);
    let question =
        Question { name, kind, answer, mandatory, problems, services, values, otherwise };
    match question.check() {
        Ok(()) => Some(question),
        Err((key, error)) => {
            faults.add(table.key(key), error.to_string());
            None
        }
    }
}

/// Our codes and the operator's values: any key, and a text each.
fn values(table: &mut Table<'_>, faults: &mut Faults) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    match table.value("values") {
        None => {}
        Some(Value::Table(members)) => {
            for (code, word) in members {
                match word.as_str() {
                    Some(word) => {
                        values.insert(code.clone(), word.to_owned());
                    }
                    None => faults.add(table.key("values"), format!("{code} must be a text")),
                }
            }
        }
        Some(_) => faults.add(table.key("values"), "must be a table of our codes and their words"),
    }
    values
}
