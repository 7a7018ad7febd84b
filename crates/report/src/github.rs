//! Workflow commands, which GitHub shows beside a run and in the pull request.

use plan::Plan;

use crate::finding::{Level, findings};

/// Renders refusals and notices as workflow commands; `file` is the topology to annotate.
///
/// Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub fn github(plan: &Plan, file: Option<&str>) -> String {
    let file = file.map(|file| format!("file={},", property(file))).unwrap_or_default();
    let commands = findings(plan).into_iter().map(|finding| {
        let level = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Info => "notice",
        };
        let title = property(&format!("{}: {}", finding.code, finding.address));
        let help = finding.help.unwrap_or_default();
        let message = data(&format!("{}\n{help}", finding.message));
        format!("::{level} {file}title={title}::{message}\n")
    });
    commands.collect()
}

fn data(text: &str) -> String {
    text.trim_end().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn refusals_are_errors_and_text_cannot_break_out() {
        let mut plan = sample::refused();
        plan.refusals[0].message = "50% of\nit".into();
        let text = github(&plan, Some("topology.yaml"));
        let first = text.lines().next().expect("a command");
        assert_eq!(
            first,
            "::error file=topology.yaml,title=adoption-not-allowed%3A weu/web::50%25 of%0Ait%0A\
             write `adopt: true` on it, or pass `--adopt weu/web`"
        );
    }
}
