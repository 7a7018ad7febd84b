//! Relations between resources that their IDs do not show: who names another by value, who lets go
//! of it how, where traffic is led, and what has to come before or after a change.

use serde_json::Value;

use super::{Literal, facts, member_label};
use crate::{Expression, ResourceId, ResourceType};

/// A value by which others name a resource instead of by its ID.
#[derive(Debug, Clone, Copy)]
pub struct Handle {
    /// The JSON pointer of the value in the resource that is named.
    pub pointer: &'static str,
    /// The types of the resources that name it.
    pub holders: &'static [&'static str],
}

/// How resources of a type lead traffic on.
#[derive(Debug, Clone, Copy)]
pub enum Routing {
    /// To what one of these JSON pointers names.
    One(&'static [&'static str]),
    /// To each of several members that is switched on.
    Many(&'static Members),
}

/// The members to which a router leads traffic.
#[derive(Debug, Clone, Copy)]
pub struct Members {
    /// The JSON pointer of their array.
    pub array: &'static str,
    /// The JSON pointer of the switch of all of them; [`Members::OFF`] turns it off.
    pub switch: &'static str,
    /// The JSON pointer, in a member, of its own switch.
    pub member_switch: &'static str,
    /// The JSON pointers, in a member, of what it leads to; the first that is there counts.
    pub targets: &'static [&'static str],
    /// The JSON pointer, in a member, of a setting by which it is answered without being probed.
    pub unprobed: &'static str,
    /// The JSON pointer, in a member, of what the router says of its health.
    pub health: &'static str,
    /// The word for a member that answers the router's probes.
    pub healthy: &'static str,
    /// How the router probes its members.
    pub monitor: Monitor,
}

/// Where a router says how it probes, as JSON pointers.
#[derive(Debug, Clone, Copy)]
pub struct Monitor {
    /// `HTTP`, `HTTPS` or `TCP`.
    pub protocol: &'static str,
    /// The port.
    pub port: &'static str,
    /// The path.
    pub path: &'static str,
    /// The ranges of statuses that count as healthy, each with `min` and `max`.
    pub expected: &'static str,
    /// The headers of every probe, each with `name` and `value`.
    pub headers: &'static str,
    /// The headers of the probes of one member, in the member.
    pub member_headers: &'static str,
}

impl Members {
    /// The word that switches off.
    pub const OFF: &'static str = "Disabled";

    /// Tells whether a switch is off; one that is not there is on.
    pub fn is_off(switch: Option<&Value>) -> bool {
        switch.and_then(Value::as_str).is_some_and(|word| word.eq_ignore_ascii_case(Self::OFF))
    }
}

/// What traffic can be led to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// A resource.
    Resource(ResourceId),
    /// A host that is named by its name, in lower case and without a final dot.
    Host(String),
}

impl Destination {
    /// Returns what is the same for equal destinations.
    pub fn key(&self) -> &str {
        match self {
            Self::Resource(id) => id.key(),
            Self::Host(host) => host,
        }
    }

    fn read(value: &Value) -> Option<Self> {
        if let Some(expression) = Expression::read(value) {
            let references = expression.references();
            return references.first().map(|reference| Self::Resource(reference.id.clone()));
        }
        let text = value.as_str().filter(|text| !text.is_empty())?;
        if text.starts_with('/') {
            return ResourceId::parse(text).ok().map(Self::Resource);
        }
        Some(Self::Host(plain_host(text)))
    }
}

/// One way on which a resource leads traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct Lead<'a> {
    /// How the way is called in a path of a property: the name of a member, or nothing.
    pub label: Option<String>,
    /// The member that leads there, of a router with several.
    pub member: Option<&'a Value>,
    /// Where it leads.
    pub to: Destination,
}

/// Returns a host name as names are compared: in lower case and without a final dot.
pub fn plain_host(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Returns where a resource with this body leads traffic; ways that are switched off lead nowhere.
pub fn leads<'a>(resource_type: &ResourceType, body: &'a Value) -> Vec<Lead<'a>> {
    match facts(resource_type).routing {
        None => vec![],
        Some(Routing::One(pointers)) => {
            let found = pointers.iter().filter_map(|pointer| body.pointer(pointer));
            let to = found.filter_map(Destination::read).next();
            to.map(|to| Lead { label: None, member: None, to }).into_iter().collect()
        }
        Some(Routing::Many(members)) if Members::is_off(body.pointer(members.switch)) => vec![],
        Some(Routing::Many(members)) => {
            let all = body.pointer(members.array).and_then(Value::as_array).into_iter().flatten();
            let open = all
                .enumerate()
                .filter(|(_, member)| !Members::is_off(member.pointer(members.member_switch)));
            open.filter_map(|(at, member)| {
                let targets = members.targets.iter().filter_map(|target| member.pointer(target));
                let to = targets.filter_map(Destination::read).next()?;
                Some(Lead { label: Some(member_label(member, at)), member: Some(member), to })
            })
            .collect()
        }
    }
}

