//! The words: what sluss talks about. No I/O, no wire format, no storage format.
//!
//! Types in here are not serialisable. Each edge (intake, dialect, store, log) has its own copy of
//! what it reads or writes, so that a change of one wire never moves another.

mod act;
mod case;
mod clock;
mod entropy;
mod field;
mod halt;
mod ids;
mod personal;
mod purpose;
mod reason;
mod state;
mod subject;

pub use act::Act;
pub use case::{Case, CaseParts, Handling, MaskCount};
pub use clock::{Clock, ManualClock, STOCKHOLM, SharedClock, SystemClock, Timestamp};
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use field::{Category, Field, Sensitivity};
pub use halt::{HaltReason, Lifts};
pub use ids::{
    AccessId, CaseId, ClientId, ExternalId, IdError, IncidentId, LeafId, NoticeId, OpaqueReference,
    OperatorReference, PolicyId, RecipientId, RegistrationId, RuleId, SampleId, ServiceId,
    SubjectId, SubmissionId, SubscriptionId, TokenId,
};
pub use personal::Personal;
pub(crate) use purpose::closed_list;
pub use purpose::{LegalBasis, Operation, Purpose};
pub use reason::RejectReason;
pub use state::{CaseState, HoldReason, StateError, Step};
pub use subject::{SubjectKind, SubjectRef};
