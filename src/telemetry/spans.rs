//! Spans for a collector: which step took how long, for which case, and how it ended.
//!
//! What leaves is a closed list of fields, and of them only numbers and codes in small letters. A text, a
//! name, a message of an event has no way in: it is not that they are filtered, there is no place for them.
//! All spans of one case share a trace, in whatever process and however much later they are.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::domain::{Clock, Entropy, Timestamp};

/// What a span may tell.
const FIELDS: &[&str] = &[
    "case.id",
    "recipient",
    "purpose",
    "attempt",
    "leaf.index",
    "answer.status",
    "reason",
    "action",
];
/// The field whose value decides which trace a span is of.
const CASE: &str = "case.id";
/// A longer value is no code.
const CODE_BYTES_MAX: usize = 64;
/// So many ended spans wait to be sent. Past it they are not told: nothing waits for a collector.
const WAITING_MAX: usize = 8_192;

/// A value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Number(i64),
    /// Small letters, digits, points, hyphens and strokes.
    Code(String),
}

impl Value {
    fn code(text: &str) -> Option<Self> {
        let is_code = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b".-_".contains(&c);
        let fits = !text.is_empty() && text.len() <= CODE_BYTES_MAX && text.bytes().all(is_code);
        fits.then(|| Self::Code(text.to_owned()))
    }
}

/// A span that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub(super) name: &'static str,
    pub(super) trace: [u8; 16],
    pub(super) id: [u8; 8],
    pub(super) parent: Option<[u8; 8]>,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) failed: bool,
    pub(super) fields: Vec<(&'static str, Value)>,
}

/// The layer that makes them.
pub struct Spans {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    ended: Sender<Ended>,
}

impl Spans {
    /// The layer, and where its spans come out.
    pub fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> (Self, Receiver<Ended>) {
        let (ended, spans) = channel(WAITING_MAX);
        (Self { clock, entropy, ended }, spans)
    }

    /// What it looks at: our own spans, and whether something has failed in them.
    pub fn looks_at(metadata: &Metadata<'_>) -> bool {
        let most = if metadata.is_span() { Level::INFO } else { Level::ERROR };
        metadata.target().starts_with("sluss") && *metadata.level() <= most
    }
}

impl<S: Subscriber + for<'s> LookupSpan<'s>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else {
            return;
        };
        let above = span.parent().and_then(|parent| {
            parent.extensions().get::<Ended>().map(|above| (above.trace, above.id))
        });
        let now = self.clock.now();
        let mut begun = Ended {
            name: span.metadata().name(),
            trace: above.map_or_else(|| self.entropy.array(), |(trace, _)| trace),
            id: self.entropy.array(),
            parent: above.map(|(_, id)| id),
            since: now,
            until: now,
            failed: false,
            fields: Vec::new(),
        };
        attributes.record(&mut begun);
        span.extensions_mut().insert(begun);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(open) = span.extensions_mut().get_mut::<Ended>()
        {
            values.record(open);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR
            && let Some(span) = context.event_span(event)
            && let Some(open) = span.extensions_mut().get_mut::<Ended>()
        {
            open.failed = true;
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(span) = context.span(&id)
            && let Some(mut open) = span.extensions_mut().remove::<Ended>()
        {
            open.until = self.clock.now();
            // Nobody waits for room.
            let _ = self.ended.try_send(open);
        }
    }
}

impl Ended {
    fn put(&mut self, field: &Field, value: Option<Value>) {
        let Some(name) = FIELDS.iter().find(|name| **name == field.name()) else {
            return;
        };
        let Some(value) = value else {
            return;
        };
        if let (&CASE, Value::Code(case)) = (name, &value) {
            let hash: [u8; 32] = Sha256::digest(format!("trace|{case}")).into();
            self.trace.copy_from_slice(&hash[..16]);
            // Its turn is of another trace.
            self.parent = None;
        }
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name, value));
    }
}

impl Visit for Ended {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, Some(Value::Number(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, i64::try_from(value).ok().map(Value::Number));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, Value::code(value));
    }

    /// Whatever is displayed (`%`) comes this way; what is only for debugging is no code.
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if FIELDS.contains(&field.name()) {
            self.put(field, Value::code(&format!("{value:?}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing::{error, info_span};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::domain::{ManualClock, SeededEntropy};

    fn told(run: impl FnOnce()) -> Vec<Ended> {
        let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_000_000)));
        let (layer, mut ended) = Spans::new(clock, Arc::new(SeededEntropy::new(1)));
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, run);
        std::iter::from_fn(|| ended.try_recv().ok()).collect()
    }

    #[test]
    fn only_numbers_and_codes_of_known_fields_are_told() {
        let spans = told(|| {
            let name = "Astrid Lindqvist";
            drop(
                info_span!("one", recipient = "ip-only", purpose = name, reason = ?name, who = "astrid"),
            );
            drop(info_span!(
                "two",
                leaf.index = 7_u64,
                attempt = 2_i64,
                action = "a b",
                phone = 70
            ));
        });
        assert_eq!(spans[0].fields, [("recipient", Value::Code("ip-only".to_owned()))]);
        let numbers = [("leaf.index", Value::Number(7)), ("attempt", Value::Number(2))];
        assert_eq!(spans[1].fields, numbers);
    }

    #[test]
    fn spans_of_a_case_share_a_trace_and_a_failure_is_told_without_its_words() {
        let spans = told(|| {
            let outer = info_span!("turn", recipient = "ip-only").entered();
            for _ in 0..2 {
                let _one = info_span!("send", case.id = "abc").entered();
                error!("Astrid svarar inte");
            }
            drop(info_span!("ask"));
            drop(outer);
        });
        let [first, second, ask, turn] = &spans[..] else { panic!("{spans:?}") };
        assert_eq!((first.trace, first.failed, first.parent), (second.trace, true, None));
        assert_ne!(first.id, second.id);
        assert_eq!((ask.trace, ask.parent, ask.failed), (turn.trace, Some(turn.id), false));
        assert_ne!(turn.trace, first.trace);
        assert!(!format!("{spans:?}").contains("Astrid"));
    }
}
