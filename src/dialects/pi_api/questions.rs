//! What an operator asks in a ticket (tt.md, getTemplate), and which of our facts answers it.
//!
//! The questions that are answered stand in the recipient's file, `[[channel.question]]`, where
//! whoever answers for the policy has read them. They are not fetched when a fault is sent: then an
//! operator could ask for more overnight, and the preview would not be the message. A fact that
//! answers a question is one that the policy lets through anyway; the question only gives it a place
//! of its own, and what no question asks for stands in the description.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thiserror::Error;

use super::super::on_api::read::{Row, json};
use super::super::on_api::write::Text;
use super::super::{Answer, EncodeError};
use crate::domain::{Category, Field};

/// The most templates, and the most questions in one, that are read.
const TEMPLATES_MAX: usize = 1_000;

/// The longest name of a question, and the longest value that an operator lists.
const NAME_MAX: usize = 128;

/// What kind of fault it is, in PI-API's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The service does not work.
    Total,
    /// It works badly.
    Quality,
    /// Neither.
    Other,
}

impl Problem {
    /// As the specification spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Total => "TOTAL",
            Self::Quality => "QUALITY",
            Self::Other => "OTHER",
        }
    }

    /// Reads what the specification spells, whatever the letters' size.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Total, Self::Quality, Self::Other];
        all.into_iter().find(|problem| problem.as_str().eq_ignore_ascii_case(text))
    }

    /// Of one of our problem types.
    pub fn of_type(text: &str) -> Option<Self> {
        match text {
            "NO_LINK" | "NO_ACCESS" => Some(Self::Total),
            "QUALITY" => Some(Self::Quality),
            "OTHER" => Some(Self::Other),
            _ => None,
        }
    }
}

/// What an answer is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// Text.
    Text,
    /// A number.
    Number,
    /// One of the operator's values.
    Option,
    /// Some of them, as a list.
    MultOption,
}

impl Kind {
    /// Reads what the specification spells, whatever the letters' size: its own example has small
    /// ones.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "BOOL" => Some(Self::Bool),
            "STRING" => Some(Self::Text),
            "NUMBER" => Some(Self::Number),
            "OPTION" => Some(Self::Option),
            "MULTOPTION" => Some(Self::MultOption),
            _ => None,
        }
    }
}

/// One question that is answered in tickets to an operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The member of `extraInfo`.
    pub name: String,
    /// What the answer is made of.
    pub kind: Kind,
    /// The fact that answers it; absent: only `otherwise` does.
    pub answer: Option<Field>,
    /// Whether a ticket without it is refused.
    pub mandatory: bool,
    /// For these kinds of fault; none: for all.
    pub problems: Vec<Problem>,
    /// For these services; none: for all.
    pub services: Vec<String>,
    /// Our code of the fact, and the operator's value that says the same.
    pub values: BTreeMap<String, String>,
    /// What is said where the fact is not known, such as the operator's word for that.
    pub otherwise: Option<String>,
}

/// Why a question cannot be answered as its table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum QuestionError {
    /// Its name is none.
    #[error("must be 1 to 128 letters, digits and _")]
    Name,
    /// The field is no fact about a fault.
    #[error(
        "must be a fact about the fault, the equipment or the visit: nothing else is asked for"
    )]
    Fact,
    /// There is nothing to say.
    #[error("needs answer, otherwise, or both")]
    Silent,
    /// A choice without its values, or values where there is no choice.
    #[error("are needed where the type is OPTION or MULTOPTION, and only there")]
    Values,
    /// A yes, a no or a number cannot be made up.
    #[error("is for STRING, OPTION and MULTOPTION only")]
    Otherwise,
}

impl Question {
    /// Checks what the table of a file says; the key is that of what is wrong.
    pub fn check(&self) -> Result<(), (&'static str, QuestionError)> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !(1..=NAME_MAX).contains(&self.name.len()) || !self.name.chars().all(is_name) {
            return Err(("field", QuestionError::Name));
        }
        if self.answer.is_some_and(|field| !is_fact(field)) {
            return Err(("answer", QuestionError::Fact));
        }
        if self.answer.is_none() && self.otherwise.is_none() {
            return Err(("answer", QuestionError::Silent));
        }
        let is_choice = matches!(self.kind, Kind::Option | Kind::MultOption);
        if self.answer.is_some() && is_choice == self.values.is_empty() {
            return Err(("values", QuestionError::Values));
        }
        if self.otherwise.is_some() && matches!(self.kind, Kind::Bool | Kind::Number) {
            return Err(("otherwise", QuestionError::Otherwise));
        }
        Ok(())
    }

    fn concerns(&self, problem: Problem, service: &str) -> bool {
        (self.problems.is_empty() || self.problems.contains(&problem))
            && (self.services.is_empty() || self.services.iter().any(|one| one == service))
    }

    /// The fact as the answer; `None` where it cannot be put so.
    fn told(&self, text: &str) -> Option<Value> {
        match self.kind {
            Kind::Bool => text.parse().ok().map(Value::Bool),
            Kind::Number => text.parse().ok().map(Value::Number),
            Kind::Text => Some(text.into()),
            Kind::Option | Kind::MultOption => self.values.get(text).map(|word| self.chosen(word)),
        }
    }

    fn chosen(&self, word: &str) -> Value {
        match self.kind {
            Kind::MultOption => vec![word].into(),
            Kind::Bool | Kind::Text | Kind::Number | Kind::Option => word.into(),
        }
    }
}

