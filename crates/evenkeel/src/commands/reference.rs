//! `evenkeel schema`, `explain`, `completions`, `man`: help for editors, people and shells.

use std::io;
use std::path::Path;

use anyhow::{Context, anyhow};
use clap::CommandFactory;

use crate::cli::{Cli, Completions, Explain, Man};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;

/// Prints the JSON Schema of the language.
pub fn schema() -> Outcome {
    output::result(&serde_json::to_string_pretty(families::language().json_schema())?)?;
    Ok(Exit::Done)
}

/// Explains one code, of a diagnostic or of a plan, or lists them all.
pub fn explain(args: &Explain) -> Outcome {
    let Some(code) = &args.code else {
        let diagnostics = families::language().codes().map(|known| (known.code, known.title));
        let of_plans = plan::Code::ALL.iter().map(|code| (code.word(), code.title()));
        let lines = diagnostics.chain(of_plans).map(|(code, title)| format!("{code:32} {title}"));
        output::result(&lines.collect::<Vec<_>>().join("\n"))?;
        return Ok(Exit::Done);
    };
    let text = match (families::language().explain(code), plan::Code::find(code)) {
        (Some(known), _) => format!(
            "{}: {}\n\n{}\n\nExample:\n{}\n\nWhat to do: {}",
            known.code,
            known.title,
            known.reason,
            indented(known.example),
            known.remedy
        ),
        (None, Some(known)) => format!("{known}: {}\n\n{}", known.title(), known.text()),
        (None, None) => {
            return Err(Failure::invalid(
                anyhow!("neither a diagnostic nor a plan has the code `{code}`"),
                "`evenkeel explain` lists all codes",
            ));
        }
    };
    output::result(&text)?;
    Ok(Exit::Done)
}

fn indented(text: &str) -> String {
    text.trim_matches('\n').lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

/// Prints completions for a shell.
pub fn completions(args: &Completions) -> Outcome {
    let mut script = vec![];
    clap_complete::generate(args.shell, &mut Cli::command(), "evenkeel", &mut script);
    output::result(&String::from_utf8(script)?)?;
    Ok(Exit::Done)
}

/// Prints the manual page, or writes one for each command into a folder.
pub fn man(args: &Man) -> Outcome {
    if let Some(folder) = &args.dir {
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let written = std::fs::create_dir_all(folder).and_then(|()| pages(command, folder));
        written.with_context(|| format!("cannot write manual pages to `{}`", folder.display()))?;
        return Ok(Exit::Done);
    }
    let mut page = vec![];
    let command = Cli::command().disable_help_subcommand(true);
    clap_mangen::Man::new(command).render(&mut page)?;
    output::result(&String::from_utf8(page)?)?;
    Ok(Exit::Done)
}

/// Writes the page of a command and of each below it.
fn pages(command: clap::Command, folder: &Path) -> io::Result<()> {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        pages(below.clone(), folder)?;
    }
    let (page, mut text) = (clap_mangen::Man::new(command), vec![]);
    page.render(&mut text)?;
    files::public(&folder.join(page.get_filename()), &text)
}
