//! A fault, from the first question to the receipt: facts first, free text last; beside it what the
//! operator would see; then once more to be confirmed, and then it can be undone for a while.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::DateTime;
use maud::{Markup, html};
use zeroize::Zeroizing;

use super::moment::instant;
use super::pieces::{alert, hidden};
use super::sheet::Failed;
use super::{Form, Posted, Sheet, Visit, cases, fields, see, seen};
use crate::desk::{Desk, DeskError, DraftId, Ground, Seen, Start, Told, Visit as Booked};
use crate::domain::{Case, Field, Purpose};
use crate::gate::Person;
use crate::intake::{Fault, IntakeError};
use crate::recipients::Effect;

/// Why words that the guard takes out may stand. A closed list: a reason tells of nobody.
pub(super) const REASONS: [&str; 4] = ["place", "product", "technical", "other"];

/// More than this is said of no text.
const VOUCHED_MAX: usize = 20;

/// What a form holds, and what follows from it.
struct Draft {
    start: Start,
    ground: Ground,
    id: DraftId,
    form: Form,
    /// The text as it stands in the form, or as a finding was mended in it.
    text: Zeroizing<String>,
    /// Reason and words.
    vouched: Vec<(String, String)>,
}

impl Draft {
    async fn of(desk: &Desk, person: &Person, form: Form) -> Result<Self, Failed> {
        let (case, access) = (form.get("case"), form.get("access"));
        let start = Start::parse(case.as_deref(), access.as_deref()).ok_or(DeskError::NotThere)?;
        let ground = desk.ground(&start, Desk::sight(&person.roles)).await?;
        let id = form.get("draft").and_then(|text| DraftId::parse(&text));
        let id = id.unwrap_or_else(|| DraftId::draw(&*desk.entropy));
        let text = Zeroizing::new(form.get("description").unwrap_or_default());
        let vouched = form
            .all("vouched")
            .filter_map(|one| {
                one.split_once(':').map(|(why, what)| (why.to_owned(), what.to_owned()))
            })
            .filter(|(why, _)| REASONS.contains(&why.as_str()))
            .take(VOUCHED_MAX);
        let vouched = vouched.collect();
        Ok(Self { start, ground, id, form, text, vouched })
    }

    fn value(&self, name: &str) -> String {
        self.form.get(name).unwrap_or_default().trim().to_owned()
    }

    fn told(&self) -> Told {
        let local = |text: &str| {
            let local: Option<DateTime> = text.parse().ok();
            local.and_then(instant).unwrap_or_else(|| text.to_owned())
        };
        let since = self.value("since");
        let speed = match (self.value("down"), self.value("up")) {
            (down, up) if down.is_empty() && up.is_empty() => String::new(),
            (down, up) => format!("{down}/{up}"),
        };
        let is_visited = self.form.get("visit").is_some();
        let window = || {
            let (day, from, to) =
                (self.value("visit-day"), self.value("visit-from"), self.value("visit-to"));
            let at = |time: &str| local(&format!("{day}T{time}"));
            (!day.is_empty()).then(|| (at(&from), at(&to)))
        };
        let visit = is_visited.then(|| Booked {
            window: window(),
            name: Zeroizing::new(self.value("contact-name")),
            phone: Zeroizing::new(self.value("contact-phone")),
            door_code: Zeroizing::new(self.value("door-code")),
        });
        Told {
            problem: self.value("problem"),
            severity: self.value("severity"),
            since: if since.is_empty() { since } else { local(&since) },
            pattern: self.value("pattern"),
            lamps: self.value("lamps"),
            wired_test: self.value("wired"),
            restarted: self.value("restarted"),
            speed,
            neighbours: self.value("neighbours"),
            visit,
            text: self.text.clone(),
            customer: Zeroizing::new(self.value("customer")),
            vouched: self.vouched.iter().map(|(_, words)| Zeroizing::new(words.clone())).collect(),
        }
    }

    async fn seen(&self, desk: &Desk) -> Result<Result<Seen, Vec<Fault>>, Failed> {
        let submission = match desk.read(&self.ground, &self.id, &self.told()).await {
            Ok(submission) => submission,
            Err(DeskError::Intake(IntakeError::Invalid(faults))) => {
                return Ok(Err(faults.list().to_vec()));
            }
            Err(error) => return Err(error.into()),
        };
        let case: Option<&Case> = submission.items.first().map(|item| &item.case);
        Ok(Ok(desk.see(case.ok_or(DeskError::NotThere)?)?))
    }

