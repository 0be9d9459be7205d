//! How it goes, for those who look after it: what left, was stopped and denied, how it stands at each
//! operator and with the log, what is to be wiped, and what stands out.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::chart::{bar, columns};
use super::sheet::Failed;
use super::words::{Words, grouped};
use super::{Sheet, Visit, moment};
use crate::auth::Action;
use crate::desk::Desk;
use crate::domain::{HoldReason, RecipientId, Timestamp};
use crate::gate::Person;
use crate::overview::{DAYS, LogStands, Overview, Picture, Vouched};
use crate::store::{AtOperator, LeftAlone, Retention, Sight};
use crate::tally::{Counted, Pattern, Share, Unusual, Whom};

/// How many days are shown where nobody asks.
const SHOWN: u32 = 30;
/// What is due longer than this waits too long.
const LATE_SECONDS: u64 = 15 * 60;
/// So many things that stand out are shown.
const UNUSUAL_MAX: usize = 50;

/// Over how many days.
#[derive(Deserialize)]
pub struct Over {
    #[serde(default)]
    days: String,
}

/// `GET /overview`.
pub async fn show(
    State(overview): State<Overview>,
    visit: Visit,
    person: Person,
    Query(over): Query<Over>,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let days = over.days.parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(SHOWN);
    let sight = Desk::sight(&person.roles);
    let picture = overview.picture(days, sight).await?;
    let body = html! {
        nav.spans aria-label=(words.say("overview-days")) {
            @for one in DAYS {
                a href=(format!("/overview?days={one}")) aria-current=[(one == days).then_some("true")] {
                    (words.count("overview-last", one as usize)) }
            }
        }
        (stands_out(&visit, &overview, &picture))
        section.charts {
            (columns(words, "chart-disclosed", &words.say("overview-disclosed"), &picture.disclosed))
            (columns(words, "chart-stopped", &words.say("overview-stopped"), &picture.stopped))
            (columns(words, "chart-denied", &words.say("overview-denied"), &picture.denied))
        }
        (by_purpose(words, &overview, &picture.shares))
        (stopped_why(&visit, (&overview, sight), &picture.shares))
        (operators(words, &picture))
        div.halves {
            (log(words, &picture.log, picture.now))
            (retention(words, picture.retention))
        }
    };
    Ok(visit.sheet(words.say("overview"), body).wide())
}

fn name(overview: &Overview, recipient: &str) -> String {
    RecipientId::parse(recipient).map_or_else(|_| recipient.to_owned(), |id| overview.name(&id))
}

fn stands_out(visit: &Visit, overview: &Overview, picture: &Picture) -> Markup {
    let words = visit.words;
    html! {
        h2 { (words.say("stands-out")) }
        @if picture.unusual.is_empty() {
            p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("stands-out-nothing")) }
        } @else {
            p.soft { (words.say("stands-out-lead")) }
            ul.rows { @for one in picture.unusual.iter().take(UNUSUAL_MAX) { li {
                div.what { strong { (words.one_of("unusual", one.pattern.as_str())) } ": "
                    (who(visit, overview, &one.whom)) " – " (how_much(words, one)) }
                span.soft { @match one.day {
                    Some(day) => (day),
                    None => (words.say("stands-out-week")),
                } }
            } } }
        }
    }
}

fn who(visit: &Visit, overview: &Overview, whom: &Whom) -> Markup {
    let words = visit.words;
    html! { @match whom {
        Whom::Role(role) => (words.one_of("role", role)),
        Whom::Recipient(recipient) => (name(overview, recipient)),
        Whom::Denial(reason) => (words.one_of("denial", reason)),
        Whom::Case(case) => {
            @let short = case.short();
            (words.say("stands-out-case")) " "
            @if visit.may(Action::SeeCases) { a href=(format!("/cases/{case}")) { (short) } }
            @else { code { (short) } }
        },
    } }
}

fn how_much(words: Words, one: &Unusual) -> String {
    let times = one.times.to_string();
    let beside = one.beside.unwrap_or(0).to_string();
    let (key, told) = match one.pattern {
        Pattern::Volume | Pattern::Stopped | Pattern::Denied => ("times-usual", true),
        Pattern::NoTicket => ("times-of", true),
        Pattern::SamePerson => ("times-cases", false),
        Pattern::SamePull => ("times-pulls", false),
        Pattern::OffHours => ("times", false),
    };
    let mut facts = vec![("times", times.as_str())];
    if told {
        facts.push(("beside", &beside));
    }
    words.tell(key, &facts).into_owned()
}

