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
        /// A token of an issuer that is none, or of an algorithm that is not taken: `none` is not.
        NoJwt = "no-jwt",
        /// A token of an issuer by a key that it does not have, or no longer.
        UnknownKey = "unknown-key",
        /// A token that its issuer has not signed.
        Signature = "signature",
        /// A token of another issuer, or for another audience.
        NotForUs = "not-for-us",
        /// A token that has not begun.
        NotYet = "not-yet",
        /// A token that lacks a claim, or whose client has a name that cannot be one here.
        Claims = "claims",
        /// A name and a password that do not belong together.
        Password = "password",
        /// Back from a provider without having been sent there by this browser.
        State = "state",
        /// A browser that another site has made ask.
        CrossSite = "cross-site",
        /// Known, and without a role that may do this.
        Role = "role",
    }
}
