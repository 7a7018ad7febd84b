//! The codes of refusals and notices, each with what it means.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($variant:ident: $word:literal, $title:literal, $text:literal;)*) => {
        /// Why a plan is refused, or what a person should know of it.
        ///
        /// The words stay as they are: pipelines compare them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Code {
            $(#[doc = $title] #[serde(rename = $word)] $variant,)*
        }

        impl Code {
            /// Every code, by its word.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the code as it is printed, `adoption-not-allowed`.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Returns what it means, as a sentence fragment.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)*
                }
            }

            /// Returns why the engine does so, and what to do.
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    AdoptionNeedsReplacement: "adoption-needs-replacement",
        "an existing resource differs where it cannot be changed",
        "Taking it over would mean to delete it first. Write the observed value in the \
        topology (`evenkeel show <address>` prints it), or choose another name.";
    AdoptionNotAllowed: "adoption-not-allowed",
        "a resource of a declared name exists and is not ours",
        "What does not carry our mark is never taken over silently. Write `adopt: true` at \
        its place, pass `--adopt`, or declare it `existing: true` to use it unchanged.";
    CannotKeep: "cannot-keep",
        "a value stays that the declared resource cannot have",
        "Some values stay as they are where nothing is declared of them, such as zone redundancy. \
        Where what is declared cannot have them, Azure would refuse the write half-way. Declare the \
        value, or keep what goes with it.";
    CloneLacks: "clone-lacks",
        "an app lacks what its original has and no clone carries",
        "Where an app reports to, its log settings and its backups are its own, and a clone has \
        none of them before they are declared for it too.";
    CloneWithoutPackage: "clone-without-package",
        "a clone would have no code to run",
        "`WEBSITE_RUN_FROM_PACKAGE: 1` stands for a package that was deployed to the original and \
        lies there alone. Give the clone a `package` by URL, or an image.";
    ExistingNotFound: "existing-not-found",
        "a resource that is declared `existing` is not there",
        "Correct its name, resource group or subscription, or leave `existing` out to have \
        it created.";
    FailedOver: "failed-over",
        "a failover has swapped roles, or traffic has left its first endpoint",
        "Which region writes, which server is the primary and which endpoint answers is live \
        state and no configuration. It is told and never healed: a plan holds no action for \
        it, whatever the topology began with. Fail back by the service's own means once the \
        cause is mended, or write the roles as they are now.";
    GroupKept: "group-kept",
        "a resource group that is no longer declared stays",
        "A group is deleted only when everything in it is ours and goes. Delete it by hand \
        once it is empty.";
    IndexMoved: "index-moved",
        "a living stamp would get another number",
        "`{index}` is a stamp's position unless it is written. Where a stamp is removed, added or \
        moved before another one, what is made from the number would be made anew under \
        another name. Write the number that the stamp has, as the help line says.";
    LastTextLost: "last-text-lost",
        "the topology that was applied last is not at hand",
        "What bears no mark is known to be ours from that text alone: host-name bindings, \
        containers, queues, keys among settings and tags. Without it they are kept. Azure \
        notes which text it was and in which commit; the help line says how to have it here.";
    Locked: "locked",
        "a management lock refuses an action",
        "Locks are lifted only where the topology allows it: `lock: lift` at a DNS zone, or a \
        lock that the topology itself declares. One on a group or subscription protects \
        more than a single change needs and is never lifted.";
    ManagedCertificateGap: "managed-certificate-gap",
        "HTTPS on a domain fails for some minutes",
        "App Service issues a certificate only once the name leads to the app. For a name \
        that serves live traffic take a certificate from Key Vault: it is in place before \
        the name is switched.";
    ManualDnsRecord: "manual-dns-record",
        "a record outside Azure DNS is missing or wrong",
        "Evenkeel cannot write it. Make it by hand as the help line says; the next plan looks \
        for it again.";
    MassDelete: "mass-delete",
        "a plan deletes most of what it owns",
        "Usually the wrong file or the wrong name. `evenkeel destroy` removes all on purpose, \
        `--allow-mass-delete` lifts the bound for one plan.";
    NameChangesHands: "name-changes-hands",
        "a name leaves one app before another one bears it",
        "Of the apps of one group and region only one may bear a host name. Where an app is \
        renamed, the old one lets go of its names first, the new one takes them, and then its \
        router leads to it: meanwhile neither answers for them. Change one stamp at a time and \
        disable its endpoint for as long (`enabled: false`), and the others answer. A path of a \
        route and a domain of a security policy change hands in the same way.";
    NameTaken: "name-taken",
        "a name that must be unique in all of Azure is another's",
        "Storage accounts, vaults, App Configuration stores, apps, SQL servers, Redis caches, Cosmos DB \
        accounts and the DNS names of Traffic Manager share one space of names with everybody, endpoints of Front Door with \
        their tenant. A deleted vault or store keeps \
        its name for up to 90 days: recover it, purge it where it is not protected, or choose \
        another name. What this plan deletes itself frees its name first.";
    NoLongerDeclared: "no-longer-declared",
        "a property stays although it is no longer declared",
        "Most properties go back to what Azure gives a new resource once the topology drops \
        them. A count of instances, whether an app runs, purge protection, zone redundancy \
        and a storage tier do not: they stay as they are and are compared no more.";
    NoTargetLeft: "no-target-left",
        "nothing would be left to serve",
        "A profile without an enabled endpoint answers with nothing, so no plan may leave it so, \
        not even between two of its actions; nor is a name led to an app that stays stopped. Leave \
        one endpoint enabled; where nothing shall be served, disable the profile itself. Where \
        what the only endpoint leads to would be replaced, apply in two steps: add another \
        endpoint first.";
    NotSteered: "not-steered",
        "an interface fetches its work by itself",
        "A profile answers who asks for a name. What polls a broker, a server of files or a mailbox \
        asks nobody, so that all endpoints would take the same work, or the one that stands by \
        does. Let one alone poll, and move that by hand in a failover.";
    OfAnotherTopology: "of-another-topology",
        "another topology looks after a resource",
        "Two topologies would undo what the other one does, in turn. No permission lifts this: \
        take the resource out of one of them, or read it with `existing: true`.";
    PermitsNothing: "permits-nothing",
        "a permission speaks of nothing that is here",
        "`--permit` takes the address or the resource ID of what may be lost, as the plan tells \
        it. One that names nothing is most often misspelled, and what was meant stays refused.";
    ProbeCredentialReadable: "probe-credential-readable",
        "a profile shows what its probes log in with",
        "Headers of probes stand in the profile in plain words: whoever may read it has them. Give \
        the probe a user of its own, which may do nothing but be answered.";
    Protected: "protected",
        "a plan deletes or replaces what is protected",
        "What holds data is protected unless the topology says `protect: false`. Name it with \
        `--permit <address>` once you are sure that it may be lost.";
    ProviderNotRegistered: "provider-not-registered",
        "a provider of a resource is not registered in the subscription",
        "Azure creates nothing of it until it is. Registering is a right of its own, so it is not \
        done in passing: run the command of the help line once for the subscription.";
    RecordConflict: "record-conflict",
        "another record of the same name stands in the way",
        "DNS allows nothing beside a CNAME. Delete the other record, or write `adopt: true` \
        to have it replaced in one step.";
    RedundancyInConversion: "redundancy-in-conversion",
        "Azure is converting a storage account",
        "A change of zone redundancy starts within about 72 hours and takes its time, without \
        downtime. It is neither drift nor begun again.";
    RedundancyNotConvertible: "redundancy-not-convertible",
        "a storage account cannot get the declared redundancy",
        "The service offers no way, and replacing the account would lose its data. Keep the \
        redundancy, or declare a second account and move the data.";
    ReplacementLosesData: "replacement-loses-data",
        "a change would replace what holds data",
        "The engine never replaces such a resource, permission or not. Keep the value, or \
        declare a new resource beside the old one and move the data.";
    RightOnOtherTerms: "right-on-other-terms",
        "a role is assigned already, on another condition",
        "Azure has one assignment of a role to a principal at a scope, whatever its name. One that \
        gives the same is left as it is, whoever made it; one on another condition stands in the \
        way. Delete it, or declare its condition.";
    UnknownRole: "unknown-role",
        "a role has no built-in definition of that name",
        "Write the role definition's GUID; `az role definition list` shows it.";
    ValueHopedFor: "value-hoped-for",
        "a value is taken from a new resource that may not have it",
        "What a service adds to a resource shows only once it is made. The entry does not declare the \
        property, and its type is not known to have it: where there is none, the apply stops half-way. \
        Where the resource is there already, a plan knows and refuses.";
    ValueMissing: "value-missing",
        "a value is taken from a resource that will not have it",
        "The resource is not there, has no such property or no system-assigned identity, and no \
        action of the plan changes that. The apply would stop half-way. Correct the reference, \
        or declare what it leads to.";
}

