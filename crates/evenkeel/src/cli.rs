//! The command line: commands, their options and their help.

mod allow;
mod apply;
mod check;
mod connection;
mod destroy;
mod drift;
mod fetch_plan;
mod file;
mod format;
mod graph;
mod import;
mod init;
mod parity;
mod plan;
mod post;
mod reference;
mod report;
mod show;
mod simulate;
mod targets;
mod validate;
mod wait_for_lock;
mod watch;

pub use allow::Allow;
pub use apply::Apply;
pub use check::Check;
pub use connection::{Auth, Connection};
pub use destroy::Destroy;
pub use drift::{Drift, DriftFormat};
pub use fetch_plan::FetchPlan;
pub use file::{File, Overlays};
pub use format::TextOrJson;
pub use graph::{Graph, GraphFormat};
pub use import::Import;
pub use init::{Init, Starter};
pub use parity::{Parity, ParityFormat};
pub use plan::{Plan, PlanFormat};
pub use post::{Content, ForgeName, Place, Post, PostIssue, PostPullRequest};
pub use reference::{Completions, Explain, Man};
pub use report::Report;
pub use show::Show;
pub use simulate::Simulate;
pub use validate::{Validate, ValidateFormat};
pub use wait_for_lock::WaitForLock;
pub use watch::Watch;

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
--detailed-exitcode`), 3 the input or the call is invalid, 4 refused by a guard or by who was asked,
5 incomplete (`--require-complete`), 130 interrupted."
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

    /// Form of the log on stderr; `watch` logs JSON unless told otherwise, everything else text.
    #[arg(long, global = true, value_enum)]
    pub log_format: Option<LogFormat>,
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
    /// Write a topology from what is live; reads only.
    #[command(after_help = "Examples:
  evenkeel import rg-shop-global rg-shop-weu rg-shop-neu --out topology.yaml
  evenkeel import /subscriptions/…/resourceGroups/rg-shop > topology.yaml
  evenkeel import rg-shop --simulator         what is in the local Azure")]
    Import(Import),
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
  evenkeel apply --yes                        do not ask
  evenkeel apply --wait-for-lock 10m          wait while another apply holds the lock")]
    Apply(Apply),
    /// Tell what has moved: Azure, the topology, or roles; never writes to Azure.
    ///
    /// Drift is what Azure has moved since the last apply, pending is what the topology has. The last
    /// apply is remembered by a tag in Azure, and what it asked for is found in git. Roles that a
    /// failover has swapped are told and never healed.
    #[command(after_help = "Examples:
  evenkeel drift                              what has moved, and who has moved it
  evenkeel drift --format json                the same for programs
  evenkeel drift --format junit > drift.xml   as test results
  evenkeel drift --accept --dry-run           how the topology would take over what is live
  evenkeel drift --accept weu/plan            write it, for the plan of one stamp

Exit codes: 0 Azure is as the topology says; 2 there is drift, a pending change or a failover; 1
and 3 as for every command.")]
    Drift(Drift),
    /// Look for drift again and again, with metrics and traces; never writes.
    #[command(after_help = "Examples:
  evenkeel watch --interval 30m --listen 0.0.0.0:9464
  evenkeel watch --rounds 1 --report html=drift.html
  OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 evenkeel watch

Each round is a line of JSON on stdout. SIGTERM and Ctrl-C end it cleanly.")]
    Watch(Watch),
    /// Ask what the profiles lead to, as they probe it and by the names that users come by; reads only.
    ///
    /// Tells the certificate, the status and the beginning of each answer, and whether the records that
    /// somebody else keeps are there. Azure is asked only where a host is known to it alone.
    #[command(after_help = "Examples:
  evenkeel check                              ask every endpoint, by each domain
  evenkeel check --format json                the same for programs

Exit codes: 0 all is well; 1 something is not; 3 as for every command.")]
    Check(Check),
    /// Tell how tenants outside Azure differ: what they list, its versions, settings and certificates.
    ///
    /// `parity` of the topology says who they are and what must be the same. Reads only, by HTTP; needs no
    /// login to Azure.
    #[command(after_help = "Examples:
  evenkeel parity --external                  compare, and tell what is not the same
  evenkeel parity --external --format markdown > parity.md
  evenkeel parity --external --report junit=parity.xml

Exit codes: 0 all is the same; 2 something differs or expires soon; 1 a tenant could not be read, and
what could be read is the same; 3 as for every command.")]
    Parity(Parity),
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
    /// Write a report where a team reads it: one comment or one issue on GitHub, Azure DevOps, GitLab.
    #[command(after_help = "Examples:
  evenkeel post pull-request plan.md          one comment, replaced by the next run
  evenkeel post issue drift.md --title 'Azure has drifted'")]
    Post(Post),
    /// Fetch the plan that was reviewed with the merged pull request.
    #[command(after_help = "Example:
  evenkeel fetch-plan --out plan.json && evenkeel apply plan.json --yes")]
    FetchPlan(FetchPlan),
    /// Print the JSON Schema of the topology language.
    #[command(after_help = "Example:\n  evenkeel schema > topology.schema.json")]
    Schema,
    /// Explain a diagnostic code, or list them all.
    #[command(after_help = "Example:\n  evenkeel explain cname-at-apex")]
    Explain(Explain),
    /// Print completions for a shell.
    #[command(
        after_help = "Example:\n  evenkeel completions bash > /etc/bash_completion.d/evenkeel"
    )]
    Completions(Completions),
    /// Print the manual page, or write one for each command.
    #[command(after_help = "Examples:
  evenkeel man | man -l -                     read it
  evenkeel man --dir ~/.local/share/man/man1  install a page for each command")]
    Man(Man),
}
