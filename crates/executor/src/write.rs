//! Writing and deleting, so that doing it twice does no harm.

use std::time::Duration;

use azure::{Class, Operation as Begun, Precondition};
use plan::{Action, Done, Fingerprint, Operation, Write};
use resource::catalogue::{Right, each_once, facts_of, fingerprint, overlay};
use resource::{
    Expression, Observation, ResourceId, absent_as_null, walk_expressions, without_absent,
};
use serde_json::Value;
use tokio::time::Instant;

use crate::ActionError;
use crate::covers::{Standing, covers, standing};
use crate::resolve::UsedSecrets;
use crate::run::Run;

/// How long a refusal that this run's own writes explain is answered with patience.
const PATIENCE: Duration = Duration::from_secs(180);
/// How long a right that this run has granted may take to be known everywhere.
/// Source: <https://learn.microsoft.com/azure/role-based-access-control/troubleshooting>.
const RIGHTS_SPREAD: Duration = Duration::from_secs(600);
/// How often a write is sent again because only the ETag has changed.
const ETAG_ATTEMPTS: u32 = 5;
/// How long a look of this process tells that something is not there.
const LOOK_HOLDS: Duration = Duration::from_secs(60);
/// The wait between two attempts.
const AGAIN: Duration = Duration::from_secs(10);
/// How long a resource that others work on is waited for.
const SETTLE: Duration = Duration::from_secs(30 * 60);