/// Rows of one kind, summed by what is asked, the most first.
fn summed<K: Ord>(shares: &[Share], of: impl Fn(&Share) -> Option<K>) -> Vec<(K, u64)> {
    let mut sums = std::collections::BTreeMap::new();
    for share in shares {
        if let Some(key) = of(share) {
            *sums.entry(key).or_insert(0) += share.times;
        }
    }
    let mut sums: Vec<(K, u64)> = sums.into_iter().collect();
    sums.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    sums
}

fn by_purpose(words: Words, overview: &Overview, shares: &[Share]) -> Markup {
    let rows = summed(shares, |share| {
        (share.what == Counted::Disclosed).then(|| (share.recipient.clone(), share.matter.clone()))
    });
    let heads = ["case-recipient", "case-purpose"];
    let told = rows.into_iter().map(|((recipient, matter), times)| {
        let purpose = words.one_of("purpose", &matter).into_owned();
        ([name(overview, &recipient), purpose], times)
    });
    bars(words, "overview-by-purpose", heads, &told.collect::<Vec<_>>())
}

fn stopped_why(visit: &Visit, (overview, sight): (&Overview, Sight), shares: &[Share]) -> Markup {
    let words = visit.words;
    // That somebody has a protected identity is not told to others, nor how many have.
    let told = |code: &str| {
        let is_hidden = sight == Sight::Ordinary && code == HoldReason::SpecialHandling.as_str();
        if is_hidden { HoldReason::Person.as_str().to_owned() } else { code.to_owned() }
    };
    let rows = summed(shares, |share| {
        (share.what == Counted::Stopped).then(|| (share.recipient.clone(), told(&share.code)))
    });
    let heads = ["case-recipient", "overview-reason"];
    let told = rows.into_iter().map(|((recipient, code), times)| {
        let reason = words.one_of("hold", &code).into_owned();
        ([name(overview, &recipient), reason], times)
    });
    bars(words, "overview-stopped-why", heads, &told.collect::<Vec<_>>())
}

fn bars(words: Words, title: &str, heads: [&str; 2], rows: &[([String; 2], u64)]) -> Markup {
    let top = rows.first().map_or(1, |(_, times)| *times);
    let title = words.say(title);
    html! {
        @if !rows.is_empty() {
            h2 { (title) }
            div.scroll tabindex="0" role="region" aria-label=(title) { table.bars {
                thead { tr {
                    @for head in heads { th scope="col" { (words.say(head)) } }
                    th.number scope="col" { (words.say("overview-count")) }
                    td {}
                } }
                tbody { @for (names, times) in rows { tr {
                    @for name in names { td { (name) } }
                    td.number { (times) }
                    td.drawn { (bar(*times, top)) }
                } } }
            } }
        }
    }
}

fn operators(words: Words, picture: &Picture) -> Markup {
    let ended = |operator: &AtOperator, result: &str| -> u64 {
        let same = |share: &&Share| {
            share.what == Counted::Ended
                && share.recipient == operator.recipient.as_str()
                && share.code == result
        };
        picture.shares.iter().filter(same).map(|share| share.times).sum()
    };
    let title = words.say("operators");
    html! {
        h2 { (title) }
        div.scroll tabindex="0" role="region" aria-label=(title) { table {
            thead { tr {
                th scope="col" { (words.say("case-recipient")) }
                th scope="col" { (words.say("operators-line")) }
                th scope="col" { (words.say("operators-oldest")) }
                th.number scope="col" { (words.say("operators-held")) }
                @for result in ["accepted", "rejected", "unsent", "unknown"] {
                    th.number scope="col" { (words.one_of("result", result)) }
                }
                th scope="col" { (words.say("operators-feed")) }
                th scope="col" { (words.say("operators-list")) }
            } }
            tbody { @for (name, operator) in &picture.operators { tr {
                th scope="row" { (name) }
                td { (answers(words, operator.left_alone)) }
                td { (oldest(words, operator.oldest_due, picture.now)) }
                td.number { (operator.held) @if !operator.held_is_all { "+" } }
                @for result in ["accepted", "rejected", "unsent", "unknown"] {
                    td.number { (ended(operator, result)) }
                }
                td { (or_none(operator.feed_read)) }
                td { (or_none(operator.list_confirmed))
                    @if let Some(code) = &operator.list_failed {
                        " " span.state.warn { span aria-hidden="true" { "! " } code { (code) } }
                    } }
            } } }
        } }
    }
}

