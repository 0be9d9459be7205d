//! Test people are nobody: their addresses and numbers reach no one.

use regex::Regex;

use super::{Source, files, none};

/// Telephone numbers that the Post and Telecom Authority keeps for books and films: mobile,
/// Gothenburg, Malmö, Stockholm and Kiruna. Without the leading zero.
const FICTIONAL: &[std::ops::RangeInclusive<u64>] = &[
    701_740_605..=701_740_699,
    313_900_600..=313_900_699,
    406_280_400..=406_280_499,
    846_500_400..=846_500_499,
    980_319_200..=980_319_299,
];

fn everywhere() -> Vec<Source> {
    let endings = [".rs", ".toml", ".json", ".jsonl", ".xml", ".http", ".txt", ".md", ".sql"];
    files(&["src", "tests", "fixtures", "config", "schemas"], &endings)
}

#[test]
fn e_mail_goes_nowhere() {
    // RFC 2606: example, example.com and their kind belong to nobody; the Swedish registry keeps
    // example.se.
    let address = Regex::new(r"[\w.+-]+@((?:[\w-]+\.)+[\w-]+)").expect("a pattern");
    let ours =
        Regex::new(r"(?i)(^|\.)(example|example\.(com|net|org|se|invalid))$").expect("a pattern");
    let mut real = Vec::new();
    // The guard's labelled texts have words glued to addresses, as people do.
    for file in everywhere().iter().filter(|file| !file.path.starts_with("fixtures/guard/")) {
        for found in address.captures_iter(&file.text) {
            if !ours.is_match(&found[1]) {
                real.push(format!("{}: {}", file.path, &found[0]));
            }
        }
    }
    none(&real, "an e-mail address that somebody may have");
}

#[test]
fn telephones_ring_nowhere() {
    let number = telephone();
    let mut real = Vec::new();
    for file in everywhere() {
        for line in file.text.lines() {
            for found in ringing(&number, line) {
                real.push(format!("{}: {found}", file.path));
            }
        }
    }
    none(&real, "a telephone number that somebody may have");
}

#[test]
fn a_number_outside_the_series_is_found() {
    // Written in halves, so that this file does not find itself.
    let number = telephone();
    for real in [
        concat!("070", "0000000"),
        concat!("070-", "000 00 00"),
        concat!("+46 70", " 000 00 00"),
        concat!("+46 (0)70", "-000 00 00"),
        concat!("031-", "390 07 00"),
    ] {
        assert_eq!(ringing(&number, real), [real]);
        assert_eq!(ringing(&number, &format!("ring {real}, eller {real}.")).len(), 2);
    }
    for fictional in ["070-174 06 05", "+46701740699", "031-390 06 12", "2026-03-01", "0800-1000"] {
        assert!(ringing(&number, fictional).is_empty(), "{fictional}");
    }
}

/// A mobile number in any grouping, a number with the country's code, or one with its area code set
/// off by a hyphen.
fn telephone() -> Regex {
    Regex::new(
        r"(?x) (?: ^ | [^\w+.-] )
          ( (?: (?: \+ | 00 ) 46 [\ -]? (?: \(0\) )? [\ -]? [1-9]
              | 07 [02369]
              | 0 [1-9] \d{0,2} -
            ) (?: [\ -]? \d ){5,9} )",
    )
    .expect("a pattern")
}

/// The numbers in a line that are not of the series. What goes on as a longer number, as a word or
/// as a placeholder is none.
fn ringing<'l>(number: &Regex, line: &'l str) -> Vec<&'l str> {
    let mut real = Vec::new();
    for found in number.captures_iter(line).filter_map(|found| found.get(1)) {
        let goes_on = |c: char| c.is_alphanumeric() || "_-{".contains(c);
        if line[found.end()..].starts_with(goes_on) {
            continue;
        }
        let digits: String = found.as_str().chars().filter(char::is_ascii_digit).collect();
        let national =
            digits.trim_start_matches("00").trim_start_matches("46").trim_start_matches('0');
        let is_whole = (8..=9).contains(&national.len());
        let value = national.parse().unwrap_or(0);
        if is_whole && !FICTIONAL.iter().any(|series| series.contains(&value)) {
            real.push(found.as_str());
        }
    }
    real
}
