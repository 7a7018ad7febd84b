//! Certificates of custom domains, one in each region where the name is bound.

use plan::Band;
use planner::{DesiredResource, Expansion, Life};
use resource::{Expression, ResourceId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::expand::Bound;
use super::{CERTIFICATE, Certificate, Domain};

/// Adds the certificate of a domain for one app; `None` where the domain has none.
///
/// A certificate lives in the resource group of the plan, not of the app.
/// Source: <https://learn.microsoft.com/azure/app-service/configure-ssl-certificate>.
pub(super) fn certificate(
    expansion: &mut Expansion<'_>,
    host: &str,
    domain: &Domain,
    certificate: Option<&Certificate>,
    app: &Bound<'_>,
) -> Option<ResourceId> {
    let certificate = certificate?;
    app.home.stamp()?;
    let plan = crate::plans::id(expansion, app.home);
    let group = match &plan {
        Some(plan) => plan.parent()?,
        None => app.site.parent()?,
    };
    let farm = plan.as_ref().map_or_else(
        || Expression::reference(&app.site, "/properties/serverFarmId").to_value(),
        |plan| json!(plan.as_str()),
    );
    let mut properties = json!({ "serverFarmId": farm });
    let mut create_only = None;
    match certificate {
        Certificate::None => return None,
        Certificate::Managed => {
            properties["canonicalName"] = json!(host);
            create_only = Some(json!({ "properties": { "password": "" } }));
        }
        Certificate::KeyVault(source) => {
            let vault = expansion.id_of(&source.key_vault.value)?;
            properties["keyVaultId"] = json!(vault.as_str());
            properties["keyVaultSecretName"] = json!(source.secret.value);
        }
    }
    let source = match certificate {
        Certificate::KeyVault(source) => {
            let vault = expansion.id_of(&source.key_vault.value)?;
            Some((vault.name().to_owned(), source.secret.value.clone()))
        }
        Certificate::Managed | Certificate::None => None,
    };
    let source = source.as_ref().map(|(vault, secret)| (vault.as_str(), secret.as_str()));
    let id = group.extension(CERTIFICATE, &certificate_name(host, &app.stamp, source));
    let body = json!({
        "location": expansion.location(app.home, None),
        "tags": expansion.tags(app.home, &Default::default()),
        "properties": properties,
    });
    let address = format!("{}/certificates/{host}", app.stamp);
    let band = app.home.band(Band::Global);
    let mut resource = DesiredResource::managed(address, id.clone(), band, body);
    resource.create_only = create_only.filter(|extra: &Value| !extra.is_null());
    resource.protect = false;
    resource.formerly = source
        .is_some()
        .then(|| group.extension(CERTIFICATE, &certificate_name(host, &app.stamp, None)));
    expansion.add(resource, Life::default(), &domain.place);
    Some(id)
}

/// The longest name of a certificate that is put together from its parts.
const LONGEST_NAME: usize = 200;

/// Returns the name of the certificate of `host` in a stamp; `source` is the vault and the secret
/// that it comes from, where App Service does not issue it.
///
/// Where a certificate comes from cannot be changed, so another source is another certificate, which
/// stands beside the one that is still bound.
pub fn certificate_name(host: &str, stamp: &str, source: Option<(&str, &str)>) -> String {
    let mut name = format!("{}-{stamp}", host.replace('.', "-").replace('*', "wildcard"));
    if let Some((vault, secret)) = source {
        name = format!("{name}-{vault}-{secret}").to_ascii_lowercase();
    }
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let kept: String = name.chars().take(LONGEST_NAME).collect();
    format!("{kept}-{digest}")
}
