//! What a policy says that it did not say before, in plain words; and every version that there was.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;

use super::policies::{conditions, find, kept, named};
use super::sheet::Failed;
use super::words::Words;
use super::{Sheet, Visit, moment};
use crate::desk::{Desk, DeskError};
use crate::domain::PolicyId;
use crate::recipients::{
    Comparison, Difference, Exception, KeptPolicy, Open, Policy, Recipient, TextLimits, Turn,
    compare,
};
use crate::store::PolicyVersion;

/// Which two, by their hashes; without them the two latest.
#[derive(Deserialize)]
pub struct Two {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

/// `GET /policies/{id}/changes`.
pub async fn changes(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(two): Query<Two>,
) -> Result<Sheet, Failed> {
    let words = visit.words;
    let recipient = find(&desk, &id)?;
    let versions = told_once(desk.store.policy_versions(&recipient.id).await?);
    let pick = |asked: &str, place: usize| match asked {
        "" => Ok(versions.get(place)),
        hash => {
            let found = PolicyId::parse(hash)
                .and_then(|hash| versions.iter().find(|one| one.policy == hash));
            found.map(Some).ok_or(DeskError::NotThere)
        }
    };
    let (to, from) = (pick(&two.to, 0)?, pick(&two.from, 1)?);
    let mut compared = None;
    if let (Some(from), Some(to)) = (from, to) {
        let before = policy(&desk, recipient, from).await?;
        compared = Some((from, to, compare(&before, &policy(&desk, recipient, to).await?)));
    }
    let body = html! {
        p { a href=(format!("/policies/{}", recipient.id)) { (words.say("rules-back")) } }
        @match &compared {
            None => p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("changes-none-yet")) },
            Some((from, to, comparison)) => {
                p.lead { (words.tell("changes-between", &[("from", &from.version), ("to", &to.version)])) }
                (verdict(words, comparison))
                (told(words, comparison))
            },
        }
        (history(words, recipient, &versions, (from, to)))
    };
    Ok(visit.sheet(format!("{} – {}", recipient.legal_name, words.say("changes")), body))
}

/// A change of the registry entry alone is no new version of the policy.
fn told_once(versions: Vec<PolicyVersion>) -> Vec<PolicyVersion> {
    let mut once: Vec<PolicyVersion> = Vec::with_capacity(versions.len());
    for version in versions {
        match once.last_mut() {
            // The latest stands first: it was so since the earlier of the two.
            Some(last) if last.policy == version.policy => *last = version,
            _ => once.push(version),
        }
    }
    once
}

async fn policy(
    desk: &Desk,
    recipient: &Recipient,
    version: &PolicyVersion,
) -> Result<Policy, Failed> {
    let bytes = desk.store.policy(version.policy).await?.ok_or(DeskError::NotThere)?;
    let kept = KeptPolicy::read(&bytes).ok().filter(|kept| kept.recipient == recipient.id);
    Ok(kept.ok_or(DeskError::NotThere)?.policy)
}

fn verdict(words: Words, comparison: &Comparison) -> Markup {
    html! {
        @if comparison.is_empty() {
            p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("changes-nothing")) }
        } @else if comparison.widens() {
            p.note.warn { span.sign aria-hidden="true" { "!" } (words.say("changes-widen")) }
        } @else {
            p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("changes-narrow")) }
        }
    }
}

fn told(words: Words, comparison: &Comparison) -> Markup {
    html! {
        @for turn in Turn::ALL {
            @let these: Vec<&Difference> =
                comparison.differences.iter().filter(|one| one.turn == turn).collect();
            @if !these.is_empty() {
                h2 { span aria-hidden="true" { (sign(turn)) " " } (words.one_of("way", turn.as_str())) }
                ul.rules { @for one in these { li { (difference(words, one)) } } }
            }
        }
        @if let Some((before, after)) = comparison.text {
            h2 { (words.say("changes-text")) }
            (before_and_after(words, &html! { (limits(words, before)) }, &html! { (limits(words, after)) }))
        }
        @if let Some((before, after)) = &comparison.notice {
            h2 { (words.say("policy-notice")) }
            (before_and_after(words, &html! { span lang="sv" { (before) } }, &html! { span lang="sv" { (after) } }))
        }
        (exceptions(words, "changes-exceptions-new", &comparison.exceptions_new))
        (exceptions(words, "changes-exceptions-gone", &comparison.exceptions_gone))
    }
}