impl Run<'_> {
    /// Writes a body and waits until ARM has finished.
    ///
    /// Idempotent: a resource that is already as wanted is [`Done::Before`].
    pub async fn write(
        &self,
        action: &Action,
        write: Write,
        body: &Value,
        create: bool,
        used: &mut UsedSecrets,
    ) -> Result<Done, ActionError> {
        if create && write == Write::PutExact && self.is_known_absent(&action.resource) {
            self.check_sources(action).await?;
            let mut desired = self.resolve(body, used).await?;
            each_once(&action.resource.resource_type(), &mut desired);
            if self.create_unseen(action, &desired).await? {
                return Ok(Done::Now);
            }
        }
        self.check_unmoved(action).await?;
        let mut desired = self.resolve(body, used).await?;
        let id = &action.resource;
        each_once(&id.resource_type(), &mut desired);
        // What an earlier run of this plan has created holds the service's defaults too.
        let wish = Wish { body: desired, exact: write == Write::PutExact && !create };
        let mut current = self.current(action).await?;
        if let Some(found) = &current {
            let standing = wish.standing(id, found);
            let is_met = standing == Standing::Met && !wants_more_than(action, body);
            if is_met || self.is_superseded(action, found).await {
                return Ok(Done::Before);
            }
            // What a failed creation has left behind is ours to write again, and so is a password that
            // nobody can compare.
            if create && standing == Standing::Differs && !azure::Reader::has_failed(found) {
                return Err(ActionError::Moved { id: id.clone() });
            }
        }
        if current.is_none() && write == Write::Patch {
            current = Some(self.await_visible(action).await?);
        }
        for _ in 0..ETAG_ATTEMPTS {
            let error = match self.send(action, write, &wish.body, current.as_ref()).await {
                Ok(()) => return Ok(Done::Now),
                Err(error) => error,
            };
            match self.judge(action, error, &wish, current.as_ref()).await? {
                Judgement::Done(done) => return Ok(done),
                Judgement::Again(now) => current = Some(now),
            }
        }
        Err(ActionError::Moved { id: id.clone() })
    }

    /// Tells whether a resource was looked for by this process and not found, so lately that nobody is asked
    /// again; where the type knows `If-None-Match`, Azure itself tells if somebody was quicker.
    fn is_known_absent(&self, id: &ResourceId) -> bool {
        let is_late = |looked: &Instant| looked.elapsed() < LOOK_HOLDS || facts_of(id).etag;
        self.looked.as_ref().is_some_and(is_late)
            && self.plan.fingerprints.get(id) == Some(&Fingerprint::Absent)
            && !self.has_written_itself(id)
    }

    /// Creates a resource by one request; false where it turns out that something of it is there.
    async fn create_unseen(&self, action: &Action, desired: &Value) -> Result<bool, ActionError> {
        match self.send(action, Write::PutExact, desired, None).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_precondition_failed() || is_given(&error) => Ok(false),
            Err(source) => {
                Err(ActionError::Refused { verb: "write", id: action.resource.clone(), source })
            }
        }
    }

    /// Sends the write until it is accepted and finished, or refused for good.
    async fn send(
        &self,
        action: &Action,
        write: Write,
        desired: &Value,
        current: Option<&Observation>,
    ) -> Result<(), azure::Error> {
        let (id, api_version) = (&action.resource, action.api_version.as_str());
        let body = match (write, current) {
            (Write::PutOver, Some(current)) => overlay(&id.resource_type(), &current.body, desired),
            (Write::Patch, Some(current)) => whole_patch(&current.body, desired),
            (Write::Patch, None) => absent_as_null(desired),
            _ => without_absent(desired),
        };
        let condition = precondition(id, current);
        let unconfirmed = self.patiently(action, async || {
            let condition = condition.clone();
            match write {
                Write::Patch => self.writer.patch(id, api_version, &body, condition).await,
                _ => self.writer.put(id, api_version, &body, condition).await,
            }
        });
        match unconfirmed.await? {
            None => Ok(()),
            Some(found) if found.as_ref().is_some_and(|f| covers(id, desired, &f.body, false)) => {
                Ok(())
            }
            // Nobody of ARM's has said that the write was carried out, and it does not show.
            Some(_) => Err(azure::Error::Unconfirmed { request: format!("the write of {id}") }),
        }
    }

    /// Repeats a request while what this run has done itself explains its refusal.
    ///
    /// Returns the resource as it was read afterwards where the answer to a write was none of ARM's.
    async fn patiently(
        &self,
        action: &Action,
        request: impl AsyncFn() -> Result<Begun, azure::Error>,
    ) -> Result<Option<Option<Observation>>, azure::Error> {
        let mut watch = self.writer.reader().stopwatch();
        loop {
            let error = match request().await {
                Ok(begun) => {
                    self.note_written(&action.resource);
                    let is_unconfirmed = begun.is_unconfirmed();
                    let ended = self.writer.wait(begun).await;
                    self.forget(&action.resource);
                    return ended.map(|found| is_unconfirmed.then_some(found));
                }
                Err(error) => error,
            };
            let Some((reason, limit)) = self.own_doing(action, &error) else { return Err(error) };
            if watch.elapsed() > limit {
                return Err(error);
            }
            self.progress.waiting(action, reason);
            watch.pause(AGAIN).await;
        }
    }

    /// Returns why this run itself can be the cause of a refusal, and how long that may last.
    fn own_doing(&self, action: &Action, error: &azure::Error) -> Option<(&'static str, Duration)> {
        match error.class() {
            Class::NotFound if self.has_written_anything_of(action) => {
                Some(("what was just created is not visible everywhere yet", PATIENCE))
            }
            Class::Locked if !self.journal.is_empty() => {
                Some(("the lifted lock still has effect", PATIENCE))
            }
            Class::Denied if self.has_granted_rights() => {
                Some(("the new rights have not spread yet", RIGHTS_SPREAD))
            }
            _ => None,
        }
    }

    /// Judges a refused write: what was wanted may hold all the same, because an earlier attempt
    /// took effect before its answer was lost, or nothing but the ETag may have changed, because a
    /// child was written meanwhile.
    async fn judge(
        &self,
        action: &Action,
        error: azure::Error,
        wish: &Wish,
        before: Option<&Observation>,
    ) -> Result<Judgement, ActionError> {
        let id = &action.resource;
        if is_given(&error) {
            return if self.is_given_otherwise(action, &wish.body).await? {
                Ok(Judgement::Done(Done::Before))
            } else {
                Err(ActionError::Refused { verb: "write", id: id.clone(), source: error })
            };
        }
        if !error.is_precondition_failed() {
            return Err(ActionError::Refused { verb: "write", id: id.clone(), source: error });
        }
        let stable = |body: &Value| fingerprint(&id.resource_type(), body);
        match (before, self.read_at_rest(action).await?) {
            (_, Some(now)) if wish.is_met_by(id, &now) => Ok(Judgement::Done(Done::Now)),
            (Some(before), Some(now)) if stable(&before.body) == stable(&now.body) => {
                Ok(Judgement::Again(now))
            }
            _ => Err(ActionError::Moved { id: id.clone() }),
        }
    }

    /// Tells whether a right is there under another name, on the same terms and to stay.
    async fn is_given_otherwise(&self, action: &Action, body: &Value) -> Result<bool, ActionError> {
        let id = &action.resource;
        let (Some(wanted), Some(scope)) = (Right::of(body), id.parent()) else { return Ok(false) };
        let path = format!("{scope}/providers/{}?$filter=atScope()", id.resource_type());
        let found = self.writer.reader().list(&path, &action.api_version).await;
        let found = found.map_err(|source| ActionError::Refused {
            verb: "read",
            id: id.clone(),
            source,
        })?;
        let goes = |id: &ResourceId| {
            let mut actions = self.plan.actions.iter();
            actions
                .any(|other| matches!(other.operation, Operation::Delete) && other.resource == *id)
        };
        Ok(found.iter().any(|other| {
            let other_id = other["id"].as_str().and_then(|id| ResourceId::parse(id).ok());
            other_id.is_some_and(|id| id.parent().as_ref() == Some(&scope) && !goes(&id))
                && Right::of(other).as_ref() == Some(&wanted)
        }))
    }

    /// Deletes the resource and waits until ARM has finished.
    ///
    /// Idempotent: a resource that is already gone is [`Done::Before`].
    pub async fn delete(&self, action: &Action) -> Result<Done, ActionError> {
        self.check_unmoved(action).await?;
        self.delete_unchecked(action).await
    }

    pub async fn delete_unchecked(&self, action: &Action) -> Result<Done, ActionError> {
        let id = &action.resource;
        let Some(current) = self.read_at_rest(action).await? else { return Ok(Done::Before) };
        let condition = precondition(id, Some(&current));
        let request = async || self.writer.delete(id, &action.api_version, condition.clone()).await;
        match self.patiently(action, request).await {
            Ok(_) => Ok(Done::Now),
            Err(error) if error.is_not_found() => Ok(Done::Now),
            Err(error) if error.is_precondition_failed() => {
                Err(ActionError::Moved { id: id.clone() })
            }
            Err(source) => Err(ActionError::Refused { verb: "delete", id: id.clone(), source }),
        }
    }

    /// Starts an operation of the service and waits for it.
    pub async fn post(
        &self,
        action: &Action,
        name: &str,
        body: &Value,
        used: &mut UsedSecrets,
    ) -> Result<Done, ActionError> {
        self.check_unmoved(action).await?;
        let body = self.resolve(body, used).await?;
        let id = &action.resource;
        let request = async || self.writer.post(id, name, &action.api_version, &body).await;
        match self.patiently(action, request).await {
            Ok(_) => Ok(Done::Now),
            Err(source) => {
                Err(ActionError::Refused { verb: "start an operation of", id: id.clone(), source })
            }
        }
    }

    /// Returns the resource as it was when it was compared with the plan, where its ETag will tell whether it
    /// has changed since; else reads it.
    async fn current(&self, action: &Action) -> Result<Option<Observation>, ActionError> {
        let id = &action.resource;
        let compared = self.compared.lock().expect("no panic while locked").remove(id);
        let is_guarded = |found: &Observation| {
            facts_of(id).etag && found.etag.is_some() && !azure::Reader::is_in_motion(found)
        };
        match compared.filter(is_guarded) {
            Some(found) => Ok(Some(found)),
            None => self.read_at_rest(action).await,
        }
    }

    /// Reads the resource; one that is being worked on is waited for, not fought.
    async fn read_at_rest(&self, action: &Action) -> Result<Option<Observation>, ActionError> {
        let id = &action.resource;
        let Some(found) = self.read(id, &action.api_version).await? else { return Ok(None) };
        if !azure::Reader::is_in_motion(&found) {
            return Ok(Some(found));
        }
        self.progress.waiting(action, "Azure is still working on the resource");
        let settled = self.writer.reader().settle(&found, &action.api_version, SETTLE).await;
        settled.map_err(|source| ActionError::Refused { verb: "read", id: id.clone(), source })
    }

    /// Waits for a resource that something else in this run has brought forth.
    async fn await_visible(&self, action: &Action) -> Result<Observation, ActionError> {
        let mut watch = self.writer.reader().stopwatch();
        while self.has_written_anything_of(action) && watch.elapsed() <= PATIENCE {
            self.progress.waiting(action, "what was just created is not visible yet");
            watch.pause(AGAIN).await;
            if let Some(found) = self.read_at_rest(action).await? {
                return Ok(found);
            }
        }
        Err(ActionError::Missing { id: action.resource.clone() })
    }
}

