//! Certificates of custom domains, one in each region where the name is bound.

use plan::Band;
use resource::{Expression, ResourceId};
use serde_json::{Value, json};
use topology::{Certificate, Domain};

use super::domains::Bound;
use super::ids::PLAN;
use super::{Expansion, Life};
use crate::desired::DesiredResource;
use crate::order::CERTIFICATE;

impl Expansion<'_> {
    /// Adds the certificate of a domain for one app; `None` where the domain has none.
    ///
    /// A certificate lives in the resource group of the plan, not of the app.
    /// Source: <https://learn.microsoft.com/azure/app-service/configure-ssl-certificate>.
    pub(super) fn certificate(
        &mut self,
        host: &str,
        domain: &Domain,
        certificate: Option<&Certificate>,
        app: &Bound<'_>,
    ) -> Option<ResourceId> {
        let certificate = certificate?;
        let (_, stamp) = app.home.stamp?;
        let plan = self.plan_id(app.home, stamp);
        let group = match &plan {
            Some(plan) => plan.parent()?,
            None => app.site.parent()?,
        };
        let farm = plan.as_ref().map_or_else(
            || Expression::reference(&app.site, "/properties/serverFarmId").to_value(),
            |plan| json!(plan.as_str()),
        );
        debug_assert!(plan.as_ref().is_none_or(|plan| plan.resource_type().is(PLAN)));
        let mut properties = json!({ "serverFarmId": farm });
        let mut create_only = None;
        match certificate {
            Certificate::None => return None,
            Certificate::Managed => {
                properties["canonicalName"] = json!(host);
                create_only = Some(json!({ "properties": { "password": "" } }));
            }
            Certificate::KeyVault(source) => {
                let vault = self.id_of(&source.key_vault.value)?;
                properties["keyVaultId"] = json!(vault.as_str());
                properties["keyVaultSecretName"] = json!(source.secret.value);
            }
        }
        let name = format!("{}-{}", host.replace('.', "-").replace('*', "wildcard"), app.stamp);
        let id = group.extension(CERTIFICATE, &name);
        let body = json!({
            "location": self.location(app.home, None),
            "tags": self.tags(app.home, &Default::default()),
            "properties": properties,
        });
        let address = format!("{}/certificates/{host}", app.stamp);
        let band = app.home.band(Band::Global);
        let mut resource = DesiredResource::managed(address, id.clone(), band, body);
        resource.create_only = create_only.filter(|extra: &Value| !extra.is_null());
        resource.protect = false;
        self.add(resource, Life::default(), &domain.place);
        Some(id)
    }
}
