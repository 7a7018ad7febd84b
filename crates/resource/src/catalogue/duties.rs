//! What resources of a type do for others: what the engine's procedures take them for.

use super::facts_of;
use crate::{ResourceId, Service, Suffixes};

/// What the engine's procedures take the resources of a type for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// Holds others' resources too: whether it goes depends on what is in it, and it is the last to go.
    Group,
    /// Holds groups, and is never written.
    Subscription,
    /// Forbids to delete or write what is in its scope.
    Lock,
    /// Gives a principal a right on its scope; its name says nothing.
    Grant,
    /// Holds a list of who may do what, which several fill.
    Vault,
    /// A change to the list of the [`Duty::Vault`] that it lies in; no resource of its own.
    VaultGrant,
    /// Holds the records of a domain, in which a host name is proved to a service.
    Zone,
    /// Binds a host name to the resource that it lies in.
    Binding,
    /// Proves to clients that a host name is a [`Duty::Binding`]'s; a service may issue it.
    Certificate,
}

impl Duty {
    /// Tells whether `id` is of a type with this duty.
    pub fn is_of(self, id: &ResourceId) -> bool {
        facts_of(id).duty == Some(self)
    }

    /// Tells whether `id` only holds others' resources: a group or a subscription.
    pub fn is_container(id: &ResourceId) -> bool {
        matches!(facts_of(id).duty, Some(Self::Group | Self::Subscription))
    }

    /// Tells whether `id` is a record of a zone: it shares its name with records of other types.
    pub fn is_record(id: &ResourceId) -> bool {
        // What hangs on a zone through another provider is of a type without a parent.
        id.resource_type().parent().is_some()
            && id.parent().is_some_and(|zone| Self::Zone.is_of(&zone))
    }
}

/// Returns the host name that a record leads to an address, in lower case.
pub fn led_host(id: &ResourceId) -> Option<String> {
    let kind = id.resource_type();
    let leads = ["A", "AAAA", "CNAME"].iter().any(|word| kind.last().eq_ignore_ascii_case(word));
    let zone = id.parent().filter(|_| leads && Duty::is_record(id))?;
    let (name, zone) = (id.name().to_ascii_lowercase(), zone.name().to_ascii_lowercase());
    Some(if name == "@" { zone } else { format!("{name}.{zone}") })
}

/// Which resources a service makes of its own accord, with what they lie in and for nobody to manage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceMade {
    /// None.
    None,
    /// All of the type.
    All,
    /// The one of this name.
    Named(&'static str),
    /// Those that are named by a host name that one of these services gave.
    HostsOf(&'static [Service]),
}

impl ServiceMade {
    /// Tells whether the service made the resource of this name, in a cloud of these suffixes.
    pub fn is(self, name: &str, suffixes: &Suffixes) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(made) => name == made,
            Self::HostsOf(services) => {
                services.iter().any(|service| suffixes.name_host(*service, name))
            }
        }
    }
}

/// What a failover swaps in a resource without a change of what was declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roles {
    /// Which member a router answers with: by priority the first that is well.
    MemberThatAnswers,
    /// Which of the resource's regions takes the writes: the one with the lowest priority.
    RegionOfWrites,
    /// Which of two partners takes the writes.
    PartnerOfWrites,
    /// Which region the resource serves from: it keeps naming the one that it was made in.
    RegionOfService,
}

/// What a clone takes over of its original where nothing is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cloned {
    /// These members.
    Members {
        /// Members of `properties`.
        properties: &'static [&'static str],
        /// Members beside `properties`.
        beside: &'static [&'static str],
        /// True where identities that live apart from it are taken over too.
        identities: bool,
    },
    /// All members of `properties`, each a value of the user's own.
    Values {
        /// Names of those that are one resource's alone; `*` at the end stands for any rest.
        own: &'static [&'static str],
        /// Those of them that a clone which has none of its own is missing; `*` as before.
        missed: &'static [&'static str],
        /// A name, and the value that stands for what lies in the original and nowhere else.
        local: Option<(&'static str, &'static str)>,
    },
    /// All members of `properties`, each a map with a name of the user's own.
    Entries {
        /// Members that enter by reference, never as a value.
        secret: &'static [&'static str],
        /// Members that the service makes.
        made: &'static [&'static str],
    },
}

impl Cloned {
    /// Tells whether the value of this name is one resource's alone.
    pub fn is_own(self, name: &str) -> bool {
        let Self::Values { own, .. } = self else { return false };
        is_among(own, name)
    }

    /// Tells whether a clone that has no value of this name is missing it.
    pub fn is_missed(self, name: &str) -> bool {
        let Self::Values { missed, .. } = self else { return false };
        is_among(missed, name)
    }
}

/// Tells whether a name is among these; `*` at the end of one stands for any rest.
fn is_among(names: &[&str], name: &str) -> bool {
    names.iter().any(|among| match among.strip_suffix('*') {
        Some(start) => name.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start)),
        None => among.eq_ignore_ascii_case(name),
    })
}

/// What an import looks at beside the resource itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Import {
    /// True where no list of children is asked for: the resource's own body holds them, or they are
    /// looked at elsewhere.
    pub is_whole: bool,
    /// Documents below it that no list shows, each with its type and name.
    pub documents: &'static [(&'static str, &'static str)],
    /// JSON pointers of IDs of resources without which this one cannot be told of.
    pub leans_on: &'static [&'static str],
    /// Of a type whose answers say much that no client sends: the properties that one does. None stands for all.
    pub told: &'static [&'static str],
}

impl Import {
    /// Nothing but the resource and what lists show of its children.
    pub const PLAIN: Self = Self { is_whole: false, documents: &[], leans_on: &[], told: &[] };
    /// The resource alone.
    pub const WHOLE: Self = Self { is_whole: true, ..Self::PLAIN };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ResourceId {
        ResourceId::parse(&format!("/subscriptions/s/resourceGroups/g{text}")).expect("valid ID")
    }

    #[test]
    fn records_of_every_type_are_records_and_what_hangs_on_a_zone_is_not() {
        let zone = "/providers/Microsoft.Network/dnsZones/example.com";
        for record in ["A/www", "CNAME/www", "txt/www", "NAPTR/www", "DS/www"] {
            assert!(Duty::is_record(&id(&format!("{zone}/{record}"))), "{record}");
        }
        let lock = format!("{zone}/providers/Microsoft.Authorization/locks/keep");
        for other in ["", zone, &lock, "/providers/Microsoft.Web/sites/a/config/web"] {
            assert!(!Duty::is_record(&id(other)), "{other}");
        }
    }

    #[test]
    fn duties_are_told_in_any_spelling() {
        assert!(Duty::Group.is_of(&id("")));
        assert!(Duty::is_container(&ResourceId::subscription_scope("s")));
        assert!(Duty::Lock.is_of(&id("/providers/microsoft.authorization/LOCKS/keep")));
        assert!(
            Duty::Binding.is_of(&id("/providers/Microsoft.Web/sites/a/slots/b/hostNameBindings/c"))
        );
        assert!(!Duty::Binding.is_of(&id("/providers/Microsoft.Web/sites/a/config/web")));
    }
}
