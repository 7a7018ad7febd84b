//! How it is asked whether an app serves: as the routers ask that lead to it.

use std::collections::BTreeSet;

use resource::ResourceId;
use serde_json::Value;
use topology::{App, Asker};

use super::Expansion;
use crate::desired::StampProbe;

/// How a router probes what it leads to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Probe {
    /// The path, with its leading slash, where there is one.
    pub path: Option<String>,
    /// Headers, by name.
    pub headers: Vec<(String, Value)>,
    /// The status codes that count as healthy, as inclusive ranges; empty for 200 alone.
    pub expected: Vec<(u16, u16)>,
}

/// A router that leads to an app.
#[derive(Debug)]
pub(super) struct Route {
    app: ResourceId,
    router: ResourceId,
    probe: Option<Probe>,
}

impl Expansion<'_> {
    /// Notes that a router leads to an app, and how it probes it where it says so.
    pub fn routed(&mut self, app: ResourceId, router: &ResourceId, probe: Option<Probe>) {
        self.routes.push(Route { app, router: router.clone(), probe });
    }

    /// Gives each app the probe of the first router that has one, else that of its own path; an app
    /// without either is not probed.
    pub(super) fn settle_probes(&mut self) {
        let routes = std::mem::take(&mut self.routes);
        for probe in std::mem::take(&mut self.desired.probes) {
            let probe = settled(probe, &routes);
            self.note_refusals(&probe);
            if !probe.path.is_empty() {
                self.desired.probes.push(probe);
            }
        }
    }

    /// Notes how an app answers us where its own declaration may shut us out: whatever it says of those
    /// whom it does not name tells nothing of how well it is.
    fn note_refusals(&mut self, probe: &StampProbe) {
        let stamp = self.topology.stamps.get(&probe.stamp);
        let key = probe.address.strip_prefix(&format!("{}/", probe.stamp)).unwrap_or_default();
        let Some(app) = stamp.and_then(|stamp| stamp.sections.get::<App>(key)) else { return };
        let path = if probe.path.is_empty() { "/" } else { &probe.path };
        let shuts = app.shut_to(Asker::Anybody).into_iter().chain(app.shuts(path));
        let answers: BTreeSet<u16> = shuts.flat_map(|shut| shut.answers.iter().copied()).collect();
        if !answers.is_empty() {
            self.desired.refusals.insert(probe.app.clone(), answers);
        }
    }
}

fn settled(mut probe: StampProbe, routes: &[Route]) -> StampProbe {
    let routes = || routes.iter().filter(|route| route.app == probe.app);
    let of_router = routes().find_map(|route| route.probe.clone()).unwrap_or_default();
    probe.routers = routes().map(|route| route.router.clone()).collect();
    probe.routers.dedup();
    probe.headers = of_router.headers;
    probe.expected = of_router.expected;
    if probe.expected.is_empty() {
        probe.expected.push((200, 200));
    }
    if let Some(path) = of_router.path {
        probe.path = path;
    }
    probe
}
