//! `evenkeel check`

use std::net::IpAddr;

use clap::Args;

use super::{Connection, File, TextOrJson};

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub file: File,
    /// Form of the report.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextOrJson,
    /// Take this address for a host, such as one that is not in DNS yet; repeatable.
    #[arg(long, value_name = "HOST=ADDRESS", value_parser = connect)]
    pub connect: Vec<(String, IpAddr)>,
    #[command(flatten)]
    pub connection: Connection,
}

/// Reads `HOST=ADDRESS`.
fn connect(text: &str) -> Result<(String, IpAddr), String> {
    let pair = text.split_once('=').filter(|(host, _)| !host.is_empty());
    let pair = pair.and_then(|(host, address)| Some((host.to_owned(), address.parse().ok()?)));
    pair.ok_or_else(|| "write a host and an address, `eu2.example.net=192.0.2.7`".to_owned())
}
