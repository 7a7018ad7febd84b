//! Storage accounts: redundancy, containers, queues.

use super::{At, Check};
use crate::section::{CONTAINER_NAME, QUEUE_NAME};
use crate::{Diagnostic, Redundancy, Sp, Storage, StorageKind, region};

impl Check<'_> {
    pub(crate) fn storage_account(&mut self, account: &Storage, at: At<'_>) {
        let At { key, stamp } = at;
        match &account.redundancy {
            Some(redundancy) => self.redundancy(account, redundancy, stamp.is_none()),
            None if !account.existing => {
                let message = format!("storage account `{key}` has no `redundancy`");
                let help = "write one of LRS, ZRS, GRS, GZRS, RA-GRS, RA-GZRS";
                self.missing(&["redundancy"], &account.place, message, help);
            }
            None => {}
        }
        for container in &account.containers {
            self.name(&CONTAINER_NAME, container, &container.place);
        }
        for queue in &account.queues {
            self.name(&QUEUE_NAME, queue, &queue.place);
        }
        self.twice(&account.containers, "container");
        self.twice(&account.queues, "queue");
    }

    fn redundancy(&mut self, account: &Storage, redundancy: &Sp<Redundancy>, is_shared: bool) {
        let place = &redundancy.place;
        if let (true, Some(queue)) = (redundancy.is_read_access(), account.queues.first()) {
            let plain = if redundancy.value == Redundancy::RaGrs { "GRS" } else { "GZRS" };
            let message = format!(
                "`{}` lets the other region read queues, never empty them",
                redundancy.value
            );
            self.diagnostics.push(
                Diagnostic::warning("queue-read-access", place, message)
                    .also(&queue.place, "a queue")
                    .help(format!(
                        "items must be removed after a failover too: `{plain}` serves queues as well"
                    )),
            );
        }
        let is_premium =
            matches!(redundancy.value, Redundancy::PremiumLrs | Redundancy::PremiumZrs);
        let premium_kind = account.kind.as_ref().map(|kind| kind.value).is_some_and(|kind| {
            matches!(kind, StorageKind::BlockBlobStorage | StorageKind::FileStorage)
        });
        if premium_kind && !is_premium {
            let message = format!("accounts of this kind are premium, not `{}`", redundancy.value);
            let help = "write `Premium-LRS` or `Premium-ZRS`, or leave `kind` out";
            self.error("premium-kind", place, message, help);
        }
        if is_premium && !account.queues.is_empty() {
            let help = "keep queues in a standard account";
            self.error("premium-kind", place, "premium accounts have no queues", help);
        }
        self.region_of(account, redundancy, is_shared);
    }

    fn region_of(&mut self, account: &Storage, redundancy: &Sp<Redundancy>, is_shared: bool) {
        let topology = self.topology;
        let home = account.location.as_ref().or_else(|| topology.location());
        if let Some(facts) = home.and_then(|home| region(home)) {
            if redundancy.is_geo_redundant() && facts.pair.is_none() {
                let message = format!("`{}` has no paired region to copy to", facts.name);
                let help =
                    "take `ZRS` here and replicate by another way, or take a region with a pair";
                self.error("no-region-pair", &redundancy.place, message, help);
            }
            if redundancy.is_zone_redundant() && facts.has_zones == Some(false) {
                let message = format!("`{}` has no availability zones", facts.name);
                let help = "take `LRS` or `GRS`, or another region";
                self.error("no-zones", &redundancy.place, message, help);
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
            let help =
                "take GRS or GZRS, or move the account into the stamps if each may have its own";
            self.warning("single-region-data", &redundancy.place, message, help);
        }
    }

    fn twice(&mut self, names: &[Sp<String>], what: &str) {
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = names[..index].iter().find(|other| other.value == name.value) {
                let message = format!("{what} `{}` is listed twice", name.value);
                self.diagnostics.push(
                    Diagnostic::error("listed-twice", &name.place, message)
                        .also(&first.place, "the first one"),
                );
            }
        }
    }
}
