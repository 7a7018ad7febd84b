//! From references of the language to resource IDs.

use resource::ResourceId;
use topology::section::Declared;
use topology::{Section, Target};

use super::{Expansion, Home};

impl<'a> Expansion<'a> {
    /// Returns the resource that a reference leads to; `None` only for a reference that a checked
    /// topology cannot hold.
    pub fn id_of(&self, target: &Target) -> Option<ResourceId> {
        let (section, stamp, key) = match target {
            Target::Entry { section, stamp, name } => (*section, stamp.as_deref(), name.as_str()),
            Target::Id(id) => return ResourceId::parse(id).ok(),
        };
        let home = self.home(stamp)?;
        self.language.family(section)?.id(self, home, key)
    }

    /// Returns the resource that an entry is by the names that it has.
    pub fn named_id(
        &self,
        home: Home<'_>,
        section: &Section,
        key: &str,
        entry: &dyn Declared,
    ) -> Option<ResourceId> {
        let common = entry.common();
        if entry.is_external() {
            return None;
        }
        let name = common.name.map_or(key, |name| &name.value);
        let (group, kind) = (common.resource_group?, section.resource_type()?);
        Some(self.in_group(home, common.subscription, group, kind, name))
    }

    /// Returns the home of what is declared in `stamp`, or of what is global.
    pub fn home(&self, stamp: Option<&str>) -> Option<Home<'a>> {
        let Some(stamp) = stamp else { return Some(Home::GLOBAL) };
        let (name, stamp) = self.topology.stamps.get_key_value(stamp)?;
        Some(Home::of(name, stamp))
    }
}
