//! The store: what this Azure holds, its clock, and the IDs it gives.

use std::collections::BTreeMap;

use base64::Engine;
use resource::ResourceId;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::settings::Settings;
use crate::store::operation::End;
use crate::store::remembered::Remembered;
use crate::store::state::{State, Stored};
use crate::store::{clock, regions};

/// Makes IDs that are the same for the same text.
const NAMES: Uuid = Uuid::from_u128(0x6d0e_6bb5_3f2c_4f0e_9a55_0b3f_7c61_82d4);

/// What this Azure holds, when it is, and what the current request is to meet.
#[derive(Debug)]
pub(crate) struct Store {
    /// How it was set up.
    pub settings: Settings,
    /// The scheme, host and port under which the current client reaches it.
    pub origin: String,
    /// What it holds.
    pub state: State,
    /// The time of the current request, in milliseconds since 1970.
    pub now: u64,
    /// Whether locks, logins and faults are passed over, for what happens behind the engine's back.
    pub is_unguarded: bool,
    /// How the next operation ends, where a fault says so.
    pub next_end: Option<End>,
    /// How many reads after the next write are stale, where a fault says so.
    pub next_stale_reads: u32,
    /// What families remember from request to request.
    pub remembered: BTreeMap<String, Remembered>,
    /// Whether the next page's link is broken, where a fault says so.
    pub is_next_page_broken: bool,
    is_changed: bool,
}

impl Store {
    /// Makes an empty store.
    pub fn new(settings: Settings, origin: String) -> Self {
        let state = State { signing_key: Uuid::new_v4().to_string(), ..State::default() };
        Self {
            settings,
            origin,
            state,
            now: clock::now(),
            is_unguarded: false,
            next_end: None,
            next_stale_reads: 0,
            remembered: BTreeMap::new(),
            is_next_page_broken: false,
            is_changed: true,
        }
    }

    /// Notes that the state was changed.
    pub fn touched(&mut self) {
        self.is_changed = true;
    }

    /// Tells whether the state was changed since this was last asked.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// Holds a resource that comes with another, in place of what was held under its ID.
    pub fn hold(&mut self, id: ResourceId, body: Value) {
        self.hold_hiding(id, body, Map::new());
    }

    /// The same for one of which the service keeps something to itself.
    pub fn hold_hiding(&mut self, id: ResourceId, body: Value, hidden: Map<String, Value>) {
        let version = self.state.next_version();
        let created = self.state.get(&id).map_or(self.now, |stored| stored.created);
        self.state.insert(Stored {
            id,
            body,
            hidden,
            version,
            created,
            operation: None,
            stale_reads: 0,
            stale_body: None,
        });
    }

    /// Returns the ETag of a resource.
    pub fn etag(&self, stored: &Stored) -> String {
        self.uuid(&format!("{}@{}", stored.id.key(), stored.version))
    }

    /// Returns the header by which App Service names the state of a site, without quotes.
    pub fn stamp(&self, stored: &Stored) -> String {
        format!("1D{:013X}", stored.created.wrapping_mul(10_000) + stored.version)
    }

    /// Returns a GUID that belongs to `text`.
    pub fn uuid(&self, text: &str) -> String {
        Uuid::new_v5(&NAMES, format!("{}/{text}", self.settings.subscription).as_bytes())
            .to_string()
    }

    /// Returns a GUID that nothing had before.
    pub fn new_uuid(&mut self, what: &str) -> String {
        let version = self.state.next_version();
        self.uuid(&format!("{what}#{version}"))
    }

    /// Returns the secret key of a resource that it calls `name`, in Base64 and always the same.
    pub fn key_of(&self, stored: &Stored, name: &str) -> String {
        let text = self.uuid(&format!("{name}{}", stored.id.key()));
        base64::engine::general_purpose::STANDARD.encode(text)
    }

    /// Returns the object ID of the application that logs in.
    pub fn principal(&self) -> String {
        self.uuid(&format!("principal/{}", self.settings.client_id))
    }

    /// Returns the region of a resource, or of what it hangs on.
    pub fn location_of(&self, id: &ResourceId) -> String {
        let mut at = Some(id.clone());
        while let Some(id) = at {
            let location = self.state.get(&id).and_then(|stored| stored.body["location"].as_str());
            match location {
                Some(location) => return regions::short(location),
                None => at = id.parent(),
            }
        }
        "global".to_owned()
    }

    /// Returns the resource group of `id`, if it exists.
    pub fn group_of(&self, id: &ResourceId) -> Option<&Stored> {
        let group = id.resource_group()?;
        self.state.get(&ResourceId::group(&self.settings.subscription, group))
    }
}
