//! What a topology says of the cache of a stamp.

use topology::property::ENABLED;
use topology::{Sp, choice, entry, record};

use super::REDIS;

record! {
    /// The cache of a stamp: a cluster of Azure Managed Redis with its one database.
    pub struct Redis,
        common("cache" in stamp,
            name "The name in Azure, unique in the region; left out, `amr-{name}-{stamp}`",
            protect "`true` when left out, since a cache that is new is empty") {
        /// The size, such as `Balanced_B5`; must be given unless the cache is `existing`.
        pub sku at "/sku/name": Option<Sp<String>>,
        /// Keeps a copy of everything on a second node, in another zone where the region has zones, fixed
        /// at the creation; `true` when left out.
        pub high_availability at "/properties/highAvailability" via ENABLED:
            Option<Sp<bool>> = true,
        /// What goes when the cache is full; `allKeysLRU` when left out.
        pub eviction at "databases/default#/properties/evictionPolicy":
            Option<Sp<Eviction>> = Eviction::AllKeysLru,
        /// How the keys are spread over the nodes, fixed at the creation; `oss` when left out.
        pub clustering at "databases/default#/properties/clusteringPolicy":
            Option<Sp<Clustering>> = Clustering::Oss,
    }
}

choice! {
    /// What goes when a cache is full.
    pub enum Eviction {
        /// What was used last a long time ago.
        AllKeysLru = "allKeysLRU" => "AllKeysLRU",
        /// What is used least.
        AllKeysLfu = "allKeysLFU" => "AllKeysLFU",
        /// Anything.
        AllKeysRandom = "allKeysRandom" => "AllKeysRandom",
        /// Of what expires, what was used last a long time ago.
        VolatileLru = "volatileLRU" => "VolatileLRU",
        /// Of what expires, what is used least.
        VolatileLfu = "volatileLFU" => "VolatileLFU",
        /// Of what expires, what expires next.
        VolatileTtl = "volatileTTL" => "VolatileTTL",
        /// Anything that expires.
        VolatileRandom = "volatileRandom" => "VolatileRandom",
        /// Nothing: writes are refused.
        NoEviction = "noEviction" => "NoEviction",
    }
}

choice! {
    /// How the keys of a cache are spread over its nodes.
    pub enum Clustering {
        /// Clients ask the node that has the key.
        Oss = "oss" => "OSSCluster",
        /// One address leads to all nodes.
        Enterprise = "enterprise" => "EnterpriseCluster",
        /// All keys are on one node.
        None = "none" => "NoCluster",
    }
}

entry!(Redis in REDIS;
    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        super::check::cache(self, check, at);
    }
);
