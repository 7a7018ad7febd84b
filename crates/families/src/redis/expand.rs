//! From a cache to its cluster and database, and to what an identity needs to use it.

use planner::{DesiredResource, Expand, Expansion, Given, Holder, Life};
use resource::{ResourceId, inner};
use serde_json::json;
use topology::Place;

use super::{DATABASE, Redis};

impl Expand for Redis {
    const GIVEN: &'static [Given] = &[Given { label: "database", path: DATABASE }];

    fn complete(&self, _: &Expansion<'_>, resource: &mut DesiredResource) {
        let properties = &mut resource.body["properties"];
        properties["minimumTlsVersion"] = json!("1.2");
        properties["publicNetworkAccess"] = json!("Enabled");
    }

    fn complete_given(&self, _: &Expansion<'_>, _: &Given, database: &mut DesiredResource) {
        let properties = &mut database.body["properties"];
        properties["clientProtocol"] = json!("Encrypted");
        // Who may come is told by identities alone.
        properties["accessKeysAuthentication"] = json!("Disabled");
    }

    fn allow(
        expansion: &mut Expansion<'_>,
        holder: &Holder,
        used: &ResourceId,
        _: &str,
        place: &Place,
    ) {
        let database = inner(used, DATABASE);
        // Such names hold letters and digits alone.
        let name = holder.grant_name(&database, "default").replace('-', "");
        let body = json!({ "properties": {
            "accessPolicyName": "default",
            "user": { "objectId": holder.principal() },
        }});
        let address = format!("{}/uses/{}", holder.address, used.name());
        let id = database.child("accessPolicyAssignments", &name);
        let right = DesiredResource::managed(address, id, holder.band.clone(), body);
        expansion.add(right, Life { adopt: true, ..Life::default() }, place);
    }
}
