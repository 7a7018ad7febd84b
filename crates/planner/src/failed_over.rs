//! Roles are not configuration: what a failover has swapped is told, never healed.
//!
//! Sources: <https://learn.microsoft.com/azure/cosmos-db/how-to-manage-database-account>,
//! <https://learn.microsoft.com/azure/azure-sql/database/failover-group-sql-db>,
//! <https://learn.microsoft.com/azure/storage/common/storage-disaster-recovery-guidance>,
//! <https://learn.microsoft.com/azure/traffic-manager/traffic-manager-monitoring>.

use plan::{Code, Notice, Severity};
use resource::catalogue::{Roles, facts_of};
use resource::{Observed, ResourceId};
use serde_json::{Value, json};

use crate::desired::{Desired, DesiredResource, Mode};

/// A resource whose roles are not those that the topology began with.
#[derive(Debug, Clone, PartialEq)]
pub struct FailedOver {
    /// The resource.
    pub id: ResourceId,
    /// What to ask for instead, so that the roles stay as they are; `None` where nothing changes.
    pub body: Option<Value>,
    /// How it is told.
    pub notice: Notice,
}

/// Finds what has failed over.
pub fn find(desired: &Desired, observed: &Observed) -> Vec<FailedOver> {
    let managed = desired.resources().filter(|resource| resource.mode != Mode::Existing);
    let found = managed.filter_map(|resource| {
        let seen = &observed.get(&resource.id)?.body;
        let (message, help, body) = match facts_of(&resource.id).roles? {
            Roles::MemberThatAnswers => profile(seen)?,
            Roles::RegionOfWrites => cosmos(&resource.body, seen)?,
            Roles::PartnerOfWrites => failover_group(&resource.id, seen)?,
            Roles::RegionOfService => account(&resource.body, seen)?,
        };
        Some(FailedOver { id: resource.id.clone(), body, notice: notice(resource, message, help) })
    });
    found.collect()
}

/// A message, what to do, and what to ask for instead.
type Told = (String, String, Option<Value>);

fn notice(resource: &DesiredResource, message: String, help: String) -> Notice {
    let address = resource.address.clone();
    let code = Code::FailedOver.into();
    Notice { severity: Severity::Warning, code, address, message, help: Some(help) }
}

/// By priority a profile answers with the first endpoint that is well.
fn profile(seen: &Value) -> Option<Told> {
    let properties = &seen["properties"];
    let is = |value: &Value, wanted: &str| {
        value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(wanted))
    };
    if !is(&properties["trafficRoutingMethod"], "Priority") {
        return None;
    }
    let mut endpoints: Vec<&Value> = properties["endpoints"]
        .as_array()?
        .iter()
        .filter(|endpoint| !is(&endpoint["properties"]["endpointStatus"], "Disabled"))
        .collect();
    endpoints.sort_by_key(|endpoint| endpoint["properties"]["priority"].as_u64());
    let any = |endpoint: &Value, words: &[&str]| words.iter().any(|w| is(status(endpoint), w));
    // An endpoint whose first probe is not back may serve or not: then nothing is claimed.
    let down = |endpoint: &Value| any(endpoint, &["Degraded", "Stopped", "Inactive"]);
    let up = |endpoint: &Value| any(endpoint, &["Online", "Unmonitored"]);
    let serving = endpoints.iter().position(|endpoint| !down(endpoint))?;
    if serving == 0 || !up(endpoints[serving]) {
        return None;
    }
    let name = |endpoint: &Value| endpoint["name"].as_str().unwrap_or_default().to_owned();
    let (first, now) = (endpoints[0], endpoints[serving]);
    let state = status(first).as_str().unwrap_or_default();
    Some((
        format!("traffic goes to `{}`, as `{}` is {state}", name(now), name(first)),
        format!("mend `{}`: traffic returns by itself once its probes succeed", name(first)),
        None,
    ))
}

fn status(endpoint: &Value) -> &Value {
    &endpoint["properties"]["endpointMonitorStatus"]
}

