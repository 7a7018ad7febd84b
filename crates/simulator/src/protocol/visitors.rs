//! Those who look at hosts as users do, once a second of Azure's time: what they miss is an outage.

use crate::kind::azure::Azure;
use crate::kind::visit::{Reply, Visit};
use crate::protocol::{dns, hosts};
use crate::store::outside::Visitor;

/// The most looks between two requests; a longer time is looked at in wider steps.
const MOST_LOOKS: u64 = 20_000;

/// Returns the moments between two requests at which somebody looks, in milliseconds since 1970.
pub(crate) fn moments(azure: &Azure, until: u64) -> Vec<u64> {
    let Some(last) = azure.state.visitors.iter().map(|visitor| visitor.looked).max() else {
        return vec![];
    };
    let second = azure.settings.latency.millis(1.0).max(1);
    let from = if last == 0 { until } else { last + second };
    // Where nothing takes time, what lies between two requests may last for any time: one look.
    if azure.settings.latency.millis(1.0) == 0 || from > until {
        return if last == until { vec![] } else { vec![until] };
    }
    let step = second.max((until - from) / MOST_LOOKS);
    (0..).map(|nth| from + nth * step).take_while(|at| *at <= until).collect()
}

/// Lets everybody look.
pub(crate) fn look(azure: &mut Azure) {
    let now = azure.now;
    let visitors = std::mem::take(&mut azure.state.visitors);
    let looked: Vec<Visitor> =
        visitors.into_iter().map(|visitor| seen(azure, visitor, now)).collect();
    azure.state.visitors = looked;
    azure.touched();
}

fn seen(azure: &Azure, visitor: Visitor, now: u64) -> Visitor {
    let second = azure.settings.latency.millis(1.0).max(1);
    let passed = match visitor.looked {
        0 => 1,
        last if azure.settings.latency.millis(1.0) == 0 => u64::from(now > last),
        last => (now.saturating_sub(last) / second).max(1),
    };
    let mut visitor = Visitor { looked: now, ..visitor };
    let reply = visit(azure, &visitor);
    let is_good = reply.as_ref().is_some_and(Reply::is_good);
    visitor.last = match &reply {
        Some(reply) => format!("{} {}", reply.status, reply.by),
        None => "no address".to_owned(),
    };
    visitor.was_served |= is_good;
    if !visitor.was_served {
        return visitor;
    }
    visitor.looks += passed;
    if is_good {
        visitor.current_secs = 0;
    } else {
        visitor.outage_secs += passed;
        visitor.current_secs += passed;
        visitor.longest_secs = visitor.longest_secs.max(visitor.current_secs);
    }
    visitor
}

/// Asks as a browser does: by the name to which DNS leads, with the host that is meant.
fn visit(azure: &Azure, visitor: &Visitor) -> Option<Reply> {
    let name = dns::leads_to(azure, &visitor.host);
    if dns::resolve(azure, &visitor.host, "A").is_empty() && hosts::is_of_service(azure, &name) {
        return None;
    }
    let host = (name != visitor.host).then(|| visitor.host.clone());
    let visit = Visit { host, turn: visitor.looks, ..Visit::plain(&name, &visitor.path) };
    Some(hosts::ask_taking_strangers_for_well(azure, &visit))
}
