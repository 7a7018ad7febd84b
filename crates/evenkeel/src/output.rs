//! What a run writes: results on stdout, everything else on stderr.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, OnceLock};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use console::Term;
use report::{TextOptions, escape};
use resource::secret::KnownSecrets;

use crate::cli::Command;
use crate::exit::Failure;
use crate::progress::Screen;

const DEFAULT_WIDTH: u16 = 100;
/// What is narrower gets lines that the terminal breaks.
const NARROWEST: u16 = 60;

/// The secrets that the run has come to know, for every way out of the process.
static SECRETS: LazyLock<KnownSecrets> = LazyLock::new(KnownSecrets::default);

/// The files that the run is to write.
static TARGETS: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// How a document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// By people, as text or Markdown.
    People,
    /// By programs, as JSON.
    Json,
    /// By browsers and test reporters: HTML, SVG, XML.
    Markup,
    /// By a build service: its own commands.
    Commands,
}

/// Returns the secrets that no output shows.
pub fn secrets() -> &'static KnownSecrets {
    &SECRETS
}

/// Learns the keys of the run itself from its environment.
pub fn learn_keys_of_the_run() {
    for (name, value) in std::env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        if topology::holds_key_of_the_run(name, Some(value)) {
            SECRETS.add(value);
            // A message names a proxy in its own way.
            let login = value.rsplit_once('@').map(|(login, _)| login);
            let password = login.and_then(|login| login.rsplit_once(':'));
            password.into_iter().for_each(|(_, password)| SECRETS.add(password));
        }
    }
}

/// Returns a document without secrets, in which nothing acts that an outsider has written.
pub fn safe(form: Form, text: &str) -> String {
    let text = SECRETS.scrub(text);
    match form {
        Form::People => escape::lines(&text).into_owned(),
        Form::Json => escape::json(&text).into_owned(),
        Form::Markup => escape::markup(&text).into_owned(),
        Form::Commands => text.into_owned(),
    }
}

/// Returns a text of one line without secrets, in which nothing acts.
pub fn line(text: &str) -> String {
    escape::line(&SECRETS.scrub(text)).into_owned()
}

/// Writes a result for people to stdout. A reader that has gone away is no failure.
pub fn result(text: &str) -> io::Result<()> {
    document(Form::People, text)
}

/// Writes a result to stdout. A reader that has gone away is no failure.
pub fn document(form: Form, text: &str) -> io::Result<()> {
    let text = &safe(form, text);
    let mut stdout = anstream::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { stdout.write_all(b"\n") });
    match written.and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes a result to a file, where colours have no place.
pub fn file(form: Form, path: &Path, text: &str) -> Result<(), Failure> {
    let text = safe(form, &anstream::adapter::strip_str(text).to_string());
    files::write(path, text.as_bytes())
        .with_context(|| format!("cannot write `{}`", path.display()))
        .map_err(|error| Failure::invalid(error, "check the folder and its permissions"))
}

/// Refuses a command that is to write what cannot be written, what it reads, or one file twice, before it
/// does anything.
pub fn check_targets(command: &Command) -> Result<(), Failure> {
    let (targets, sources) = (command.targets(), command.sources());
    for (at, path) in targets.iter().enumerate() {
        let check =
            if command.is_kept(path) { files::check_file_target } else { files::check_target };
        check(path)
            .with_context(|| format!("cannot write `{}`", path.display()))
            .map_err(|error| Failure::invalid(error, "check the folder and its permissions"))?;
        let is_same = |other: &Path| files::is_same(path, other);
        let reason = if sources.iter().any(|source| is_same(source)) {
            "it is read by the same run"
        } else if targets[..at].iter().any(|other| is_same(other)) {
            "something else is written there by the same run"
        } else {
            continue;
        };
        let error = anyhow::anyhow!(reason).context(format!("cannot write `{}`", path.display()));
        return Err(Failure::invalid(error, "name another file"));
    }
    let targets = targets.into_iter().map(Path::to_owned).collect();
    // A process has one command.
    let _ = TARGETS.set(targets);
    Ok(())
}

/// Refuses what is to be written over one of the files that a text has turned out to be made of.
pub fn check_sources<'f>(files: impl Iterator<Item = &'f str>) -> Result<(), Failure> {
    let targets = TARGETS.get().map(Vec::as_slice).unwrap_or_default();
    for file in files {
        if let Some(target) = targets.iter().find(|target| files::is_same(target, Path::new(file)))
        {
            let error = anyhow::anyhow!("it is read by the same run");
            let error = error.context(format!("cannot write `{}`", target.display()));
            return Err(Failure::invalid(error, "name another file"));
        }
    }
    Ok(())
}

/// Tells something on stderr that is no result.
pub fn say(text: &str) {
    // Nobody is left to tell of a failure to write to stderr.
    let _ = writeln!(anstream::stderr().lock(), "{}", safe(Form::People, text));
}

/// Writes a question to stderr; the answer is typed behind it.
pub fn ask(question: &str) -> io::Result<()> {
    let mut stderr = anstream::stderr().lock();
    write!(stderr, "{}", safe(Form::People, question))?;
    stderr.flush()
}

/// Tells why a run ended early: the chain of causes, then what to do.
pub fn error(failure: &Failure) {
    let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
    let (error, help) = match failure {
        Failure::Told(_) => return,
        Failure::Invalid { error, help }
        | Failure::Refused { error, help }
        | Failure::Helped { error, help } => (error, Some(help)),
        Failure::Failed(error) => (error, None),
    };
    let shown = |text: String| text.lines().map(escape::line).collect::<Vec<_>>().join("\n");
    say(&format!("{style}error{style:#}: {}", shown(error.to_string())));
    for cause in error.chain().skip(1) {
        say(&format!("  caused by: {}", shown(cause.to_string())));
    }
    if let Some(help) = help {
        say(&format!("  help: {}", shown(help.clone())));
    }
}

/// Returns how text on stdout is written.
pub fn text_options(verbose: bool) -> TextOptions {
    TextOptions { width: width(), styled: is_styled_stdout(), verbose }
}

/// Returns how text on stderr is written.
pub fn error_text_options() -> TextOptions {
    TextOptions { width: error_width(), styled: is_styled_stderr(), verbose: false }
}

/// Tells whether stdout shows colours.
pub fn is_styled_stdout() -> bool {
    anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never
}

/// Tells whether stderr shows colours.
pub fn is_styled_stderr() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// Returns the columns of the terminal on stdout, or of a page where there is none.
pub fn width() -> usize {
    columns(io::stdout().is_terminal().then(Term::stdout))
}

/// Returns the columns of the terminal on stderr, or of a page where there is none.
pub fn error_width() -> usize {
    columns(io::stderr().is_terminal().then(Term::stderr))
}

fn columns(terminal: Option<Term>) -> usize {
    let wanted = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let columns = terminal.and_then(|terminal| Some(terminal.size_checked()?.1)).or(wanted);
    usize::from(columns.unwrap_or(DEFAULT_WIDTH).max(NARROWEST))
}

/// Returns the terminal that progress is shown on.
pub fn screen() -> Screen {
    let (rows, columns) = Term::stderr().size_checked().unwrap_or((24, 80));
    Screen { rows: rows.into(), columns: columns.into(), is_styled: is_styled_stderr() }
}
