//! A ticket's `description`: the facts that ON-API has no member for, as short coded sentences in
//! a fixed order, and behind them what somebody wrote. In Swedish, as its readers are.
//!
//! ```text
//! description = *( fact " " ) [ text ]
//! fact        = label ": " value "."
//! ```
//!
//! such as `Sedan: 2026-11-20T08:00:00Z. Mönster: konstant. Lampor: alla släckta. Kabeltest: ja. …`
//!
//! ON-API's `text` has at most 255 characters. The facts come first, as they are what a technician
//! acts on; a fact that does not fit is left out whole, and the text is cut at a sentence, with ` […]`.

use super::write::Text;
use crate::domain::Field;
use crate::minimise::cut;

/// The most characters in a value of ON-API's data format `text` (common/dataformats.md).
pub(super) const TEXT_MAX: usize = 255;

/// The most characters of one fact's value: one long model name is not worth three other facts.
const VALUE_MAX: usize = 60;

/// Label, field, and how the field's codes read.
pub(in crate::dialects) type Fact = (&'static str, Field, fn(&str) -> &str);

/// Most useful first: the last ones are those left out where there is no room.
pub(in crate::dialects) const FACTS: &[Fact] = &[
    ("Sedan", Field::FaultSince, as_it_is),
    ("Mönster", Field::FaultPattern, pattern),
    ("Lampor", Field::FaultLamps, as_it_is),
    ("Kabeltest", Field::FaultWiredTest, yes_or_no),
    ("Omstart", Field::FaultRestarted, yes_or_no),
    ("Mbit/s", Field::FaultSpeed, as_it_is),
    ("dBm", Field::FaultLevel, as_it_is),
    ("Grannar", Field::FaultNeighbours, as_it_is),
    ("Grad", Field::FaultSeverity, severity),
    ("Besök bokat", Field::VisitBooked, yes_or_no),
    ("Besökstid", Field::VisitWindow, as_it_is),
    ("Utrustning", Field::CpeModel, as_it_is),
];

/// The description, of at most so many characters; empty where there is nothing to say.
pub(in crate::dialects) fn describe(
    list: impl Iterator<Item = Fact>,
    text: Text<'_, '_>,
    length_max: usize,
) -> String {
    let mut description = String::new();
    for (label, field, spell) in list {
        let Some(value) = text(field) else { continue };
        let value = cut(&one_line(spell(value)), VALUE_MAX).into_owned();
        if !value.is_empty() {
            append(&mut description, &format!("{label}: {value}."), length_max);
        }
    }
    if let Some(told) = text(Field::FaultDescription) {
        let told = one_line(told);
        let room = room(&description, length_max);
        let told = cut(&told, room);
        if !told.is_empty() {
            append(&mut description, &told, length_max);
        }
    }
    description
}

/// White space and control characters, line ends among them, become single spaces.
pub(in crate::dialects) fn one_line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Adds a part and the space before it, if there is room for the whole of it.
fn append(description: &mut String, part: &str, length_max: usize) {
    if part.chars().count() <= room(description, length_max) {
        if !description.is_empty() {
            description.push(' ');
        }
        description.push_str(part);
    }
}

/// How many characters the next part may have.
fn room(description: &str, length_max: usize) -> usize {
    let space = usize::from(!description.is_empty());
    length_max.saturating_sub(description.chars().count() + space)
}

// A code that is not in the catalogue's list stands as it is: the policy let it through.

pub(in crate::dialects) fn as_it_is(code: &str) -> &str {
    code
}

pub(in crate::dialects) fn yes_or_no(code: &str) -> &str {
    match code {
        "true" => "ja",
        "false" => "nej",
        other => other,
    }
}

fn pattern(code: &str) -> &str {
    match code {
        "constant" => "konstant",
        "intermittent" => "återkommande",
        other => other,
    }
}

fn severity(code: &str) -> &str {
    match code {
        "minor" => "liten",
        "moderate" => "måttlig",
        "significant" => "betydande",
        "extensive" => "omfattande",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(fields: &[(Field, &str)], expected: &str) {
        let text =
            |sought| fields.iter().find(|(field, _)| *field == sought).map(|(_, text)| *text);
        let got = describe(FACTS.iter().copied(), &text, TEXT_MAX);
        assert_eq!(got, expected);
        assert!(got.chars().count() <= TEXT_MAX);
    }

    #[test]
    fn facts_stand_in_their_order_and_the_text_behind_them() {
        check(&[], "");
        check(&[(Field::FaultDescription, "Ingen\r\n\tlampa  lyser.")], "Ingen lampa lyser.");
        check(
            &[
                (Field::FaultDescription, "Ingen lampa lyser."),
                (Field::VisitBooked, "false"),
                (Field::FaultPattern, "intermittent"),
                (Field::FaultSince, "2026-11-20T08:00:00Z"),
                (Field::FaultSpeed, "93/88"),
                (Field::FaultSeverity, "significant"),
            ],
            "Sedan: 2026-11-20T08:00:00Z. Mönster: återkommande. Mbit/s: 93/88. Grad: betydande. \
             Besök bokat: nej. Ingen lampa lyser.",
        );
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let text = "å".repeat(300);
        let cut = format!("Omstart: ja. {} […]", "å".repeat(TEXT_MAX - 17));
        check(&[(Field::FaultDescription, &text), (Field::FaultRestarted, "true")], &cut);
    }

    #[test]
    fn a_fact_without_room_is_left_out_whole_and_a_later_short_one_is_not() {
        let long = "x".repeat(80);
        let value = format!("{} […]", "x".repeat(VALUE_MAX - 4));
        check(
            &[
                (Field::FaultSince, &long),
                (Field::FaultPattern, &long),
                (Field::FaultLamps, &long),
                (Field::FaultSpeed, &long),
                (Field::FaultNeighbours, "3"),
            ],
            &format!("Sedan: {value}. Mönster: {value}. Lampor: {value}. Grannar: 3."),
        );
    }
}
