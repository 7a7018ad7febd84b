//! Leases: who alone may write a blob, and until when.
//!
//! Source of states, outcomes and codes: <https://learn.microsoft.com/rest/api/storageservices/lease-blob>,
//! where the tables at its end say what each request does in each state.

use axum::http::Method;
use uuid::Uuid;

use super::{dated, refusal};
use crate::kind::azure::Azure;
use crate::store::blob::{Blob, Lease};
use crate::wire::answer::Answer;
use crate::wire::request::Request;

/// The shortest and the longest lease that ends by itself, in seconds.
const DURATION_SECS: std::ops::RangeInclusive<u64> = 15..=60;
const LONGEST_BREAK_SECS: u64 = 60;

/// Makes a lease that begins now.
fn begun(id: &str, duration_secs: Option<u64>, now: u64) -> Lease {
    let ends = duration_secs.map_or(u64::MAX, |secs| now + secs * 1000);
    Lease { id: id.to_owned(), duration_secs, ends, broken: None }
}

/// Returns whether a lease ends by itself, in the service's word.
pub(super) fn kind(lease: &Lease) -> &'static str {
    if lease.duration_secs.is_some() { "fixed" } else { "infinite" }
}

/// The state of a blob's lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Available,
    Leased,
    Expired,
    Breaking,
    Broken,
}

impl State {
    /// Returns the state of a lease at a time.
    pub(super) fn of(lease: Option<&Lease>, now: u64) -> Self {
        match lease {
            None => Self::Available,
            Some(Lease { broken: Some(at), .. }) if now < *at => Self::Breaking,
            Some(Lease { broken: Some(_), .. }) => Self::Broken,
            Some(lease) if now < lease.ends => Self::Leased,
            Some(_) => Self::Expired,
        }
    }

    fn is_locked(self) -> bool {
        matches!(self, Self::Leased | Self::Breaking)
    }

    pub(super) fn status(self) -> &'static str {
        if self.is_locked() { "locked" } else { "unlocked" }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Leased => "leased",
            Self::Expired => "expired",
            Self::Breaking => "breaking",
            Self::Broken => "broken",
        }
    }
}

/// Carries out an action on the lease of a blob.
pub(super) fn answer(azure: &mut Azure, request: &Request, key: &str) -> Result<Answer, Answer> {
    if request.method != Method::PUT {
        return Err(refusal::of("UnsupportedHttpVerb"));
    }
    let now = azure.now;
    let blob = azure.state.blobs.get_mut(key).ok_or_else(|| refusal::of("BlobNotFound"))?;
    let action = request.header("x-ms-lease-action").unwrap_or_default().to_ascii_lowercase();
    let answer = match action.as_str() {
        "acquire" => acquire(blob, request, now)?,
        "renew" => renew(blob, request, now)?,
        "change" => change(blob, request, now)?,
        "release" => release(blob, request)?,
        "break" => break_off(blob, request, now)?,
        "" => return Err(refusal::of("MissingRequiredHeader")),
        _ => return Err(refusal::of("InvalidHeaderValue")),
    };
    let answer = dated(blob, answer);
    azure.touched();
    Ok(answer)
}

fn acquire(blob: &mut Blob, request: &Request, now: u64) -> Result<Answer, Answer> {
    let duration = match number(request, "x-ms-lease-duration")? {
        None => return Err(refusal::of("MissingRequiredHeader")),
        Some(-1) => None,
        Some(secs) => match u64::try_from(secs) {
            Ok(secs) if DURATION_SECS.contains(&secs) => Some(secs),
            _ => return Err(refusal::of("InvalidHeaderValue")),
        },
    };
    let id = match request.header("x-ms-proposed-lease-id") {
        Some(_) => guid(request, "x-ms-proposed-lease-id")?,
        None => Uuid::new_v4().to_string(),
    };
    let is_same = blob.lease.as_ref().is_some_and(|lease| lease.id == id);
    match State::of(blob.lease.as_ref(), now) {
        State::Leased if !is_same => return Err(refusal::of("LeaseAlreadyPresent")),
        State::Breaking if !is_same => return Err(refusal::of("LeaseAlreadyPresent")),
        State::Breaking => return Err(refusal::of("LeaseIsBreakingAndCannotBeAcquired")),
        _ => blob.lease = Some(begun(&id, duration, now)),
    }
    Ok(Answer::empty(201).with("x-ms-lease-id", id))
}

fn renew(blob: &mut Blob, request: &Request, now: u64) -> Result<Answer, Answer> {
    let state = State::of(blob.lease.as_ref(), now);
    let lease = own(blob, request)?;
    if matches!(state, State::Breaking | State::Broken) {
        return Err(refusal::of("LeaseIsBrokenAndCannotBeRenewed"));
    }
    // An expired one too: had the blob been written or leased, its ID would be forgotten.
    *lease = begun(&lease.id, lease.duration_secs, now);
    Ok(Answer::empty(200).with("x-ms-lease-id", lease.id.clone()))
}

