//! Who may reach an app: addresses, browsers of other origins, clients with certificates.

use resource::is_absent;
use serde_json::{Map, Value, json};

use topology::property::{Arm, Form, Member, ToArm, Written};
use topology::{FreeMap, Sp, Target, choice, record};

choice! {
    /// What becomes of a request.
    pub enum AccessAction {
        /// It is let in.
        Allow = "allow" => "Allow",
        /// It is refused.
        Deny = "deny" => "Deny",
    }
}

choice! {
    /// What is asked of clients.
    pub enum ClientCertificateMode {
        /// A certificate of each.
        Required = "required" => "Required",
        /// A certificate, if the client has one.
        Optional = "optional" => "Optional",
        /// The same, but people at a browser are not asked.
        OptionalInteractiveUser = "optionalInteractiveUser" => "OptionalInteractiveUser",
    }
}

record! {
    /// Browsers of which other origins may call the app.
    pub struct Cors {
        /// The origins, such as `https://www.example.com`; `*` alone is any.
        pub origins at "/allowedOrigins": Vec<Sp<String>>,
        /// Lets them send cookies and credentials; `false` when left out.
        pub credentials at "/supportCredentials": Option<Sp<bool>> = false,
    }
}

record! {
    /// From where the app may be reached.
    pub struct Access {
        /// Rules by name; the one with the lowest priority number that fits decides.
        #[serde(default)]
        pub rules at "/ipSecurityRestrictions" via RULES: FreeMap<AccessRule>,
        /// What becomes of a request that no rule fits; left out, it is refused where a rule lets somebody in.
        pub otherwise at "/ipSecurityRestrictionsDefaultAction": Option<Sp<AccessAction>>,
        /// Holds the same rules for the deployment site.
        pub scm_as_main at "/scmIpSecurityRestrictionsUseMain": Option<Sp<bool>> => born false,
        /// Rules of the deployment site by name.
        #[serde(default)]
        pub scm_rules at "/scmIpSecurityRestrictions" via RULES: FreeMap<AccessRule>,
        /// What becomes of a request to the deployment site that no rule fits.
        pub scm_otherwise at "/scmIpSecurityRestrictionsDefaultAction": Option<Sp<AccessAction>>,
    }
}

record! {
    /// Who is meant, by exactly one of `address`, `serviceTag` and `subnet`, and what becomes of them.
    pub struct AccessRule {
        /// An address range, such as `203.0.113.0/24`; up to eight, with commas between them.
        pub address: Option<Sp<String>>,
        /// A service tag, such as `AzureFrontDoor.Backend`.
        pub service_tag: Option<Sp<String>>,
        /// A subnet: a reference or a resource ID.
        pub subnet at "/vnetSubnetResourceId": Option<Sp<Target>>,
        /// `allow` when left out.
        pub action at "/action": Option<Sp<AccessAction>> = AccessAction::Allow,
        /// Its place among the rules, 1 to 2147483646; no two have the same.
        pub priority at "/priority": Sp<u32>,
        /// What people should know of it.
        pub description at "/description": Option<Sp<String>>,
        /// Headers of which a request must have one of the values: `x-azure-fdid`, `x-forwarded-host`,
        /// `x-forwarded-for`, `x-fd-healthprobe`.
        #[serde(default)]
        pub headers at "/headers": FreeMap<Vec<Sp<String>>>,
    }
}

record! {
    /// Clients prove themselves by certificates.
    pub struct ClientCertificates {
        /// What is asked of clients; `required` when left out.
        pub mode at "/clientCertMode": Option<Sp<ClientCertificateMode>> = ClientCertificateMode::Required,
        /// Paths that ask for none.
        #[serde(default)]
        pub except at "/clientCertExclusionPaths" via PATHS: Vec<Sp<String>>,
    }
}

/// The word by which App Service tells a rule about a service tag.
const SERVICE_TAG: &str = "ServiceTag";

/// Rules are a list in ARM, each with its name in it. The last one, for everybody else, is made by the
/// service.
const RULES: Form<FreeMap<AccessRule>> = Form {
    to_arm: |rules, world| {
        rules.iter().map(|(name, rule)| rule_to_arm(name, rule, world)).collect()
    },
    of_arm: |value, world| {
        let rules = value?.as_array()?.iter().filter(|rule| rule["ipAddress"] != "Any");
        let rules = rules.map(|rule| {
            let Some(Written::Map(mut members)) = AccessRule::of_arm(rule, world) else {
                return None;
            };
            let key = if rule["tag"] == SERVICE_TAG { "serviceTag" } else { "address" };
            if let Some(address) = rule["ipAddress"].as_str() {
                let value = Written::Text(address.to_owned());
                members.insert(0, Member { key: key.to_owned(), value, optional: false });
            }
            let name = rule["name"].as_str()?.to_owned();
            Some(Member { key: name, value: Written::Map(members), optional: false })
        });
        let rules: Vec<Member> = rules.collect::<Option<_>>()?;
        (!rules.is_empty()).then_some(Written::Map(rules))
    },
};

fn rule_to_arm(name: &str, rule: &AccessRule, world: &dyn ToArm) -> Value {
    let mut body = rule.to_arm(world);
    body["name"] = json!(name);
    if let Some(tag) = &rule.service_tag {
        body["ipAddress"] = json!(tag.value);
        body["tag"] = json!(SERVICE_TAG);
    } else if let Some(address) = &rule.address {
        body["ipAddress"] = json!(address.value);
    }
    body
}

/// Paths are one text in ARM, with `;` between them.
const PATHS: Form<Vec<Sp<String>>> = Form {
    to_arm: |paths, _| {
        let paths: Vec<&str> = paths.iter().map(|path| path.value.as_str()).collect();
        json!(paths.join(";"))
    },
    of_arm: |value, _| {
        let text = value?.as_str()?;
        let paths = text.split([';', ',']).filter(|path| !path.is_empty());
        let paths: Vec<Written> = paths.map(|path| Written::Text(path.to_owned())).collect();
        (!paths.is_empty()).then_some(Written::List(paths))
    },
};

/// Client certificates are on where the record is there.
pub(super) const CLIENT_CERTIFICATES: Form<ClientCertificates> = Form {
    to_arm: |certificates, world| {
        let mut body = certificates.to_arm(world);
        body["clientCertEnabled"] = json!(true);
        body
    },
    of_arm: |value, world| {
        let value = value.filter(|value| value["clientCertEnabled"] == true)?;
        let mut own = Map::new();
        for member in ["clientCertMode", "clientCertExclusionPaths"] {
            let known = value.get(member).filter(|value| !value.is_null() && !is_absent(value));
            own.extend(known.map(|value| (member.to_owned(), value.clone())));
        }
        let written = ClientCertificates::of_arm(&Value::Object(own), world)?;
        Some(written)
    },
};
