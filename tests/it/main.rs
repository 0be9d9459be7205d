
//! Tests of the whole, one file per subject.

mod on_api;