/// Tells whether a change of the property at `path` may lead traffic by `lead` to where it did not
/// go before.
pub fn leads_anew(resource_type: &ResourceType, lead: &Lead<'_>, path: &str) -> bool {
    let dotted = |pointer: &str| pointer.trim_start_matches('/').replace('/', ".");
    match facts(resource_type).routing {
        None => false,
        Some(Routing::One(pointers)) => pointers.iter().any(|pointer| {
            let property = dotted(pointer);
            // Where the whole object is new, the path is the object's.
            is_at_or_below(path, &property) || is_at_or_below(&property, path)
        }),
        Some(Routing::Many(members)) => {
            let array = dotted(members.array);
            if path == dotted(members.switch) || is_at_or_below(&array, path) {
                return true;
            }
            let Some(label) = &lead.label else { return false };
            let Some(rest) = path.strip_prefix(&format!("{array}[{label}]")) else { return false };
            let rest = rest.trim_start_matches('.');
            let moves = members.targets.iter().chain([&members.member_switch, &members.unprobed]);
            rest.is_empty()
                || moves.into_iter().any(|pointer| is_at_or_below(&dotted(pointer), rest))
        }
    }
}

/// Tells whether `path` is `top` or lies below it.
fn is_at_or_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// How resources of a type answer requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serving {
    /// The JSON pointer of the host name.
    pub host: &'static str,
    /// The JSON pointer of a switch that stops them.
    pub switch: &'static str,
}

/// What a holder is given so that it lets go of what it names by value.
pub type Release = &'static [(&'static str, Literal)];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PROFILE: &str = "Microsoft.Network/trafficManagerProfiles";

    fn profile() -> Value {
        json!({ "properties": { "endpoints": [
            { "name": "weu", "properties": { "targetResourceId": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/w" } },
            { "name": "off", "properties": { "target": "off.example.net", "endpointStatus": "disabled" } },
            { "name": "out", "properties": { "target": "Out.example.net." } },
        ] } })
    }

    #[test]
    fn a_profile_leads_to_its_enabled_endpoints() {
        let body = profile();
        let keys: Vec<_> = leads(&ResourceType::new(PROFILE), &body)
            .into_iter()
            .map(|lead| (lead.label.unwrap_or_default(), lead.to.key().to_owned()))
            .collect();
        let site = "/subscriptions/s/resourcegroups/g/providers/microsoft.web/sites/w";
        assert_eq!(
            keys,
            [("weu".to_owned(), site.to_owned()), ("out".to_owned(), "out.example.net".to_owned())]
        );
        let mut off = body;
        off["properties"]["profileStatus"] = json!("Disabled");
        assert_eq!(leads(&ResourceType::new(PROFILE), &off), []);
    }

    #[test]
    fn traffic_moves_when_an_endpoint_comes_is_enabled_or_leads_elsewhere() {
        let (kind, body) = (ResourceType::new(PROFILE), profile());
        let lead = &leads(&kind, &body)[0];
        for path in [
            "properties.endpoints",
            "properties.endpoints[weu]",
            "properties.endpoints[weu].properties.targetResourceId",
            "properties.endpoints[weu].properties.endpointStatus",
            "properties.endpoints[weu].properties.alwaysServe",
            "properties.profileStatus",
        ] {
            assert!(leads_anew(&kind, lead, path), "{path}");
        }
        for path in [
            "properties.endpoints[weu].properties.weight",
            "properties.endpoints[weu2]",
            "properties.dnsConfig.ttl",
            "tags.environment",
        ] {
            assert!(!leads_anew(&kind, lead, path), "{path}");
        }
    }

    #[test]
    fn a_record_leads_to_what_it_follows_or_holds() {
        let kind = ResourceType::new("Microsoft.Network/dnsZones/CNAME");
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/trafficManagerProfiles/p";
        let alias = json!({ "properties": { "targetResource": { "id": id } } });
        assert!(matches!(&leads(&kind, &alias)[0].to, Destination::Resource(_)));
        let name = json!({ "properties": { "CNAMERecord": { "cname": "P.trafficmanager.net." } } });
        let lead = &leads(&kind, &name)[0];
        assert_eq!(lead.to, Destination::Host("p.trafficmanager.net".to_owned()));
        assert!(leads_anew(&kind, lead, "properties.CNAMERecord"));
        assert!(leads_anew(&kind, lead, "properties.CNAMERecord.cname"));
        assert!(!leads_anew(&kind, lead, "properties.TTL"));
    }
}
