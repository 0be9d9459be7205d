//! How far a request got that brought no answer.

use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::domain::RecipientId;

/// How far a request got that brought no answer.
#[derive(Debug, Error)]
pub enum WireError {
    /// No address is configured for this recipient, or the path does not fit it.
    #[error("the recipient has no address that fits this message")]
    Address,
    /// No byte left this host: sending again is safe.
    #[error("the operator cannot be reached")]
    NotSent(#[source] reqwest::Error),
    /// It waited so long for its turn that another worker may have taken the case over: no byte left.
    #[error("it waited too long for its turn and was not sent")]
    TooLate,
    /// The operator has refused our credentials and nothing has changed since: no byte left.
    #[error("the operator refuses our credentials")]
    Refused,
    /// All sending is stopped: no byte left.
    #[error("all sending is stopped")]
    Halted,
    /// Some bytes may have left: the operator may have acted.
    #[error("the operator did not answer")]
    Unanswered(#[source] reqwest::Error),
    /// The operator asked for a contact and did not wait for the answer: no byte left.
    #[error("the operator did not take the answer that it asked for")]
    NotTaken,
    /// An answer came that is longer than any that makes sense: the operator may have acted.
    #[error("the operator's answer is too long to be read")]
    AnswerTooLong,
}

impl From<reqwest::Error> for WireError {
    fn from(error: reqwest::Error) -> Self {
        // The path may hold a reference to somebody's order: it stays out of error texts.
        let error = error.without_url();
        // Only a failed connect proves that nothing was sent. Every doubt counts as sent.
        if error.is_connect() || error.is_builder() {
            Self::NotSent(error)
        } else {
            Self::Unanswered(error)
        }
    }
}

/// Why the way to a recipient cannot be opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// A file is missing or unreadable.
    #[error("{}: cannot be read", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A secret can be read by anybody on this machine.
    #[error("{}: can be read by everybody: chmod o-rwx it", .0.display())]
    Readable(PathBuf),
    /// A secret is empty, or not text.
    #[error("{}: holds no secret", .0.display())]
    Empty(PathBuf),
    /// The client cannot be made.
    #[error("{recipient}: {what}")]
    Client {
        /// For whom.
        recipient: RecipientId,
        /// What is wrong.
        what: &'static str,
    },
}

impl OpenError {
    /// Whether there is no such file at all.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
    }

    pub(super) fn file(file: &Path, source: std::io::Error) -> Self {
        Self::File { file: file.to_owned(), source }
    }
}
