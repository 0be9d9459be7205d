//! Small pictures of numbers, drawn here: SVG without script, style or colour of its own. Words and
//! numbers stand beside a picture and not in it, so that they grow with the rest of the page; and behind
//! each stands the table that it was drawn from.

use jiff::civil::Date;
use maud::{Markup, html};

use super::words::Words;
use crate::tally::Days;

/// The drawing's own units; it is stretched to the room there is.
const HEIGHT: u64 = 60;
const COLUMN: usize = 10;

/// A column for each day.
pub(super) fn columns(words: Words, id: &str, title: &str, days: &Days) -> Markup {
    let row = days.row();
    let most = days.most();
    let top = most.map_or(1, |(_, times)| times);
    let width = row.len() * COLUMN;
    html! {
        figure.chart {
            figcaption #(id) {
                strong { (title) } " "
                span.sum { (days.sum()) }
                span.soft.small.most { " " @match most {
                    Some((day, times)) => (words.tell("chart-most",
                        &[("times", &times.to_string()), ("day", &day.to_string())])),
                    None => (words.say("chart-none")),
                } }
            }
            svg role="img" aria-labelledby=(id) viewBox=(format!("0 0 {width} {HEIGHT}"))
                preserveAspectRatio="none" {
                @for (at, (day, times)) in row.iter().enumerate() { (column(at, *day, *times, top)) }
                rect.floor x="0" y=(HEIGHT - 1) width=(width) height="1" {}
            }
            @if let (Some((first, _)), Some((last, _))) = (row.first(), row.last()) {
                p.axis aria-hidden="true" { span { (first) } span { (last) } }
            }
            details {
                summary { (words.say("chart-table")) span.unseen { ": " (title) } }
                table {
                    thead { tr { th scope="col" { (words.say("chart-day")) }
                        th.number scope="col" { (title) } } }
                    tbody { @for (day, times) in row.iter().rev() {
                        tr { td { (day) } td.number { (times) } }
                    } }
                }
            }
        }
    }
}

fn column(at: usize, day: Date, times: u64, top: u64) -> Markup {
    // What happened at all can be seen.
    let height = if times == 0 { 0 } else { (times * (HEIGHT - 4) / top.max(1)).max(2) };
    html! {
        @if height > 0 {
            rect.bar x=(at * COLUMN + 1) y=(HEIGHT - height) width=(COLUMN - 2) height=(height) {
                title { (day) ": " (times) }
            }
        }
    }
}

/// A bar beside a number, as long as the number is of the largest.
pub(super) fn bar(times: u64, top: u64) -> Markup {
    let length = if times == 0 { 0 } else { (times * 100 / top.max(1)).max(1) };
    html! {
        svg.meter aria-hidden="true" viewBox="0 0 100 8" preserveAspectRatio="none" {
            rect.bar x="0" y="0" width=(length) height="8" {}
        }
    }
}
