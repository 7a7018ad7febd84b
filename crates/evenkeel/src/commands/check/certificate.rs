//! What a certificate says of itself.

use jiff::Timestamp;
use report::Certificate;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

/// Seconds of a day.
const DAY_SECS: i64 = 86_400;

/// Reads a certificate, given in DER.
pub fn read(der: &[u8], now: Timestamp) -> Option<Certificate> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let until = Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?;
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names.iter().flat_map(|names| &names.value.general_names);
    let mut names: Vec<String> = names.filter_map(name).collect();
    if names.is_empty() {
        names.push(certificate.subject().to_string());
    }
    let days = until.duration_since(now).as_secs().div_euclid(DAY_SECS);
    Some(Certificate { names, until: until.strftime("%F").to_string(), days })
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let four: Option<[u8; 4]> = (*bytes).try_into().ok();
            let six: Option<[u8; 16]> = (*bytes).try_into().ok();
            let four = four.map(|it| std::net::Ipv4Addr::from(it).to_string());
            four.or_else(|| six.map(|it| std::net::Ipv6Addr::from(it).to_string()))
        }
        _ => None,
    }
}
