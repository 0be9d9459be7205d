//! An identifier of every type, in every notation that we know, planted in random sentences, must go
//! whole; a technical fact of every kind must stay whole.
//!
//! The values are drawn from all that such a value can be, and not from the ranges that are set
//! aside for fiction: nothing may be recognised by those.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::select;
use sluss::guard::{Vocabulary, identity, redact};

/// What stands before and behind.
fn around(value: impl Strategy<Value = String>) -> impl Strategy<Value = (String, String, String)> {
    let before = select(vec![
        "",
        "Kunden ringde. ",
        "Inget ljus sedan i går, ",
        "Ordern klar, ",
        "Felsökt på plats; ",
        "Port 3 nere. ",
        "Customer says no link. ",
        "Uppdaterat: ",
        "Nivå -22 dBm. ",
        "\n",
        "Ingen länk\n> ",
    ]);
    let behind = select(vec![
        "",
        ".",
        ", tack",
        " (kund)",
        ", port 12",
        " och VLAN 101",
        ". Återkom.",
        " på plats",
        "\nMvh",
        ", sedan 2026-03-01",
        ")",
        " som vanligt",
        "?",
        " ok",
        "; ingen länk",
    ]);
    (before.prop_map(str::to_owned), value, behind.prop_map(str::to_owned))
}

/// A sign at the end of a text, with nothing behind it to look at.
#[test]
fn a_sign_behind_a_measure_may_be_the_last() {
    for text in ["port 12x@", "-24 dBm @", "-24 dBm @ te1/4"] {
        assert!(!redact(text, &Vocabulary::new()).text().contains('@'), "{text}");
    }
}

/// What of a planted value is still there; the cue before it is no part of the value.
fn left(before: &str, cue: &str, value: &str, behind: &str) -> Result<(), TestCaseError> {
    let text = format!("{before}{cue}{value}{behind}");
    let start = before.chars().count() + cue.chars().count();
    let redacted = redact(&text, &Vocabulary::new());
    let covered = |at: usize| redacted.spans().iter().any(|s| (s.start..s.end).contains(&at));
    for (offset, char) in value.chars().enumerate() {
        prop_assert!(
            !char.is_alphanumeric() || covered(start + offset),
            "{value:?} of {text:?} became {:?}",
            redacted.text()
        );
    }
    Ok(())
}

/// A text where each `9` stands for any digit, `5` for one that is not zero (`_` and `^` where they would
/// be a telephone number that rings somewhere), and `~` for a
/// hexadecimal one; and the cue before it.
fn drawn(forms: Vec<(&'static str, &'static str)>) -> impl Strategy<Value = (String, String)> {
    (select(forms), prop::collection::vec(any::<u8>(), 48)).prop_map(|((cue, form), random)| {
        let mut random = random.into_iter();
        let mut draw = |count: u8| random.next().unwrap_or(7) % count;
        let value = form.chars().map(|sign| match sign {
            '9' | '_' => char::from(b'0' + draw(10)),
            '5' | '^' => char::from(b'1' + draw(9)),
            '~' => char::from_digit(u32::from(draw(16)), 16).unwrap_or('a'),
            'Q' => char::from(b"ABCDEFGHJKLMNOPRSTUWXYZ"[usize::from(draw(23))]),
            other => other,
        });
        (cue.to_owned(), value.collect())
    })
}

/// Each form behind each cue.
fn forms(cues: &[&'static str], forms: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    cues.iter().flat_map(|cue| forms.iter().map(move |form| (*cue, *form))).collect()
}

/// A day between 1930 and 2012, the last four, and whether the check digit is right.
fn born() -> impl Strategy<Value = (u32, u32, u32, u32, bool)> {
    (1930..2012_u32, 1..=12_u32, 1..=28_u32, 0..1000_u32, any::<bool>())
}

/// Ten digits of a personnummer, with its right check digit where that is asked for.
fn ten(year: u32, month: u32, day: u32, number: u32, right: bool) -> String {
    let nine = format!("{:02}{month:02}{day:02}{number:03}", year % 100);
    let check = (0..10).find(|digit| identity::luhn(&format!("{nine}{digit}"))).unwrap_or(0);
    format!("{nine}{}", if right { check } else { (check + 3) % 10 })
}

const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
];

