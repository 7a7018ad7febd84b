//! Asks the person at the terminal.
//!
//! The terminal stays as it is, line by line with its own editing: nothing has to be put back after
//! Ctrl-C, and it works where no cursor can be moved.

use std::io::{self, IsTerminal};

use anyhow::anyhow;
use plan::Plan;
use report::Question;
use resource::ResourceId;
use resource::catalogue::facts_of;

use crate::exit::{Exit, Failure};
use crate::interruption::Interruptions;
use crate::output;
use crate::session::Azure;

/// What came of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Go on.
    Yes,
    /// Anything but a yes.
    No,
    /// Something else than the name that was asked for.
    WrongName,
    /// Ctrl-C.
    Interrupted,
}

impl Answer {
    /// Says that nothing was changed, and returns how the run ends.
    pub fn decline(self) -> Exit {
        let (words, exit) = match self {
            Self::Interrupted => ("interrupted; nothing was changed", Exit::Interrupted),
            Self::WrongName => ("the name does not match; nothing was changed", Exit::Refused),
            Self::Yes | Self::No => ("nothing was changed", Exit::Refused),
        };
        output::say(words);
        exit
    }
}

/// Asks whether `plan` shall be carried out, by a yes or, with `by_name` or where data is lost, by
/// the topology's name. `instead` tells what to do where there is nobody to ask.
pub async fn consent(
    azure: &Azure,
    plan: &Plan,
    by_name: bool,
    instead: &str,
) -> Result<Answer, Failure> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let error = anyhow!("there is nobody to ask whether the plan shall be carried out");
        return Err(Failure::invalid(error, instead));
    }
    let name = subscription_name(azure, &plan.subscription).await;
    let options = output::error_text_options();
    let Question { text, wanted } = report::question(plan, name.as_deref(), by_name, &options);
    Ok(judge(read_line(&text).await?.as_deref(), wanted.as_deref()))
}

/// Judges what was typed; `None` is Ctrl-C.
fn judge(typed: Option<&str>, wanted: Option<&str>) -> Answer {
    match (typed.map(str::trim), wanted) {
        (None, _) => Answer::Interrupted,
        (Some(typed), Some(name)) if typed == name => Answer::Yes,
        (Some(_), Some(_)) => Answer::WrongName,
        (Some(typed), None) if typed.eq_ignore_ascii_case("y") => Answer::Yes,
        (Some(typed), None) if typed.eq_ignore_ascii_case("yes") => Answer::Yes,
        (Some(_), None) => Answer::No,
    }
}

/// Returns the display name of a subscription; a question can be asked without it.
async fn subscription_name(azure: &Azure, subscription: &str) -> Option<String> {
    let id = ResourceId::subscription_scope(subscription);
    let read = azure.reader().get(&id, facts_of(&id).api_version).await;
    match read {
        Ok(found) => found?.body["displayName"].as_str().map(str::to_owned),
        Err(error) => {
            tracing::info!("could not read the name of subscription {subscription}: {error}");
            None
        }
    }
}

/// Reads one line after a question; `None` where Ctrl-C came instead.
async fn read_line(question: &str) -> io::Result<Option<String>> {
    let mut interruptions = Interruptions::listen()?;
    tokio::select! {
        () = interruptions.next() => {
            output::say("");
            Ok(None)
        }
        typed = typed(question) => typed.map(Some),
    }
}

async fn typed(question: &str) -> io::Result<String> {
    output::ask(&format!("\n{question}"))?;
    let (sender, receiver) = tokio::sync::oneshot::channel();
    // A thread of its own: the runtime would wait for one of its own until a line is typed.
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line).map(|_| line);
        // Nobody listens any more after Ctrl-C.
        let _ = sender.send(read);
    });
    receiver.await.unwrap_or_else(|_| Ok(String::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_or_the_very_name_goes_on() {
        for yes in ["y\n", "Y\n", "yes\r\n", " YES \n"] {
            assert_eq!(judge(Some(yes), None), Answer::Yes, "{yes:?}");
        }
        for no in ["", "\n", "n\n", "yess\n", "northwind\n"] {
            assert_eq!(judge(Some(no), None), Answer::No, "{no:?}");
        }
        assert_eq!(judge(Some("northwind\n"), Some("northwind")), Answer::Yes);
        assert_eq!(judge(Some("y\n"), Some("northwind")), Answer::WrongName);
        assert_eq!(judge(None, None), Answer::Interrupted);
    }
}
