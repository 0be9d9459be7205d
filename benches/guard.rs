//! How fast the free-text guard is: megabytes a second on one core, everything on.
//!
//! `cargo bench --bench guard`. With the dictionary of Debian's `hunspell-sv` where it is installed.
//! `known` has a vocabulary made once, as for the texts of one case; `each` makes one for each text.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sluss::guard::gazetteer::{self, Gazetteer};
use sluss::guard::{Kind, Lexicon, Vocabulary, hunspell, redact};

/// A fault report of the kind that support staff write; the people are fictional.
const TEXT: &str = "Kund Astrid Lindqvist ringer, inget internet sedan 2026-11-20 14:05. ONT lyser \
    rött på LOS, mäter -31,2 dBm och 93/88 Mbit/s på port 0/3/2/57, VLAN 101. Router omstartad två \
    gånger utan resultat. Nås på 070-174 06 05 efter kl 16, annars sambon Bo Ek på 031-390 06 12. \
    Portkod 4711, plan 2. Ärende INC0639262.\n";

fn dictionary() -> Option<Vec<u8>> {
    let folder = Path::new("/usr/share/hunspell");
    let affixes = std::fs::read_to_string(folder.join("sv_SE.aff")).ok()?;
    let words = std::fs::read_to_string(folder.join("sv_SE.dic")).ok()?;
    let words = hunspell::words(&affixes, &words).ok()?;
    gazetteer::write(&words, &["hunspell-sv, LGPL-3".to_owned()]).ok()
}

fn vocabulary(lexicon: &Lexicon) -> Vocabulary<'_> {
    Vocabulary::new()
        .words(lexicon)
        .mask(Kind::Person, "Astrid Lindqvist")
        .mask(Kind::Personnummer, "19121212-1212")
        .mask(Kind::Phone, "+46701740605")
        .mask(Kind::Email, "astrid@example.se")
        .mask(Kind::CustomerNumber, "99120034")
        .protect("STTA0001")
        .protect("Kungsgatan 10")
        .protect("lgh 1101")
}

fn guard(criterion: &mut Criterion) {
    let bytes = dictionary();
    let loaded = bytes.clone().and_then(|bytes| Gazetteer::from_bytes(bytes).ok());
    let lexicon = loaded.map_or_else(Lexicon::built_in, Lexicon::new);
    let long = TEXT.repeat(30);
    let mut group = criterion.benchmark_group("guard");
    for (name, text) in [("one", TEXT), ("long", long.as_str())] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        let known = vocabulary(&lexicon);
        group.bench_function(format!("known/{name}"), |b| {
            b.iter(|| black_box(redact(black_box(text), &known)).spans().len());
        });
        group.bench_function(format!("each/{name}"), |b| {
            b.iter(|| black_box(redact(black_box(text), &vocabulary(&lexicon))).spans().len());
        });
    }
    group.finish();
    if let Some(bytes) = bytes {
        criterion.bench_function("load", |b| {
            b.iter(|| Gazetteer::from_bytes(black_box(bytes.clone())).map(|read| read.len()));
        });
    }
}

criterion_group!(benches, guard);
criterion_main!(benches);
