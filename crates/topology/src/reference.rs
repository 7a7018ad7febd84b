//! References: what a path such as `weu/web` leads to, among all that the topology declares.

use std::collections::HashMap;
use std::sync::Arc;

use resource::{ResourceType, catalogue};

use crate::decode::{Context, Decode, quoted};
use crate::suggest::closest;
use crate::tree::Node;
use crate::{Diagnostic, Place, Target};

/// All that can be referred to.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// The root of the topology.
    pub root: Option<Arc<Node>>,
    /// The resolved tree of every stamp.
    pub stamps: HashMap<Arc<str>, Arc<Node>>,
}

/// Kinds of target that a field wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    App,
    Plan,
    Storage,
    Vault,
    Identity,
    Resource,
    ResourceGroup,
    TrafficManager,
    DnsZone,
    Domain,
    Id,
}

/// The bands that hold named things, in a stamp and globally.
const BANDS: &[(&str, Kind)] = &[
    ("storage", Kind::Storage),
    ("vaults", Kind::Vault),
    ("identities", Kind::Identity),
    ("resources", Kind::Resource),
];

/// The bands that only the topology has.
const GLOBAL_BANDS: &[(&str, Kind)] =
    &[("trafficManager", Kind::TrafficManager), ("dns", Kind::DnsZone), ("domains", Kind::Domain)];

impl Kind {
    fn of(target: &Target) -> Self {
        match target {
            Target::App { .. } => Self::App,
            Target::Plan { .. } => Self::Plan,
            Target::Storage { .. } => Self::Storage,
            Target::Vault { .. } => Self::Vault,
            Target::Identity { .. } => Self::Identity,
            Target::Resource { .. } => Self::Resource,
            Target::ResourceGroup { .. } => Self::ResourceGroup,
            Target::TrafficManager { .. } => Self::TrafficManager,
            Target::DnsZone { .. } => Self::DnsZone,
            Target::Domain { .. } => Self::Domain,
            Target::Id(_) => Self::Id,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::App => "an app",
            Self::Plan => "a plan",
            Self::Storage => "a storage account",
            Self::Vault => "a key vault",
            Self::Identity => "an identity",
            Self::Resource => "an entry of `resources`",
            Self::ResourceGroup => "a resource group",
            Self::TrafficManager => "a Traffic Manager profile",
            Self::DnsZone => "a DNS zone",
            Self::Domain => "a domain",
            Self::Id => "a resource ID",
        }
    }

    /// Returns the properties that a text may ask for; `None` for any property of a raw resource.
    fn properties(self) -> Option<Vec<&'static str>> {
        let arm = match self {
            Self::App => "Microsoft.Web/sites",
            Self::Plan => "Microsoft.Web/serverfarms",
            Self::Storage => "Microsoft.Storage/storageAccounts",
            Self::Vault => "Microsoft.KeyVault/vaults",
            Self::Identity => "Microsoft.ManagedIdentity/userAssignedIdentities",
            Self::ResourceGroup | Self::Domain => "Microsoft.Resources/resourceGroups",
            Self::TrafficManager => "Microsoft.Network/trafficManagerProfiles",
            Self::DnsZone => "Microsoft.Network/dnsZones",
            Self::Resource | Self::Id => return None,
        };
        let answers = catalogue::facts(&ResourceType::new(arm)).answers.iter();
        Some(["id", "name"].into_iter().chain(answers.map(|(name, _)| *name)).collect())
    }
}

/// Returns what the field of this key may lead to; nothing means anything.
fn wanted(field: &str) -> &'static [Kind] {
    match field {
        "app" => &[Kind::App, Kind::Id],
        "cloneOf" => &[Kind::App, Kind::Id],
        "profile" => &[Kind::TrafficManager, Kind::Id],
        "storage" | "account" => &[Kind::Storage, Kind::Id],
        "vault" | "keyVault" => &[Kind::Vault, Kind::Id],
        "identity" => &[Kind::Identity, Kind::App, Kind::Id],
        "routeTo" => &[Kind::TrafficManager, Kind::App, Kind::Resource, Kind::Id],
        _ => &[],
    }
}

