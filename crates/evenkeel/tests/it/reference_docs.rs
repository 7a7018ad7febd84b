//! Pages of the reference that are made from the code, and the help and manual they are made from.
//!
//! `INSTA_UPDATE=always` writes the pages anew.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use evenkeel::exit::Exit;

use crate::markdown::{docs, read};
use crate::scenario::{Scenario, root};

/// Asserts that a generated page is current; with `INSTA_UPDATE=always` it is written instead.
fn assert_current(page: &str, text: &str) {
    let path = docs().join("reference").join(page);
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::write(&path, text).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/reference/{page} is old: run `INSTA_UPDATE=always cargo test -p evenkeel --test it reference_docs`"
    );
}

fn stdout(scenario: &Scenario, args: &[&str]) -> String {
    let run = scenario.run_offline(args);
    assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
    run.stdout
}

/// Returns every command, and the commands below it, in the order of the help.
fn commands(scenario: &Scenario) -> Vec<String> {
    let mut found = vec![];
    below(scenario, "", &mut found);
    assert!(found.len() >= 12, "{found:?}");
    found
}

fn below(scenario: &Scenario, command: &str, found: &mut Vec<String>) {
    let help = help(scenario, command);
    let Some((_, listed)) = help.split_once("\nCommands:\n") else { return };
    let lines = listed.lines().take_while(|line| !line.is_empty());
    // A description that is wrapped goes on further to the right.
    let lines = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = lines.filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        let name = format!("{command} {name}").trim().to_owned();
        found.push(name.clone());
        below(scenario, &name, found);
    }
}

