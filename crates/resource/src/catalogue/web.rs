//! App Service: plans, sites, bindings and certificates.
//!
//! Source: <https://learn.microsoft.com/azure/templates/microsoft.web/sites> and recorded traffic.

use serde_json::Value;

mod documents;

use super::stakes::{OFF, ON, Scale, cost, security, serving};
use super::{
    AnswersFor, Busy, Cloned, Duty, Handle, Import, Kept, Likeness, Listing, Literal, NameAnswer,
    NameCheck, OneName, Ownership, ServiceMade, Serving, TimeLimit, TypeFacts, Typical, UniqueName,
    Update,
};
use crate::Service;
use documents::CONFIG;

const VERSION: &str = "2024-11-01";

const REGION: (&str, &str) = ("location", "an app cannot move to another region");

/// Members of `siteConfig` live in `config/web`; a GET of the site answers some of them
/// (`linuxFxVersion`, `alwaysOn`, `http20Enabled`…), most as null. The definitions since 2024-11-01
/// declare the whole of it write-only.
const SITE_WRITE_ONLY: &[&str] = &[
    "properties.siteConfig",
    "properties.siteConfig.*",
    "properties.cloningInfo",
    "properties.hostNameSslStates[].toUpdate",
];

const SITE: TypeFacts = TypeFacts {
    cloned: Some(Cloned::Members { properties: CLONED_SITE, beside: &["kind"], identities: true }),
    api_version: VERSION,
    listing: Listing::Subscription,
    // A PUT with settings replaces them all; PATCH merges.
    update: Update::Patch,
    ownership: Ownership::Tags,
    answers: &[
        ("defaultHostName", "/properties/defaultHostName"),
        ("principalId", "/identity/principalId"),
        ("tenantId", "/identity/tenantId"),
        ("verificationId", "/properties/customDomainVerificationId"),
    ],
    immutable: &[
        REGION,
        ("kind", "the kind and the operating system of an app are fixed at its creation"),
        ("properties.reserved", "the operating system of an app is fixed at its creation"),
        ("properties.hyperV", "the operating system of an app is fixed at its creation"),
        ("properties.hostingEnvironmentProfile", "an app cannot leave its environment"),
    ],
    read_only: &[
        "properties.state",
        "properties.hostNames",
        "properties.defaultHostName",
        "properties.repositorySiteName",
        "properties.enabledHostNames",
        "properties.availabilityState",
        "properties.trafficManagerHostNames",
        "properties.outboundIpAddresses",
        "properties.possibleOutboundIpAddresses",
        "properties.customDomainVerificationId",
        "properties.resourceGroup",
        "properties.isDefaultContainer",
        "properties.slotSwapStatus",
        "properties.targetSwapSlot",
        "properties.maxNumberOfWorkers",
        "properties.suspendedTill",
    ],
    volatile: &[
        "properties.lastModifiedTimeUtc",
        "properties.usageState",
        "properties.inFlightFeatures",
        "properties.inProgressOperationId",
        "properties.siteConfig.machineKey",
        // The mirror of the bindings, which are resources of their own.
        "properties.hostNameSslStates",
        // The mirror of the plan's size.
        "properties.sku",
    ],
    write_only: SITE_WRITE_ONLY,
    decided: &[
        ("properties.reserved", "an app has the operating system of its plan"),
        (
            "properties.siteConfig.minimumElasticInstanceCount",
            "an elastic plan raises the count to one",
        ),
    ],
    likeness: &[
        // `functionapp,workflowapp,linux` comes back in another order, `app` on a Linux plan as
        // `app,linux`, and `container` goes where the runtime is none.
        ("kind", Likeness::AppKind),
        ("properties.keyVaultReferenceIdentity", Likeness::Id),
    ],
    sensitive: &[
        "properties.siteConfig.appSettings[].value",
        "properties.siteConfig.connectionStrings[].connectionString",
    ],
    restarts: &[
        "properties.siteConfig",
        "properties.serverFarmId",
        "properties.virtualNetworkSubnetId",
        "properties.clientCertEnabled",
        "properties.clientCertMode",
        "properties.clientCertExclusionPaths",
    ],
    fresh: &[
        ("properties.publicNetworkAccess", Literal::Text("Enabled")),
        ("properties.clientCertEnabled", Literal::Switch(false)),
        ("properties.clientCertMode", Literal::Text("Required")),
        ("properties.clientCertExclusionPaths", Literal::Text("")),
    ],
    defaults: &[("properties.publicNetworkAccess", Literal::Text("Enabled"))],
    // Somebody may have stopped the app for a reason.
    released: &["properties.enabled"],
    traffic: &["properties.enabled", "properties.publicNetworkAccess"],
    stakes: &[
        serving("properties.enabled", ON, "true"),
        security("properties.clientCertEnabled", ON, "false"),
        security("properties.clientCertMode", CLIENT_CERT, ""),
        security("properties.endToEndEncryptionEnabled", ON, "false"),
    ],
    // App Service lets a domain live in one subscription alone.
    common: &["/properties/customDomainVerificationId"],
    stands_on: &[(
        "properties.serverFarmId",
        "its plan is made anew, and cannot go before its apps",
    )],
    // Source: <https://learn.microsoft.com/azure/app-service/app-service-plan-manage#move-an-app-to-another-app-service-plan>.
    within_group: &[(
        "properties.serverFarmId",
        "an app moves between plans of one resource group only",
    )],
    // Deleting the last app of a plan deletes the plan too, unless told otherwise.
    delete_query: Some("deleteEmptyServerFarm=false&deleteMetrics=true"),
    handles: &[
        Handle {
            pointer: "/properties/defaultHostName",
            holders: &[
                "Microsoft.Network/dnsZones/CNAME",
                "Microsoft.Network/trafficManagerProfiles",
            ],
        },
        Handle {
            pointer: "/identity/principalId",
            holders: &["Microsoft.Authorization/roleAssignments"],
        },
    ],
    serving: Some(Serving { host: "/properties/defaultHostName", switch: "/properties/enabled" }),
    // A creation takes 10 seconds to 3 minutes.
    typical: Typical { create_secs: Some(45), ..Typical::UNKNOWN },
    ..TypeFacts::GENERIC
};

