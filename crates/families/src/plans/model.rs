//! The App Service plan of a stamp, and its autoscale rules.

use topology::section::NameRule;
use topology::{Duration, Name, Percent, Sp, choice, entry, record};

use super::{AUTOSCALE_NAME, PLAN};

record! {
    /// The App Service plan on which a stamp's apps run.
    pub struct Plan,
        common("plan" in stamp,
            name "The plan's name in Azure; left out, `asp-{name}-{stamp}`",
            protect "`false` when left out") {
        /// The size, such as `P1v3`; must be given unless the plan is `existing`.
        pub sku at "/sku/name": Option<Sp<String>>,
        /// The operating system; `linux` when left out. It can't be changed later.
        pub os: Option<Sp<Os>>,
        /// Spreads the instances over the region's availability zones; needs two instances or more.
        pub zone_redundant at "/properties/zoneRedundant": Option<Sp<bool>> => born false,
        /// How many instances run; with `autoscale`, how many a new plan begins with.
        pub instances: Option<Sp<u32>>,
        /// Lets Azure change the number of instances by load.
        pub autoscale: Option<Autoscale>,
    }
}

record! {
    /// Limits and rules by which Azure changes the number of instances of a plan.
    pub struct Autoscale {
        /// The autoscale setting's name in Azure; left out, the plan's name and `-autoscale`.
        #[serde(default)]
        pub name: Name,
        /// The least number of instances.
        pub min: Sp<u32>,
        /// The greatest number of instances.
        pub max: Sp<u32>,
        /// The number of instances while metrics are missing; `min` when left out.
        pub default: Option<Sp<u32>>,
        /// When to add instances.
        pub scale_out: Option<ScaleRule>,
        /// When to remove instances.
        pub scale_in: Option<ScaleRule>,
    }
}

record! {
    /// One direction of autoscaling: thresholds, and how far and how often to go.
    pub struct ScaleRule {
        /// The average processor load of the plan's instances.
        pub cpu: Option<Sp<Percent>>,
        /// The average memory use of the plan's instances.
        pub memory: Option<Sp<Percent>>,
        /// How many instances each step adds or removes; 1 when left out.
        pub by: Option<Sp<u32>>,
        /// The time over which the metric is averaged; `5m` when left out.
        pub window: Option<Sp<Duration>>,
        /// The pause after a step; `5m` when left out.
        pub cooldown: Option<Sp<Duration>>,
    }
}

choice! {
    /// The operating system of a plan.
    pub enum Os {
        /// Linux.
        Linux = "linux",
        /// Windows.
        Windows = "windows",
    }
}

impl Plan {
    /// Returns the operating system: the written one, or Linux.
    pub fn os(&self) -> Os {
        self.os.as_ref().map_or(Os::Linux, |os| os.value)
    }
}

entry!(Plan in PLAN;
    fn further_names(&self) -> Vec<(&'static NameRule, &Name)> {
        self.autoscale.iter().map(|autoscale| (&AUTOSCALE_NAME, &autoscale.name)).collect()
    }

    fn derive_further(&mut self, _: &str, _: &str) {
        if let Some(autoscale) = &mut self.autoscale {
            autoscale.name.or_derive(|| format!("{}-autoscale", self.name));
        }
    }

    fn check(&self, check: &mut topology::family::Check<'_>, at: topology::family::At<'_>) {
        if let Some(stamp) = at.stamp {
            super::check::plan(check, self, stamp);
        }
    }
);
