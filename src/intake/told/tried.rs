//! What was tried: a restart, a test by cable.

use super::Readings;
use super::clause::Clause;
use crate::domain::Field;

pub(super) fn read(clause: &Clause, readings: &mut Readings) {
    readings.add_flag(Field::FaultRestarted, restarted(clause));
    readings.add_flag(Field::FaultWiredTest, wired(clause));
}

/// Behind its noun: that it was done, whatever it helped.
const DONE: &[&str] = &[
    "gjord", "gjort", "gjordes", "utförd", "utfört", "testad", "testat", "provad", "provat", "ok",
    "ja", "yes", "done", "hjälper", "hjälpte", "hjälpt", "löser", "löste", "helps", "helped",
    "did", "didn't", "doesn't", "help",
];

/// Of these it was done, even though they are followed by a denial: `omstart hjälper inte`.
const HELPS: &[&str] = &["hjälper", "hjälpte", "hjälpt", "löser", "löste", "help", "helps"];

fn restarted(clause: &Clause) -> Option<bool> {
    // Somebody's telephone is no equipment of ours, and what restarts by itself is a fault.
    const ELSEWHERE: &[&str] = &[
        "datorn",
        "dator",
        "mobilen",
        "mobil",
        "telefonen",
        "tv",
        "tv:n",
        "tvn",
        "plattan",
        "ipad",
        "porten",
        "switchen",
        "computer",
        "laptop",
        "phone",
        "pc",
        "datorer",
        "själv",
        "sig",
        "spontant",
        "itself",
        "upprepade",
        "port",
        "switch",
    ];
    if clause.has(ELSEWHERE) || clause.has_start(&["olt", "switch", "linjekort", "server"]) {
        return None;
    }
    for run in [
        &["startat", "om"][..],
        &["startats", "om"],
        &["bootat", "om"],
        &["omstartad|omstartat|omstartade|rebootad|rebootat|restartat|restartad|omstartats"],
        &["rebooted|restarted|power-cycled|powercycled"],
        &["power", "cycled"],
        &["tried", "rebooting|restarting"],
        &["dragit|drog|ryckt", "ur", "strömmen|strömsladden|sladden"],
    ] {
        if let Some(place) = clause.find(run) {
            // `Routern har startat om`: it did so by itself.
            let active = run.len() == 2 && run[1] == "om" && run[0] != "startats";
            let by_itself = active && clause.words()[..place].iter().any(|word| is_equipment(word));
            return if by_itself { None } else { clause.said(place) };
        }
    }
    if let Some(place) = clause.find(&["trots|despite", "omstart|omstarter|restart|reboot"]) {
        return clause.said(place);
    }
    noun(clause, "omstart|omstarten|restart|reboot|rebooting|restarting")
}

fn wired(clause: &Clause) -> Option<bool> {
    for run in [
        &[
            "testat|testade|provat|provade|testad|kört|kopplat|kopplad|inkopplad|mäter|mätt|uppmätt",
            "med|via|på|över",
            "kabel|nätverkskabel|ethernet",
        ][..],
        &["testat|testade|provat|provade", "trådat|trådbundet|kabelanslutet"],
        &["kopplat|kopplad|inkopplad|testat|provat|ansluten|anslutit", "direkt", "i|till|på|mot"],
        &["samma", "sak|fel|problem|resultat", "med|via|på|över", "kabel|nätverkskabel"],
        &["tested|tried|measured|checked", "by|with|via|over|on", "cable|ethernet|wire"],
        &["tested|tried", "with", "a", "cable"],
        &["tested|tried|measured", "wired"],
        &["connected|plugged", "directly|straight", "to|into", "the"],
        &["same", "by|with|via|over|on", "cable|ethernet"],
    ] {
        if let Some(place) = clause.find(run) {
            // Directly, but in what?
            let direct =
                run.iter().position(|word| word.contains("direkt") || word.contains("directly"));
            let to = direct.map(|direct| place + direct..place + direct + 5);
            if to.is_some_and(|mut to| !to.any(|at| is_equipment(clause.at(at)))) {
                continue;
            }
            return clause.said(place);
        }
    }
    noun(clause, "kabeltest|kabeltestet")
}

/// A noun with what is said of it behind: `omstart gjord`, `omstart hjälper inte`, `omstart: nej`.
fn noun(clause: &Clause, noun: &str) -> Option<bool> {
    let place = clause.find(&[noun])?;
    let next = clause.at(place + 1);
    if matches!(next, "nej" | "no") {
        return clause.said(place).filter(|said| *said).map(|_| false);
    }
    // `omstart x3`
    let times = next.trim_matches('x');
    let counted = !times.is_empty() && times.len() < next.len() && times.parse::<u8>().is_ok();
    if counted || matches!(next, "utan" | "without") {
        return clause.said(place);
    }
    let done = (1..=3).find(|step| DONE.contains(&clause.at(place + step)))?;
    let helps = (1..=3).any(|step| HELPS.contains(&clause.at(place + step)));
    if !helps && (1..=done).any(|step| clause.denied_behind(place + step)) {
        return clause.said(place).filter(|said| *said).map(|_| false);
    }
    clause.said(place)
}

fn is_equipment(word: &str) -> bool {
    [
        "router",
        "box",
        "modem",
        "konverter",
        "mediaomvandlar",
        "medieomvandlar",
        "mediekonverter",
        "ont",
        "converter",
        "uttag",
        "fiberdos",
        "hubb",
    ]
    .iter()
    .any(|start| word.starts_with(start))
        || word.ends_with("boxen")
        || word.ends_with("routern")
}