/// Members of a site that a clone shares with its original.
const CLONED_SITE: &[&str] = &[
    "httpsOnly",
    "clientAffinityEnabled",
    "clientCertEnabled",
    "clientCertMode",
    "clientCertExclusionPaths",
    "publicNetworkAccess",
];

const CLIENT_CERT: Scale = Scale::Rungs(&[&["Optional", "OptionalInteractiveUser"], &["Required"]]);

/// Sizes of plans by what they cost, about, the cheapest first.
///
/// Source: <https://azure.microsoft.com/pricing/details/app-service/linux/>.
const SIZES: Scale = Scale::Rungs(&[
    &["F1", "Y1", "FC1"],
    &["D1"],
    &["B1"],
    &["B2"],
    &["B3", "P0v3", "P0v4"],
    &["S1"],
    &["P1v2"],
    &["P1v3", "P1v4", "S2"],
    &["P1mv3", "P1mv4", "EP1", "WS1"],
    &["P2v2"],
    &["I1v2", "P2v3", "P2v4", "S3"],
    &["P2mv3", "P2mv4", "EP2", "WS2"],
    &["P3v2"],
    &["I2v2", "P3v3", "P3v4"],
    &["P3mv3", "P3mv4", "EP3", "WS3"],
    &["I3v2"],
    &["P4mv3", "P4mv4"],
    &["I4v2"],
    &["P5mv3", "P5mv4"],
    &["I5v2"],
    &["I6v2"],
]);

const SSL: Scale = Scale::Rungs(&[&["Disabled"], &["SniEnabled", "IpBasedEnabled"]]);

const BINDING: TypeFacts = TypeFacts {
    duty: Some(Duty::Binding),
    answers_for: Some(AnswersFor::Name),
    // A webspace, which is a group's in a region for one system, answers for a name by one app.
    one_name: Some(OneName {
        stands_on: "/properties/serverFarmId",
        alike: &["/location", "/properties/reserved"],
    }),
    service_made: ServiceMade::HostsOf(&[Service::AppService, Service::TrafficManager]),
    // After all that decides how the app answers.
    turn: 9,
    api_version: VERSION,
    listing: Listing::InParent("hostNameBindings"),
    update: Update::PutOver,
    ownership: Ownership::Parent,
    read_only: &["properties.virtualIP"],
    likeness: &[("properties.thumbprint", Likeness::Word)],
    // Never answered, in 24 of 24 recordings.
    write_only: &["properties.domainId"],
    stakes: &[security("properties.sslState", SSL, "Disabled")],
    // A name without a certificate is answered with none of these, or with the word for it.
    defaults: &[("properties.sslState", Literal::Text("Disabled"))],
    // An empty thumbprint and no TLS, as Terraform's provider unbinds a certificate.
    release: &[
        ("/properties/sslState", Literal::Text("Disabled")),
        ("/properties/thumbprint", Literal::Text("")),
    ],
    traffic: &["properties"],
    typical: Typical::AT_ONCE,
    ..TypeFacts::CHILD
};

