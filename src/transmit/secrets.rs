//! Secrets come from files, and only from files that nobody else can read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::OpenError;
use crate::recipients::SecretFile;

/// The one line that a file holds. A file that everybody can read holds no secret.
pub fn read(file: &SecretFile) -> Result<SecretString, OpenError> {
    let text = read_private(&file.0)?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(OpenError::Empty(file.0.clone()));
    }
    Ok(SecretString::from(secret.to_owned()))
}

/// Certificate chain and key in one PEM, as the client wants them.
pub(super) fn read_pem(certificate: &Path, key: &SecretFile) -> Result<SecretString, OpenError> {
    let certificate =
        fs::read_to_string(certificate).map_err(|error| OpenError::file(certificate, error))?;
    let key = read_private(&key.0)?;
    Ok(SecretString::from(format!("{certificate}\n{}", key.as_str())))
}

fn read_private(path: &Path) -> Result<Zeroizing<String>, OpenError> {
    let metadata = fs::metadata(path).map_err(|error| OpenError::file(path, error))?;
    if metadata.permissions().mode() & 0o007 != 0 {
        return Err(OpenError::Readable(path.to_owned()));
    }
    fs::read_to_string(path).map(Zeroizing::new).map_err(|error| OpenError::file(path, error))
}
