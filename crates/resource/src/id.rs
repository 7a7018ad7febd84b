//! Resource IDs: the full path of an ARM object, parsed once and compared without case.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ResourceType, types};

/// The full path of an ARM object.
///
/// Providers answer the same path in several spellings, so equality, order and hash ignore ASCII
/// case; the spelling given is kept for requests and for people. Cheap to clone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId {
    text: Arc<str>,
    key: Arc<str>,
}

/// Why a text is not a resource ID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceIdError {
    /// The text does not begin with a slash.
    #[error("resource ID `{0}` does not begin with `/`")]
    NoLeadingSlash(String),
    /// A segment between two slashes is empty.
    #[error("resource ID `{0}` has an empty segment")]
    EmptySegment(String),
    /// A segment would lead a request elsewhere: `..`, or what begins a query.
    #[error("resource ID `{0}` has a segment that can't be a name")]
    NoName(String),
    /// A key such as `resourceGroups` has no value behind it.
    #[error("resource ID `{id}` ends after `{segment}`; a name should follow")]
    Incomplete {
        /// The text that was given.
        id: String,
        /// The last segment, which lacks its name.
        segment: String,
    },
    /// The text begins neither with a subscription nor with a provider.
    #[error("resource ID `{0}` begins with neither `/subscriptions/…` nor `/providers/…`")]
    UnknownRoot(String),
}

impl ResourceId {
    /// Parses an absolute resource ID; a single trailing slash is dropped.
    pub fn parse(text: &str) -> Result<Self, ResourceIdError> {
        let trimmed = text.trim_end_matches('/');
        let Some(path) = trimmed.strip_prefix('/') else {
            return Err(ResourceIdError::NoLeadingSlash(text.to_owned()));
        };
        let segments: Vec<&str> = path.split('/').collect();
        if segments.iter().any(|segment| segment.is_empty()) {
            return Err(ResourceIdError::EmptySegment(text.to_owned()));
        }
        if segments.iter().any(|segment| !is_name(segment)) {
            return Err(ResourceIdError::NoName(text.to_owned()));
        }
        check_structure(text, &segments)?;
        Ok(Self::from_checked(trimmed))
    }

    fn from_checked(text: &str) -> Self {
        Self { text: text.into(), key: text.to_ascii_lowercase().into() }
    }

    /// Returns the ID of a subscription.
    pub fn subscription_scope(subscription: &str) -> Self {
        Self::from_checked(&format!("/subscriptions/{subscription}"))
    }

    /// Returns the ID of a resource group.
    pub fn group(subscription: &str, name: &str) -> Self {
        Self::from_checked(&format!("/subscriptions/{subscription}/resourceGroups/{name}"))
    }

    /// Returns the ID of a top-level resource in a resource group.
    pub fn in_group(subscription: &str, group: &str, resource_type: &str, name: &str) -> Self {
        Self::group(subscription, group).extension(resource_type, name)
    }

    /// Returns the ID of the child `name` of this resource, `{self}/{child_type}/{name}`.
    pub fn child(&self, child_type: &str, name: &str) -> Self {
        Self::from_checked(&format!("{self}/{child_type}/{name}"))
    }

    /// Returns the ID of a resource that hangs on this one through its provider,
    /// `{self}/providers/{resource_type}/{name}`.
    pub fn extension(&self, resource_type: &str, name: &str) -> Self {
        Self::from_checked(&format!("{self}/providers/{resource_type}/{name}"))
    }

    /// Returns the spelling that was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the form that equal IDs share: ASCII lower case.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns the segments between the slashes.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.text[1..].split('/')
    }

    /// Returns the subscription that the resource lives in, if it lives in one.
    pub fn subscription(&self) -> Option<&str> {
        self.value_of("subscriptions")
    }

    /// Returns the resource group that the resource lives in, if it lives in one.
    pub fn resource_group(&self) -> Option<&str> {
        self.value_of("resourcegroups")
    }

    fn value_of(&self, wanted: &str) -> Option<&str> {
        let mut segments = self.segments();
        while let (Some(key), Some(value)) = (segments.next(), segments.next()) {
            if key.eq_ignore_ascii_case("providers") {
                return None;
            }
            if key.eq_ignore_ascii_case(wanted) {
                return Some(value);
            }
        }
        None
    }

    /// Returns the last segment.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// Returns the resource type, in the spelling of the ID.
    ///
    /// A resource group is `Microsoft.Resources/resourceGroups`, a subscription
    /// `Microsoft.Resources/subscriptions`.
    pub fn resource_type(&self) -> ResourceType {
        let segments: Vec<&str> = self.segments().collect();
        let provider = segments.iter().rposition(|s| s.eq_ignore_ascii_case("providers"));
        let Some(provider) = provider else {
            let group = segments.iter().any(|s| s.eq_ignore_ascii_case("resourcegroups"));
            return ResourceType::new(if group { types::GROUP } else { types::SUBSCRIPTION });
        };
        let mut name = segments.get(provider + 1).copied().unwrap_or_default().to_owned();
        for kind in segments[provider + 1..].iter().skip(1).step_by(2) {
            name.push('/');
            name.push_str(kind);
        }
        ResourceType::new(name)
    }

    /// Returns what this resource hangs on: the parent of a child, the scope of an extension, the
    /// resource group of a top-level resource, the subscription of a group.
    pub fn parent(&self) -> Option<Self> {
        let segments: Vec<&str> = self.segments().collect();
        let provider = segments.iter().rposition(|s| s.eq_ignore_ascii_case("providers"));
        let keep = match provider {
            // providers/{namespace}/{type}/{name}: cut back to what stands before `providers`.
            Some(at) if segments.len() - at <= 4 => at,
            _ => segments.len().checked_sub(2)?,
        };
        if keep == 0 {
            return None;
        }
        Some(Self::from_checked(&format!("/{}", segments[..keep].join("/"))))
    }

    /// Returns this resource and what it hangs on, one above the other, up to its subscription.
    pub fn lineage(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(Some(self.clone()), Self::parent)
    }

    /// Returns what this resource hangs on, one above the other, up to its subscription.
    pub fn ancestors(&self) -> impl Iterator<Item = Self> + use<> {
        std::iter::successors(self.parent(), Self::parent)
    }

    /// Tells whether this resource is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &Self) -> bool {
        match self.key.strip_prefix(ancestor.key()) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

