//! Logging commands, which Azure Pipelines shows beside a run.

use plan::Plan;

use crate::escape::{lines, paragraphs};
use crate::finding::{Finding, Level, blind_spots, changes, findings};

/// Renders refusals, notices and changes as logging commands, each at the line that declares what it
/// speaks of; `file` is the topology to point at where that is not known.
///
/// Azure Pipelines knows errors and warnings; what is merely good to know is a line of the log.
/// Source: <https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>.
pub fn azure_devops(plan: &Plan, file: Option<&str>) -> String {
    let mut told: Vec<Finding<'_>> =
        findings(plan).into_iter().chain(blind_spots(plan)).chain(changes(plan)).collect();
    told.sort_by_key(|finding| finding.level);
    told.iter().map(|finding| format!("{}\n", command(finding, file))).collect()
}

fn command(finding: &Finding<'_>, file: Option<&str>) -> String {
    let Finding { level, code, address, message, help, place } = finding;
    let help = help.map(|help| format!("\n{help}")).unwrap_or_default();
    let text = format!("{address}: {message}{help}");
    let level = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => return plain(&format!("{code}: {text}")),
    };
    let at = |file: &str, line: u32, column: u32| {
        format!("sourcepath={};linenumber={line};columnnumber={column};", property(file))
    };
    let place = match (place, file) {
        (Some(place), _) => at(&place.file, place.line, place.column),
        (None, Some(file)) => at(file, 1, 1),
        (None, None) => String::new(),
    };
    format!("##vso[task.logissue type={level};{place}code={};]{}", property(code), data(&text))
}

fn data(text: &str) -> String {
    paragraphs(text).replace('%', "%AZP25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(';', "%3B").replace(']', "%5D")
}

/// Keeps text from being read as a command: the agent looks for one anywhere in a line.
fn plain(text: &str) -> String {
    let shown = paragraphs(&text.replace("##", "# #"));
    let told = shown.split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n  ");
    lines(&told).into_owned()
}

#[cfg(test)]
mod tests {
    use plan::{Notice, Severity};

    use super::*;
    use crate::sample;

    #[test]
    fn refusals_are_errors_and_warnings_are_warnings() {
        let plan = Plan { notices: sample::first_apply().notices, ..sample::refused() };
        insta::assert_snapshot!(azure_devops(&plan, Some("topologies/app.yaml")));
    }

    #[test]
    fn text_cannot_break_out_of_its_command() {
        let mut plan = sample::refused();
        plan.places.clear();
        plan.refusals[0].message = "50%\r\n##vso[task.setvariable variable=x]y".into();
        let text = azure_devops(&plan, Some("a;b.yaml"));
        assert_eq!(text.lines().count(), plan.refusals.len());
        assert_eq!(
            text.lines().next(),
            Some(
                "##vso[task.logissue type=error;sourcepath=a%3Bb.yaml;linenumber=1;columnnumber=1;\
                 code=adoption-not-allowed;]weu/web: 50%AZP25%0A# #vso[task.setvariable variable=x]y%0A\
                 write `adopt: true` on it, or pass `--adopt weu/web`"
            )
        );
    }

    #[test]
    fn what_is_good_to_know_is_no_command() {
        let notice = Notice {
            severity: Severity::Info,
            code: plan::NoticeCode::Topology("kept".into()),
            address: "weu/web".into(),
            message: "a ##vso[task.complete result=Failed]\n##[error]no".into(),
            help: None,
        };
        let plan = Plan { notices: vec![notice], refusals: vec![], ..sample::refused() };
        let text = azure_devops(&plan, None);
        assert_eq!(text, "kept: weu/web: a # #vso[task.complete result=Failed]\n  # #[error]no\n");
    }
}