/// The answers to an operator's questions: the object `extraInfo`, and the facts that it tells.
pub(super) fn answers(
    questions: &[Question],
    problem: Problem,
    service: &str,
    text: Text<'_, '_>,
) -> Result<(Map<String, Value>, Vec<Field>), EncodeError> {
    let mut answers = Map::new();
    let mut told = Vec::new();
    for question in questions.iter().filter(|question| question.concerns(problem, service)) {
        // A fact without a word in it answers nothing.
        let known = |field| text(field).filter(|text| !text.trim().is_empty());
        let fact = question.answer.and_then(|field| Some((field, question.told(known(field)?)?)));
        let otherwise = || question.otherwise.as_deref().map(|word| question.chosen(word));
        if let Some((field, answer)) = fact {
            told.push(field);
            answers.insert(question.name.clone(), answer);
        } else if let Some(answer) = otherwise() {
            answers.insert(question.name.clone(), answer);
        } else if let (true, Some(field)) = (question.mandatory, question.answer) {
            return Err(EncodeError::Missing(field));
        }
    }
    Ok((answers, told))
}

/// Whether a field is a fact that an operator may have a question for. Never a person, never a text.
fn is_fact(field: Field) -> bool {
    match field.category() {
        Category::Fault => !matches!(field, Field::ProblemType | Field::FaultHeading),
        Category::Equipment => true,
        Category::Visit => field != Field::DoorCode,
        Category::Reference
        | Category::Delivery
        | Category::Place
        | Category::Contact
        | Category::Identity
        | Category::FreeText
        | Category::Commercial => false,
    }
}

/// What an operator asks about one service and kind of fault, as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// For this service; absent: for any.
    pub service: Option<String>,
    /// For this kind of fault; absent: for any, or for one that the specification does not have.
    pub problem: Option<Problem>,
    /// The questions.
    pub asked: Vec<Asked>,
}

/// One question, as the operator asks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The member of `extraInfo`.
    pub name: String,
    /// What the answer is made of; absent where the type is none that the specification has.
    pub kind: Option<Kind>,
    /// What may be chosen.
    pub values: Vec<String>,
    /// Whether a ticket without it is refused.
    pub mandatory: bool,
}

impl Template {
    /// The mandatory questions that none of ours answers: with these a ticket would be refused.
    pub fn unanswered<'t>(&'t self, ours: &'t [Question]) -> impl Iterator<Item = &'t Asked> {
        let answered = |asked: &Asked| {
            let fits = |ours: &Question| {
                let service = self.service.as_deref();
                ours.name == asked.name
                    && Some(ours.kind) == asked.kind
                    && self.problem.is_none_or(|problem| {
                        ours.problems.is_empty() || ours.problems.contains(&problem)
                    })
                    && service.is_none_or(|service| {
                        ours.services.is_empty() || ours.services.iter().any(|one| one == service)
                    })
                    && (asked.values.is_empty()
                        || ours
                            .values
                            .values()
                            .chain(&ours.otherwise)
                            .all(|value| asked.values.contains(value)))
            };
            ours.iter().any(fits)
        };
        self.asked.iter().filter(move |asked| asked.mandatory && !answered(asked))
    }
}

/// The templates in an answer; `None` where it cannot be read.
pub(super) fn templates(answer: &Answer) -> Option<Vec<Template>> {
    if answer.status != 200 {
        return None;
    }
    let value = json(&answer.body)?;
    let rows = match &value {
        Value::Array(rows) => rows,
        value => value.get("templates")?.as_array()?,
    };
    rows.iter().take(TEMPLATES_MAX).map(|row| row.as_object().map(template)).collect()
}

fn template(members: &Map<String, Value>) -> Template {
    let row = Row::of(members);
    let fields = members.get("fields").and_then(Value::as_array).into_iter().flatten();
    Template {
        service: row.text("service").map(Cow::into_owned),
        problem: row.text("type").and_then(|text| Problem::parse(&text)),
        asked: fields.take(TEMPLATES_MAX).filter_map(Value::as_object).filter_map(asked).collect(),
    }
}

fn asked(members: &Map<String, Value>) -> Option<Asked> {
    let row = Row::of(members);
    let values = members.get("values").and_then(Value::as_array).into_iter().flatten();
    // Where it is not said, a question may be left out at one's own risk: it counts as asked.
    let mandatory = match members.get("mandatory") {
        Some(Value::Bool(mandatory)) => *mandatory,
        Some(Value::String(text)) => !text.eq_ignore_ascii_case("false"),
        _ => true,
    };
    Some(Asked {
        name: row.text("field").filter(|name| name.len() <= NAME_MAX)?.into_owned(),
        kind: row.text("type").and_then(|text| Kind::parse(&text)),
        values: values.filter_map(Value::as_str).map(str::to_owned).collect(),
        mandatory,
    })
}
