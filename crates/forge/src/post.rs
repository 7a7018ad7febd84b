//! One comment, one issue: what is posted a second time replaces the first.

use std::future::Future;

use crate::{Draft, Entry, Error, Forge, Text};

/// Attempts at a comment or an issue as a whole; each begins with a look at what is there.
const ATTEMPTS: u32 = 3;

/// What became of a comment or an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// There was none.
    Created,
    /// There was one.
    Updated,
    /// There was one, and it is closed now.
    Closed,
    /// There was none, and none was wished for.
    Nothing,
}

/// What an issue shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Open, with this text.
    Open,
    /// As open or closed as it is, with this text where it is open.
    AsItIs,
    /// Closed, with this text as the last word.
    Closed,
}

/// What was done, and where it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// What was done.
    pub done: Done,
    /// Its address; empty where nothing was done.
    pub url: String,
}

/// Writes the one comment on a pull request that carries the marker of `text`.
pub async fn comment(
    forge: &dyn Forge,
    pull_request: u64,
    text: &Text,
    signature: &str,
) -> Result<Posted, Error> {
    let fitted = text.fitted(signature, forge.limit());
    // A POST that failed may have been heard, so a second attempt looks first.
    persist(|| async {
        match ours(forge.comments(pull_request).await?, text) {
            Some(comment) => {
                forge.change_comment(pull_request, &comment, &fitted).await?;
                Ok(Posted { done: Done::Updated, url: comment.url })
            }
            None => {
                let url = forge.add_comment(pull_request, &fitted).await?;
                Ok(Posted { done: Done::Created, url })
            }
        }
    })
    .await
}

/// Makes the one open issue with the marker of `text` as it is wished.
pub async fn issue(
    forge: &dyn Forge,
    text: &Text,
    draft: Draft<'_>,
    signature: &str,
    wish: Wish,
) -> Result<Posted, Error> {
    let fitted = text.fitted(signature, forge.limit());
    let draft = Draft { text: &fitted, marker: &text.marker, ..draft };
    persist(|| async {
        let found = ours(forge.open_issues(draft.label).await?, text);
        match (found, wish) {
            (Some(issue), Wish::Closed) => {
                forge.close_issue(&issue, &draft).await?;
                Ok(Posted { done: Done::Closed, url: issue.url })
            }
            (Some(issue), _) => {
                forge.change_issue(&issue, &draft).await?;
                Ok(Posted { done: Done::Updated, url: issue.url })
            }
            (None, Wish::Closed | Wish::AsItIs) => {
                Ok(Posted { done: Done::Nothing, url: String::new() })
            }
            (None, Wish::Open) => {
                let url = forge.open_issue(&draft).await?;
                Ok(Posted { done: Done::Created, url })
            }
        }
    })
    .await
}

fn ours(entries: Vec<Entry>, text: &Text) -> Option<Entry> {
    entries.into_iter().find(|entry| text.is_mark_of(&entry.text))
}

/// Tries again what failed on its way. The requests inside have waited already.
async fn persist<F: Future<Output = Result<Posted, Error>>>(
    attempt: impl Fn() -> F,
) -> Result<Posted, Error> {
    let mut attempts = 1;
    loop {
        match attempt().await {
            Err(error) if error.is_transient() && attempts < ATTEMPTS => attempts += 1,
            other => return other,
        }
    }
}
