//! The promise as types: what must not happen does not compile.
//!
//! Each file in `tests/compile-fail` is a sentence, and the compiler's answer to it is kept beside
//! it, so that it fails for the reason that is meant and for no other. A new compiler may word an
//! answer differently: read what changed, then `TRYBUILD=overwrite cargo test --test it typestate`.
//! What a type must not be able to do is asked a second time below, where there is no wording.

use std::fmt::{Debug, Display};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sluss::domain::{Case, CaseParts, Personal};
use sluss::log::SubjectKey;
use sluss::minimise::Minimised;
use sluss::record::{Ready, Receipt, Record, Recorded};
use sluss::settle::Settled;
use sluss::store::{Appended, Claim, Claimed, Disclosure, Doubt, Work};
use sluss::transmit::{Transmitted, Wire};

#[test]
fn what_must_not_compile_does_not() {
    trybuild::TestCases::new().compile_fail("tests/compile-fail/*.rs");
}

/// Whether a type has a trait, asked of the compiler.
trait Answer {
    fn answer(&self) -> bool;
}

/// Method lookup takes the first line where the bound holds, and the second, one reference further
/// away, where it does not.
macro_rules! has {
    ($subject:ty: $bound:path) => {{
        struct Probe<T: ?Sized>(PhantomData<T>);
        impl<T: ?Sized + $bound> Answer for Probe<T> {
            fn answer(&self) -> bool {
                true
            }
        }
        impl<T: ?Sized> Answer for &Probe<T> {
            fn answer(&self) -> bool {
                false
            }
        }
        let probe = &Probe::<$subject>(PhantomData);
        probe.answer()
    }};
}

macro_rules! none_has {
    ($bound:path: $($subject:ty),+ $(,)?) => {
        $( assert!(
            !has!($subject: $bound),
            "{} is {}", stringify!($subject), stringify!($bound),
        ); )+
    };
}

#[test]
fn the_probe_tells_yes_from_no() {
    assert!(has!(String: Clone));
    assert!(has!(str: Debug));
    assert!(has!(Receipt: Debug));
    assert!(has!(Vec<u8>: DeserializeOwned));
    assert!(!has!(Vec<u8>: Display));
    assert!(!has!(str: Clone));
}

#[test]
fn what_is_about_a_person_cannot_be_printed() {
    none_has!(Debug: Personal, Case, CaseParts, Minimised<'static>, Claimed, Doubt, Work, Recorded);
    none_has!(Display: Personal, Case, CaseParts, Minimised<'static>, Claimed, Doubt, Work, Recorded);
    none_has!(Debug: Ready<'static>, Record, Disclosure, Transmitted);
}

#[test]
fn what_is_about_a_person_cannot_be_written_or_read_back() {
    none_has!(Serialize: Personal, Case, CaseParts, Minimised<'static>, Claimed, Doubt, SubjectKey);
    none_has!(DeserializeOwned: Personal, Case, CaseParts, Claimed, Doubt, SubjectKey);
}

#[test]
fn what_is_about_a_person_cannot_be_copied() {
    none_has!(Clone: Personal, Case, CaseParts, Minimised<'static>);
}

#[test]
fn the_journey_has_no_second_copy_and_no_way_back() {
    none_has!(Clone: Minimised<'static>, Recorded, Record, Transmitted, Claim, Ready<'static>);
    none_has!(Default: Minimised<'static>, Recorded, Transmitted, Settled, Receipt, Appended, Claim);
    none_has!(Serialize: Recorded, Transmitted, Settled, Receipt, Appended, Claim);
    none_has!(DeserializeOwned: Recorded, Transmitted, Settled, Receipt, Appended, Claim);
}

#[test]
fn there_is_one_way_out_and_it_is_not_multiplied() {
    none_has!(Clone: Wire);
    none_has!(Default: Wire);
}