impl Declared {
    /// Returns what an address leads to, seen from inside `stamp` or from outside all stamps.
    fn resolve(&self, address: &str, stamp: Option<&Arc<str>>, kinds: &[Kind]) -> Option<Target> {
        let segments: Vec<&str> = address.split('/').collect();
        match segments.as_slice() {
            [one] => self.resolve_name(one, stamp, kinds),
            [band, name] => self
                .in_band(stamp, band, name)
                .or_else(|| self.in_band(None, band, name))
                .or_else(|| self.in_stamp(band, name)),
            [stamp, band, name] => {
                let (stamp, _) = self.stamps.get_key_value(*stamp)?;
                self.in_band(Some(stamp), band, name)
            }
            _ => None,
        }
    }

    /// Resolves a bare name: in the stamp first, then globally, kinds that are wanted first.
    fn resolve_name(&self, name: &str, stamp: Option<&Arc<str>>, kinds: &[Kind]) -> Option<Target> {
        let mut found = Vec::new();
        if let Some(stamp) = stamp {
            found.extend(self.in_stamp(stamp, name));
            found
                .extend(BANDS.iter().filter_map(|(band, _)| self.in_band(Some(stamp), band, name)));
        }
        if name == "resourceGroup" {
            found.push(Target::ResourceGroup { stamp: None });
        }
        let bands = BANDS.iter().chain(GLOBAL_BANDS);
        found.extend(bands.filter_map(|(band, _)| self.in_band(None, band, name)));
        let wanted = found.iter().position(|target| kinds.contains(&Kind::of(target)));
        (!found.is_empty()).then(|| found.swap_remove(wanted.unwrap_or(0)))
    }

    /// Resolves `<stamp>/<name>`: an app, the plan or the resource group.
    fn in_stamp(&self, stamp: &str, name: &str) -> Option<Target> {
        let (key, node) = self.stamps.get_key_value(stamp)?;
        let stamp = key.to_string();
        match name {
            "resourceGroup" => Some(Target::ResourceGroup { stamp: Some(stamp) }),
            "plan" => node.get("plan").map(|_| Target::Plan { stamp }),
            _ => {
                node.get("apps")?.get(name)?;
                Some(Target::App { stamp, app: name.to_owned() })
            }
        }
    }

    /// Resolves `<band>/<name>` inside a stamp, or globally.
    fn in_band(&self, stamp: Option<&Arc<str>>, band: &str, name: &str) -> Option<Target> {
        let holder = match stamp {
            Some(stamp) => self.stamps.get(stamp)?,
            None => self.root.as_ref()?,
        };
        if band == "apps" {
            return self.in_stamp(stamp?, name).filter(|target| Kind::of(target) == Kind::App);
        }
        let name = match band {
            // Zones and domains have one form behind the parser, whatever was written.
            "dns" | "domains" => crate::host_key(name),
            _ => name.to_owned(),
        };
        holder.get(band)?.get(&name)?;
        let stamp = stamp.map(ToString::to_string);
        match band {
            "storage" => Some(Target::Storage { stamp, name }),
            "vaults" => Some(Target::Vault { stamp, name }),
            "identities" => Some(Target::Identity { stamp, name }),
            "resources" => Some(Target::Resource { stamp, name }),
            "trafficManager" if stamp.is_none() => Some(Target::TrafficManager { name }),
            "dns" if stamp.is_none() => Some(Target::DnsZone { zone: name }),
            "domains" if stamp.is_none() => Some(Target::Domain { host: name }),
            _ => None,
        }
    }

    /// Returns every address that could have been meant.
    fn addresses(&self, stamp: Option<&Arc<str>>, kinds: &[Kind]) -> Vec<String> {
        let is_wanted = |kind: Kind| kinds.is_empty() || kinds.contains(&kind);
        let mut addresses = Vec::new();
        for (name, node) in &self.stamps {
            if is_wanted(Kind::App) {
                let apps = node.get("apps").map_or(&[][..], |apps| apps.entries());
                addresses.extend(apps.iter().map(|app| format!("{name}/{}", app.key)));
            }
        }
        let holders = stamp.and_then(|stamp| self.stamps.get(stamp)).into_iter().chain(&self.root);
        for holder in holders {
            for (band, kind) in BANDS.iter().chain(GLOBAL_BANDS) {
                if let (true, Some(band_node)) = (is_wanted(*kind), holder.get(band)) {
                    for entry in band_node.entries() {
                        addresses.push(format!("{band}/{}", entry.key));
                        addresses.push(entry.key.to_string());
                    }
                }
            }
        }
        addresses.sort();
        addresses.dedup();
        addresses
    }
}

