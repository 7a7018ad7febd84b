//! `evenkeel post`

use std::ffi::OsStr;
use std::path::Path;

use anyhow::Context;
use forge::{Done, Draft, Error, Form, Job, Kind, Posted, Text, Wish};

use crate::cli::{Content, ForgeName, Place, Post, PostIssue, PostPullRequest};
use crate::exit::{Exit, Failure, Outcome};
use crate::output;

/// Writes a report where a team reads it.
pub async fn run(args: &Post) -> Outcome {
    match &args.place {
        Place::PullRequest(args) => pull_request(args).await,
        Place::Issue(args) => issue(args).await,
    }
}

async fn pull_request(args: &PostPullRequest) -> Outcome {
    let (content, text) = read(&args.content)?;
    let job = job(args.content.forge)?;
    summarise(&job, &text)?;
    let posted = async {
        let number = args.number.map_or_else(|| job.pull_request(), Ok)?;
        forge::comment(&*job.connect()?, number, &text, &signature(&job)).await
    };
    match posted.await {
        Ok(posted) => tell(&posted),
        Err(error) if job.is_read_only() && is_about_rights(&error) => {
            output::say(&format!("{error}"));
            let place = match job.summary() {
                Some(_) => "the summary of this job holds the text",
                None => "the text follows",
            };
            output::say(&format!("a pull request of a fork has no token that can write: {place}"));
            if job.summary().is_none() {
                output::result(&content)?;
            }
            Ok(Exit::Done)
        }
        Err(error) => Err(failure(error)),
    }
}

async fn issue(args: &PostIssue) -> Outcome {
    let (content, text) = read(&args.content)?;
    let job = job(args.content.forge)?;
    summarise(&job, &text)?;
    let was_all_seen = !content.lines().any(|line| line == report::NOT_EVALUATED_MARKER);
    let wish = match (args.close, was_all_seen) {
        (false, _) => Wish::Open,
        (true, true) => Wish::Closed,
        (true, false) => {
            output::say("an open issue stays open: not all could be looked at");
            Wish::AsItIs
        }
    };
    let draft = Draft {
        title: &args.title,
        label: &args.label,
        marker: "",
        text: "",
        is_markdown: form(&args.content.file) == Form::Markdown,
    };
    let forge = job.connect().map_err(failure)?;
    let posted = forge::issue(&*forge, &text, draft, &signature(&job), wish).await;
    tell(&posted.map_err(failure)?)
}

/// Finds out where this runs.
pub fn job(name: Option<ForgeName>) -> Result<Job<'static>, Failure> {
    let kind = name.map(|name| match name {
        ForgeName::GitHub => Kind::GitHub,
        ForgeName::AzureDevops => Kind::AzureDevops,
        ForgeName::GitLab => Kind::GitLab,
    });
    Job::detect(kind, &|name| std::env::var(name).ok()).map_err(failure)
}

/// Makes the failure of a forge's error, with what to do.
pub fn failure(error: Error) -> Failure {
    match error {
        Error::NoForge => Failure::invalid(error, "name one: `--forge github`"),
        Error::NoMarker => Failure::invalid(error, "give it one: `--marker plan:shop`"),
        error if error.is_invalid() => Failure::invalid(error, "see `evenkeel post --help`"),
        error => error.into(),
    }
}

fn read(content: &Content) -> Result<(String, Text), Failure> {
    let path = &content.file;
    let text = files::read(path, files::TEXT)
        .with_context(|| format!("cannot read `{}`", path.display()))
        .map_err(|error| Failure::invalid(error, "check the path and its permissions"))?;
    // It leaves the process as every other output does, whoever has written it.
    let text = output::safe(output::Form::People, &text);
    let marker = content.marker.as_deref();
    let read = Text::read(&text, form(path), marker, content.heading.as_deref());
    read.map(|read| (text, read)).map_err(failure)
}

fn form(path: &Path) -> Form {
    match path.extension().and_then(OsStr::to_str) {
        Some("md" | "markdown") => Form::Markdown,
        _ => Form::Plain,
    }
}

/// Adds the text to the page of the run, where there is one: there it stays when the comment has been
/// replaced, and there it is when no comment could be written.
fn summarise(job: &Job<'_>, text: &Text) -> Result<(), Failure> {
    let Some(path) = job.summary() else { return Ok(()) };
    let written = files::append(&path, format!("{}\n", text.body).as_bytes());
    Ok(written.with_context(|| format!("cannot write the job summary `{}`", path.display()))?)
}

/// Says for which commit a text speaks: the next one may not have been planned yet.
fn signature(job: &Job<'_>) -> String {
    let commit = job.commit().map(|commit| format!("for {}", short(&commit)));
    let run = job.run_url().map(|url| format!("by [this run]({url})"));
    [commit, run].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn short(commit: &str) -> String {
    commit.chars().take(10).collect()
}

fn is_about_rights(error: &Error) -> bool {
    matches!(error, Error::Denied { .. } | Error::MissingVariable { .. })
        || matches!(error, Error::Answered { status: 404, .. })
}

fn tell(posted: &Posted) -> Outcome {
    output::result(&match posted.done {
        Done::Created => format!("created {}", posted.url),
        Done::Updated => format!("updated {}", posted.url),
        Done::Closed => format!("closed {}", posted.url),
        Done::Nothing => "no open issue".to_owned(),
    })?;
    Ok(Exit::Done)
}
