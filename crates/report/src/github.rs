//! Workflow commands, which GitHub shows beside a run and in the pull request.

use plan::{Place, Plan};

use crate::escape::paragraphs;
use crate::finding::{Finding, Level, blind_spots, changes, findings};

/// Annotations that GitHub shows of one step and level; of more it drops any.
const MOST: usize = 10;

/// Renders refusals, notices and changes as workflow commands, each at the line that declares what
/// it speaks of; `file` is the topology to annotate where that is not known.
///
/// There are at most ten, the gravest first, and of two of one level what changes Azure before what is said of
/// the text; what is left is counted in the last.
/// Source: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub fn github(plan: &Plan, file: Option<&str>) -> String {
    let mut told: Vec<Finding<'_>> =
        changes(plan).into_iter().chain(findings(plan)).chain(blind_spots(plan)).collect();
    told.sort_by_key(|finding| finding.level);
    let rest = if told.len() > MOST { told.split_off(MOST - 1).len() } else { 0 };
    let mut text: String = told.iter().map(|finding| command(finding, file)).collect();
    if rest > 0 {
        text.push_str(&format!(
            "::notice title=and {rest} more::GitHub shows {MOST} annotations of a step; the plan \
             tells all\n"
        ));
    }
    text
}

fn command(finding: &Finding<'_>, file: Option<&str>) -> String {
    let level = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "notice",
    };
    let place = match (finding.place, file) {
        (Some(Place { file, line, column }), _) => {
            format!("file={},line={line},col={column},", property(file))
        }
        (None, Some(file)) => format!("file={},", property(file)),
        (None, None) => String::new(),
    };
    let title = property(&format!("{}: {}", finding.code, finding.address));
    let help = finding.help.unwrap_or_default();
    let message = data(&format!("{}\n{help}", finding.message));
    format!("::{level} {place}title={title}::{message}\n")
}

fn data(text: &str) -> String {
    paragraphs(text).replace('%', "%25").replace('\n', "%0A")
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
            "::error file=topologies/app.yaml,line=12,col=5,title=adoption-not-allowed%3A weu/web::50%25 of%0Ait%0A\
             write `adopt: true` on it, or pass `--adopt weu/web`"
        );
    }

    #[test]
    fn ten_are_told_the_gravest_first_and_the_rest_is_counted() {
        let mut plan = sample::large(40);
        plan.refusals = sample::refused().refusals;
        let text = github(&plan, None);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), MOST);
        let level = |line: &str| match line {
            line if line.starts_with("::error") => 0,
            line if line.starts_with("::warning") => 1,
            _ => 2,
        };
        assert!(lines.is_sorted_by_key(|line| level(line)), "{text}");
        assert!(lines[MOST - 1].starts_with("::notice title=and "), "{text}");
        let all = findings(&plan).len() + changes(&plan).len();
        assert!(lines[MOST - 1].contains(&format!("and {} more", all - MOST + 1)), "{text}");
    }

    #[test]
    fn what_loses_data_is_told_before_what_is_said_of_the_text() {
        let mut plan = sample::large(3);
        plan.refusals.clear();
        let grave = changes(&plan).iter().filter(|it| it.level == Level::Warning).count();
        assert!(grave > 0 && grave < MOST, "{grave}");
        plan.notices = (0..MOST)
            .map(|at| plan::Notice {
                severity: plan::Severity::Warning,
                code: plan::NoticeCode::Topology("plain-secret".into()),
                address: format!("topology.yaml:{at}:1"),
                message: "it looks like a secret".into(),
                help: None,
            })
            .collect();
        let text = github(&plan, None);
        let told: Vec<&str> = text.lines().take(grave).collect();
        assert!(told.iter().all(|line| !line.contains("plain-secret")), "{text}");
        assert_eq!(text.lines().count(), MOST);
    }

    #[test]
    fn changes_stand_at_their_lines_the_gravest_first() {
        insta::assert_snapshot!(github(&sample::replacement(), Some("topologies/app.yaml")));
    }
}
