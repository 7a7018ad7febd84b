//! Ranges of status codes and of addresses, each written as one text.

use std::net::IpAddr;

use schemars::json_schema;
use serde::Serialize;
use topology::Diagnostic;
use topology::family::{Context, Decode, Node};
use topology::inline_schema;

/// Status codes from `min` to `max`, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StatusRange {
    /// The lowest.
    pub min: u16,
    /// The highest.
    pub max: u16,
}

/// A range of client addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SubnetRange {
    /// The first address.
    pub first: IpAddr,
    /// The last address.
    pub last: IpAddr,
    /// The length of the prefix, when it was written as one.
    pub prefix: Option<u8>,
}

impl Decode for StatusRange {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a status code or a range such as `200-299`")?;
        let (min, max) = text.split_once('-').unwrap_or((&text, &text));
        if let (Ok(min), Ok(max)) = (min.trim().parse(), max.trim().parse())
            && (100..=999).contains(&min)
            && min <= max
            && max <= 999
        {
            return Some(Self { min, max });
        }
        let message = format!("`{text}` is not a status code or a range of them");
        let diagnostic = Diagnostic::error("wrong-type", &node.place, message)
            .help("codes are 100 to 999, a range goes up: `200-299`");
        cx.report(diagnostic);
        None
    }
}

impl Decode for SubnetRange {
    fn decode(node: &Node, cx: &mut Context<'_>) -> Option<Self> {
        let text = cx.scalar(node, "a network such as `1.2.3.0/24`")?;
        let range = read_network(&text).or_else(|| read_range(&text));
        if range.is_none() {
            let message = format!("`{text}` is not a network or a range of addresses");
            let diagnostic = Diagnostic::error("wrong-type", &node.place, message)
                .help("write `1.2.3.0/24`, `1.2.3.4-1.2.3.9` or one address");
            cx.report(diagnostic);
        }
        range
    }
}

fn read_network(text: &str) -> Option<SubnetRange> {
    let network: ipnet::IpNet = text.parse().ok()?;
    let prefix = Some(network.prefix_len());
    Some(SubnetRange { first: network.network(), last: network.broadcast(), prefix })
}

fn read_range(text: &str) -> Option<SubnetRange> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (IpAddr, IpAddr) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let ordered = first.is_ipv4() == last.is_ipv4() && first <= last;
    ordered.then_some(SubnetRange { first, last, prefix: None })
}

inline_schema!(StatusRange, _ => json_schema!({
    "type": ["integer", "string"], "minimum": 100, "maximum": 999,
    "pattern": "^[0-9]{3}(-[0-9]{3})?$"
}));

inline_schema!(SubnetRange, _ => json_schema!({ "type": "string" }));
