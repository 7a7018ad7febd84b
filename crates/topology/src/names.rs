//! The naming convention: every name that a file leaves out.

use std::sync::Arc;

use crate::section::{Declared, Naming, Section};
use crate::{Sp, Topology, regions};

/// Gives every resource its name and its resource group.
pub(crate) fn derive(topology: &mut Topology) {
    let name = topology.name.value.clone();
    topology.resource_group.or_derive(|| format!("rg-{name}-global"));
    topology.location.iter_mut().for_each(canonical);
    let home = Home { name: &name, stamp: None, group: &topology.resource_group.value.clone() };
    let language = topology.language();
    for section in language.sections() {
        for (key, entry) in topology.sections.all_mut(section) {
            home.derive(section, key, entry);
        }
    }
    for (key, stamp) in &mut topology.stamps {
        // Nothing else holds a stamp yet, so this never copies.
        let stamp = Arc::make_mut(stamp);
        canonical(&mut stamp.region);
        stamp.resource_group.or_derive(|| format!("rg-{name}-{key}"));
        let group = stamp.resource_group.value.clone();
        let home = Home { name: &name, stamp: Some(key), group: &group };
        for section in language.sections() {
            for (key, entry) in stamp.sections.all_mut(section) {
                home.derive(section, key, entry);
            }
        }
    }
}

/// Gives a region the name that ARM uses.
fn canonical(location: &mut Sp<String>) {
    location.value = regions::canonical(&location.value);
}

/// Where named things live: a stamp, or outside of all.
struct Home<'a> {
    name: &'a str,
    stamp: Option<&'a str>,
    group: &'a str,
}

impl Home<'_> {
    /// Fills in what an entry leaves out.
    fn derive(&self, section: &Section, key: &str, entry: &mut dyn Declared) {
        let abbreviation = entry.abbreviation(section);
        let common = entry.common_mut();
        if let Some(name) = common.name {
            name.or_derive(|| self.derived(section.naming, abbreviation, key));
        }
        if let Some(group) = common.resource_group {
            group.or_derive(|| self.group.to_owned());
        }
        entry.derive_further(self.name, key);
        entry.regions_mut().into_iter().for_each(canonical);
    }

    /// Returns the name of an entry by the convention.
    fn derived(&self, naming: Naming, abbreviation: &str, key: &str) -> String {
        let (name, stamp) = (self.name, self.stamp);
        match naming {
            Naming::Full => match stamp {
                Some(stamp) => format!("{abbreviation}-{name}-{key}-{stamp}"),
                None => format!("{abbreviation}-{name}-{key}"),
            },
            Naming::Squeezed => {
                let full = self.derived(Naming::Full, abbreviation, key).to_lowercase();
                full.chars().filter(char::is_ascii_alphanumeric).collect()
            }
            Naming::OfStamp => format!("{abbreviation}-{name}-{}", stamp.unwrap_or_default()),
            Naming::Short => format!("{abbreviation}-{key}"),
            Naming::Key => key.to_owned(),
        }
    }
}
