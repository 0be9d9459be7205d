//! How the log stands, for a person. Nothing about anybody.

use maud::html;

use super::{Sheet, Visit, moment};
use crate::domain::{HaltReason, Lifts, RecipientId, Timestamp};
use crate::store::LeftAlone;

/// What there is to tell.
pub struct Standing {
    /// Leaves in the log; `None`: it cannot be read.
    pub leaves: Option<u64>,
    /// Why all is stopped, and since when.
    pub halted: Option<(HaltReason, Timestamp)>,
    /// When the last checkpoint was signed.
    pub signed: Option<Timestamp>,
    /// Operators that are left alone for a while, as they do not answer.
    pub left_alone: Vec<(RecipientId, LeftAlone)>,
    /// Whether a volume is the store's (or the checkpoint's), and what is free on it, in MiB.
    pub volumes: Vec<(bool, u64)>,
    /// What is to stay free, in MiB.
    pub reserve: u64,
    /// When this was.
    pub now: Timestamp,
}

/// The page.
pub fn status(visit: &Visit, standing: &Standing) -> Sheet {
    let words = visit.words;
    let Standing { leaves, halted, signed, left_alone, volumes, reserve, now } = standing;
    let mebibytes = |room: u64| words.tell("status-mebibytes", &[("room", &room.to_string())]);
    let body = html! {
        @match halted {
            None => p.note.good { span.sign aria-hidden="true" { "✓" } (words.say("status-runs")) },
            Some((reason, since)) => div.note.wrong {
                span.sign aria-hidden="true" { "!" }
                p { strong { (words.say("status-stopped-since")) " " (moment(*since)) ": "
                    (words.say("status-stopped")) } }
                p { code { (reason) } ": " (words.one_of("halt", reason.as_str())) }
                p { (words.say(match reason.lifts() {
                    Lifts::ByItself => "status-by-itself",
                    Lifts::ByRestart => "status-by-restart",
                    Lifts::ByResume => "status-by-resume",
                })) }
            },
        }
        @for (recipient, stands) in left_alone {
            p.note.wrong { span.sign aria-hidden="true" { "!" }
                strong { (recipient) } " " (words.say("status-left-alone")) " " (moment(stands.since)) }
        }
        dl.facts {
            dt { (words.say("status-leaves")) }
            dd { @match leaves {
                Some(leaves) => (leaves),
                None => (words.say("status-unreadable")),
            } }
            dt { (words.say("status-signed")) }
            dd { @match signed {
                Some(at) => {
                    (moment(*at)) " "
                    (words.tell("status-ago", &[("seconds", &now.since(*at).as_secs().to_string())]))
                },
                None => (words.say("status-none")),
            } }
            @for (is_store, room) in volumes {
                dt { @if *is_store { (words.say("status-free-store")) }
                    @else { (words.say("status-free-checkpoint")) } }
                dd { (mebibytes(*room)) }
            }
            dt { (words.say("status-reserve")) }
            dd { (mebibytes(*reserve)) }
            dt { (words.say("status-now")) }
            dd { (moment(*now)) }
        }
    };
    visit.sheet(words.say("status"), body)
}
