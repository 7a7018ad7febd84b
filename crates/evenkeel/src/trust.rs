//! The certificates that the environment names.

use std::path::PathBuf;

use anyhow::{Context, anyhow};

use crate::exit::Failure;

/// The variable that names a file of trusted certificates, as OpenSSL and Go know it.
const FILE: &str = "SSL_CERT_FILE";

/// Refuses a file of certificates that cannot be read: the TLS library would pass over it in silence,
/// and every connection fail for a reason that nobody sees.
pub fn check() -> Result<(), Failure> {
    let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let named = format!("cannot use the certificates in `{}`, which {FILE} names", path.display());
    let found = files::read(&path, files::TEXT).map_err(anyhow::Error::from).and_then(|pem| {
        let found = reqwest::Certificate::from_pem_bundle(pem.as_bytes())?;
        if found.is_empty() { Err(anyhow!("there is no certificate in it")) } else { Ok(()) }
    });
    found.context(named).map_err(|error| {
        Failure::invalid(error, format!("name a file of PEM certificates, or unset {FILE}"))
    })
}
