//! The simulator's own certificate authority.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::{fs, io};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;

use crate::simulator::Error;
use crate::store::folder::refuse_irregular;

/// An authority that gives each host that is asked for a certificate of its own.
///
/// So a client that is sent to the simulator for `app.example.com` gets a certificate for that
/// name, as Azure's front ends give it.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    issued: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes an authority, or takes up the one that lies in `dir`.
    pub fn open(dir: Option<&Path>) -> Result<Self, Error> {
        let (key, pem) = match dir {
            Some(dir) => stored(dir)?,
            None => fresh()?,
        };
        let issuer = Issuer::new(params()?, key);
        Ok(Self { issuer, pem, issued: Mutex::default() })
    }

    /// Returns the authority's certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Returns a certificate for `host`, made when it is first asked for.
    fn certificate(&self, host: &str) -> Option<Arc<CertifiedKey>> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = issued.get(host) {
            return Some(known.clone());
        }
        let made = Arc::new(self.issue(host).ok()?);
        issued.insert(host.to_owned(), made.clone());
        Some(made)
    }

    fn issue(&self, host: &str) -> Result<CertifiedKey, Error> {
        let names = if host.is_empty() {
            vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()]
        } else {
            vec![host.to_owned(), "localhost".to_owned(), "127.0.0.1".to_owned()]
        };
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name.push(DnType::CommonName, "Azure simulator");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let signing = aws_lc_rs::sign::any_supported_type(&private)?;
        Ok(CertifiedKey::new(vec![certificate.der().clone()], signing))
    }
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate(hello.server_name().unwrap_or_default())
    }
}

fn params() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "Azure simulator authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn fresh() -> Result<(KeyPair, String), Error> {
    let key = KeyPair::generate()?;
    let pem = params()?.self_signed(&key)?.pem();
    Ok((key, pem))
}

fn stored(dir: &Path) -> Result<(KeyPair, String), Error> {
    let (key_path, pem_path) = (dir.join("ca-key.pem"), dir.join("ca.pem"));
    [&key_path, &pem_path].into_iter().try_for_each(|path| refuse_irregular(path))?;
    match (fs::read_to_string(&key_path), fs::read_to_string(&pem_path)) {
        (Ok(key), Ok(pem)) => Ok((KeyPair::from_pem(&key)?, pem)),
        _ => {
            let (key, pem) = fresh()?;
            write_private(&key_path, &key.serialize_pem())?;
            fs::write(&pem_path, &pem)?;
            Ok((key, pem))
        }
    }
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)
}
