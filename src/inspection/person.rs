//! What left about one person: for whoever works here, without values; and as the person is told it.

use std::collections::BTreeMap;
use std::fmt;

use super::{Inspection, InspectionError};
use crate::auth::Roles;
use crate::domain::{ClientId, PolicyId, closed_list};
use crate::log::{LeafIndex, Role};
use crate::store::{About, Found, Reference, Sight, StoreError};
use crate::subject::{Reasons, Statement, StatementError};

closed_list! {
    /// How what left is told.
    View {
        /// Codes, rules and places in the log.
        Internal = "internal",
        /// In plain words, as the person is told it.
        Customer = "customer",
    }
}

closed_list! {
    /// Why somebody must see what was sent, and not only that it was.
    Why {
        /// The person has asked for it (GDPR art. 15).
        Request = "request",
        /// The person complains.
        Complaint = "complaint",
        /// Something was sent that should not have been.
        Incident = "incident",
        /// An authority asks.
        Authority = "authority",
    }
}

impl Why {
    /// As the log has it.
    const fn code(self) -> &'static str {
        match self {
            Self::Request => "subject-values-request",
            Self::Complaint => "subject-values-complaint",
            Self::Incident => "subject-values-incident",
            Self::Authority => "subject-values-authority",
        }
    }
}

/// Whom somebody asks about, and how.
pub struct Asked {
    /// A case's id, the ordering system's id, or the customer's number.
    pub reference: Reference,
    /// The client that handed in, where several have somebody by that reference.
    pub client: Option<ClientId>,
    /// How it is told.
    pub view: View,
    /// Why the values, too; `None`: without.
    pub values: Option<Why>,
}

/// What came of it.
pub enum Answer {
    /// Nobody goes by that, or nobody whom whoever asks may see.
    Nobody,
    /// Several do, at these clients.
    Several(Vec<ClientId>),
    /// This.
    Told(Box<Report>),
}

/// What there is to be told of a person. Not printable.
pub struct Report {
    about: About,
    reasons: BTreeMap<PolicyId, Reasons>,
    /// How it is told.
    pub view: View,
    /// Whether with values.
    pub values: bool,
}

impl Report {
    /// By case, oldest first.
    pub fn statement(&self) -> Result<Statement<'_>, InspectionError> {
        Statement::new(&self.about, &self.reasons).map_err(unreadable)
    }
}

fn unreadable(StatementError::Leaf(_): StatementError) -> InspectionError {
    StoreError::Corrupt { table: "leaf" }.into()
}

impl Inspection {
    /// What left about somebody. That it was asked is a leaf, in which nobody is named. Values are for
    /// the data protection officer, with a reason; protected persons are, too.
    pub async fn person(
        &self,
        asked: Asked,
        (role, roles): (Role, &Roles),
    ) -> Result<Answer, InspectionError> {
        let Asked { reference, client, view, values } = asked;
        let is_privacy = roles.first_of(&[Role::Privacy]).is_some();
        let sight = if is_privacy { Sight::Restricted } else { Sight::Ordinary };
        let subjects = match self.store.find_subject(reference, client, sight).await? {
            Found::Nobody => return Ok(Answer::Nobody),
            Found::Several(mut clients) => {
                clients.dedup();
                return Ok(Answer::Several(clients));
            }
            Found::One(subjects) => subjects,
        };
        let values = values.filter(|_| is_privacy);
        let about = self.store.about(&subjects).await?;
        let (role, what) = match (values, view) {
            (Some(why), _) => (Role::Privacy, why.code()),
            (None, View::Internal) => (role, "subject-report"),
            (None, View::Customer) => (role, "subject-customer"),
        };
        // Which leaves were shown would link them: the record has their number only.
        self.note(role, what, LeafIndex(0), about.told.len() as u64).await?;
        let mut reasons = BTreeMap::new();
        for id in Statement::policies(&about).map_err(unreadable)? {
            reasons.extend(self.reasons(id).await?.map(|read| (id, read)));
        }
        Ok(Answer::Told(Box::new(Report { about, reasons, view, values: values.is_some() })))
    }
}
