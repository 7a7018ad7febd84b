//! The world beside ARM: probes and DNS.

use anyhow::Context;
use executor::RealWorld;
use simulator::Simulator;
use url::Url;

use crate::exit::Failure;

/// Makes the world, with the DNS resolver that is asked over HTTPS at `dns`.
pub fn new(dns: &str) -> Result<RealWorld, Failure> {
    let dns = parse(dns).map_err(|error| {
        Failure::invalid(error, "give a URL such as https://cloudflare-dns.com/dns-query")
    })?;
    Ok(RealWorld::new(http().build()?).with_dns(dns))
}

/// Makes the world of a simulator: its apps and its DNS are meant.
pub fn simulated(simulator: &Simulator) -> Result<RealWorld, Failure> {
    let authority = reqwest::Certificate::from_pem_bundle(simulator.ca_pem().as_bytes())?;
    let world = RealWorld::new(http().tls_certs_merge(authority).build()?);
    let origin = simulator.resource_manager();
    Ok(world.with_dns(parse(&format!("{origin}/dns-query"))?).with_connect_to(parse(origin)?))
}

/// Traffic Manager probes by HTTP/1.1, and names the app in `Host`.
fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).http1_only()
}

fn parse(url: &str) -> anyhow::Result<Url> {
    url.parse().with_context(|| format!("`{url}` is not the URL of a DNS resolver"))
}