const fn sign(turn: Turn) -> &'static str {
    match turn {
        Turn::Opened | Turn::Wider => "+",
        Turn::Otherwise | Turn::Reworded => "~",
        Turn::Narrower | Turn::Closed => "−",
    }
}

fn difference(words: Words, one: &Difference) -> Markup {
    let purposes: Vec<_> =
        one.purposes.iter().map(|purpose| words.one_of("purpose", purpose.as_str())).collect();
    let (why_before, why_after) = &one.why;
    html! {
        strong { (named(words, &one.fields)) }
        p.soft { (words.say("changes-for")) " " (purposes.join(", ")) }
        @match (&one.before, &one.after) {
            (Some(before), Some(after)) if before != after => {
                (before_and_after(words, &html! { (open(words, before)) }, &html! { (open(words, after)) }))
            },
            (None, Some(now)) | (Some(now), None) => p { (open(words, now)) },
            _ => (before_and_after(words, &reason(words, why_before), &reason(words, why_after))),
        }
        @if one.turn != Turn::Reworded && !why_after.is_empty() { p lang="sv" { (why_after) } }
    }
}

fn reason(words: Words, why: &str) -> Markup {
    html! { @if why.is_empty() { (words.say("changes-silent")) } @else { span lang="sv" { (why) } } }
}

fn before_and_after(words: Words, before: &Markup, after: &Markup) -> Markup {
    html! {
        dl.facts {
            dt { (words.say("changes-before")) } dd { (before) }
            dt { (words.say("changes-after")) } dd { (after) }
        }
    }
}

/// When, how long, on which ground.
fn open(words: Words, open: &Open) -> String {
    let mut parts = vec![if open.when.is_empty() {
        words.say("changes-always").into_owned()
    } else {
        format!("{} {}", words.say("rule-when"), conditions(words, &open.when))
    }];
    parts.extend(open.transform.map(|how| words.one_of("transform", how.as_str()).into_owned()));
    parts.extend(open.retain.as_deref().map(|retain| kept(words, retain)));
    parts.extend(open.basis.map(|basis| words.one_of("basis", basis.as_str()).into_owned()));
    parts.join(" · ")
}

fn limits(words: Words, limits: TextLimits) -> String {
    let TextLimits { length_max, masked_percent_max, over } = limits;
    let over = match over {
        crate::recipients::TextOverLimit::Hold => words.say("text-over-hold"),
        crate::recipients::TextOverLimit::Replace => words.say("text-over-replace"),
    };
    let (length, percent) = (length_max.to_string(), masked_percent_max.to_string());
    let told = [("length", length.as_str()), ("percent", &percent), ("over", &over)];
    words.tell("text-limits", &told).into_owned()
}

fn exceptions(words: Words, key: &str, exceptions: &[Exception]) -> Markup {
    html! {
        @if !exceptions.is_empty() {
            h2 { (words.say(key)) }
            ul.rules { @for one in exceptions { li {
                strong { (named(words, &one.fields)) }
                p.soft { (one.reference) " · " (one.valid_from) " – " (one.valid_to) }
            } } }
        }
    }
}

/// Every version, and two of them to be compared: a form of plain fields, by GET.
fn history(
    words: Words,
    recipient: &Recipient,
    versions: &[PolicyVersion],
    (from, to): (Option<&PolicyVersion>, Option<&PolicyVersion>),
) -> Markup {
    let choice = |name: &'static str, key: &'static str, chosen: Option<&PolicyVersion>| {
        html! {
            div.field {
                label for=(name) { (words.say(key)) }
                select #(name) name=(name) {
                    @for version in versions {
                        option value=(version.policy) selected[chosen.is_some_and(|one| one.leaf == version.leaf)] {
                            (version.version) " (" (super::date(version.since)) ")"
                        }
                    }
                }
            }
        }
    };
    html! {
        h2 { (words.say("changes-history")) }
        @if versions.is_empty() { p.soft { (words.say("changes-no-history")) } }
        @else {
            ol.story { @for version in versions { li {
                span.at { (moment(version.since)) }
                div { strong { (version.version) } " " span.leaf { (words.say("leaf-of")) " " (version.leaf) }
                    " " code.long { (version.policy) } }
            } } }
        }
        @if versions.len() > 1 {
            form.narrow method="get" action=(format!("/policies/{}/changes", recipient.id)) {
                (choice("from", "changes-from", from))
                (choice("to", "changes-to", to))
                p.acts { button.second { (words.say("changes-compare")) } }
            }
        }
    }
}
