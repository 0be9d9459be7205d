//! Pages for people: HTML made here, in Swedish or English, with one style and one small script of our
//! own. Every page works without the script; no page asks anybody else for anything.
//!
//! A page is a [`Sheet`]: who looks, in which language, and what stands in it. Markup is made by
//! `maud`, which escapes whatever is put in; texts stand in the catalogues `i18n/*.ftl` alone, and a
//! test holds the two catalogues and the code together. Handlers of pages take a [`Visit`], and of
//! forms a [`Posted`], which is there only where the form carried its person's own token.
//!
//! ```text
//! words    languages and their catalogues      sheet    frame, navigation, headers
//! moment   times as people here write them     assets   style, script, icon: named by their hash
//! order    å, ä and ö behind z                 pieces   what forms and pages are made of
//! cases    found, listed, held                 case     one of them, and what is said and decided
//! fault    from the first question to the receipt: fields, and seen, what the operator would see
//! reviews  what was vouched for         incidents what was wrongly sent
//! overview how it goes, with chart     policies who may receive what, and why: changes, recipients
//! disclosures, disclosure   the log: found, counted, taken along; and one leaf of it with its proof
//! samples  drawn, judged, signed off              persons  what left about somebody
//! ```

mod assets;
pub mod case;
pub mod cases;
pub mod changes;
mod chart;
pub mod disclosure;
pub mod disclosures;
pub mod fault;
mod fields;
mod form;
pub mod incidents;
mod moment;
mod order;
mod outflow;
pub mod overview;
pub mod persons;
mod pieces;
pub mod policies;
pub mod recipients;
pub mod reviews;
pub mod samples;
mod seen;
mod sheet;
mod sign_in;
mod status;
mod words;

pub use assets::Asset;
pub use form::{Form, Posted};
pub use moment::{date, moment};
pub use order::sorted_by;
pub use sheet::{Failed, Sheet, Visit, failure, home, see};
pub use sign_in::{Kept, SignIn, Wrong, again, sign_in};
pub use status::{Standing, status};
pub use words::{LANGUAGE, Words, families};