impl Decode for Target {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let kinds = wanted(cx.field);
        let address = cx.scalar(node, "a reference such as `weu/web`, or a resource ID")?;
        if address.starts_with('/') {
            return resource_id(address, node, cx);
        }
        let stamp = cx.scope.stamp.as_ref().map(|stamp| stamp.name.clone());
        let Some(target) = cx.declared.resolve(&address, stamp.as_ref(), kinds) else {
            dangling(&address, &node.place, kinds, cx);
            return None;
        };
        let kind = Kind::of(&target);
        if !kinds.is_empty() && !kinds.contains(&kind) {
            let wanted: Vec<_> = kinds.iter().map(|kind| kind.noun()).collect();
            let message = format!("`{address}` is {}, which `{}` can't use", kind.noun(), cx.field);
            let help = format!("it takes {}", wanted.join(" or "));
            let diagnostic = Diagnostic::error("bad-reference-kind", &node.place, message);
            cx.report(diagnostic.help(help));
            return None;
        }
        Some(target)
    }
}

/// Takes a resource ID as it is, if it looks like one.
fn resource_id(id: String, node: &Node, cx: &mut Context<'_>) -> Option<Target> {
    let lower = id.to_ascii_lowercase();
    let sound = ["/subscriptions/", "/providers/", "/tenants/"]
        .iter()
        .any(|prefix| lower.starts_with(prefix) && lower.len() > prefix.len());
    if sound && !id.ends_with('/') && !id.contains("//") && !id.contains(char::is_whitespace) {
        return Some(Target::Id(id));
    }
    let diagnostic = Diagnostic::error(
        "bad-resource-id",
        &node.place,
        format!("`{id}` is not a resource ID"),
    )
    .help("it has the form `/subscriptions/<id>/resourceGroups/<group>/providers/<type>/<name>`");
    cx.report(diagnostic);
    None
}

/// Files a reference that leads nowhere.
fn dangling(address: &str, place: &Place, kinds: &[Kind], cx: &mut Context<'_>) {
    let stamp = cx.scope.stamp.as_ref().map(|stamp| stamp.name.clone());
    let addresses = cx.declared.addresses(stamp.as_ref(), kinds);
    let near = closest(address, addresses.iter().map(String::as_str));
    let message = format!("nothing in this topology is called `{address}`");
    let mut diagnostic =
        Diagnostic::error("dangling-reference", place, message).label("leads nowhere");
    if let Some(near) = near {
        diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
    } else if addresses.is_empty() || addresses.len() > 8 {
        diagnostic = diagnostic.help(
            "references are `<stamp>/<app>`, `storage/<key>`, `trafficManager/<key>`…, or a \
             resource ID for what lives elsewhere",
        );
    } else {
        diagnostic = diagnostic.help(format!("there are {}", quoted(&addresses)));
    }
    cx.report(diagnostic);
}

/// Reads `address.property` of a text.
pub(crate) fn property(
    inner: &str,
    place: &Place,
    cx: &mut Context<'_>,
) -> Option<(Target, String)> {
    let stamp = cx.scope.stamp.as_ref().map(|stamp| stamp.name.clone());
    // Names of zones and domains hold dots too: the longest address that leads somewhere wins.
    let found = inner.rmatch_indices('.').find_map(|(dot, _)| {
        let (address, property) = (&inner[..dot], &inner[dot + 1..]);
        let declared = &cx.declared;
        let target = declared
            .resolve(address, stamp.as_ref(), &[])
            .or_else(|| declared.resolve(&address.replace('.', "/"), stamp.as_ref(), &[]))?;
        Some((target, property.to_owned()))
    });
    let Some((target, property)) = found else {
        let address = inner.rsplit_once('.').map_or(inner, |(address, _)| address);
        dangling(address, place, &[], cx);
        return None;
    };
    let Some(known) = Kind::of(&target).properties() else { return Some((target, property)) };
    if known.contains(&property.as_str()) {
        return Some((target, property));
    }
    let help = match closest(&property, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it has {}", quoted(&known)),
    };
    let noun = Kind::of(&target).noun();
    let message = format!("{noun} has no property `{property}`");
    cx.report(Diagnostic::error("unknown-property", place, message).help(help));
    None
}
