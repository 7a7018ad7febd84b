//! Workflow commands, which GitHub shows beside a run and in the pull request.

use plan::{Plan, Severity};

/// Renders refusals and notices as workflow commands; `file` is the topology to annotate.
///
/// Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub fn github(plan: &Plan, file: Option<&str>) -> String {
    let file = file.map(|file| format!("file={},", property(file))).unwrap_or_default();
    let mut text = String::new();
    let mut command = |level: &str, code: &str, address: &str, message: &str, help: &str| {
        let title = property(&format!("{code}: {address}"));
        let message = data(&format!("{message}\n{help}"));
        text.push_str(&format!("::{level} {file}title={title}::{message}\n"));
    };
    for refusal in &plan.refusals {
        command("error", &refusal.code, &refusal.address, &refusal.message, &refusal.help);
    }
    for notice in &plan.notices {
        let level = match notice.severity {
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let help = notice.help.as_deref().unwrap_or_default();
        command(level, &notice.code, &notice.address, &notice.message, help);
    }
    text
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
