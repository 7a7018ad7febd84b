//! A request for what answers under a host name, and what comes of it: that of a user, of a probe, or
//! one that a router passes on.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use resource::ResourceId;

use crate::wire::request::Request;

/// Where requests come from that say nothing else: an address for documentation (RFC 5737).
const SOMEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

/// A request for what answers under a host name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visit {
    /// The name that is connected to, in lower case.
    pub connected: String,
    /// The header `Host`, where it is another name.
    pub host: Option<String>,
    /// The method.
    pub method: String,
    /// Whether it comes by TLS.
    pub is_secure: bool,
    /// The path, which begins with a slash.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// The headers, with their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Where it comes from.
    pub address: IpAddr,
    /// The service tag that this address belongs to.
    pub tag: Option<&'static str>,
    /// The private connection that it comes through.
    pub link: Option<ResourceId>,
    /// A number that spreads requests over what is equal.
    pub turn: u64,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The name of what answered; empty where nobody did.
    pub by: String,
    /// Headers that are worth a word.
    pub headers: Vec<(String, String)>,
    /// What it says where all is well; `None` where nobody has told it.
    pub body: Option<String>,
}

impl Reply {
    /// Makes an answer without headers.
    pub fn of(status: u16, by: impl Into<String>) -> Self {
        Self { status, by: by.into(), headers: vec![], body: None }
    }

    /// Tells whether it is one that a user is content with.
    pub fn is_good(&self) -> bool {
        (200..400).contains(&self.status)
    }
}

impl Visit {
    /// Makes a GET of a path from anywhere.
    pub fn plain(host: &str, path: &str) -> Self {
        let path = if path.is_empty() { "/" } else { path };
        Self {
            connected: host.to_ascii_lowercase(),
            host: None,
            method: "GET".to_owned(),
            is_secure: true,
            path: path.to_owned(),
            query: String::new(),
            headers: BTreeMap::new(),
            address: SOMEWHERE,
            tag: None,
            link: None,
            turn: 0,
        }
    }

    /// Makes one of what came over the wire.
    ///
    /// A client that would connect to one host and names another in `Host` says where it connects,
    /// in `X-Connected-To`; `X-Simulated-Client` says from where, `X-Simulated-Scheme` how.
    pub fn of(request: &Request) -> Self {
        let own = ["x-connected-to", "x-simulated-client", "x-simulated-scheme"];
        let text = |name: &str| request.header(name).map(str::to_owned);
        let headers = request.headers.iter().filter_map(|(name, value)| {
            let name = name.as_str().to_ascii_lowercase();
            Some((name, value.to_str().ok()?.to_owned()))
        });
        let headers = headers.filter(|(name, _)| !own.contains(&name.as_str())).collect();
        let connected = text(own[0]).unwrap_or_else(|| request.host.clone());
        let query: Vec<String> =
            request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Self {
            method: request.method.to_string(),
            is_secure: text(own[2]).is_none_or(|scheme| scheme != "http"),
            query: query.join("&"),
            headers,
            address: text(own[1]).and_then(|text| text.parse().ok()).unwrap_or(SOMEWHERE),
            ..Self::plain(&connected, &request.path)
        }
    }

    /// Returns the name that is asked for.
    pub fn name(&self) -> &str {
        self.host.as_deref().unwrap_or(&self.connected)
    }

    /// Returns a header's text; the name is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// Tells whether an address lies in a block, `192.0.2.0/24`; a single address is a block of its own.
pub(crate) fn is_within(address: IpAddr, block: &str) -> bool {
    let block = block.trim();
    let net = block.parse::<IpNet>().ok().or_else(|| block.parse::<IpAddr>().ok().map(IpNet::from));
    net.is_some_and(|net| net.contains(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_their_addresses_and_no_others() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(is_within(address("203.0.113.7"), "203.0.113.0/24"));
        assert!(!is_within(address("203.0.114.7"), "203.0.113.0/24"));
        assert!(is_within(address("198.51.100.1"), "0.0.0.0/0"));
        assert!(is_within(address("2001:db8::1"), "::/0"));
        assert!(!is_within(address("2001:db8::1"), "0.0.0.0/0"));
        assert!(is_within(address("192.0.2.1"), "192.0.2.1"));
        assert!(!is_within(address("192.0.2.2"), "192.0.2.1"));
        assert!(!is_within(address("192.0.2.2"), "nonsense"));
    }
}