/// The region with priority 0 takes the writes. A failover gives each region another priority.
fn cosmos(declared: &Value, seen: &Value) -> Option<Told> {
    let wanted = regions(declared)?;
    let found = regions(seen)?;
    // Regions that are on one side alone come or go, which is configuration.
    let place_of = |region: &Region<'_>, all: &[Region<'_>]| {
        all.iter().find(|other| other.key == region.key).map(|other| other.priority)
    };
    let common: Vec<&Region<'_>> =
        wanted.iter().filter(|region| place_of(region, &found).is_some()).collect();
    let mut by_role = common.clone();
    by_role.sort_by_key(|region| place_of(region, &found));
    let (first, now) = (common.first()?, by_role.first()?);
    if first.key == now.key {
        return None;
    }
    // Among those that stay, the roles stay too.
    let mut body = declared.clone();
    for (slot, region) in common.iter().zip(&by_role) {
        body["properties"]["locations"][region.at]["failoverPriority"] = json!(slot.priority);
    }
    Some((
        format!("writes go to `{}`; the topology puts `{}` first", now.name, first.name),
        "roles are not configuration and stay as they are: fail back with `az cosmosdb \
         failover-priority-change`, or write the priorities as they are now"
            .to_owned(),
        Some(body),
    ))
}

struct Region<'a> {
    at: usize,
    name: &'a str,
    key: String,
    priority: u64,
}

/// Returns the regions of an account by priority; `None` where that is not written as numbers.
fn regions(body: &Value) -> Option<Vec<Region<'_>>> {
    let locations = body["properties"]["locations"].as_array()?.iter().enumerate();
    let read = locations.map(|(at, location)| {
        let name = location["locationName"].as_str()?;
        let priority = location["failoverPriority"].as_u64()?;
        Some(Region { at, name, key: key(name), priority })
    });
    let mut regions: Vec<Region<'_>> = read.collect::<Option<_>>()?;
    regions.sort_by_key(|region| region.priority);
    Some(regions)
}

/// `West Europe` and `westeurope` are one region.
fn key(region: &str) -> String {
    region.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// The group is declared at the server that began as its primary.
fn failover_group(id: &ResourceId, seen: &Value) -> Option<Told> {
    let role = seen["properties"]["replicationRole"].as_str()?;
    if !role.eq_ignore_ascii_case("Secondary") {
        return None;
    }
    let parent = id.parent()?;
    let server = parent.name();
    let partners = seen["properties"]["partnerServers"].as_array().into_iter().flatten();
    let partner =
        partners.filter_map(|partner| ResourceId::parse(partner["id"].as_str()?).ok()).next();
    let now = partner.as_ref().map_or("its partner", |partner| partner.name());
    Some((
        format!(
            "writes go to `{now}`; the group is declared at `{server}`, which is the secondary"
        ),
        format!(
            "roles are not configuration and stay as they are: fail back with `az sql \
             failover-group set-primary --server {server} --name {}`",
            id.name()
        ),
        None,
    ))
}

/// An account keeps naming the region that it was made in; where it serves from is another property.
fn account(declared: &Value, seen: &Value) -> Option<Told> {
    let made_in = seen["location"].as_str()?;
    let now = seen["properties"]["primaryLocation"].as_str().filter(|now| !now.is_empty())?;
    if key(made_in) == key(now) {
        return None;
    }
    // A failover that was not planned ends locally redundant.
    let (wanted, found) = (declared["sku"]["name"].as_str(), seen["sku"]["name"].as_str());
    let fell = wanted.zip(found).filter(|(wanted, found)| has_fallen(wanted, found));
    let body = fell.map(|(_, found)| {
        let mut body = declared.clone();
        body["sku"]["name"] = json!(found);
        body
    });
    let message = match fell {
        Some((wanted, found)) => format!(
            "the account serves from `{now}`; it was made in `{made_in}`, and is {found} instead of \
             {wanted} since"
        ),
        None => format!("the account serves from `{now}`; it was made in `{made_in}`"),
    };
    let help = match fell {
        Some((wanted, _)) => format!(
            "roles are not configuration and stay as they are: replicate again with `az storage \
             account update --sku {wanted}`, which copies all data, before failing back"
        ),
        None => "roles are not configuration and stay as they are: fail back with `az storage \
                 account failover --failover-type Planned`"
            .to_owned(),
    };
    Some((message, help, body))
}

fn has_fallen(wanted: &str, found: &str) -> bool {
    let is =
        |text: &str, known: &[&str]| known.iter().any(|known| known.eq_ignore_ascii_case(text));
    is(wanted, &["Standard_GRS", "Standard_RAGRS", "Standard_GZRS", "Standard_RAGZRS"])
        && is(found, &["Standard_LRS", "Standard_ZRS"])
}
