//! Azure's own rules of storage accounts, with what their codes mean.

use topology::family::{At, Check};
use topology::section::{CONTAINER_NAME, NameRule};
use topology::{Diagnostic, Explanation, Sp, region};

use super::{Redundancy, Storage, StorageKind};

static QUEUE_NAME: NameRule =
    NameRule { lower_case: true, double_hyphen: false, ..NameRule::new("queue", 3, 63, "-") };

/// What the codes mean.
pub(super) const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: "queue-read-access",
        title: "queues are kept in an account with a read-access SKU",
        reason: "After a failover items must be removed, not only read. The read access of RA-GRS and RA-GZRS costs extra and is of no use to queues.",
        example: "storage:\n  work: { redundancy: RA-GRS, queues: [jobs] }",
        remedy: "Take GRS or GZRS; keep blobs that are to be read from the other region in another account.",
    },
    Explanation {
        code: "single-region-data",
        title: "data of several regions is kept in one",
        reason: "The stamps promise to survive a region, but LRS and ZRS keep all copies in one.",
        example: "storage:\n  work: { redundancy: LRS }   # with stamps in two regions",
        remedy: "Take GRS or GZRS, or move the account into the stamps.",
    },
    Explanation {
        code: "kind-without-tier",
        title: "an account of the first kind is given an access tier",
        reason: "Access tiers came with general-purpose v2; Azure refuses them for `Storage`.",
        example: "storage:\n  old: { kind: Storage, redundancy: LRS, tier: hot }",
        remedy: "Leave `tier` out, or let the account be upgraded: `kind: StorageV2`.",
    },
    Explanation {
        code: "premium-kind",
        title: "kind and redundancy of a storage account don't fit",
        reason: "Accounts for block blobs or file shares on fast disks are premium, and premium accounts have no queues.",
        example: "storage:\n  fast: { kind: BlockBlobStorage, redundancy: GRS }",
        remedy: "Take `Premium-LRS` or `Premium-ZRS`, or leave `kind` out.",
    },
];

/// Files what is wrong with an account.
pub(super) fn account(account: &Storage, check: &mut Check<'_>, at: At<'_>) {
    let At { key, stamp } = at;
    match &account.redundancy {
        Some(redundancy) => self::redundancy(check, account, redundancy, stamp.is_none()),
        None if !account.existing => {
            let message = format!("storage account `{key}` has no `redundancy`");
            let help = "write one of LRS, ZRS, GRS, GZRS, RA-GRS, RA-GZRS";
            check.missing(&["redundancy"], &account.place, message, help);
        }
        None => {}
    }
    let kind = account.kind.as_ref().map(|kind| kind.value);
    if let (Some(StorageKind::Storage), Some(tier)) = (kind, &account.tier) {
        let message = "an account of kind `Storage` has no access tier";
        let help = "leave `tier` out, or take the kind `StorageV2`";
        check.error("kind-without-tier", &tier.place, message, help);
    }
    for container in &account.containers {
        check.name(&CONTAINER_NAME, container, &container.place);
    }
    for queue in &account.queues {
        check.name(&QUEUE_NAME, queue, &queue.place);
    }
    twice(check, &account.containers, "container");
    twice(check, &account.queues, "queue");
}

fn redundancy(
    check: &mut Check<'_>,
    account: &Storage,
    redundancy: &Sp<Redundancy>,
    is_shared: bool,
) {
    let place = &redundancy.place;
    if let (true, Some(queue)) = (redundancy.is_read_access(), account.queues.first()) {
        let plain = if redundancy.value == Redundancy::RaGrs { "GRS" } else { "GZRS" };
        let message =
            format!("`{}` lets the other region read queues, never empty them", redundancy.value);
        check.file(
            Diagnostic::warning("queue-read-access", place, message)
                .also(&queue.place, "a queue")
                .help(format!(
                    "items must be removed after a failover too: `{plain}` serves queues as well"
                )),
        );
    }
    let is_premium = matches!(redundancy.value, Redundancy::PremiumLrs | Redundancy::PremiumZrs);
    let premium_kind = account.kind.as_ref().map(|kind| kind.value).is_some_and(|kind| {
        matches!(kind, StorageKind::BlockBlobStorage | StorageKind::FileStorage)
    });
    if premium_kind && !is_premium {
        let message = format!("accounts of this kind are premium, not `{}`", redundancy.value);
        let help = "write `Premium-LRS` or `Premium-ZRS`, or leave `kind` out";
        check.error("premium-kind", place, message, help);
    }
    if is_premium && !account.queues.is_empty() {
        let help = "keep queues in a standard account";
        check.error("premium-kind", place, "premium accounts have no queues", help);
    }
    region_of(check, account, redundancy, is_shared);
}

fn region_of(
    check: &mut Check<'_>,
    account: &Storage,
    redundancy: &Sp<Redundancy>,
    is_shared: bool,
) {
    let topology = check.topology();
    let home = account.location.as_ref().or_else(|| topology.location());
    if let Some(facts) = home.and_then(|home| region(home)) {
        if redundancy.is_geo_redundant() && facts.pair.is_none() {
            let message = format!("`{}` has no paired region to copy to", facts.name);
            let help = "take `ZRS` here and replicate by another way, or take a region with a pair";
            check.error("no-region-pair", &redundancy.place, message, help);
        }
        if redundancy.is_zone_redundant() && facts.has_zones == Some(false) {
            let message = format!("`{}` has no availability zones", facts.name);
            let help = "take `LRS` or `GRS`, or another region";
            check.error("no-zones", &redundancy.place, message, help);
        }
    }
    let regions = topology.stamps.values().map(|stamp| stamp.region.as_str());
    let mut regions: Vec<&str> = regions.collect();
    regions.sort_unstable();
    regions.dedup();
    if is_shared && regions.len() > 1 && !redundancy.is_geo_redundant() {
        let message = format!(
            "the stamps are in {} regions, but `{}` keeps this data in one",
            regions.len(),
            redundancy.value
        );
        let help = "take GRS or GZRS, or move the account into the stamps if each may have its own";
        check.warning("single-region-data", &redundancy.place, message, help);
    }
}

fn twice(check: &mut Check<'_>, names: &[Sp<String>], what: &str) {
    for (index, name) in names.iter().enumerate() {
        if let Some(first) = names[..index].iter().find(|other| other.value == name.value) {
            let message = format!("{what} `{}` is listed twice", name.value);
            check.file(
                Diagnostic::error("listed-twice", &name.place, message)
                    .also(&first.place, "the first one"),
            );
        }
    }
}
