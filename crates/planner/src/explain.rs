//! What the codes of refusals and notices mean.

/// A code that a plan can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: &'static str,
    /// What it means, as a sentence fragment.
    pub title: &'static str,
    /// Why the engine does so, and what to do.
    pub text: &'static str,
}

const CODES: &[Explanation] = &[
    Explanation {
        code: "adoption-needs-replacement",
        title: "an existing resource differs where it cannot be changed",
        text: "Taking it over would mean to delete it first. Write the observed value in the \
               topology (`evenkeel show <address>` prints it), or choose another name.",
    },
    Explanation {
        code: "adoption-not-allowed",
        title: "a resource of a declared name exists and is not ours",
        text: "What does not carry our mark is never taken over silently. Write `adopt: true` at \
               its place, pass `--adopt`, or declare it `existing: true` to use it unchanged.",
    },
    Explanation {
        code: "existing-not-found",
        title: "a resource that is declared `existing` is not there",
        text: "Correct its name, resource group or subscription, or leave `existing` out to have \
               it created.",
    },
    Explanation {
        code: "failed-over",
        title: "a failover has swapped roles, or traffic has left its first endpoint",
        text: "Which region writes, which server is the primary and which endpoint answers is live \
               state and no configuration. It is told and never healed: a plan holds no action for \
               it, whatever the topology began with. Fail back by the service's own means once the \
               cause is mended, or write the roles as they are now.",
    },
    Explanation {
        code: "group-kept",
        title: "a resource group that is no longer declared stays",
        text: "A group is deleted only when everything in it is ours and goes. Delete it by hand \
               once it is empty.",
    },
    Explanation {
        code: "index-moved",
        title: "a living stamp would get another number",
        text: "`{index}` is a stamp's position unless it is written. Where a stamp is removed, added or \
               moved before another one, what is made from the number would be made anew under \
               another name. Write the number that the stamp has, as the help line says.",
    },
    Explanation {
        code: "last-text-lost",
        title: "the topology that was applied last is not at hand",
        text: "What bears no mark is known to be ours from that text alone: host-name bindings, \
               containers, queues, keys among settings and tags. Without it they are kept. Azure \
               notes which text it was and in which commit; the help line says how to have it here.",
    },
    Explanation {
        code: "locked",
        title: "a management lock refuses an action",
        text: "Locks are lifted only where the topology allows it: `lock: lift` at a DNS zone, or a \
               lock that the topology itself declares. One on a group or subscription protects \
               more than a single change needs and is never lifted.",
    },
    Explanation {
        code: "managed-certificate-gap",
        title: "HTTPS on a domain fails for some minutes",
        text: "App Service issues a certificate only once the name leads to the app. For a name \
               that serves live traffic take a certificate from Key Vault: it is in place before \
               the name is switched.",
    },
    Explanation {
        code: "manual-dns-record",
        title: "a record outside Azure DNS is missing or wrong",
        text: "Evenkeel cannot write it. Make it by hand as the help line says; the next plan looks \
               for it again.",
    },
    Explanation {
        code: "mass-delete",
        title: "a plan deletes most of what it owns",
        text: "Usually the wrong file or the wrong name. `evenkeel destroy` removes all on purpose, \
               `--allow-mass-delete` lifts the bound for one plan.",
    },
    Explanation {
        code: "name-taken",
        title: "a name that must be unique in all of Azure is another's",
        text: "Storage accounts, vaults, App Configuration stores, apps, SQL servers and the DNS names of \
               Traffic Manager share one space of names with everybody. A deleted vault or store keeps \
               its name for up to 90 days: recover it, purge it where it is not protected, or choose \
               another name. What this plan deletes itself frees its name first.",
    },
    Explanation {
        code: "no-longer-declared",
        title: "a property stays although it is no longer declared",
        text: "Most properties go back to what Azure gives a new resource once the topology drops \
               them. A count of instances, whether an app runs, purge protection, zone redundancy \
               and a storage tier do not: they stay as they are and are compared no more.",
    },
    Explanation {
        code: "no-target-left",
        title: "nothing would be left to serve",
        text: "A profile without an enabled endpoint answers with nothing, so no plan may leave it so, \
               not even between two of its actions; nor is a name led to an app that stays stopped. Leave \
               one endpoint enabled; where nothing shall be served, disable the profile itself. Where \
               what the only endpoint leads to would be replaced, apply in two steps: add another \
               endpoint first.",
    },
    Explanation {
        code: "of-another-topology",
        title: "another topology looks after a resource",
        text: "Two topologies would undo what the other one does, in turn. No permission lifts this: \
               take the resource out of one of them, or read it with `existing: true`.",
    },
    Explanation {
        code: "permits-nothing",
        title: "a permission speaks of nothing that is here",
        text: "`--permit` takes the address or the resource ID of what may be lost, as the plan tells \
               it. One that names nothing is most often misspelled, and what was meant stays refused.",
    },
    Explanation {
        code: "protected",
        title: "a plan deletes or replaces what is protected",
        text: "What holds data is protected unless the topology says `protect: false`. Name it with \
               `--permit <address>` once you are sure that it may be lost.",
    },
    Explanation {
        code: "provider-not-registered",
        title: "a provider of a resource is not registered in the subscription",
        text: "Azure creates nothing of it until it is. Registering is a right of its own, so it is not \
               done in passing: run the command of the help line once for the subscription.",
    },
    Explanation {
        code: "record-conflict",
        title: "another record of the same name stands in the way",
        text: "DNS allows nothing beside a CNAME. Delete the other record, or write `adopt: true` \
               to have it replaced in one step.",
    },
    Explanation {
        code: "redundancy-in-conversion",
        title: "Azure is converting a storage account",
        text: "A change of zone redundancy starts within about 72 hours and takes its time, without \
               downtime. It is neither drift nor begun again.",
    },
    Explanation {
        code: "redundancy-not-convertible",
        title: "a storage account cannot get the declared redundancy",
        text: "The service offers no way, and replacing the account would lose its data. Keep the \
               redundancy, or declare a second account and move the data.",
    },
    Explanation {
        code: "replacement-loses-data",
        title: "a change would replace what holds data",
        text: "The engine never replaces such a resource, permission or not. Keep the value, or \
               declare a new resource beside the old one and move the data.",
    },
    Explanation {
        code: "right-on-other-terms",
        title: "a role is assigned already, on another condition",
        text: "Azure has one assignment of a role to a principal at a scope, whatever its name. One that \
               gives the same is left as it is, whoever made it; one on another condition stands in the \
               way. Delete it, or declare its condition.",
    },
    Explanation {
        code: "unknown-role",
        title: "a role has no built-in definition of that name",
        text: "Write the role definition's GUID; `az role definition list` shows it.",
    },
    Explanation {
        code: "value-missing",
        title: "a value is taken from a resource that will not have it",
        text: "The resource is not there, has no such property or no system-assigned identity, and no \
               action of the plan changes that. The apply would stop half-way. Correct the reference, \
               or declare what it leads to.",
    },
];

/// Returns what a code of a refusal or notice means.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    CODES.iter().find(|known| known.code == code)
}

/// Returns every code that a plan can carry, by name.
pub fn codes() -> impl Iterator<Item = &'static Explanation> {
    CODES.iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_in_the_source_is_explained() {
        let sources = [
            include_str!("ahead.rs"),
            include_str!("change.rs"),
            include_str!("rights.rs"),
            include_str!("dropped.rs"),
            include_str!("guard.rs"),
            include_str!("lost.rs"),
            include_str!("missing.rs"),
            include_str!("unwanted.rs"),
            include_str!("expand/permissions.rs"),
            include_str!("order/accounts.rs"),
            include_str!("order/domains.rs"),
            include_str!("order/locks.rs"),
            include_str!("order/records.rs"),
        ];
        let used: Vec<&str> = sources
            .iter()
            .flat_map(|source| source.split("code: \"").skip(1))
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(used.len() >= 10, "{used:?}");
        for code in used.into_iter().chain([plan::FAILED_OVER]) {
            assert!(explain(code).is_some(), "{code}");
        }
    }

    #[test]
    fn codes_are_sorted_and_unique() {
        assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
    }
}