/// Tells whether a segment of a path stays one when it is sent.
///
/// A `#` is part of names that Azure gives itself, `<thumbprint>##westus#` of a certificate; the client
/// escapes it.
fn is_name(segment: &str) -> bool {
    let acts = |c: char| c.is_control() || matches!(c, '?' | '\\');
    !matches!(segment, "." | "..") && !segment.contains(acts)
}

fn check_structure(text: &str, segments: &[&str]) -> Result<(), ResourceIdError> {
    let root = segments.first().copied().unwrap_or_default();
    if !["subscriptions", "providers"].iter().any(|r| root.eq_ignore_ascii_case(r)) {
        return Err(ResourceIdError::UnknownRoot(text.to_owned()));
    }
    let incomplete = || ResourceIdError::Incomplete {
        id: text.to_owned(),
        segment: segments.last().copied().unwrap_or_default().to_owned(),
    };
    // Keys and names alternate, but `providers` is followed by a namespace and then by pairs.
    let mut rest = segments;
    while let [key, tail @ ..] = rest {
        if tail.is_empty() {
            return Err(incomplete());
        }
        let pairs_follow = key.eq_ignore_ascii_case("providers");
        rest = &tail[1..];
        if pairs_follow && rest.len() < 2 {
            return Err(incomplete());
        }
    }
    Ok(())
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for ResourceId {
    type Err = ResourceIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ResourceId {
    type Error = ResourceIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ResourceId> for String {
    fn from(id: ResourceId) -> Self {
        id.text.as_ref().to_owned()
    }
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl Ord for ResourceId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl PartialOrd for ResourceId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "/subscriptions/s/resourceGroups/rg-dns/providers/Microsoft.Network/dnsZones/example.com/CNAME/app";

    fn id(text: &str) -> ResourceId {
        ResourceId::parse(text).expect("valid resource ID")
    }

    #[test]
    fn what_a_resource_hangs_on_is_told_from_below_to_above() {
        let group = "/subscriptions/s/resourceGroups/rg-dns";
        let zone = format!("{group}/providers/Microsoft.Network/dnsZones/example.com");
        let above = [id(&zone), id(group), id("/subscriptions/s")];
        assert_eq!(id(RECORD).ancestors().collect::<Vec<_>>(), above);
        assert_eq!(id(RECORD).lineage().skip(1).collect::<Vec<_>>(), above);
        assert_eq!(id(RECORD).lineage().next(), Some(id(RECORD)));
        assert_eq!(id("/subscriptions/s").ancestors().count(), 0);
    }

    #[test]
    fn a_segment_that_would_lead_elsewhere_is_no_name_and_one_that_azure_gives_is() {
        let parse =
            |name: &str| ResourceId::parse(&format!("/subscriptions/s/resourceGroups/{name}"));
        for name in ["..", ".", "rg?a=b", "rg\\x", "rg\n"] {
            assert!(matches!(parse(name), Err(ResourceIdError::NoName(_))), "{name:?}");
        }
        assert!(parse("459C747D##westus#").is_ok());
    }

    #[test]
    fn spellings_of_one_id_are_equal() {
        let lower = id(&RECORD.to_lowercase());
        assert_eq!(id(RECORD), lower);
        assert_eq!(id(RECORD).as_str(), RECORD);
    }

    #[test]
    fn parts_are_read_from_a_child() {
        let record = id(RECORD);
        assert_eq!(record.subscription(), Some("s"));
        assert_eq!(record.resource_group(), Some("rg-dns"));
        assert_eq!(record.name(), "app");
        assert!(record.resource_type().is("Microsoft.Network/dnsZones/CNAME"));
    }

    #[test]
    fn parents_lead_to_the_subscription() {
        let mut chain = vec![];
        let mut at = Some(id(RECORD));
        while let Some(current) = at {
            at = current.parent();
            chain.push(current.resource_type().as_str().to_owned());
        }
        assert_eq!(
            chain,
            ["Microsoft.Network/dnsZones/CNAME", types::ZONE, types::GROUP, types::SUBSCRIPTION,]
        );
    }

    #[test]
    fn extension_has_the_scope_as_parent() {
        let zone = id(RECORD).parent().expect("a zone");
        let lock = zone.extension(types::LOCK, "keep");
        assert_eq!(lock.parent(), Some(zone.clone()));
        assert!(lock.resource_type().is(types::LOCK));
        assert!(lock.is_within(&zone));
        assert_eq!(lock.resource_group(), Some("rg-dns"));
    }

    #[test]
    fn malformed_ids_are_refused() {
        for text in [
            "",
            "subscriptions/s",
            "/x/y",
            "/subscriptions",
            "/subscriptions/s//x",
            "/subscriptions/s/providers/Microsoft.Web/sites",
        ] {
            assert!(ResourceId::parse(text).is_err(), "{text}");
        }
    }
}
