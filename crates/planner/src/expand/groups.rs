//! Resource groups: wherever Evenkeel makes something, its group must be there.

use resource::types::GROUP;
use std::collections::BTreeMap;

use plan::Band;
use resource::ResourceId;
use serde_json::json;
use topology::Section;
use topology::section::RESOURCE_GROUP;

use super::{Expansion, Home, Life};
use crate::desired::{DesiredResource, Mode};
use crate::family::Family;

/// Resource groups as a family: they have no entries, and are there wherever something is.
#[derive(Debug)]
pub struct Groups;

impl Family for Groups {
    fn section(&self) -> &'static Section {
        &RESOURCE_GROUP
    }

    fn expand(&self, _: &mut Expansion<'_>, _: Home<'_>) {}

    fn id(&self, expansion: &Expansion<'_>, home: Home<'_>, _: &str) -> Option<ResourceId> {
        let global = &expansion.topology.resource_group;
        let group = home.stamp.map_or(global, |(_, stamp)| &stamp.resource_group);
        Some(ResourceId::group(expansion.subscription(home, None), group))
    }

    fn finish(&self, expansion: &mut Expansion<'_>) {
        expansion.groups();
    }
}

impl Expansion<'_> {
    /// Adds the group of every resource that Evenkeel may have to create.
    fn groups(&mut self) {
        let mut groups: BTreeMap<ResourceId, Band> = BTreeMap::new();
        for resource in self.desired.resources().filter(|r| r.mode != Mode::Existing) {
            let parent = resource.id.parent().filter(|parent| parent.resource_type().is(GROUP));
            if let Some(group) = parent {
                groups
                    .entry(group)
                    .and_modify(|band| {
                        // A group that several bands share belongs to none of them.
                        if *band != resource.band {
                            *band = Band::Global;
                        }
                    })
                    .or_insert_with(|| resource.band.clone());
            }
        }
        for (id, band) in groups {
            // A group with an entry of its own is as that entry says.
            if self.desired.get(&id).is_none() {
                self.group(id, band);
            }
        }
    }

    fn group(&mut self, id: ResourceId, band: Band) {
        let home = match &band {
            Band::Stamp(stamp) => self.home(Some(stamp)).unwrap_or(Home::GLOBAL),
            Band::Global | Band::Data => Home::GLOBAL,
        };
        let place = home.stamp.map_or(&self.topology.name.place, |(_, stamp)| &stamp.place).clone();
        let address = format!("resourceGroups/{}", id.name());
        let body = json!({ "tags": self.tags(home, &Default::default()) });
        // Without a region nothing can be created: the group has to be there already.
        let location = self.location(home, None);
        let life = Life { existing: location.is_none(), ..Life::default() };
        let group = DesiredResource {
            mode: Mode::Ensured,
            // Where a group keeps its own record is no property of what is in it: what is live stays,
            // also when the stamp moves to another region.
            create_only: Some(json!({ "location": location })),
            protect: false,
            ..DesiredResource::managed(address, id, band, body)
        };
        self.add(group, life, &place);
    }
}
