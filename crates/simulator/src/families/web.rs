//! placeholder
use sha2::{Digest, Sha256};
use crate::azure::Azure;
/// Returns the value of the `asuid` TXT record, one for a subscription.
pub(crate) fn verification_id(azure: &Azure) -> String {
    let digest = Sha256::digest(azure.settings.subscription.as_bytes());
    digest.iter().map(|byte| format!("{byte:02X}")).collect()
}
