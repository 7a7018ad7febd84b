//! How Azure is reached.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

/// How Azure is reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Azure")]
pub struct Connection {
    /// Use a local Azure inside this process, kept in `.evenkeel/azure`.
    #[arg(long, env = "EVENKEEL_SIMULATOR", value_parser = clap::builder::FalseyValueParser::new())]
    pub simulator: bool,

    /// The folder of the local Azure.
    #[arg(long, value_name = "DIR", default_value = ".evenkeel/azure")]
    pub simulator_dir: PathBuf,

    /// What the local Azure holds before its first use (YAML; read once for each folder).
    #[arg(long, value_name = "FILE", requires = "simulator", env = "EVENKEEL_SCENARIO")]
    pub scenario: Option<PathBuf>,

    /// The cloud, where the topology does not say it or a saved plan is applied.
    #[arg(long, value_name = "NAME", value_parser = ["public", "usGovernment", "china"])]
    pub cloud: Option<String>,

    /// Permits a custom cloud's endpoint that the topology names, such as https://management.local;
    /// repeatable.
    #[arg(
        long = "cloud-endpoint",
        value_name = "URL",
        env = "EVENKEEL_CLOUD_ENDPOINTS",
        value_delimiter = ','
    )]
    pub cloud_endpoints: Vec<Url>,

    /// Which credential to use.
    #[arg(long, value_enum, default_value = "default", env = "EVENKEEL_AUTH")]
    pub auth: Auth,

    /// Write every request and answer to this file, secrets scrubbed.
    #[arg(long, value_name = "FILE")]
    pub trace_http: Option<PathBuf>,

    /// A DNS-over-HTTPS resolver (JSON form) for the records that Evenkeel cannot read in Azure.
    #[arg(
        long,
        value_name = "URL",
        env = "EVENKEEL_DNS",
        default_value = "https://cloudflare-dns.com/dns-query"
    )]
    pub dns: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Auth {
    /// The first that is configured of environment, workload identity, GitHub, pipelines and managed
    /// identity; else the identity of this machine or the Azure CLI.
    Default,
    /// AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET.
    Environment,
    /// A federated token in AZURE_FEDERATED_TOKEN_FILE.
    WorkloadIdentity,
    /// The identity of this machine or app.
    ManagedIdentity,
    /// Whoever is logged in to the Azure CLI.
    Cli,
    /// The service connection of an Azure Pipelines job.
    AzurePipelines,
    /// The OpenID Connect token of a GitHub Actions job.
    Github,
}
