//! The simulated Azure itself: one request at a time, from state to state.

use resource::{ResourceId, ResourceType};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::families;
use crate::families::storage::blobs;
use crate::kind::Kind;
use crate::protocol::operation::End;
use crate::protocol::{dns, hosts, identity, operation};
use crate::router::faults::Injector;
use crate::router::journal::Journal;
use crate::router::throttle::{Buckets, Left, Throttle};
use crate::router::{arm, control, entra, metadata};
use crate::settings::Settings;
use crate::store::regions;
use crate::store::state::{State, Stored};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// Makes IDs that are the same for the same text.
const NAMES: Uuid = Uuid::from_u128(0x6d0e_6bb5_3f2c_4f0e_9a55_0b3f_7c61_82d4);

/// The simulated Azure.
#[derive(Debug)]
pub(crate) struct Azure {
    /// How it was set up.
    pub settings: Settings,
    /// The scheme, host and port under which the current client reaches it.
    pub origin: String,
    /// The certificate that clients must trust.
    pub ca_pem: String,
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
    /// Whether the next page's link is broken, where a fault says so.
    pub is_next_page_broken: bool,
    /// The requests so far.
    pub journal: Journal,
    /// What goes wrong.
    pub injector: Injector,
    /// How often it may be asked.
    buckets: Buckets,
    is_changed: bool,
}

impl Azure {
    /// Makes an empty Azure.
    pub fn new(settings: Settings, origin: String) -> Self {
        let state = State { signing_key: Uuid::new_v4().to_string(), ..State::default() };
        Self {
            settings,
            origin,
            ca_pem: String::new(),
            state,
            now: crate::store::clock::now(),
            is_unguarded: false,
            next_end: None,
            next_stale_reads: 0,
            is_next_page_broken: false,
            journal: Journal::default(),
            injector: Injector::default(),
            buckets: Buckets::default(),
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

    /// Takes the tokens that a request costs, where requests are limited.
    pub fn draw(&mut self, request: &Request) -> Option<Result<Left, Answer>> {
        let is_limited = self.settings.throttle == Throttle::Real;
        let principal = is_limited.then(|| entra::principal_of(self, request))?;
        Some(self.buckets.draw(&principal, request, self.now))
    }

    /// Lets the URLs of the next answer lead where the client came to.
    pub fn meet(&mut self, request: &Request) {
        if hosts::is_own(&request.host) && !request.authority.is_empty() {
            let scheme = if self.settings.tls { "https" } else { "http" };
            self.origin = format!("{scheme}://{}", request.authority);
        }
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Request) -> Answer {
        if !hosts::is_own(&request.host) {
            return match blobs::answer(self, request) {
                Some(answer) => answer,
                None => hosts::answer(self, request),
            };
        }
        if let Some(answer) = control::answer(self, request) {
            return answer;
        }
        if let Some(answer) = entra::answer(self, request) {
            return answer;
        }
        match request.segments().first().map(|first| first.to_ascii_lowercase()).as_deref() {
            Some("metadata") => metadata::endpoints(self, request),
            Some("dns-query") => dns::query(self, request),
            Some("subscriptions" | "providers" | "tenants") => {
                if !self.is_unguarded
                    && let Err(refusal) = entra::check(self, request)
                {
                    return refusal;
                }
                arm::answer(self, request)
            }
            _ => Answer::error(404, "ResourceNotFound", "The resource could not be found."),
        }
    }

    /// Returns what is known about a type.
    pub fn kind_of(&self, kind: &ResourceType) -> &'static Kind {
        families::find(kind)
    }

    /// Returns the body that a GET answers.
    pub fn view(&self, stored: &Stored) -> Value {
        let kind = self.kind_of(&stored.kind());
        let mut body = stored.body.clone();
        if kind.has_etag {
            body["etag"] = json!(self.etag(stored));
        }
        (kind.view)(self, stored, &mut body);
        body
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

    /// Removes a resource and all that lies below it.
    pub fn remove(&mut self, id: &ResourceId) {
        let request = Request::new(
            axum::http::Method::DELETE,
            &axum::http::Uri::from_static("/"),
            axum::http::HeaderMap::new(),
            Vec::new(),
        );
        self.remove_for(id, &request);
    }

    /// Removes a resource, as `request` asks for.
    pub fn remove_for(&mut self, id: &ResourceId, request: &Request) {
        let removed = self.state.remove(id);
        for stored in &removed {
            let kind = self.kind_of(&stored.kind());
            (kind.after_delete)(self, stored, request);
            identity::note_lost(self, stored, None);
        }
        self.state.next_version();
        self.touched();
    }

    /// Moves the clock and lets due operations end.
    pub fn advance(&mut self) {
        self.now = crate::store::clock::now() + self.state.ahead;
        operation::advance(self);
    }
}