fn change(blob: &mut Blob, request: &Request, now: u64) -> Result<Answer, Answer> {
    let proposed = guid(request, "x-ms-proposed-lease-id")?;
    let given = guid(request, "x-ms-lease-id")?;
    let state = State::of(blob.lease.as_ref(), now);
    let Some(lease) = blob.lease.as_mut().filter(|_| state.is_locked()) else {
        return Err(refusal::of("LeaseNotPresentWithLeaseOperation"));
    };
    if lease.id != given && lease.id != proposed {
        return Err(refusal::of("LeaseIdMismatchWithLeaseOperation"));
    }
    if state == State::Breaking {
        return Err(refusal::of("LeaseIsBreakingAndCannotBeChanged"));
    }
    lease.id.clone_from(&proposed);
    Ok(Answer::empty(200).with("x-ms-lease-id", proposed))
}

fn release(blob: &mut Blob, request: &Request) -> Result<Answer, Answer> {
    own(blob, request)?;
    blob.lease = None;
    Ok(Answer::empty(200))
}

fn break_off(blob: &mut Blob, request: &Request, now: u64) -> Result<Answer, Answer> {
    let period = match number(request, "x-ms-lease-break-period")? {
        None => None,
        Some(secs) => match u64::try_from(secs) {
            Ok(secs) if secs <= LONGEST_BREAK_SECS => Some(secs),
            _ => return Err(refusal::of("InvalidHeaderValue")),
        },
    };
    let state = State::of(blob.lease.as_ref(), now);
    let Some(lease) = &mut blob.lease else {
        return Err(refusal::of("LeaseNotPresentWithLeaseOperation"));
    };
    let rest_millis = match (state, lease.duration_secs) {
        (State::Leased, Some(_)) => lease.ends - now,
        (State::Leased, None) => period.map_or(0, |secs| secs * 1000),
        (State::Breaking, _) => lease.broken.unwrap_or(now) - now,
        _ => 0,
    };
    let millis = period.map_or(rest_millis, |secs| rest_millis.min(secs * 1000));
    lease.broken = Some(now + millis);
    Ok(Answer::empty(202).with("x-ms-lease-time", millis.div_ceil(1000).to_string()))
}

/// Returns the lease whose ID the request gives.
fn own<'a>(blob: &'a mut Blob, request: &Request) -> Result<&'a mut Lease, Answer> {
    let id = guid(request, "x-ms-lease-id")?;
    let lease = blob.lease.as_mut().filter(|lease| lease.id == id);
    lease.ok_or_else(|| refusal::of("LeaseIdMismatchWithLeaseOperation"))
}

/// Refuses a write by whoever does not have the lease, and returns the lease after it.
pub(super) fn allows_write(
    blob: &Blob,
    request: &Request,
    now: u64,
) -> Result<Option<Lease>, Answer> {
    let state = State::of(blob.lease.as_ref(), now);
    if request.header("x-ms-lease-id").is_none() {
        return if state.is_locked() { Err(refusal::of("LeaseIdMissing")) } else { Ok(None) };
    }
    allows_read(blob, request, now)?;
    Ok(blob.lease.clone())
}

/// Refuses a read under a lease that is not the blob's.
pub(super) fn allows_read(blob: &Blob, request: &Request, now: u64) -> Result<(), Answer> {
    if request.header("x-ms-lease-id").is_none() {
        return Ok(());
    }
    let id = guid(request, "x-ms-lease-id")?;
    let is_same = blob.lease.as_ref().is_some_and(|lease| lease.id == id);
    match State::of(blob.lease.as_ref(), now) {
        State::Leased | State::Breaking if is_same => Ok(()),
        State::Available => Err(refusal::of("LeaseNotPresentWithBlobOperation")),
        State::Expired | State::Broken if is_same => Err(refusal::of("LeaseLost")),
        _ => Err(refusal::of("LeaseIdMismatchWithBlobOperation")),
    }
}

fn guid(request: &Request, name: &str) -> Result<String, Answer> {
    let text = request.header(name).ok_or_else(|| refusal::of("MissingRequiredHeader"))?;
    let id = Uuid::parse_str(text).map_err(|_| refusal::of("InvalidHeaderValue"))?;
    Ok(id.to_string())
}

fn number(request: &Request, name: &str) -> Result<Option<i64>, Answer> {
    let text = request.header(name);
    text.map(|text| text.parse().map_err(|_| refusal::of("InvalidHeaderValue"))).transpose()
}