    /// Mends a finding in the text, as one of its buttons asks.
    fn mend(&mut self, act: &str, seen: &Seen) {
        let Some((how, at)) = act.split_once(':') else { return };
        let Some(finding) = at.parse().ok().and_then(|at: usize| seen.findings.get(at)) else {
            return;
        };
        let chars = Zeroizing::new(seen.text.chars().collect::<Vec<char>>());
        let (before, after) = (&chars[..finding.at.start], &chars[finding.at.end..]);
        let between = match how {
            "drop" => String::new(),
            "tag" => format!("[{}]", finding.tag),
            "vouch" => {
                let reason = self.form.get(&format!("reason:{at}")).unwrap_or_default();
                let is_reason = REASONS.contains(&reason.as_str());
                if finding.vouchable && is_reason && self.vouched.len() < VOUCHED_MAX {
                    self.vouched.push((reason, finding.words.to_string()));
                }
                return;
            }
            _ => return,
        };
        let mended: String =
            before.iter().chain(&between.chars().collect::<Vec<_>>()).chain(after).collect();
        self.text = Zeroizing::new(mended);
    }
}

/// `POST /faults/new`: an empty form, for a case or an access.
pub async fn new(
    State(desk): State<Desk>,
    visit: Visit,
    Posted { person, form }: Posted,
) -> Result<Sheet, Failed> {
    let draft = Draft::of(&desk, &person, form).await?;
    let seen = draft.seen(&desk).await?;
    Ok(page(&visit, &desk, &draft, &seen))
}

/// `POST /faults`: the form again, with what the operator would see; or the page to confirm on.
pub async fn form(
    State(desk): State<Desk>,
    visit: Visit,
    Posted { person, form }: Posted,
) -> Result<Sheet, Failed> {
    let act = form.get("act").unwrap_or_default();
    let mut draft = Draft::of(&desk, &person, form).await?;
    let mut seen = draft.seen(&desk).await?;
    if act.contains(':')
        && let Ok(found) = &seen
    {
        draft.mend(&act, found);
        seen = draft.seen(&desk).await?;
    }
    Ok(match &seen {
        Ok(found) if act == "confirm" => confirm(&visit, &desk, &draft, found),
        _ => page(&visit, &desk, &draft, &seen),
    })
}

/// `POST /faults/preview`: only what the operator would see, for the script.
pub async fn preview(
    State(desk): State<Desk>,
    visit: Visit,
    Posted { person, form }: Posted,
) -> Result<Html<String>, Failed> {
    let draft = Draft::of(&desk, &person, form).await?;
    let seen = draft.seen(&desk).await?;
    let pieces = html! { div { (shown(&visit, &seen)) } div { (found(&visit, &seen)) } };
    Ok(Html(pieces.into_string()))
}

