//! What a run writes: results on stdout, everything else on stderr.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use console::Term;
use report::TextOptions;

use crate::exit::Failure;
use crate::progress::Screen;

const DEFAULT_WIDTH: u16 = 100;
/// What is narrower gets lines that the terminal breaks.
const NARROWEST: u16 = 60;

/// Writes a result to stdout. A reader that has gone away is no failure.
pub fn result(text: &str) -> io::Result<()> {
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
pub fn file(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, anstream::adapter::strip_str(text).to_string())
        .with_context(|| format!("cannot write `{}`", path.display()))
        .map_err(|error| Failure::invalid(error, "check the folder and its permissions"))
}

/// Tells something on stderr that is no result.
pub fn say(text: &str) {
    // Nobody is left to tell of a failure to write to stderr.
    let _ = writeln!(anstream::stderr().lock(), "{text}");
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
    say(&format!("{style}error{style:#}: {error}"));
    for cause in error.chain().skip(1) {
        say(&format!("  caused by: {cause}"));
    }
    if let Some(help) = help {
        say(&format!("  help: {help}"));
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