const UNITS: [&str; 10] = ["noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn personnummer_go(
        (before, _, behind) in around(Just(String::new())),
        (year, month, day, number, right) in born(),
        form in 0..12_usize,
        co_ordinated in any::<bool>(),
        cue in select(vec!["pnr ", "personnummer ", "personnr: ", "", "legitimerad ", "(", "ID ", "samordningsnr "]),
    ) {
        let day = if co_ordinated { day + 60 } else { day };
        let ten = ten(year, month, day, number, right);
        let (date, last) = ten.split_at(6);
        let century = year / 100;
        let value = match form {
            0 => format!("{century}{date}-{last}"),
            1 => format!("{date}-{last}"),
            2 => format!("{century}{ten}"),
            3 => format!("{date} {last}"),
            4 => format!("{century}{date} {last}"),
            5 => format!("{century} {date}-{last}"),
            6 => format!("{century}{date}\u{2013}{last}"),
            7 => format!("{date} - {last}"),
            8 => format!("{year}-{month:02}-{day:02}-{last}"),
            9 => format!("{date}-\n{last}"),
            10 => format!("{century}{date}-xxxx"),
            _ => format!("{date}-****"),
        };
        // Six digits and four, and nothing that says what they are: the time of a day, in 2022 to 2030.
        let cue = if matches!(form, 3 | 4) { "pnr " } else { cue };
        left(&before, cue, &value, &behind)?;
    }

    #[test]
    fn telephones_go(
        (before, (cue, value), behind) in around(Just(String::new())).prop_flat_map(|(before, _, behind)| {
            let cues = ["tel ", "tel: ", "mobil ", "ring ", "nås på ", "", "(", "sms till ", "call ", "mob:"];
            let values = [
                "070-___ __ __", "070_______", "+4672 ___ __ __", "+46 (0)73 ___ __ __", "004676-_______",
                "076 ___ ____", "07_-____ ___", "072.___.__.__", "(070) ___ __ __", "08-^__ ___ __", "08-^__ __ __",
                "031-^__ __ __", "+46 31 ^_ __ __", "(040) ^_ __ __", "0480-^__ __", "0^00-^_ __ __", "0_80/^_ __ __",
                "0046 8 ^__ ___ __", "070 \u{2013} ___ __ __",
            ];
            (Just(before), drawn(forms(&cues, &values)), Just(behind))
        }),
    ) {
        left(&before, &cue, &value, &behind)?;
    }

    #[test]
    fn telephones_in_words_go(
        (before, _, behind) in around(Just(String::new())),
        digits in prop::collection::vec(0..10_usize, 7),
        cue in select(vec!["nås på ", "tel ", "numret är ", ""]),
    ) {
        let mut value = String::from("noll sju noll");
        for digit in digits {
            write!(value, " {}", UNITS[digit]).unwrap();
        }
        left(&before, cue, &value, &behind)?;
    }

    #[test]
    fn addresses_of_mail_go(
        (before, _, behind) in around(Just(String::new())),
        local in "[a-z]{2,7}[._-]?[a-z]{2,8}[0-9]{0,3}",
        host in select(vec!["telia", "gmail", "foretaget", "brf-asken"]),
        last in select(vec!["se", "com", "nu", "net"]),
        form in 0..10_usize,
        cue in select(vec!["mail ", "e-post: ", "mejla ", "", "skicka till "]),
    ) {
        let value = match form {
            0 => format!("{local}@{host}.{last}"),
            1 => format!("{local}(at){host}.{last}"),
            2 => format!("{local} (at) {host}.{last}"),
            3 => format!("{local}[at]{host}[dot]{last}"),
            4 => format!("{local} @ {host}.{last}"),
            5 => format!("{local} snabel-a {host} punkt {last}"),
            6 => format!("{local}@\n{host}.{last}"),
            7 => format!("{local}\u{ff20}{host}.{last}"),
            8 => format!("{local}@{host} .{last}"),
            _ => format!("{local}@{host}.{last}").to_uppercase(),
        };
        left(&before, cue, &value, &behind)?;
    }

    #[test]
    fn addresses_of_the_network_go(
        (before, _, behind) in around(Just(String::new())),
        octets in (select(vec![31, 46, 78, 81, 83, 85, 90, 94, 130, 155, 176, 185, 194, 213, 217_u8]), any::<u8>(), any::<u8>(), 1..=254_u8),
        tail in any::<[u16; 4]>(),
        form in 0..14_usize,
        cue in select(vec!["IP ", "wan-ip ", "publik IP: ", "ping ", "fast ip ", "gw "]),
    ) {
        let (a, b, c, d) = octets;
        let [p, q, r, s] = tail;
        let value = match form {
            0 => format!("{a}.{b}.{c}.{d}"),
            1 => format!("{a}.{b}.{c}.{d}/29"),
            2 => format!("{a}.{b}.{c}.{d}:8443"),
            3 => format!("{a} . {b} . {c} . {d}"),
            4 => format!("{a}[.]{b}[.]{c}[.]{d}"),
            5 => format!("{a}.{b}[.]{c}.{d}"),
            6 => format!("{a}[dot]{b}[dot]{c}[dot]{d}"),
            7 => format!("{a}.{b}.{c}.x"),
            8 => format!("{a:03}.{b:03}.{c:03}.{d:03}"),
            9 => format!("2a00:{p:x}:{q:x}:{r:x}::{s:x}"),
            10 => format!("2001:{p:x}::{q:x}"),
            11 => format!("2A02:{p:X}:{q:X}::/48"),
            12 => format!("[2a01:{p:x}::{q:x}]:443"),
            _ => format!("{a} punkt {b} punkt {c} punkt {d}"),
        };
        left(&before, cue, &value, &behind)?;
    }

    #[test]
    fn mac_addresses_go(
        (before, _, behind) in around(Just(String::new())),
        bytes in any::<[u8; 6]>(),
        form in 0..10_usize,
        cue in select(vec!["mac ", "MAC-adress ", "routerns mac: ", "cpe ", "mac="]),
    ) {
        // Twelve digits without a letter are no MAC address to anybody.
        prop_assume!(bytes.iter().any(|byte| byte >> 4 > 9) && bytes.iter().any(|byte| byte >> 4 < 10));
        let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let fours: Vec<String> = pairs.chunks(2).map(<[String]>::concat).collect();
        let value = match form {
            0 => pairs.join(":"),
            1 => pairs.join("-"),
            2 => pairs.concat(),
            3 => fours.join("."),
            4 => pairs.join(" "),
            5 => pairs.join(":").to_uppercase(),
            6 => pairs.concat().to_uppercase(),
            7 => pairs.join("_"),
            8 => format!("{}-{}", pairs[..3].concat(), pairs[3..].concat()),
            _ => pairs.join(" : "),
        };
        left(&before, cue, &value, &behind)?;
    }

    #[test]
    fn what_banks_give_out_goes(
        (before, (cue, value), behind) in around(Just(String::new())).prop_flat_map(|(before, _, behind)| {
            let mut all = forms(&["bankgiro ", "bg ", "BG: ", "bg-nr "], &["599-9999", "5999-9999", "59999999", "5999 9999"]);
            all.extend(forms(&["plusgiro ", "pg ", "postgiro "], &["59 99 99-9", "599999-9", "59 99 99 - 9"]));
            all.extend(forms(
                &["konto ", "kontonr ", "konto: ", "clearing ", "lönekonto ", "Swedbank "],
                &["5999-9999999", "5999 999 999 9", "5999,9999999", "5999-9, 999 999 999", "59999999999"],
            ));
            all.extend(forms(&["iban ", "IBAN: ", ""], &["SE9999999999999999999999", "SE99 9999 9999 9999 9999 9999"]));
            all.extend(forms(
                &["kort ", "kortnr ", "Visa ", "card "],
                &["4999 9999 9999 9999", "5199-9999-9999-9999", "4999 99** **** 9999", "xxxx-xxxx-xxxx-9999", "**** **** **** 9999"],
            ));
            all.extend(forms(&["kort som slutar på ", "card ending in ", "kortets sista fyra "], &["9999"]));
            (Just(before), drawn(all), Just(behind))
        }),
    ) {
        left(&before, &cue, &value, &behind)?;
    }

    #[test]
    fn numbers_of_customers_plates_and_last_digits_go(
        (before, (cue, value), behind) in around(Just(String::new())).prop_flat_map(|(before, _, behind)| {
            let mut all = forms(
                &["kundnr ", "kundnummer: ", "kund-id ", "customer no ", "kund nr ", "abonnentnr "],
                &["59999", "599999", "59999999", "K599999", "C-599999", "KD599999", "599 999", "59-99999"],
            );
            all.extend(forms(&["regnr ", "bil ", "reg.nr ", "skylt ", "Volvo "], &["QQQ 999", "QQQ999", "QQQ99Q", "QQQ 99Q"]));
            all.extend(forms(
                &["sista fyra ", "sista fyra siffrorna ", "slutsiffror ", "last four digits ", "fyra sista i pnr ", "pnr slutar på "],
                &["9999"],
            ));
            (Just(before), drawn(all), Just(behind))
        }),
    ) {
        left(&before, &cue, &value, &behind)?;
    }

    #[test]
    fn dates_of_birth_go(
        (before, _, behind) in around(Just(String::new())),
        (year, month, day, _, _) in born(),
        form in 0..9_usize,
        cue in select(vec!["född ", "f. ", "född den ", "födelsedatum: ", "föddes ", "born ", "DOB: ", "date of birth "]),
    ) {
        let name = MONTHS[usize::try_from(month - 1).unwrap()];
        let short = year % 100;
        let value = match form {
            0 => format!("{year}-{month:02}-{day:02}"),
            1 => format!("{year}{month:02}{day:02}"),
            2 => format!("{short:02}{month:02}{day:02}"),
            3 => format!("{day} {name} {year}"),
            4 => format!("{day}/{month} {year}"),
            5 => format!("{day}.{month}.{year}"),
            6 => format!("{day}:e {name} {year}"),
            7 => format!("{short:02}-{month:02}-{day:02}"),
            _ => format!("{year}/{month:02}/{day:02}"),
        };
        left(&before, cue, &value, &behind)?;
    }

    #[test]
    fn links_that_open_something_go(
        (before, _, behind) in around(Just(String::new())),
        token in "[A-Z][a-z]{2}[0-9]{2}[a-z]{2}[A-Z]{2}[0-9a-z]{4,20}",
        form in 0..5_usize,
        cue in select(vec!["länk ", "", "se ", "klicka "]),
    ) {
        let value = match form {
            0 => format!("https://minasidor.bolaget.se/r/{token}"),
            1 => format!("https://id.tjanst.io/reset?token={token}"),
            2 => format!("www.portal.com/i/{token}"),
            3 => format!("bit.ly/{token}"),
            _ => format!("http://app.nat.nu/login#{token}"),
        };
        left(&before, cue, &value, &behind)?;
    }

    #[test]
    fn codes_and_passwords_go(
        (before, (cue, value), behind) in around(Just(String::new())).prop_flat_map(|(before, _, behind)| {
            let mut all = forms(
                &["portkod ", "Portkod: ", "dörrkod är ", "larmkod ", "PIN ", "pinkod: ", "koden till porten är ", "engångskod "],
                &["9999", "99999", "9999#", "99 99", "9 9 9 9", "Q9999", "9999Q"],
            );
            all.extend(forms(
                &["lösenord: ", "wifi-lösen ", "pw: ", "lösen är ", "password is ", "PSK="],
                &["Q~~~9999", "sommar99!", "Q~~.~~9&9", "bamse99", "katt-99-hund"],
            ));
            (Just(before), drawn(all), Just(behind))
        }),
    ) {
        left(&before, &cue, &value, &behind)?;
    }

    /// What a technician needs stays, whatever numbers it is made of.
    #[test]
    fn technical_facts_stay(
        before in select(vec!["Ingen länk. ", "Felsökt på plats, ", "Uppmätt på plats: ", "No link. ", "Ordern klar. "]),
        (_, fact) in drawn(forms(&[""], &[
            "VLAN 599", "port 9/9/5", "0/3/5/59", "gi0/0/59", "-29,5 dBm", "29.5 dB", "100/100 Mbit/s", "559 Mbit/s",
            "ping 59 ms", "59 % paketförlust", "ärende INC5999999", "ticket 5999999", "ordernr 59999999",
            "sedan 2026-03-05 14:05", "20261105", "kl 14:09", "mellan 08.30-09.30", "vecka 19",
            "fw 5.9.59.99", "v5.13.9", "R19C90SPC259", "felkod 659", "serienr HWTC99~~99~~", "sn ZTEG5999~~99",
            "dns 8.8.8.8", "gw 10.0.0.1", "10.99.59.1", "https://www.bredbandskollen.se", "Huawei HG8245",
            "Genexis Platinum 4410", "MTU 1492", "kanal 36", "2,4 GHz", "spårningsnr 59999999", "anl-id 5999-59999",
        ])),
        behind in select(vec!["", ".", ", ingen länk.", ". Åter i morgon.", "\n"]),
    ) {
        let text = format!("{before}{fact}{behind}");
        let redacted = redact(&text, &Vocabulary::new());
        let kept = redacted.text().starts_with(&format!("{before}{fact}"));
        prop_assert!(kept, "{text:?} became {:?}", redacted.text());
    }
}
