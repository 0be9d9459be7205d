//! The fields of a fault: facts first, each with few answers; free text last.

use maud::{Markup, html};

use super::Visit;
use super::words::Words;

/// What a form has room for.
pub(super) struct Shape {
    /// The policy of this operator opens the field for a door code.
    pub(super) opens_door: bool,
    /// Who the customer is, is known here.
    pub(super) knows_customer: bool,
}

type Value<'v> = &'v dyn Fn(&str) -> String;

fn choice(
    words: Words,
    value: Value<'_>,
    name: &str,
    key: &str,
    family: &str,
    all: &[&str],
) -> Markup {
    let chosen = value(name);
    html! {
        div.field {
            label for=(name) { (words.say(key)) }
            select #(name).short name=(name) {
                option value="" { (words.say("not-said")) }
                @for word in all {
                    option value=(word) selected[chosen == *word] { (words.one_of(family, word)) }
                }
            }
        }
    }
}

fn radios(
    words: Words,
    value: Value<'_>,
    name: &str,
    key: &str,
    family: &str,
    all: &[&str],
) -> Markup {
    let chosen = value(name);
    html! {
        fieldset {
            legend { (words.say(key)) }
            div.choice {
                @for word in all {
                    label.tick {
                        input type="radio" name=(name) value=(word) checked[chosen == *word];
                        span { (words.one_of(family, word)) }
                    }
                }
                label.tick {
                    input type="radio" name=(name) value="" checked[chosen.is_empty()];
                    span { (words.say("not-said")) }
                }
            }
        }
    }
}

/// What is broken, since when, and what was tried.
pub(super) fn facts(visit: &Visit, value: Value<'_>) -> Markup {
    let words = visit.words;
    let problems = ["NO_LINK", "NO_ACCESS", "QUALITY", "OTHER"];
    let lamps = ["power-off", "wan-off", "wan-blinking", "los-red", "all-green", "other"];
    let severities = ["minor", "moderate", "significant", "extensive"];
    html! {
        (radios(words, value, "problem", "fault-problem", "problem", &problems))
        div.field {
            label for="since" { (words.say("fault-since")) }
            input #since.short type="datetime-local" name="since" value=(value("since"));
        }
        (radios(words, value, "pattern", "fault-pattern", "pattern", &["constant", "intermittent"]))
        (choice(words, value, "lamps", "fault-lamps", "lamps", &lamps))
        (radios(words, value, "wired", "fault-wired", "answer", &["true", "false"]))
        (radios(words, value, "restarted", "fault-restarted", "answer", &["true", "false"]))
        fieldset {
            legend { (words.say("fault-speed")) }
            div.choice {
                label.inline { (words.say("fault-down")) " "
                    input.number name="down" value=(value("down")) inputmode="numeric" maxlength="6"
                        autocomplete="off"; }
                label.inline { (words.say("fault-up")) " "
                    input.number name="up" value=(value("up")) inputmode="numeric" maxlength="6"
                        autocomplete="off"; }
            }
        }
        div.field {
            label for="neighbours" { (words.say("fault-neighbours"))
                span.hint { (words.say("fault-neighbours-hint")) } }
            input #neighbours.number name="neighbours" value=(value("neighbours")) inputmode="numeric"
                maxlength="3" autocomplete="off";
        }
        (choice(words, value, "severity", "fault-severity", "severity", &severities))
    }
}

/// Somebody is to come: only then whom to ask for, when, and what opens the door.
pub(super) fn visit(visit: &Visit, shape: &Shape, value: Value<'_>) -> Markup {
    let words = visit.words;
    let is_visited = !value("visit").is_empty();
    html! {
        fieldset.part {
            legend { (words.say("visit")) }
            label.tick {
                input #visit type="checkbox" name="visit" value="yes" checked[is_visited]
                    data-opens="visit-more";
                span { (words.say("visit-agreed")) }
            }
            div #visit-more data-open=(is_visited) {
                fieldset {
                    legend { (words.say("visit-window")) }
                    div.choice {
                        label.inline { (words.say("visit-day")) " "
                            input type="date" name="visit-day" value=(value("visit-day")); }
                        label.inline { (words.say("visit-from")) " "
                            input type="time" name="visit-from" value=(value("visit-from")); }
                        label.inline { (words.say("visit-to")) " "
                            input type="time" name="visit-to" value=(value("visit-to")); }
                    }
                }
                @if shape.knows_customer { p.hint { (words.say("visit-contact-known")) } }
                div.field {
                    label for="contact-name" { (words.say("visit-name")) }
                    input #contact-name name="contact-name" value=(value("contact-name")) maxlength="100"
                        autocomplete="off";
                }
                div.field {
                    label for="contact-phone" { (words.say("visit-phone")) }
                    input #contact-phone type="tel" name="contact-phone" value=(value("contact-phone"))
                        maxlength="30" autocomplete="off";
                }
                @if shape.opens_door {
                    div.field {
                        label for="door-code" { (words.say("visit-door-code"))
                            span.hint { (words.say("visit-door-code-hint")) } }
                        input #door-code.short name="door-code" value=(value("door-code")) maxlength="40"
                            autocomplete="off";
                    }
                } @else { p.hint { (words.say("visit-no-door-code")) } }
            }
        }
    }
}

/// The free text, last and closed until somebody wants it.
pub(super) fn text(visit: &Visit, shape: &Shape, value: Value<'_>, text: &str) -> Markup {
    let words = visit.words;
    html! {
        fieldset.part {
            legend { (words.say("fault-text")) }
            @if !shape.knows_customer {
                div.field {
                    label for="customer" { (words.say("fault-customer"))
                        span.hint { (words.say("fault-customer-hint")) } }
                    input #customer name="customer" value=(value("customer")) maxlength="100"
                        autocomplete="off";
                }
            }
            div.field {
                label for="description" { (words.say("fault-description"))
                    span.hint { (words.say("fault-description-hint")) } }
                textarea #description name="description" maxlength="4000" rows="5" { (text) }
            }
        }
    }
}