/// Tells whether a change is for a value that the body does not hold: one that the service takes from
/// elsewhere when it is told the same once more, as the principal of an identity that was made anew.
/// That the body is there then proves nothing.
fn wants_more_than(action: &Action, body: &Value) -> bool {
    let mut held = vec![];
    walk_expressions(body, &mut |expression| held.push(expression.clone()));
    let mut wanted = action.changes.iter().filter_map(|change| change.after.as_ref());
    wanted.any(|after| match Expression::read(after) {
        Some(Expression::Reference(reference)) => {
            !held.iter().any(|expression| expression.references().contains(&&reference))
        }
        _ => false,
    })
}

/// What a write is to bring about.
struct Wish {
    body: Value,
    /// True where nothing else may be there.
    exact: bool,
}

impl Wish {
    fn is_met_by(&self, id: &ResourceId, found: &Observation) -> bool {
        self.standing(id, found) == Standing::Met
    }

    fn standing(&self, id: &ResourceId, found: &Observation) -> Standing {
        if azure::Reader::has_failed(found) {
            Standing::Differs
        } else {
            standing(id, &self.body, &found.body, self.exact)
        }
    }
}

/// What a refused write comes to.
enum Judgement {
    Done(Done),
    /// Nothing stands against the write but the ETag it was sent with.
    Again(Observation),
}

