//! Following an operation to its end.

use std::time::Duration;

use jiff::Timestamp;
use resource::Observation;
use serde_json::Value;
use url::Url;

use super::time_limit::time_limit;
use super::{
    Follow, Operation, Purpose, is_failure, is_success, is_terminal, polling_url, state_of,
};
use crate::fault::Fault;
use crate::request::{Request, Response};
use crate::retry::retry_after;
use crate::{Class, Error, Event, Reader, Stopwatch, Writer};

/// The wait between two polls where Azure names none; Terraform's provider waits as long.
const DEFAULT_POLL: Duration = Duration::from_secs(10);
/// A service that names no wait at all is asked again soon at first: most such writes take seconds.
const FIRST_POLL: Duration = Duration::from_secs(2);
/// How long a resource may be unseen after its creation has succeeded.
const NOT_YET: Duration = Duration::from_secs(120);
/// Refusals to tell an operation's status before that is taken for the answer.
const STATUS_REFUSALS: u32 = 5;

/// What one poll has shown.
enum Poll {
    Running(String),
    Done,
    Failed(Error),
}

impl Writer {
    /// Waits until an operation has ended, and returns the resource as it was then read, where it
    /// had to be read to know.
    ///
    /// A delete has ended when the resource is gone.
    pub async fn wait(&self, operation: Operation) -> Result<Option<Observation>, Error> {
        Follower::new(self.reader(), operation).run().await
    }
}

impl Reader {
    /// Waits until a resource that is being worked on has come to rest, and returns it as it is
    /// then; `None` where it is gone.
    pub async fn settle(
        &self,
        observation: &Observation,
        api_version: &str,
        limit: Duration,
    ) -> Result<Option<Observation>, Error> {
        let mut watch = self.stopwatch();
        let mut latest = observation.clone();
        while let Some(state) = state_of(&latest.body).filter(|state| !is_terminal(state)) {
            let waited = watch.elapsed();
            if waited > limit {
                let request = format!("GET {}", latest.id);
                return Err(Error::StillRunning { request, status: state.to_owned(), waited });
            }
            self.client().notify(Event::Polled {
                resource: latest.id.to_string(),
                status: state.to_owned(),
                elapsed: waited,
                wait: DEFAULT_POLL,
            });
            watch.pause(DEFAULT_POLL).await;
            match self.get(&latest.id, api_version).await? {
                Some(next) => latest = next,
                None => return Ok(None),
            }
        }
        Ok(Some(latest))
    }

    /// Tells whether a resource's body says that the last operation on it has failed.
    pub fn has_failed(observation: &Observation) -> bool {
        state_of(&observation.body).is_some_and(is_failure)
    }

    /// Tells whether a resource's body says that Azure is still working on it.
    pub fn is_in_motion(observation: &Observation) -> bool {
        state_of(&observation.body).is_some_and(|state| !is_terminal(state))
    }
}

struct Follower<'a> {
    reader: &'a Reader,
    operation: Operation,
    watch: Stopwatch,
    polls: u32,
    refusals: u32,
    last: Option<Observation>,
}

impl<'a> Follower<'a> {
    fn new(reader: &'a Reader, operation: Operation) -> Self {
        Self { reader, operation, watch: reader.stopwatch(), polls: 0, refusals: 0, last: None }
    }

    async fn run(mut self) -> Result<Option<Observation>, Error> {
        let limit = time_limit(&self.operation.id.resource_type(), self.operation.purpose);
        let mut follow = self.operation.follow.clone();
        if let Some(state) = self.first_state() {
            self.pause(state, Duration::ZERO, limit).await;
        }
        while follow != Follow::Nothing {
            let status = match self.poll(&mut follow).await? {
                Poll::Failed(error) => return Err(error),
                Poll::Done => {
                    follow = self.after(follow);
                    continue;
                }
                Poll::Running(status) => status,
            };
            let waited = self.watch.elapsed();
            if waited >= limit {
                let request = self.operation.request.clone();
                return Err(Error::StillRunning { request, status, waited });
            }
            self.pause(status, waited, limit).await;
        }
        Ok(self.last)
    }

    /// Returns the state in which the first answer left the operation, where it is not finished:
    /// the wait that it asked for comes before the first poll.
    fn first_state(&self) -> Option<String> {
        let state = state_of(&self.operation.body).unwrap_or("Accepted");
        (!self.operation.is_finished() && !is_terminal(state)).then(|| state.to_owned())
    }

    /// Returns what is to be looked at when one way of following has said "done": a status document
    /// knows nothing of the resource, which may show its new form, or be gone, a little later.
    fn after(&mut self, follow: Follow) -> Follow {
        self.watch = self.reader.stopwatch();
        self.operation.asked = None;
        match (follow, self.operation.purpose) {
            (Follow::Status(_) | Follow::Location(_), Purpose::Write | Purpose::Delete) => {
                Follow::Resource
            }
            _ => Follow::Nothing,
        }
    }

    /// Waits before the next poll, as long as was asked for within what is left of the limit.
    async fn pause(&mut self, status: String, elapsed: Duration, limit: Duration) {
        self.polls += 1;
        let unasked = if self.polls < 4 { FIRST_POLL } else { DEFAULT_POLL };
        let left = limit.saturating_sub(elapsed).max(FIRST_POLL);
        let wait = self.operation.asked.unwrap_or(unasked).min(left);
        let client = self.reader.client();
        let resource = self.operation.id.to_string();
        client.notify(Event::Polled { resource, status, elapsed, wait });
        self.watch.pause(wait).await;
    }