impl Code {
    /// Returns the code that is printed as `word`.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.word() == word)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The code of a notice: one of a plan, or that of a diagnostic of the topology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NoticeCode {
    /// One that plans have.
    Plan(Code),
    /// The code of a warning about the topology, which the parser explains.
    Topology(String),
}

impl NoticeCode {
    /// Returns the code as it is printed.
    pub fn word(&self) -> &str {
        match self {
            Self::Plan(code) => code.word(),
            Self::Topology(code) => code,
        }
    }
}

impl From<Code> for NoticeCode {
    fn from(code: Code) -> Self {
        Self::Plan(code)
    }
}

impl PartialEq<Code> for NoticeCode {
    fn eq(&self, other: &Code) -> bool {
        *self == Self::Plan(*other)
    }
}

impl PartialOrd for NoticeCode {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// By the word: a reader does not care where it comes from.
impl Ord for NoticeCode {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.word().cmp(other.word())
    }
}

impl fmt::Display for NoticeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(Code::ALL.is_sorted_by(|a, b| a.word() < b.word()));
    }

    #[test]
    fn code_is_written_and_read_as_its_word() {
        for code in Code::ALL {
            let json = serde_json::to_value(NoticeCode::from(*code)).expect("a text");
            assert_eq!(json, code.word());
            assert_eq!(serde_json::from_value::<Code>(json.clone()).expect("a code"), *code);
            assert_eq!(serde_json::from_value::<NoticeCode>(json).expect("a code"), *code);
            assert_eq!(Code::find(code.word()), Some(*code));
        }
        let other: NoticeCode = serde_json::from_str("\"unused-key\"").expect("a code");
        assert_eq!(other, NoticeCode::Topology("unused-key".to_owned()));
    }
}
