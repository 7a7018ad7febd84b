//! Azure's own rules of conditions.

use topology::family::Check;
use topology::{Place, Text};

use super::model::{Compared, Conditions, Subject, Test};

/// Who looks at a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// The firewall.
    Firewall,
    /// Rules of the edge.
    Edge,
}

/// Files what is wrong with the conditions of a rule.
pub fn conditions(check: &mut Check<'_>, asker: Asker, all: &Conditions) {
    for (subject, _, test) in all.tests() {
        if asker == Asker::Firewall && subject.firewall.is_none() {
            let message = format!("the firewall knows nothing of the `{}`", subject.key);
            let help = "put the condition into a rule under `rules` of the profile";
            check.error("match-condition", &test.place, message, help);
        }
        self::test(check, asker, subject, test);
    }
}

fn test(check: &mut Check<'_>, asker: Asker, subject: &Subject, test: &Test) {
    let values = test.values();
    let has_values = values.iter().any(|(is, is_not)| !is.is_empty() || !is_not.is_empty());
    if !has_values && test.exists.is_none() {
        let message = format!("`{}` is compared with nothing", subject.key);
        check.error("match-condition", &test.place, message, "write `in: [a, b]`");
    }
    let [_, free @ ..] = values;
    let is_free = free.iter().any(|(is, is_not)| !is.is_empty() || !is_not.is_empty());
    if let Compared::By(_) = subject.compared
        && (is_free || test.exists.is_some() || !test.transform.is_empty())
    {
        let message = format!("`{}` is compared as a whole", subject.key);
        check.error("match-condition", &test.place, message, "write `in` or `notIn`");
    }
    if subject.key != "path" {
        return;
    }
    let [whole, starts, .., patterns] = values;
    let pattern = patterns.0.iter().chain(patterns.1).next();
    if let Some(pattern) = pattern.filter(|_| asker == Asker::Firewall) {
        let message = "the firewall holds patterns against the whole address";
        check.error("match-condition", &pattern.place, message, "write it below `uri`");
    }
    for value in [whole.0, whole.1, starts.0, starts.1].into_iter().flatten() {
        slash(check, &value.value, &value.place);
    }
}

fn slash(check: &mut Check<'_>, value: &Text, place: &Place) {
    if let Some(path) = value.literal().filter(|path| !path.starts_with('/') && !path.is_empty()) {
        let message = format!("path `{path}` begins without a slash");
        check.error("match-condition", place, message, &format!("write `/{path}`"));
    }
}
