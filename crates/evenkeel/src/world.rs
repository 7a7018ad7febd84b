//! The world beside ARM: probes and DNS, through the simulator where there is one.

use anyhow::Context;
use executor::{RealWorld, World};
use plan::Notice;
use planner::ManualRecord;
use simulator::Simulator;

use crate::exit::Failure;
use crate::session::manual_record_notice;

/// Makes the world; with a simulator its apps and its DNS are meant.
pub fn new(dns: &str, simulator: Option<&Simulator>) -> Result<RealWorld, Failure> {
    // Traffic Manager probes by HTTP/1.1, and names the app in `Host`.
    let mut http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).http1_only();
    if let Some(simulator) = simulator {
        let authority = reqwest::Certificate::from_pem_bundle(simulator.ca_pem().as_bytes())?;
        http = http.tls_certs_merge(authority);
    }
    let world = RealWorld::new(http.build()?);
    let parse = |url: &str| {
        url.parse().with_context(|| format!("`{url}` is not the URL of a DNS resolver"))
    };
    Ok(match simulator {
        Some(simulator) => {
            let origin = simulator.resource_manager();
            world.with_dns(parse(&format!("{origin}/dns-query"))?).with_connect_to(parse(origin)?)
        }
        None => world.with_dns(parse(dns).map_err(|error| {
            Failure::invalid(error, "give a URL such as https://cloudflare-dns.com/dns-query")
        })?),
    })
}

/// Looks for a record that only a person can make; `value` is `None` while it is unknown.
pub async fn missing_record(
    world: &RealWorld,
    record: &ManualRecord,
    value: Option<&str>,
) -> Option<Notice> {
    let ManualRecord { address, name, record_type, .. } = record;
    let wanted = value.unwrap_or("(known after apply)");
    let found = match world.lookup(name, record_type).await {
        Ok(found) => found,
        Err(error) => {
            return Some(manual_record_notice(
                address,
                format!("could not verify {record_type} `{name}`: {error}"),
                format!("it should be: {name} {record_type} {wanted}"),
            ));
        }
    };
    let plain = |text: &str| text.trim_matches('"').trim_end_matches('.').to_ascii_lowercase();
    if value.is_some_and(|value| found.iter().any(|found| plain(found) == plain(value))) {
        return None;
    }
    let seen = if found.is_empty() {
        "is not there".to_owned()
    } else {
        format!("is `{}`", found.join("`, `"))
    };
    Some(manual_record_notice(
        address,
        format!("{record_type} `{name}` {seen}; its zone is not in Azure DNS"),
        format!("make it by hand: {name} {record_type} {wanted}"),
    ))
}