const SOURCE_CONTROL: TypeFacts = TypeFacts {
    api_version: VERSION,
    update: Update::PutOver,
    write_only: &["properties.gitHubActionConfiguration.codeConfiguration"],
    ..TypeFacts::CHILD
};

pub(super) const TYPES: &[TypeFacts] = &[
    TypeFacts {
        resource_type: "Microsoft.Web/serverfarms",
        import: Import { told: &["reserved", "zoneRedundant", "perSiteScaling"], ..Import::PLAIN },
        busy: Busy { codes: &[], texts: &["cannot acquire exclusive lock"] },
        time_limit: Some(TimeLimit::HOUR),
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        immutable: &[
            ("location", "a plan cannot move to another region"),
            ("properties.reserved", "the operating system of a plan is fixed at its creation"),
            ("properties.hyperV", "the operating system of a plan is fixed at its creation"),
            ("properties.hostingEnvironmentProfile", "a plan cannot leave its environment"),
        ],
        read_only: &[
            "properties.numberOfWorkers",
            "properties.currentNumberOfWorkers",
            "properties.status",
            "properties.subscription",
            "properties.geoRegion",
            "properties.resourceGroup",
            "properties.mdmId",
            "properties.maximumNumberOfWorkers",
            "properties.planName",
        ],
        volatile: &["properties.numberOfSites"],
        decided: &[
            ("kind", "the service derives the kind from the SKU and the operating system"),
            ("sku.size", "the size follows the name of the SKU"),
            ("sku.family", "the family follows the name of the SKU"),
        ],
        // Others scale a plan too, and a plan moves between zones only by being made anew.
        released: &["sku.capacity", "properties.zoneRedundant"],
        kept: &[Kept {
            pointer: "/properties/zoneRedundant",
            can: |plan| plan["sku"]["name"].as_str().is_none_or(spreads_over_zones),
            reason: "plans of the declared size do not spread over zones",
        }],
        restarts: &["sku.name"],
        stakes: &[
            cost("sku.name", SIZES),
            cost("properties.maximumElasticWorkerCount", Scale::Number),
        ],
        offers: Some(tier),
        rewrite: Some(leave_workers_to_the_service),
        // Some seconds, as long as the SKU stays in its family.
        typical: Typical { create_secs: Some(10), update_secs: Some(10), delete_secs: None },
        ..TypeFacts::GENERIC
    },
    TypeFacts {
        resource_type: "Microsoft.Web/sites",
        beside: Some("hostNameBindings"),
        unique_name: Some(UniqueName {
            pointer: "",
            below: Some(Service::AppService),
            check: Some(NameCheck {
                path: "/providers/Microsoft.Web/checkNameAvailability",
                api_version: VERSION,
                answer: NameAnswer::Member("nameAvailable"),
            }),
        }),
        // App Service allows one writer to a site.
        one_writer: true,
        import: Import {
            documents: &[
                ("config", "web"),
                ("config", "appsettings"),
                ("config", "logs"),
                ("config", "slotConfigNames"),
                ("config", "connectionstrings"),
                ("config", "authsettingsV2"),
                ("config", "azurestorageaccounts"),
                ("config", "backup"),
            ],
            leans_on: &["/properties/serverFarmId"],
            told: &[
                "serverFarmId",
                "httpsOnly",
                "clientAffinityEnabled",
                "reserved",
                "virtualNetworkSubnetId",
            ],
            ..Import::WHOLE
        },
        ..SITE
    },
    TypeFacts {
        resource_type: "Microsoft.Web/sites/slots",
        import: Import::WHOLE,
        listing: Listing::InParent("slots"),
        ..SITE
    },
    TypeFacts { resource_type: "Microsoft.Web/sites/config", ..CONFIG },
    TypeFacts { resource_type: "Microsoft.Web/sites/slots/config", ..CONFIG },
    TypeFacts { resource_type: "Microsoft.Web/sites/hostNameBindings", ..BINDING },
    TypeFacts { resource_type: "Microsoft.Web/sites/slots/hostNameBindings", ..BINDING },
    TypeFacts { resource_type: "Microsoft.Web/sites/sourcecontrols", ..SOURCE_CONTROL },
    TypeFacts { resource_type: "Microsoft.Web/sites/slots/sourcecontrols", ..SOURCE_CONTROL },
    TypeFacts {
        resource_type: "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
        api_version: VERSION,
        born_with_parent: true,
        stakes: &[security("properties.allow", OFF, "true")],
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Web/sites/networkConfig",
        api_version: VERSION,
        ..TypeFacts::CHILD
    },
    TypeFacts {
        resource_type: "Microsoft.Web/certificates",
        tags_by_patch: true,
        duty: Some(Duty::Certificate),
        api_version: VERSION,
        listing: Listing::Subscription,
        update: Update::PutOver,
        immutable: &[
            ("location", "a certificate cannot move to another region"),
            ("properties.canonicalName", "a managed certificate is for one name"),
            ("properties.serverFarmId", "a certificate belongs to the webspace of one plan"),
            ("properties.keyVaultId", "a certificate comes from one vault"),
            ("properties.keyVaultSecretName", "a certificate comes from one secret"),
        ],
        // It lies in the plan's webspace, which is of one operating system.
        stands_on: &[(
            "properties.serverFarmId",
            "its plan is made anew, and its webspace with it",
        )],
        read_only: &[
            "properties.friendlyName",
            "properties.subjectName",
            "properties.siteName",
            "properties.selfLink",
            "properties.issuer",
            "properties.issueDate",
            "properties.expirationDate",
            "properties.thumbprint",
            "properties.valid",
            "properties.cerBlob",
            "properties.publicKeyHash",
            "properties.keyVaultSecretStatus",
            "properties.hostNames",
        ],
        // `serverFarmId` only tells the webspace; versions before 2022 do not answer it.
        write_only: &["properties.pfxBlob", "properties.password", "properties.serverFarmId"],
        // A bound certificate cannot be deleted.
        handles: &[Handle {
            pointer: "/properties/thumbprint",
            holders: &[
                "Microsoft.Web/sites/hostNameBindings",
                "Microsoft.Web/sites/slots/hostNameBindings",
            ],
        }],
        // The authority issues one within 1 to 10 minutes.
        typical: Typical { create_secs: Some(180), ..Typical::UNKNOWN },
        ..TypeFacts::GENERIC
    },
];

