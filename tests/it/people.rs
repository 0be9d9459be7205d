//! What a body that was handed in says about people, read without any code of ours, and the search
//! for it in what came out.

use serde_json::Value;

/// The values about people in a TMF order or ticket: names, identity numbers, mail addresses, phone
/// numbers, invoice streets, customer numbers, the notes' authors.
pub(crate) fn values(body: &Value) -> Vec<String> {
    let mut values = Vec::new();
    let mut keep = |value: &Value| values.extend(value.as_str().map(str::to_owned));
    for party in list(&body["relatedParty"]) {
        if party["role"] == "communicationsOperator" {
            continue;
        }
        for member in ["id", "givenName", "familyName", "name", "birthDate"] {
            keep(&party[member]);
        }
        for list_of in ["individualIdentification", "organizationIdentification"] {
            for identification in list(&party[list_of]) {
                keep(&identification["identificationId"]);
            }
        }
        for medium in list(&party["contactMedium"]) {
            for member in ["phoneNumber", "emailAddress", "street1"] {
                keep(&medium["characteristic"][member]);
            }
        }
    }
    for note in list(&body["note"]) {
        keep(&note["author"]);
    }
    values
}

/// Whether a value stands in a text: numbers whatever stands between their digits, and a phone
/// number in its national form, the rest as whole words in any case.
pub(crate) fn stands_in(value: &str, text: &str) -> bool {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    if letters == 0 && digits.len() >= 6 {
        let national = digits
            .strip_prefix("0046")
            .or_else(|| digits.strip_prefix("46"))
            .or_else(|| digits.strip_prefix('0'))
            .unwrap_or(&digits);
        let without_century = national.strip_prefix("19").filter(|rest| rest.len() == 10);
        let dense: String = text.chars().filter(|c| !" -.()/".contains(*c)).collect();
        return dense.contains(without_century.unwrap_or(national));
    }
    words(text).contains(&words(value))
}

fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<_> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn the_search_finds_what_it_is_for() {
    for (value, text) in [
        ("+46701740605", "ring 070-174 06 05!"),
        ("031-390 06 01", "{\"x\":\"+46313900601\"}"),
        ("19121212-1212", "121212-1212"),
        ("Lindqvist", "Fru LINDQVIST."),
        ("cust-90117", "<a>cust-90117</a>"),
    ] {
        assert!(stands_in(value, text), "{value}");
    }
    assert!(!stands_in("Lind", "Lindgatan 070-174 06 05"));
}
