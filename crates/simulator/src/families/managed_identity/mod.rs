//! `Microsoft.ManagedIdentity`: identities that stand by themselves.

use serde_json::json;

use crate::kind::family::Family;
use crate::kind::shapes::Shapes;
use crate::kind::{Delete, Kind, Lies, Place, Put, Tags};
use crate::wire::json;

/// The API versions of the provider.
const VERSIONS: &[&str] = &[
    "2015-08-31-preview",
    "2018-11-30",
    "2021-09-30-preview",
    "2022-01-31-preview",
    "2023-01-31",
    "2023-07-31-preview",
    "2024-11-30",
    "2025-01-31-preview",
];

static SHAPES: Shapes = Shapes::new(include_str!("shapes.json"));

/// What is known of managed identities.
pub(crate) static FAMILY: Family =
    Family { kinds: &[KINDS], shapes: Some(&SHAPES), ..Family::new("Microsoft.ManagedIdentity/") };

/// The types of this family.
const KINDS: &[Kind] = &[
    Kind {
        name: "Microsoft.ManagedIdentity/userAssignedIdentities",
        group_segment: "resourcegroups",
        put: Put::direct(201, 200),
        delete: Delete::direct(200),
        lies: Lies::Region,
        versions: VERSIONS,
        tags: Tags::Empty,
        has_state: false,
        made: &["/principalId", "/clientId", "/tenantId"],
        settle: |azure, draft| {
            // An identity that is made anew gets new IDs.
            let seed = format!("{}@{}", draft.id.key(), azure.state.revision);
            let ids = json!({
                "tenantId": azure.settings.tenant,
                "principalId": azure.uuid(&format!("identity-principal{seed}")),
                "clientId": azure.uuid(&format!("identity-client{seed}")),
            });
            json::fill(draft.properties(), &ids);
            Ok(())
        },
        ..Kind::GENERIC
    },
    Kind {
        name: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        put: Put::direct(201, 200),
        delete: Delete::direct(200),
        place: Place::None,
        versions: VERSIONS,
        has_state: false,
        ..Kind::GENERIC
    },
];