/// Tells whether a plan of this size can spread over zones.
///
/// Source: <https://learn.microsoft.com/azure/reliability/reliability-app-service>.
pub fn spreads_over_zones(sku: &str) -> bool {
    let sku = sku.to_ascii_uppercase();
    sku.starts_with('P') || sku.starts_with('I') || sku.starts_with("EP") || sku == "FC1"
}

/// Returns the place of a plan's tier among those that offer ever more: host names and always-on
/// from Basic, slots and Traffic Manager from Standard, more slots from Premium.
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-app-service-limits>.
fn tier(plan: &Value) -> Option<u32> {
    let name = plan["sku"]["name"].as_str()?.to_ascii_uppercase();
    let ladder = ["F", "D", "B", "S", "P", "I"];
    let is_of = |family: &&str| {
        name.strip_prefix(*family)
            .is_some_and(|size| size.starts_with(|c: char| c.is_ascii_digit()))
    };
    let place = ladder.iter().position(is_of);
    place.and_then(|place| u32::try_from(place).ok())
}

/// Consumption and elastic plans count their workers themselves: a capacity of one is answered as
/// none.
fn leave_workers_to_the_service(body: &mut Value, _: &Value) {
    let Some(sku) = body.get_mut("sku").and_then(Value::as_object_mut) else { return };
    let name = sku.get("name").and_then(Value::as_str).unwrap_or_default().to_ascii_uppercase();
    let is_elastic = ["Y", "FC", "EP", "WS"].iter().any(|family| {
        name.strip_prefix(family).is_some_and(|size| size.starts_with(|c: char| c.is_ascii_digit()))
    });
    if is_elastic && sku.get("capacity").and_then(Value::as_i64).is_some_and(|workers| workers <= 1)
    {
        sku.shift_remove("capacity");
    }
}
