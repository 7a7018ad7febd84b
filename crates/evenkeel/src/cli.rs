//! The command line: commands, their options and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Keeps a geo-redundant Azure application on an even keel.
///
/// A topology in git says what is wanted, Azure says what is. `plan` shows the difference, `apply`
/// removes it, `drift` tells what has moved since. There is no state file.
#[derive(Debug, Parser)]
#[command(
    name = "evenkeel",
    version,
    after_help = "Examples:
  evenkeel init --from r2 > topology.yaml     a commented topology to start from
  evenkeel plan --simulator                   plan it against the local Azure
  evenkeel apply --simulator --yes            make it so
  evenkeel plan --out plan.json               save a plan for review
  evenkeel apply plan.json                    carry out what was reviewed

Exit codes: 0 done or nothing to change, 1 failed, 2 there are changes (`drift`, and `plan
--detailed-exitcode`), 3 the input is invalid, 4 refused by a guard, 130 interrupted."
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    #[command(flatten)]
    pub global: Global,
}

#[derive(Debug, Args)]
pub struct Global {
    /// Show more: -v for requests, -vv for everything (RUST_LOG overrides).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,

    /// Form of the log on stderr.
    #[arg(long, global = true, value_enum, default_value = "text")]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object for each event.
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a commented topology to start from.
    #[command(after_help = "Example:\n  evenkeel init --from r1 > topology.yaml")]
    Init(Init),
    /// Parse and check a topology; needs no network.
    #[command(after_help = "Example:\n  evenkeel validate topologies/r1.yaml --format json")]
    Validate(Validate),
    /// Show what would change; reads only.
    #[command(after_help = "Examples:
  evenkeel plan                               the topology in this folder
  evenkeel plan --detailed-exitcode           exit 2 when there are changes
  evenkeel plan --out plan.json               save it for `apply plan.json`
  evenkeel plan --format markdown             a comment for a pull request")]
    Plan(Plan),
    /// Carry out a plan: shows it, asks, and applies it with progress.
    #[command(after_help = "Examples:
  evenkeel apply                              plan, ask, apply
  evenkeel apply plan.json                    apply exactly what was reviewed
  evenkeel apply --yes                        do not ask")]
    Apply(Apply),
    /// Tell what has moved in Azure; never writes; exits 2 on drift.
    #[command(after_help = "Example:\n  evenkeel drift --format json")]
    Drift(Drift),
    /// Delete all that the topology owns; asks for its name.
    #[command(after_help = "Example:\n  evenkeel destroy --permit data/portal")]
    Destroy(Destroy),
    /// Show one resource: desired, observed and the difference.
    #[command(after_help = "Example:\n  evenkeel show weu/web")]
    Show(Show),
    /// Print the dependencies as a picture.
    #[command(after_help = "Example:\n  evenkeel graph --format dot | dot -Tsvg > graph.svg")]
    Graph(Graph),
    /// Run the local Azure until interrupted.
    #[command(after_help = "Examples:
  evenkeel simulate --dir .evenkeel/azure --port 8443
  evenkeel simulate --dir .evenkeel/azure --scenario drift.yaml --once")]
    Simulate(Simulate),
    /// Print the JSON Schema of the topology language.
    Schema,
    /// Explain a diagnostic code, or list them all.
    #[command(after_help = "Example:\n  evenkeel explain cname-at-apex")]
    Explain(Explain),
    /// Print completions for a shell.
    #[command(
        after_help = "Example:\n  evenkeel completions bash > /etc/bash_completion.d/evenkeel"
    )]
    Completions(Completions),
    /// Print the manual page.
    Man,
}

#[derive(Debug, Clone, Args)]
pub struct File {
    /// The topology; without it `topology.yaml`, or the one file in `topologies/`.
    #[arg(value_name = "TOPOLOGY")]
    pub topology: Option<PathBuf>,
}

