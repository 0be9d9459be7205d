//! `GET /status`: how the log stands, for a person. In Swedish, without script, and without anything
//! about anybody.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::App;
use crate::domain::{HaltReason, Lifts};
use crate::store::Halted;

const MEBIBYTE: u64 = 1024 * 1024;

/// 200 also where all sending is stopped: the page tells it, and is there for that.
pub(super) async fn status(State(app): State<App>) -> Response {
    let shared = &*app.0;
    let size = match shared.store.size().await {
        Ok(size) => size.0.to_string(),
        Err(_) => "kan inte läsas".to_owned(),
    };
    let (class, state) = match shared.halt.gravest() {
        None => {
            ("ok", "<p class=\"state\">Utlämnanden kan registreras och skickas.</p>".to_owned())
        }
        Some(halted) => ("stopped", stopped(halted)),
    };
    let now = shared.clock.now();
    let signed = shared.store.checkpoint_moved().map_or_else(
        || "saknas".to_owned(),
        |moved| format!("{} ({} sekunder sedan)", moved.rfc3339(), now.since(moved).as_secs()),
    );
    let mut free = String::new();
    for volume in shared.store.volumes().unwrap_or_default() {
        let what = if volume.name == "store" { "lagret" } else { "kontrollpunkten" };
        let room = volume.free_bytes / MEBIBYTE;
        // A string takes whatever is written to it.
        let _ = write!(free, "<dt>Ledigt där {what} ligger</dt><dd>{room} MiB</dd>");
    }
    let page = format!(
        "<!doctype html>\n<html lang=\"sv\"><head><meta charset=\"utf-8\"><title>sluss: läge</title>\
         <style>body{{font-family:sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}}\
         .state{{padding:1rem;border-left:.5rem solid}}.ok .state{{border-color:#2a7}}\
         .stopped .state{{border-color:#c22}}dt{{font-weight:bold}}</style></head>\
         <body class=\"{class}\"><h1>Utlämnandeloggen</h1>{state}<dl>\
         <dt>Poster i loggen</dt><dd>{size}</dd>\
         <dt>Senast signerade kontrollpunkt</dt><dd>{signed}</dd>{free}\
         <dt>Reserv</dt><dd>{} MiB</dd><dt>Läget gäller</dt><dd>{}</dd></dl></body></html>\n",
        shared.reserve_bytes / MEBIBYTE,
        now.rfc3339(),
    );
    let headers =
        [(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'")];
    (StatusCode::OK, headers, Html(page)).into_response()
}

fn stopped(Halted { reason, since }: Halted) -> String {
    let then = match reason.lifts() {
        Lifts::ByItself => "När orsaken är borta går det vidare av sig självt.",
        Lifts::ByRestart => "Det går vidare efter en omstart.",
        Lifts::ByResume => {
            "Det går inte vidare av sig självt: när orsaken är åtgärdad, kör \
             <code>sluss log resume --reason KOD</code> och starta om."
        }
    };
    format!(
        "<p class=\"state\"><strong>Stoppat sedan {}: inget tas emot och inget skickas.</strong><br>\
         <code>{reason}</code>: {}<br>{then}</p>",
        since.rfc3339(),
        swedish(reason),
    )
}

/// What is wrong and what to do, in Swedish.
const fn swedish(reason: HaltReason) -> &'static str {
    match reason {
        HaltReason::Forked => {
            "Den senast signerade kontrollpunkten hör till en annan logg. Spara alla filer som bevis \
             och återställ loggen som kontrollpunkten gäller."
        }
        HaltReason::OldBackup => {
            "Loggen är äldre än sin senast signerade kontrollpunkt, som efter en gammal \
             säkerhetskopia. Återställ den nyaste kopian av databasen."
        }
        HaltReason::HeadBehind => {
            "Loggen blev kortare än sin senast signerade kontrollpunkt medan den användes. Stoppa \
             sluss och återställ den nyaste kopian av databasen."
        }
        HaltReason::LogChanged => {
            "Loggen är inte den som signerades. Stoppa sluss, spara filerna som bevis och återställ \
             den nyaste felfria kopian."
        }
        HaltReason::Damaged => {
            "Något lagrat är inte det som skrevs. Kör sluss log fsck och återställ det som pekas ut."
        }
        HaltReason::LogLost => {
            "Det finns en signerad kontrollpunkt men ingen logg. Återställ databasen bredvid den."
        }
        HaltReason::CheckpointLost => {
            "Kopian av den senaste kontrollpunkten saknas eller är inte signerad med loggens nyckel. \
             Lägg tillbaka den nyaste kopian."
        }
        HaltReason::LogUnlinked => {
            "En av lagrets filer togs bort medan den användes. Stoppa sluss och återställ."
        }
        HaltReason::LogReplaced => {
            "En av lagrets filer byttes ut medan den användes. Stoppa sluss och lägg tillbaka rätt \
             filer."
        }
        HaltReason::KeysBehind => {
            "Nyckellagret är äldre än listan över raderingar. Låt raderingarna göras om."
        }
        HaltReason::PartFailed => "En del av programmet har slutat fungera. Starta om sluss.",
        HaltReason::ClockBehind => {
            "Klockan går efter loggens senaste post. Ställ maskinens klocka rätt."
        }
        HaltReason::DiskReserve => {
            "Det är mindre ledigt än reserven där lagret eller kontrollpunkten ligger. Frigör utrymme."
        }
        HaltReason::AppendFailed => {
            "Loggen kunde inte skrivas. Se efter disken, rättigheterna och programmets meddelanden."
        }
        HaltReason::DeadlinePassed => {
            "En post blev inte varaktig inom den tillåtna tiden. Se efter disken."
        }
        HaltReason::WitnessesStale => {
            "För få vittnen har signerat på senaste tiden. Se efter vittnena och vägen till dem."
        }
    }
}
