//! What the documentation shows is run: every command of the book and the README, page by page.
//!
//! A page is a session of bash in a folder of its own, against the simulator. `CONTRIBUTING.md` says
//! how fences are written.

use std::path::Path;
use std::process::Command;

use snapbox::{Assert, IntoData};

use crate::markdown::{Block, blocks, docs, pages};
use crate::scenario::root;

/// Why a block is shown and not run.
const REASONS: [(&str, &str); 6] = [
    ("azure", "needs a subscription of Azure"),
    ("network", "needs a service on the internet"),
    ("tool", "needs a tool that a fresh machine lacks"),
    ("server", "serves until somebody stops it"),
    ("long", "builds or measures for minutes"),
    ("data", "needs files that only the reader has"),
];

/// Blocks that a page may show without running them.
const NOT_RUN: usize = 3;

/// Pages that may show more, as they are about other tools or about ways to install.
const EXCEPTIONS: [(&str, usize); 2] =
    [("how-to/use-the-simulator-with-your-own-tools.md", 5), ("how-to/install.md", 4)];

/// A part of the session, and what it must come to.
struct Step {
    block: Block,
    script: String,
    exits: i32,
    /// Of a transcript: what the command prints, and where that stands in the page.
    prints: Option<(String, std::ops::Range<usize>)>,
}

impl Step {
    fn of(block: &Block, script: String) -> Self {
        Self { block: block.clone(), script, exits: 0, prints: None }
    }
}

/// Returns the steps of a block.
fn steps(page: &str, block: &Block) -> Vec<Step> {
    let known = ["file", "exits", "no-run"];
    let is_ours = matches!(block.language.as_str(), "sh" | "console" | "diff" | "yaml");
    for attribute in block.attributes.iter().filter(|_| is_ours) {
        let name = attribute.split('=').next().unwrap_or_default();
        assert!(known.contains(&name), "{page}:{}: `{name}` is none of {known:?}", block.line);
    }
    if block.attribute("no-run").is_some() {
        return vec![];
    }
    match (block.language.as_str(), block.attribute("file")) {
        ("setup", _) => vec![Step::of(block, block.text.clone())],
        ("sh", _) => vec![Step { exits: exits(block), ..Step::of(block, strict(block)) }],
        ("console", _) => transcript(page, block),
        ("diff", Some(file)) => vec![Step::of(block, edit(file, &block.text))],
        (_, Some(file)) => vec![Step::of(block, write(file, &block.text))],
        ("bash" | "shell" | "shell-session", _) => {
            panic!("{page}:{}: write the fence as `sh` or `console`, so that it is run", block.line)
        }
        _ => vec![],
    }
}

fn exits(block: &Block) -> i32 {
    block.attribute("exits").map_or(0, |code| code.parse().expect("`exits` is a number"))
}