/// How Azure is reached.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Azure")]
pub struct Connection {
    /// Use a local Azure inside this process, kept in `.evenkeel/azure`.
    #[arg(long)]
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
    /// Environment, workload identity, managed identity, pipelines, GitHub, Azure CLI: the first
    /// that is there.
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

/// What the user allows.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Permissions")]
pub struct Allow {
    /// Take over every existing resource of a declared name.
    #[arg(long)]
    pub adopt: bool,

    /// Permit the loss of this resource (address or resource ID); repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pub permit: Vec<String>,

    /// Lift the bound on the share of resources that one plan may delete.
    #[arg(long)]
    pub allow_mass_delete: bool,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The reference architecture to start from.
    #[arg(long, value_enum, default_value = "minimal")]
    pub from: Starter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Starter {
    /// Two stamps behind a priority profile: the smallest useful topology.
    Minimal,
    /// An app cloned to a second region behind Traffic Manager.
    R1,
    /// External tenants behind a priority profile.
    R2,
}

#[derive(Debug, Args)]
pub struct Validate {
    #[command(flatten)]
    pub file: File,
    /// Form of the diagnostics.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextOrJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people at a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For programs.
    Json,
    /// For a GitHub Actions job: workflow commands.
    Github,
    /// For an Azure Pipelines job: logging commands.
    AzureDevops,
    /// For code scanning: refusals and notices as SARIF 2.1.0.
    Sarif,
    /// One page to attach to a build: the topology in bands, each box opening its differences.
    Html,
}

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub file: File,
    /// Save the plan for `apply`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Form of the plan on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: PlanFormat,
    /// Exit 2 when there are changes.
    #[arg(long)]
    pub detailed_exitcode: bool,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Args)]
pub struct Apply {
    /// The topology, or a saved plan (`.json`).
    #[arg(value_name = "TOPOLOGY|PLAN")]
    pub input: Option<PathBuf>,
    /// Do not ask.
    #[arg(long, short)]
    pub yes: bool,
    /// How many actions may run at once.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub concurrency: u16,
    /// Do not probe apps between stamps.
    #[arg(long)]
    pub no_probe: bool,
    /// Form of the outcome on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: TextOrJson,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DriftFormat {
    /// For people at a terminal.
    Text,
    /// For programs.
    Json,
    /// For a build's test results: a case for each resource, failed where it has drifted.
    Junit,
    /// One page to attach to a build: the topology in bands, each box opening its differences.
    Html,
}

#[derive(Debug, Args)]
pub struct Drift {
    #[command(flatten)]
    pub file: File,
    /// Form of the report on stdout.
    #[arg(long, value_enum, default_value = "text")]
    pub format: DriftFormat,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Args)]
pub struct Destroy {
    #[command(flatten)]
    pub file: File,
    /// The topology's name, instead of asking for it.
    #[arg(long, value_name = "NAME")]
    pub confirm: Option<String>,
    #[command(flatten)]
    pub allow: Allow,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The resource's address, `weu/web`.
    pub address: String,
    #[command(flatten)]
    pub file: File,
    #[command(flatten)]
    pub connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// For Graphviz.
    Dot,
    /// For Markdown that renders Mermaid.
    Mermaid,
    /// A drawing, light or dark as its reader likes it.
    Svg,
}

#[derive(Debug, Args)]
pub struct Graph {
    #[command(flatten)]
    pub file: File,
    /// Form of the picture on stdout.
    #[arg(long, value_enum, default_value = "mermaid")]
    pub format: GraphFormat,
}

#[derive(Debug, Args)]
pub struct Simulate {
    /// Where the local Azure is kept; without it, in memory.
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, value_name = "PORT", default_value_t = 8443)]
    pub port: u16,
    /// What exists at the start, what changes, and which faults are injected (YAML).
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Apply the scenario and stop.
    #[arg(long, requires = "scenario")]
    pub once: bool,
    /// The subscription that the local Azure has.
    #[arg(long, value_name = "ID")]
    pub subscription: Option<String>,
    /// How long operations take: `none`, `real`, or a factor such as 0.01.
    #[arg(long, default_value = "none")]
    pub latency: String,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The code, `cname-at-apex`; without it all codes are listed.
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    pub shell: clap_complete::Shell,
}