    async fn poll(&mut self, follow: &mut Follow) -> Result<Poll, Error> {
        match follow.clone() {
            Follow::Nothing => Ok(Poll::Done),
            Follow::Resource => self.poll_resource().await,
            Follow::Status(url) | Follow::Location(url) => self.poll_url(follow, url).await,
        }
    }

    async fn poll_resource(&mut self) -> Result<Poll, Error> {
        let (id, api_version) = (&self.operation.id, &self.operation.api_version);
        let found = match self.reader.get(id, api_version).await {
            Ok(found) => found,
            // Not to be told says nothing of the operation.
            Err(error) if error.is_transient() => return Ok(Poll::Running("Unknown".into())),
            Err(error) => return Err(error),
        };
        let Some(found) = found else {
            if self.operation.purpose == Purpose::Delete {
                return Ok(Poll::Done);
            }
            let waited = self.watch.elapsed();
            return Ok(if waited > NOT_YET {
                Poll::Failed(Error::StillRunning {
                    request: self.operation.request.clone(),
                    status: "not found".into(),
                    waited,
                })
            } else {
                Poll::Running("not visible yet".into())
            });
        };
        let state = state_of(&found.body).unwrap_or("Succeeded").to_owned();
        let failed = Fault::read(found.body.get("properties").unwrap_or(&Value::Null));
        self.last = Some(found);
        Ok(match self.operation.purpose {
            Purpose::Delete => {
                Poll::Running(if is_terminal(&state) { "Deleting".into() } else { state })
            }
            _ if is_failure(&state) => {
                let response =
                    Response { status: 200, headers: Default::default(), body: Value::Null };
                Poll::Failed(self.operation.failed(&state, failed, &response))
            }
            _ if is_terminal(&state) => Poll::Done,
            _ => Poll::Running(state),
        })
    }

    async fn poll_url(&mut self, follow: &mut Follow, url: Url) -> Result<Poll, Error> {
        let request = Request::get(url);
        let response = match self.reader.send(&request).await {
            Ok(response) => response,
            Err(error) => return Ok(self.judge_refusal(follow, error)),
        };
        self.refusals = 0;
        self.take_newest(follow, &request, &response)?;
        let body = &response.body;
        let word = body.get("status").and_then(Value::as_str).or_else(|| state_of(body));
        Ok(match word {
            Some(word) if is_failure(word) => {
                Poll::Failed(self.operation.failed(word, Fault::read(&unfold(body)), &response))
            }
            Some(word) if is_success(word) => Poll::Done,
            // A result can have a word of its own in `status`; at `Location` the HTTP status decides.
            Some(_) if is_result(follow, &response) => Poll::Done,
            Some(word) => Poll::Running(word.to_owned()),
            None if response.status == 202 => Poll::Running("InProgress".into()),
            None => Poll::Done,
        })
    }

    /// Follows the newest header: polls bring URLs with new signatures, and new waits.
    fn take_newest(
        &mut self,
        follow: &mut Follow,
        request: &Request,
        response: &Response,
    ) -> Result<(), Error> {
        self.operation.asked =
            retry_after(&response.headers, Timestamp::now()).or(self.operation.asked);
        let cloud = self.reader.cloud();
        let header = match follow {
            Follow::Status(_) => "azure-asyncoperation",
            _ => "location",
        };
        let Some(url) = polling_url(cloud, request, response, header)? else { return Ok(()) };
        if url.path().trim_end_matches('/').eq_ignore_ascii_case(self.operation.id.as_str()) {
            return Ok(());
        }
        match follow {
            Follow::Status(current) | Follow::Location(current) => *current = url,
            Follow::Resource | Follow::Nothing => {}
        }
        Ok(())
    }

    /// Judges an error on reading the status, which in general says nothing of the operation.
    fn judge_refusal(&mut self, follow: &Follow, error: Error) -> Poll {
        let deleting = self.operation.purpose == Purpose::Delete;
        match error.class() {
            Class::NotFound if deleting => return Poll::Done,
            Class::Transient | Class::Throttled => return Poll::Running("Unknown".into()),
            // `Location` ends with the outcome itself: 400 or 409 is the operation's failure.
            Class::Conflict | Class::Invalid | Class::Locked | Class::PreconditionFailed
                if matches!(follow, Follow::Location(_)) =>
            {
                return Poll::Failed(match error {
                    Error::Refused(refused) => Error::OperationFailed {
                        status: "Failed".into(),
                        refused: Box::new(crate::Refused {
                            request: self.operation.request.clone(),
                            ..*refused
                        }),
                    },
                    other => other,
                });
            }
            _ => {}
        }
        self.refusals += 1;
        if self.refusals < STATUS_REFUSALS {
            Poll::Running("Unknown".into())
        } else {
            Poll::Failed(error)
        }
    }
}

/// Tells whether an answer at `Location` is the operation's result and not a resource under way.
fn is_result(follow: &Follow, response: &Response) -> bool {
    let at_location = matches!(follow, Follow::Location(_));
    at_location && response.status != 202 && state_of(&response.body).is_none()
}

/// Returns the body with its error where [`Fault::read`] looks for it; some status documents have
/// it in `properties`.
fn unfold(body: &Value) -> Value {
    let has_error = body.get("error").is_some_and(Value::is_object);
    let inner = body.pointer("/properties/error").filter(|error| error.is_object());
    match inner {
        Some(inner) if !has_error => inner.clone(),
        _ if !has_error => Value::Null,
        _ => body.clone(),
    }
}