/// `POST /faults/send`: into our keeping. It leaves a while later.
pub async fn send(
    State(desk): State<Desk>,
    visit: Visit,
    Posted { person, form }: Posted,
) -> Result<Response, Failed> {
    let draft = Draft::of(&desk, &person, form).await?;
    match desk.report(&draft.ground, &draft.id, &draft.told()).await {
        Ok(case) => {
            let vouched = draft.vouched.iter().map(|(reason, _)| reason.clone()).collect();
            desk.store.note_vouched(case, vouched, &person.name).await?;
            Ok(see(&format!("/cases/{case}")))
        }
        Err(DeskError::Intake(IntakeError::Invalid(_))) => {
            let seen = draft.seen(&desk).await?;
            Ok(page(&visit, &desk, &draft, &seen).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// What names the form, and what is not shown in it.
fn carried(visit: &Visit, draft: &Draft) -> Markup {
    html! {
        (visit.token())
        (hidden("draft", draft.id.as_str()))
        @match &draft.start {
            Start::Case(case) => (hidden("case", &case.to_string())),
            Start::Access(access) => (hidden("access", access.as_str())),
        }
        (seen::vouched(visit, &draft.vouched))
    }
}

fn page(visit: &Visit, desk: &Desk, draft: &Draft, seen: &Result<Seen, Vec<Fault>>) -> Sheet {
    let words = visit.words;
    let ground = &draft.ground;
    let opens_door = desk.recipients.get(&ground.recipient).is_some_and(|recipient| {
        let rule = recipient.policy.rule(Purpose::FaultReport, Field::DoorCode);
        rule.is_some_and(|rule| rule.effect != Effect::Never)
    });
    let shape = fields::Shape { opens_door, knows_customer: ground.follows.is_some() };
    let value = |name: &str| draft.value(name);
    let body = html! {
        p.lead {
            (words.say("fault-at")) " "
            @match &ground.address {
                Some(written) => { strong { (cases::address(written)) } " (" (ground.access) ")" },
                None => strong { (ground.access) },
            }
            ". " (words.tell("fault-operator", &[("operator", cases::operator(desk, &ground.recipient))]))
        }
        @if let Err(faults) = seen { (wrong(visit, faults)) }
        form #fault.panes method="post" action="/faults" data-preview="/faults/preview" {
            (carried(visit, draft))
            div.pane {
                // Enter in a field looks, and sends nothing.
                button.unseen name="act" value="look" tabindex="-1" aria-hidden="true" { "·" }
                (fields::facts(visit, &value))
                (fields::visit(visit, &shape, &value))
                (fields::text(visit, &shape, &value, &draft.text))
                div #findings { (found(visit, seen)) }
                p.acts {
                    button name="act" value="confirm" { (words.say("fault-go-on")) }
                    button.second name="act" value="look" { (words.say("fault-look")) }
                }
            }
            section.pane.operator aria-labelledby="seen-head" {
                h2 #seen-head { (words.tell("seen", &[("operator", cases::operator(desk, &ground.recipient))])) }
                div #seen { (shown(visit, seen)) }
            }
            p #said.unseen role="status" aria-live="polite" data-changed=(words.say("seen-changed"))
                data-lost=(words.say("seen-lost")) {}
        }
    };
    visit.sheet(words.say("fault"), body).wide()
}

fn shown(visit: &Visit, seen: &Result<Seen, Vec<Fault>>) -> Markup {
    html! {
        @if let Ok(seen) = seen { (seen::pane(visit.words, seen)) }
        @else { p.soft { (visit.words.say("seen-not-yet")) } }
    }
}

fn found(visit: &Visit, seen: &Result<Seen, Vec<Fault>>) -> Markup {
    html! { @if let Ok(seen) = seen { (seen::findings(visit, &seen.findings)) } }
}

/// What is wrong, by the field's name here. A rule's own words are for programs.
fn wrong(visit: &Visit, faults: &[Fault]) -> Markup {
    let words = visit.words;
    let called = |member: &str| {
        let known = [
            ("measuredSpeed", "fault-speed"),
            ("since", "fault-since"),
            ("visitWindow", "visit-window"),
            ("doorCode", "visit-door-code"),
            ("neighboursAffected", "fault-neighbours"),
            ("phoneNumber", "visit-phone"),
            ("description", "fault-text"),
            ("problemType", "fault-problem"),
        ];
        let key = known.into_iter().find(|(part, _)| member.contains(part));
        key.map_or_else(|| words.say("fault-other-field"), |(_, key)| words.say(key))
    };
    let names: Vec<_> = faults.iter().map(|fault| called(&fault.member)).collect();
    alert(&words.tell("fault-wrong", &[("fields", &names.join(", "))]))
}

/// Everything once more, with who gets it, what for, and where.
fn confirm(visit: &Visit, desk: &Desk, draft: &Draft, found: &Seen) -> Sheet {
    let words = visit.words;
    let ground = &draft.ground;
    let area =
        ground.address.as_ref().map(|written| format!("{} {}", written.postcode, written.city));
    let undo = desk.rules.undo.as_secs().to_string();
    let body = html! {
        dl.facts {
            dt { (words.say("confirm-recipient")) } dd { strong { (found.legal_name) } }
            dt { (words.say("confirm-purpose")) }
            dd { (words.one_of("purpose", Purpose::FaultReport.as_str())) }
            @if let Some(area) = &area { dt { (words.say("confirm-area")) } dd { (area) } }
            dt { (words.say("confirm-access")) } dd { (ground.access) }
        }
        h2 { (words.tell("seen", &[("operator", &found.legal_name)])) }
        div.operator.alone { (seen::pane(words, found)) }
        form method="post" action="/faults/send" {
            (carried(visit, draft))
            @for (name, value) in draft.form.pairs() {
                @if !["csrf", "draft", "case", "access", "vouched", "act", "description"].contains(&name.as_str())
                    && !name.starts_with("reason:") { (hidden(&name, &value)) }
            }
            (hidden("description", &draft.text))
            p.soft { (words.tell("confirm-undo", &[("seconds", &undo)])) }
            p.acts {
                button { (words.tell("confirm-send", &[("operator", &found.legal_name)])) }
                button.second formaction="/faults" name="act" value="look" { (words.say("confirm-back")) }
            }
        }
    };
    visit.sheet(words.say("confirm"), body)
}
