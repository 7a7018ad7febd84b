//! What a plan says besides its actions: the part that a pipeline shows as annotations.

use plan::{Plan, Severity};

/// How grave a finding is, from worst to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// A refusal: the plan will not be applied.
    Error,
    Warning,
    Info,
}

/// A refusal or a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding<'a> {
    pub(crate) level: Level,
    pub(crate) code: &'a str,
    pub(crate) address: &'a str,
    pub(crate) message: &'a str,
    pub(crate) help: Option<&'a str>,
}

/// Returns the refusals of `plan`, then its notices.
pub(crate) fn findings(plan: &Plan) -> Vec<Finding<'_>> {
    let refusals = plan.refusals.iter().map(|refusal| Finding {
        level: Level::Error,
        code: &refusal.code,
        address: &refusal.address,
        message: &refusal.message,
        help: Some(&refusal.help),
    });
    let notices = plan.notices.iter().map(|notice| Finding {
        level: match notice.severity {
            Severity::Warning => Level::Warning,
            Severity::Info => Level::Info,
        },
        code: &notice.code,
        address: &notice.address,
        message: &notice.message,
        help: notice.help.as_deref(),
    });
    refusals.chain(notices).collect()
}