/// Tells whether a right is refused because it is there already, maybe under another name.
fn is_given(error: &azure::Error) -> bool {
    error.code() == Some("RoleAssignmentExists")
}

fn precondition(id: &ResourceId, current: Option<&Observation>) -> Precondition {
    if !facts_of(id).etag {
        return Precondition::None;
    }
    match current {
        None => Precondition::IfNoneMatch,
        Some(current) => current.etag.clone().map_or(Precondition::None, Precondition::IfMatch),
    }
}

/// Returns the patch with what the service must be told although nobody declares it: the tags of
/// others, as ARM's PATCH replaces the whole map, and a null for each identity that is to leave.
///
/// Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources>.
fn whole_patch(current: &Value, desired: &Value) -> Value {
    let mut patch = desired.clone();
    if let Some(wanted) = desired["tags"].as_object() {
        let mut tags = current["tags"].as_object().cloned().unwrap_or_default();
        for (key, value) in wanted {
            tags.retain(|known, _| !known.eq_ignore_ascii_case(key));
            tags.insert(key.clone(), value.clone());
        }
        patch["tags"] = without_absent(&Value::Object(tags));
    }
    let identities = |body: &Value| body["identity"]["userAssignedIdentities"].as_object().cloned();
    if let (Some(held), Some(wanted)) = (identities(current), identities(desired)) {
        let leave = held.keys().filter(|id| !wanted.keys().any(|w| w.eq_ignore_ascii_case(id)));
        for id in leave {
            patch["identity"]["userAssignedIdentities"][id] = Value::Null;
        }
    }
    absent_as_null(&patch)
}
