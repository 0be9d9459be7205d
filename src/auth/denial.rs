//! Why somebody is not let in.

use std::fmt;

use crate::domain::closed_list;

closed_list! {
    /// Why a request was denied. What is recorded and counted of a denied attempt is this word, the
    /// minute, and nothing of what was sent: a wrong password is very nearly a right one.
    Denial {
        /// Nothing was shown to be known by.
        NoCredentials = "no-credentials",
        /// What was shown has no form that we know.
        Malformed = "malformed",
        /// A token that we have not issued, or whose secret is another.
        UnknownToken = "unknown-token",
        /// A token or session that was good once.
        Expired = "expired",
        /// A token that was taken back.
        Revoked = "revoked",
        /// Known, and without a role that may do this.
        Role = "role",
    }
}
