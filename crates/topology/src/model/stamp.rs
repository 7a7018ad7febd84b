//! A regional copy of the application, resolved.

use super::Sections;
use crate::record;
use crate::{FreeMap, Name, Sp, StampIndex};

record! {
    /// A regional copy of the application: the module with the instance's differences laid over it.
    pub struct Stamp {
        /// The Azure region, such as `westeurope`.
        pub region: Sp<String>,
        /// What `{index}` stands for in its texts; left out, its position, counted from 0.
        #[serde(default)]
        pub index: StampIndex,
        /// The subscription, if it is not the topology's.
        pub subscription: Option<Sp<String>>,
        /// The stamp's resource group; left out, `rg-{name}-{stamp}`.
        #[serde(default)]
        pub resource_group: Name,
        /// Tags of everything in the stamp, laid over the topology's.
        #[serde(default)]
        pub tags: FreeMap<Sp<String>>,
        ;
        /// The entries of all sections that stand in it.
        pub sections: Sections
    }
}