/// Makes the session end at the first command of a script that fails, unless it is meant to fail.
fn strict(block: &Block) -> String {
    if exits(block) == 0 { format!("set -e\n{}set +e", block.text) } else { block.text.clone() }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn write(file: &str, text: &str) -> String {
    format!("mkdir -p \"$(dirname {file})\"; printf %s {} > {file}", quoted(text))
}

/// Changes a file as a diff without line numbers tells it: its lines must be there, in a row.
fn edit(file: &str, diff: &str) -> String {
    let side = |other: char| {
        let lines = diff.lines().filter(|line| !line.starts_with(other));
        quoted(&lines.map(|line| line.get(1..).unwrap_or_default()).collect::<Vec<_>>().join("\n"))
    };
    format!(
        "text=$(<{file}); old={}; new={}\n\
         [[ $text == *\"$old\"* ]] || {{ echo \"{file} has no such lines\"; exit 1; }}\n\
         printf '%s\\n' \"${{text/\"$old\"/\"$new\"}}\" > {file}",
        side('+'),
        side('-')
    )
}

/// Returns a step for each `$ command` of a block, with the lines that follow as its output.
fn transcript(page: &str, block: &Block) -> Vec<Step> {
    let mut found: Vec<Step> = vec![];
    let mut at = block.range.start;
    for line in block.text.split_inclusive('\n') {
        let end = at + line.len();
        if let Some(command) = line.strip_prefix("$ ") {
            let mut step = Step::of(block, command.trim_end().to_owned());
            step.prints = Some((String::new(), end..end));
            found.push(step);
        } else {
            let step = found.last_mut();
            let step = step.unwrap_or_else(|| panic!("{page}:{}: begin with `$ `", block.line));
            let (text, range) = step.prints.as_mut().expect("a transcript prints");
            if text.is_empty() && step.script.ends_with('\\') {
                step.script.push('\n');
                step.script.push_str(line.trim_end());
                *range = end..end;
            } else {
                text.push_str(line);
                range.end = end;
            }
        }
        at = end;
    }
    if let Some(last) = found.last_mut() {
        last.exits = exits(block);
    }
    found
}

/// Runs the steps in one session and returns the code of each that it reached the end of, and what
/// each printed.
fn session(steps: &[Step]) -> Vec<(Option<i32>, String)> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (work, log) = (folder.path().join("work"), folder.path().join("log"));
    std::fs::create_dir(&work).expect("the folder can be written");
    std::fs::create_dir(&log).expect("the folder can be written");
    let mut script = String::new();
    for (number, step) in steps.iter().enumerate() {
        let file = log.join(number.to_string());
        let file = file.display();
        script += &format!("{{\n{}\n}} > {file} 2>&1\necho $? > {file}.code\n", step.script);
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_evenkeel"));
    let folders = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{folders}", binary.parent().unwrap_or(binary).display());
    let variables = std::env::vars().map(|(name, _)| name);
    let mut bash = Command::new("bash");
    for name in variables.filter(|name| name.starts_with("EVENKEEL_") || name == "RUST_LOG") {
        bash.env_remove(name);
    }
    let status = bash
        .args(["--noprofile", "--norc", "-c", &script])
        .current_dir(&work)
        .env("PATH", path)
        .env("HOME", &work)
        .env("REPOSITORY", root().canonicalize().expect("the root is there"))
        .env("EVENKEEL", binary)
        // No page can reach Azure.
        .env("EVENKEEL_SIMULATOR", "true")
        .env("CI", "true")
        .env("NO_COLOR", "1")
        .env("COLUMNS", "90")
        .stdin(std::process::Stdio::null())
        .status();
    status.expect("bash runs");
    let outcome = |number: usize| {
        let file = log.join(number.to_string());
        let code = std::fs::read_to_string(file.with_extension("code")).ok();
        let code = code.and_then(|code| code.trim().parse().ok());
        (code, std::fs::read_to_string(file).unwrap_or_default())
    };
    (0..steps.len()).map(outcome).collect()
}

/// Compares what a command printed with what the page shows; `...` stands for any lines, `[..]`
/// for any part of a line.
fn differs(shown: &str, printed: &str) -> Option<(String, String)> {
    let assert = Assert::new().normalize_paths(false);
    let (actual, expected) = assert.normalize(printed.into_data(), shown.into_data());
    let told = assert.try_eq(None, actual.clone(), expected).err()?;
    Some((told.to_string(), actual.render()?))
}

/// Runs a page and returns what is not as it shows; with `INSTA_UPDATE=always` its transcripts are
/// written anew.
fn run(name: &str, path: &Path) -> Vec<String> {
    let source = std::fs::read_to_string(path).expect("a readable page");
    let blocks = blocks(&source);
    bound(name, &blocks);
    let steps: Vec<Step> = blocks.iter().flat_map(|block| steps(name, block)).collect();
    let update = std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always");
    let mut wrong = vec![];
    let mut edits = vec![];
    for (step, (code, output)) in steps.iter().zip(session(&steps)) {
        let place = format!("{name}:{}: {}", step.block.line, step.script);
        let Some(code) = code else {
            wrong.push(format!("{place}\nended the session\n{output}"));
            break;
        };
        if code != step.exits {
            wrong.push(format!("{place}\nexits with {code}, not {}\n{output}", step.exits));
            break;
        }
        let Some((shown, range)) = &step.prints else { continue };
        if let Some((told, printed)) = differs(shown, &output) {
            if update {
                edits.push((range.clone(), printed));
            } else {
                wrong.push(format!("{place}\n{told}"));
            }
        }
    }
    if !edits.is_empty() {
        let mut text = source;
        for (range, printed) in edits.into_iter().rev() {
            text.replace_range(range, &printed);
        }
        std::fs::write(path, text).expect("the page can be written");
    }
    wrong
}

/// Asserts that each block that is not run has a reason, and that a page has few of them.
fn bound(page: &str, blocks: &[Block]) {
    let skipped: Vec<_> =
        blocks.iter().filter_map(|block| Some((block.line, block.attribute("no-run")?))).collect();
    for (line, reason) in &skipped {
        let is_known = REASONS.iter().any(|(known, _)| known == reason);
        assert!(is_known, "{page}:{line}: `no-run={reason}`; reasons are {REASONS:?}");
    }
    let exception = EXCEPTIONS.iter().find(|(name, _)| *name == page);
    let most = exception.map_or(NOT_RUN, |(_, most)| *most);
    assert!(skipped.len() <= most, "{page} shows {} blocks without running them", skipped.len());
}

fn run_pages(part: impl Fn(&str) -> bool) {
    let pages: Vec<String> = pages().into_iter().filter(|page| part(page)).collect();
    assert!(!pages.is_empty(), "no page in this part of the book");
    let wrong: Vec<String> = pages.iter().flat_map(|page| run(page, &docs().join(page))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_readme_is_true() {
    let wrong = run("README.md", &root().join("README.md"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_tutorial_is_true() {
    run_pages(|page| page.starts_with("tutorial"));
}

#[test]
fn the_guides_are_true() {
    run_pages(|page| page.starts_with("how-to/"));
}

#[test]
fn the_rest_of_the_book_is_true() {
    run_pages(|page| !page.starts_with("tutorial") && !page.starts_with("how-to/"));
}

#[test]
fn an_edit_that_does_not_fit_and_a_failure_are_told() {
    let page =
        |text: &str| blocks(text).iter().flat_map(|block| steps("p", block)).collect::<Vec<_>>();
    let codes = |text: &str| -> Vec<Option<i32>> {
        session(&page(text)).into_iter().map(|(code, _)| code).collect()
    };
    let file = "```yaml,file=a.yaml\na: 1\nb: 'x & y'\n```\n\n";
    let edit = "```diff,file=a.yaml\n a: 1\n-b: 'x & y'\n+b: \"& 'z'\"\n```\n\n";
    let shown = "```console\n$ cat a.yaml\na: 1\nb: [..]\n```\n";
    let text = format!("{file}{edit}{shown}");
    assert_eq!(codes(&text), [Some(0), Some(0), Some(0)]);
    assert_eq!(session(&page(&text))[2].1, "a: 1\nb: \"& 'z'\"\n");
    assert_eq!(codes(&format!("{file}{edit}{edit}")), [Some(0), Some(0), None]);
    assert_eq!(codes("```sh\nfalse\ntrue\n```\n"), [None]);
    assert!(differs("a\n...\nc [..]\n", "a\nb\nb\nc d\n").is_none());
    assert!(differs("a\nc [..]\n", "a\nb\nc d\n").is_some());
}
