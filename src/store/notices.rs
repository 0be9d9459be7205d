//! What goes into the outbox of notifications and comes out of it.

use secrecy::SecretBox;

use crate::domain::{ClientId, RegistrationId, SubmissionId, Timestamp};
use crate::intake::Kind;
use crate::tmf::{Notice, TmfState};

/// What a registration's messages are signed with.
pub type HubSecret = SecretBox<[u8; 32]>;

/// Who wants to be told of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Our id of it.
    pub id: RegistrationId,
    /// Whose it is: only of that client's own orders and tickets anything is told.
    pub client: ClientId,
    /// Of which API.
    pub kind: Kind,
    /// Where to.
    pub callback: String,
    /// Of what: as it was registered, and read.
    pub query: String,
    /// Since when.
    pub created: Timestamp,
    /// How many events there were for it.
    pub sequence: u64,
    /// How many of them are still to be told, and how many were given up.
    pub waiting: u64,
    /// Given up.
    pub dead: u64,
}

/// Why a registration is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registered {
    /// It is.
    New,
    /// There is one with this callback and this query.
    Twice,
    /// The client has as many as it may have.
    TooMany,
}

/// What is to be told to one registration now: leased, in order.
pub struct Errand {
    /// To whom.
    pub to: RegistrationId,
    /// Of which API.
    pub kind: Kind,
    /// Where to.
    pub callback: String,
    /// Which members of what an event is about.
    pub query: String,
    /// What to sign with.
    pub secret: HubSecret,
    /// How often in a row it did not answer.
    pub failures: u32,
    /// Until when nobody else speaks to it.
    pub until: Timestamp,
    /// What to tell.
    pub notices: Vec<Telling>,
    pub(super) token: i64,
}

/// One event on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// The event.
    pub notice: Notice,
    /// How often it was tried before.
    pub attempt: u32,
    /// Since when.
    pub since: Timestamp,
}

/// What became of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was taken.
    Told,
    /// Try again.
    Later {
        /// When.
        due: Timestamp,
        /// The answer, as a code.
        code: String,
    },
    /// It is given up until a person replays it.
    Dead {
        /// The answer, as a code.
        code: String,
    },
}

/// The task of cancelling an order, as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CancellationRow {
    /// Its id: that of the change which asked for it.
    pub id: SubmissionId,
    /// The order.
    pub order: SubmissionId,
    /// Where it stands.
    pub state: TmfState,
    /// When it was asked for.
    pub requested: Timestamp,
    /// When it last moved.
    pub changed: Timestamp,
}

/// An event in the outbox, as it can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// To whom.
    pub to: RegistrationId,
    /// Whose that is.
    pub client: ClientId,
    /// The event.
    pub notice: Notice,
    /// How often it was tried.
    pub attempt: u32,
    /// When it is tried next.
    pub due: Timestamp,
    /// The last answer, as a code.
    pub answer: Option<String>,
    /// Given up.
    pub dead: bool,
}
