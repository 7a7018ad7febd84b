//! `evenkeel fetch-plan`

use std::path::PathBuf;

use clap::Args;

use super::ForgeName;

#[derive(Debug, Args)]
pub struct FetchPlan {
    /// Where the plan goes.
    #[arg(long, value_name = "FILE", default_value = "plan.json")]
    pub out: PathBuf,
    /// The commit that the pull request was merged as; without it the run's.
    #[arg(long, value_name = "SHA")]
    pub commit: Option<String>,
    /// What the run of the pull request kept the plan as, without `-<head commit>`.
    #[arg(long, value_name = "NAME", default_value = "evenkeel-plan")]
    pub artifact: String,
    /// The forge, where the environment does not tell it.
    #[arg(long, value_enum)]
    pub forge: Option<ForgeName>,
}
