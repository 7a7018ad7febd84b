//! All of the cloud behind one port: which part of it a request speaks to.

use crate::families;
use crate::kind::azure::Azure;
use crate::protocol::{dns, hosts, operation, token, visitors};
use crate::router::faults::Injector;
use crate::router::journal::Journal;
use crate::router::throttle::{Buckets, Left};
use crate::router::{arm, control, entra, metadata};
use crate::settings::Settings;
use crate::settings::throttle::Throttle;
use crate::store::clock;
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// The simulated Azure: one request at a time, from state to state.
#[derive(Debug)]
pub(crate) struct Cloud {
    /// What it holds and knows.
    pub azure: Azure,
    /// The requests so far.
    pub journal: Journal,
    /// What goes wrong.
    pub injector: Injector,
    /// The certificate that clients must trust.
    pub ca_pem: String,
    /// How often it may be asked.
    buckets: Buckets,
}

impl Cloud {
    /// Makes an empty cloud.
    pub fn new(settings: Settings, origin: String, ca_pem: String) -> Self {
        let injector = Injector::new(settings.faults.clone());
        let azure = Azure::new(families::ALL, settings, origin);
        Self { azure, journal: Journal::default(), injector, ca_pem, buckets: Buckets::default() }
    }

    /// Moves the clock, and lets happen what is due.
    pub fn advance(&mut self) {
        let now = clock::now() + self.azure.state.ahead;
        for moment in visitors::moments(&self.azure, now) {
            self.pass(moment);
            visitors::look(&mut self.azure);
        }
        self.pass(now);
    }

    /// Lets happen what is due at a moment.
    fn pass(&mut self, moment: u64) {
        self.azure.now = moment;
        operation::advance(&mut self.azure);
        for family in self.azure.families {
            (family.tick)(&mut self.azure);
        }
    }

    /// Takes the tokens that a request costs, where requests are limited.
    pub fn draw(&mut self, request: &Request) -> Option<Result<Left, Answer>> {
        let is_limited = self.azure.settings.throttle == Throttle::Real;
        let principal = is_limited.then(|| token::principal_of(&self.azure, request))?;
        Some(self.buckets.draw(self.azure.families, &principal, request, self.azure.now))
    }

    /// Lets the URLs of the next answer lead where the client came to.
    pub fn meet(&mut self, request: &Request) {
        if request.is_for_azure() && !request.authority.is_empty() {
            let scheme = if self.azure.settings.tls { "https" } else { "http" };
            self.azure.origin = format!("{scheme}://{}", request.authority);
        }
    }

    /// Answers a request.
    pub fn answer(&mut self, request: &Request) -> Answer {
        if !request.is_for_azure() {
            let azure = &mut self.azure;
            let planes = azure.families.iter().map(|family| family.plane);
            let mut answers = planes.filter_map(|plane| plane(azure, request));
            return match answers.next() {
                Some(answer) => answer,
                None => hosts::answer(&self.azure, request),
            };
        }
        if let Some(answer) = control::answer(self, request) {
            return answer;
        }
        let azure = &mut self.azure;
        if let Some(answer) = entra::answer(azure, request) {
            return answer;
        }
        match request.segments().first().map(|first| first.to_ascii_lowercase()).as_deref() {
            Some("metadata") => metadata::endpoints(azure, request),
            Some("dns-query") => dns::query(azure, request),
            Some("subscriptions" | "providers" | "tenants") => {
                if !azure.is_unguarded
                    && let Err(refusal) = token::check(azure, request)
                {
                    return refusal;
                }
                arm::answer(azure, request)
            }
            _ => Answer::error(404, "ResourceNotFound", "The resource could not be found."),
        }
    }
}