fn answers(words: Words, left_alone: Option<LeftAlone>) -> Markup {
    html! { @match left_alone {
        None => span.state.good { span aria-hidden="true" { "✓ " } (words.say("operators-in-use")) },
        Some(LeftAlone { since, until, probing }) => {
            span.state.bad { span aria-hidden="true" { "! " }
                (words.say(if probing { "operators-probing" } else { "operators-left-alone" })) }
            " " (words.say("operators-since")) " " (moment(since))
            @if !probing { ", " (words.say("operators-until")) " " (moment(until)) }
        },
    } }
}

fn oldest(words: Words, due: Option<Timestamp>, now: Timestamp) -> Markup {
    html! { @match due {
        None => span.state.good { span aria-hidden="true" { "✓ " } (words.say("operators-nothing-due")) },
        Some(due) => {
            @let late = now.since(due).as_secs();
            @let (class, sign) = if late > LATE_SECONDS { ("bad", "!") } else { ("going", "→") };
            span class=(format!("state {class}")) { span aria-hidden="true" { (sign) " " } (ago(words, late)) }
        },
    } }
}

fn or_none(at: Option<Timestamp>) -> Markup {
    html! { @match at { Some(at) => (moment(at)), None => "–" } }
}

/// How long ago, in the largest unit that says enough.
fn ago(words: Words, seconds: u64) -> String {
    let (key, number) = match seconds {
        0..=119 => ("ago-seconds", seconds),
        120..=7_199 => ("ago-minutes", seconds / 60),
        7_200..=172_799 => ("ago-hours", seconds / 3_600),
        _ => ("ago-days", seconds / 86_400),
    };
    words.tell(key, &[("number", &number.to_string())]).into_owned()
}

fn log(words: Words, log: &LogStands, now: Timestamp) -> Markup {
    let told =
        |at: Timestamp| html! { (moment(at)) " (" (ago(words, now.since(at).as_secs())) ")" };
    html! {
        section {
            h2 { (words.say("status")) }
            dl.facts {
                dt { (words.say("overview-runs")) }
                dd { @match log.halted {
                    None => span.state.good { span aria-hidden="true" { "✓ " } (words.say("overview-running")) },
                    Some((reason, since)) => {
                        span.state.bad { span aria-hidden="true" { "! " } (words.say("overview-halted")) " " (moment(since)) }
                        p { (words.one_of("halt", reason.as_str())) }
                    },
                } }
                dt { (words.say("status-leaves")) } dd { (grouped(log.leaves)) }
                dt { (words.say("status-signed")) }
                dd { @match log.signed { Some(at) => (told(at)), None => (words.say("status-none")) } }
                dt { (words.say("overview-witnesses")) }
                dd { @match log.witnessed {
                    Vouched::NotAsked => span.soft { (words.say("witnesses-not-asked")) },
                    Vouched::TooFew => span.state.warn { span aria-hidden="true" { "! " } (words.say("witnesses-too-few")) },
                    Vouched::By(count, at) => {
                        (words.count("witnesses-by", count))
                        @if let Some(at) = at { " " (told(at)) }
                    },
                } }
            }
        }
    }
}

fn retention(words: Words, (counted, stands): (Timestamp, Retention)) -> Markup {
    let Retention { ended, due, overdue, next } = stands;
    html! {
        section {
            h2 { (words.say("retention")) }
            dl.facts {
                dt { (words.say("retention-overdue")) }
                dd { @if overdue == 0 {
                    span.state.good { span aria-hidden="true" { "✓ " } "0" }
                } @else {
                    span.state.bad { span aria-hidden="true" { "! " } (overdue) }
                    p { (words.say("retention-overdue-what")) }
                } }
                dt { (words.say("retention-due")) } dd { (due) }
                dt { (words.say("retention-kept")) } dd { (ended) }
                dt { (words.say("retention-next")) } dd { (or_none(next)) }
                dt { (words.say("retention-counted")) } dd { (moment(counted)) }
            }
        }
    }
}
