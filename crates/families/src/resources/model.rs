//! The escape hatch: any ARM resource.

use topology::{FreeMap, Name, Raw, Section, Sp, Target, Text, entry, record};

use super::RESOURCES;

record! {
    /// Any ARM resource, with its body as ARM wants it.
    pub struct Resource {
        /// The ARM type, such as `Microsoft.Cache/redis`.
        pub resource_type as "type": Sp<String>,
        /// The ARM API version, such as `2024-11-01`.
        pub api_version: Sp<String>,
        /// The name; left out, the key. Names of child resources are written without the parent's.
        #[serde(default)]
        pub name: Name,
        /// The full resource ID, instead of name, parent and resource group.
        pub id: Option<Sp<Text>>,
        /// The parent of a child resource: a reference or a resource ID.
        pub parent: Option<Sp<Target>>,
        /// The resource that an extension resource belongs to: a reference or a resource ID.
        pub scope: Option<Sp<Target>>,
        /// The resource group; left out, the stamp's or the topology's.
        #[serde(default)]
        pub resource_group: Name,
        /// The region; left out, a new resource of a type that has one gets the stamp's or the
        /// topology's, or `global`.
        pub location: Option<Sp<String>>,
        /// Tags, laid over the topology's and the stamp's.
        #[serde(default)]
        pub tags: FreeMap<Sp<String>>,
        /// ARM's `sku`.
        pub sku: Option<Sp<Raw>>,
        /// ARM's `kind`.
        pub kind: Option<Sp<String>>,
        /// ARM's `identity`.
        pub identity: Option<Sp<Raw>>,
        /// ARM's `zones`.
        #[serde(default)]
        pub zones: Vec<Sp<String>>,
        /// ARM's `plan`: the offer of a marketplace.
        pub plan: Option<Sp<Raw>>,
        /// ARM's `managedBy`.
        pub managed_by: Option<Sp<Raw>>,
        /// ARM's `managedByExtended`.
        pub managed_by_extended: Option<Sp<Raw>>,
        /// ARM's `extendedLocation`: an edge zone or a custom location.
        pub extended_location: Option<Sp<Raw>>,
        /// ARM's `scale`.
        pub scale: Option<Sp<Raw>>,
        /// ARM's `placement`.
        pub placement: Option<Sp<Raw>>,
        /// ARM's `properties`.
        pub properties: Option<Sp<Raw>>,
        /// Reads the resource and never writes it.
        #[serde(default)]
        pub existing: bool,
        /// Takes over the resource if it exists already.
        #[serde(default)]
        pub adopt: bool,
        /// Refuses its delete and replacement; left out, the engine asks its catalogue whether
        /// the type holds data.
        pub protect: Option<Sp<bool>>,
    }
}

entry!(Resource in RESOURCES: tags, existing, adopt, protect; named name, resource_group;
    fn resource_type<'a>(&'a self, _: &'a Section) -> Option<&'a str> {
        Some(&self.resource_type)
    }

    fn check(&self, check: &mut topology::family::Check<'_>, _: topology::family::At<'_>) {
        super::check::resource(self, check);
    }
);
