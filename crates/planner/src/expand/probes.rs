//! How it is asked whether an app serves: as the routers ask that lead to it.

use resource::ResourceId;
use serde_json::Value;

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
    /// A text that the answer must hold before traffic is led there. No router looks for one: it is
    /// looked for by us.
    pub holds: Option<String>,
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

    /// Notes what whatever a router leads to must answer with before traffic is led there.
    pub fn held(&mut self, router: &ResourceId, text: &str) {
        self.desired.held.insert(router.clone(), text.to_owned());
    }

    /// Gives each app the probe of the first router that has one, else that of its own path; an app
    /// without either is not probed.
    pub(super) fn settle_probes(&mut self) {
        let routes = std::mem::take(&mut self.routes);
        for probe in std::mem::take(&mut self.desired.probes) {
            let probe = settled(probe, &routes);
            if !probe.path.is_empty() {
                self.desired.probes.push(probe);
            }
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
    probe.holds = of_router.holds;
    if probe.expected.is_empty() {
        probe.expected.push((200, 200));
    }
    if let Some(path) = of_router.path {
        probe.path = path;
    }
    probe
}
