//! The section `[store]`: where what is kept is kept.

use std::path::{Path, PathBuf};

use crate::store::{Address, Servers};
use crate::table::{Faults, Table};

/// Where what is kept is kept.
pub(super) struct Kept {
    /// The folder of this host.
    pub(super) dir: PathBuf,
    pub(super) reserve_bytes: u32,
    /// Where PostgreSQL is, if it is.
    pub(super) servers: Option<Servers>,
}

pub(super) fn read(file: &Path, mut store: Table<'_>, faults: &mut Faults) -> Kept {
    let dir = store.text("dir", faults).unwrap_or_else(|| "state".to_owned());
    if dir.trim().is_empty() {
        faults.add(store.key("dir"), "must not be blank");
    }
    let reserve = 1_048_576..=u32::MAX;
    let reserve_bytes = store.number("reserve_bytes", 268_435_456, reserve, faults);
    let folder = file.parent().unwrap_or(Path::new("."));
    let ca_file = store.text("ca_file", faults).filter(|file| !file.is_empty());
    let ca_file = ca_file.map(|file| folder.join(file));
    let database = address(folder, &mut store, "url", "password_file", faults);
    let keys = address(folder, &mut store, "keys_url", "keys_password_file", faults);
    let trusting = |address: Option<Address>| Some(address?.with_ca_file(ca_file.clone()));
    let servers = match (trusting(database), trusting(keys)) {
        (Some(database), Some(keys)) if database == keys => {
            let what = "must be another database than store.url, or another schema of it: keys are \
                        kept, backed up and destroyed on their own";
            faults.add(store.key("keys_url"), what);
            None
        }
        (Some(database), Some(keys)) => Some(Servers { database, keys }),
        (None, None) => None,
        (Some(_), None) => {
            faults.add(store.key("keys_url"), "must be set where store.url is");
            None
        }
        (None, Some(_)) => {
            faults.add(store.key("url"), "must be set where store.keys_url is");
            None
        }
    };
    store.nothing_else(faults);
    Kept { dir: PathBuf::from(dir), reserve_bytes, servers }
}

fn address(
    folder: &Path,
    store: &mut Table<'_>,
    url: &str,
    password: &str,
    faults: &mut Faults,
) -> Option<Address> {
    let named = store.text(url, faults).filter(|named| !named.is_empty());
    let secret = store.text(password, faults).filter(|named| !named.is_empty());
    let address = match named.as_deref().map(Address::parse) {
        None => {
            if secret.is_some() {
                faults.add(store.key(password), "has no address that it belongs to");
            }
            return None;
        }
        Some(Ok(address)) => address,
        Some(Err(what)) => {
            faults.add(store.key(url), what);
            return None;
        }
    };
    Some(match secret {
        Some(secret) => address.with_password_file(folder.join(secret)),
        None => address,
    })
}