/// Returns a command's help without trailing blanks.
fn help(scenario: &Scenario, command: &str) -> String {
    let args: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    let text = stdout(scenario, &args);
    text.trim_end().lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_command_line_is_current() {
    let scenario = Scenario::of("minimal");
    let mut text = String::from(
        "# Command line\n\n<!-- Made from crates/evenkeel/src/cli. -->\n\n\
         What `evenkeel --help` and `evenkeel <command> --help` print. `evenkeel man --dir man/` \
         writes the same as manual\npages, `evenkeel completions <shell>` teaches a shell. \
         [Exit codes](exit-codes.md) have a page of their own.\n",
    );
    let _ = write!(text, "\n## evenkeel\n\n```text\n{}\n```\n", help(&scenario, ""));
    for command in commands(&scenario) {
        let help = help(&scenario, &command);
        let _ = write!(text, "\n## evenkeel {command}\n\n```text\n{help}\n```\n");
    }
    assert_current("command-line.md", &text);
}

#[test]
fn every_command_has_an_example_that_begins_with_it() {
    let scenario = Scenario::of("minimal");
    for command in commands(&scenario) {
        let help = help(&scenario, &command);
        let (_, examples) = help.split_once("\nExample").unwrap_or_default();
        assert!(examples.contains(&format!("\n  evenkeel {command}")), "{command}:\n{help}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let scenario = Scenario::of("minimal");
    stdout(&scenario, &["man", "--dir", "man/man1"]);
    for command in commands(&scenario) {
        let name = format!("evenkeel-{}", command.replace(' ', "-"));
        let page = scenario.read(&format!("man/man1/{name}.1"));
        assert!(page.contains(&name.replace('-', "\\-")), "{page}");
        assert!(page.contains("Example"), "{page}");
    }
    assert_eq!(scenario.read("man/man1/evenkeel.1").trim(), stdout(&scenario, &["man"]).trim());
}

#[test]
fn exit_codes_are_current_and_told_by_the_help() {
    let scenario = Scenario::of("minimal");
    let help = help(&scenario, "");
    let mut text = String::from(
        "# Exit codes\n\n<!-- Made from crates/evenkeel/src/exit.rs. -->\n\n\
         | code | meaning |\n| ---: | --- |\n",
    );
    let (_, told) = help.split_once("Exit codes:").expect("the help tells exit codes");
    for exit in Exit::ALL {
        let _ = writeln!(text, "| {} | {} |", exit.code(), exit.meaning());
        assert!(told.contains(&format!("{} ", exit.code())), "{told}");
    }
    text.push_str(
        "\nA pipeline that plans on a pull request takes 0 and 2 as good, 3 and 4 as the author's to mend, \
         and 1 as\nworth a second run.\n",
    );
    assert_current("exit-codes.md", &text);
}

#[test]
fn the_list_of_codes_is_current() {
    let mut text = String::from(
        "# Codes\n\n<!-- Made from crates/topology/src/explain and crates/plan/src/code.rs. -->\n\n\
         Every mistake, refusal and notice has a code that stays as it is. `evenkeel explain <code>` \
         prints its text.\n\n## Of plans\n\nWhat `plan`, `apply`, `drift` and `destroy` refuse or point \
         out.\n",
    );
    for known in plan::Code::ALL {
        let _ = write!(text, "\n### {known}\n\n**{}.** {}\n", upper(known.title()), known.text());
    }
    text.push_str(
        "\n## Of topologies\n\nWhat `validate` finds, and every command before it looks at Azure.\n\n\
         | code | meaning |\n| --- | --- |\n",
    );
    for known in families::language().codes() {
        let (code, title) = (known.code, known.title.replace('|', "\\|"));
        let _ = writeln!(text, "| [`{code}`](diagnostics.md#{code}) | {title} |");
    }
    assert_current("codes.md", &text);
}

#[test]
fn every_architecture_to_start_from_is_shown() {
    let scenario = Scenario::of("minimal");
    let help = help(&scenario, "init");
    let values = help.lines().filter_map(|line| line.trim().strip_prefix("- ")?.split_once(':'));
    let page = read(&docs().join("reference/architectures.md"));
    let mut shown = 0;
    for name in values.map(|(name, _)| name).filter(|name| !["text", "json"].contains(name)) {
        let topology = stdout(&scenario, &["init", "--from", name]);
        assert!(page.contains(&format!("## {name}\n")), "architectures.md does not show `{name}`");
        assert!(page.contains(topology.trim()), "architectures.md shows another `{name}`");
        shown += 1;
    }
    assert!(shown >= 3, "{help}");
}

/// Collects the names of variables that stand in quotes in the sources below a path.
fn variables(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("a folder of sources") {
            variables(&entry.expect("a file").path(), found);
        }
        return;
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    // Behind the code stand the tests, with names of their own.
    let code = text.split("mod tests {").next().unwrap_or_default();
    let is_name = |word: &&str| {
        word.contains('_')
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    found.extend(code.split('"').filter(is_name).map(str::to_owned));
}

#[test]
fn every_variable_is_documented() {
    let mut own = BTreeSet::new();
    for crate_of_ours in std::fs::read_dir(root().join("crates")).expect("the crates are there") {
        variables(&crate_of_ours.expect("a folder").path().join("src"), &mut own);
    }
    own.retain(|name| name.starts_with("EVENKEEL_") && !name.contains("_TEST_"));
    let mut found = BTreeSet::new();
    variables(&root().join("crates/azure/src/auth.rs"), &mut found);
    variables(&root().join("crates/evenkeel/src/telemetry.rs"), &mut found);
    found.retain(|name| !name.starts_with("CARGO_"));
    assert!(own.len() >= 5 && found.len() >= 10, "{own:?} {found:?}");
    let page = read(&docs().join("reference/environment.md"));
    let is_missing = |name: &&String| !page.contains(&format!("`{name}`"));
    let missing: Vec<_> = own.union(&found).filter(is_missing).collect();
    assert!(missing.is_empty(), "docs/reference/environment.md lacks {missing:?}");
}

fn upper(text: &str) -> String {
    let (first, rest) = text.split_at(text.chars().next().map_or(0, char::len_utf8));
    first.to_uppercase() + rest
}
