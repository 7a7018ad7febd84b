//! The state of a look: what was asked, what was seen, what is still to be asked.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use resource::catalogue::{Listing, RESOURCES_RIGHT, RESOURCES_VERSION, facts, facts_of};
use resource::{
    MARK, NotEvaluated, Observation, Observed, ResourceId, ResourceType, is_marked, types,
};
use serde_json::Value;

use super::Wants;
use super::collection::Call;
use crate::reader::etag_of;
use crate::{Error, Reader};

/// Types of which all are always read: groups carry marks that the list of resources does not show,
/// and a lock can stand in the way of any action.
const ALWAYS: [&str; 2] = [types::GROUP, types::LOCK];

pub(super) struct Look<'a> {
    pub(super) reader: &'a Reader,
    owned_by: Option<String>,
    subscriptions: BTreeSet<String>,
    wanted: BTreeMap<ResourceId, String>,
    /// Resource groups in which unmanaged neighbours are shown.
    groups: BTreeSet<ResourceId>,
    pending: BTreeMap<Call, String>,
    made: BTreeSet<Call>,
    /// All that lists have shown, kept or not.
    pub(super) seen: BTreeSet<ResourceId>,
    /// Who bears which unique name, by type and name in lower case.
    pub(super) bearers: BTreeMap<(String, String), ResourceId>,
    pub(super) observed: Observed,
}

/// What one call came to.
pub(super) struct Answer {
    call: Call,
    found: Result<Vec<Observation>, NotEvaluated>,
}

impl Answer {
    /// Returns what the call has shown.
    pub fn seen(&self) -> &[Observation] {
        self.found.as_deref().unwrap_or_default()
    }
}

/// What the subscriptions' lists of tagged resources show.
#[derive(Default)]
pub(super) struct Hints {
    hits: Vec<ResourceId>,
    hidden: Vec<(ResourceId, NotEvaluated)>,
}

impl<'a> Look<'a> {
    pub fn new(reader: &'a Reader, wants: &Wants) -> Self {
        let named = wants.ids.iter().filter_map(|(id, _)| id.subscription());
        let named = named.chain(wants.subscriptions.iter().map(String::as_str));
        let group_of =
            |id: &ResourceId| Some(ResourceId::group(id.subscription()?, id.resource_group()?));
        let mut look = Self {
            reader,
            owned_by: wants.owned_by.clone(),
            subscriptions: named.map(str::to_ascii_lowercase).collect(),
            wanted: BTreeMap::new(),
            groups: wants.ids.iter().filter_map(|(id, _)| group_of(id)).collect(),
            pending: BTreeMap::new(),
            made: BTreeSet::new(),
            seen: BTreeSet::new(),
            bearers: BTreeMap::new(),
            observed: Observed::default(),
        };
        for (id, api_version) in &wants.ids {
            look.want(id, api_version);
        }
        let always = ALWAYS.map(|name| {
            let listed = ResourceType::new(name);
            let version = facts(&listed).api_version.to_owned();
            (listed, version)
        });
        for (kind, api_version) in wants.types.iter().chain(&always) {
            for subscription in look.subscriptions.clone() {
                look.ask(Call::whole(&subscription, kind.clone()), api_version);
            }
        }
        look
    }

    /// Adds what is wanted besides.
    pub fn want_more(&mut self, more: &Wants) {
        for (id, api_version) in &more.ids {
            if !self.wanted.contains_key(id) {
                self.want(id, api_version);
            }
        }
    }

    fn want(&mut self, id: &ResourceId, api_version: &str) {
        self.wanted.insert(id.clone(), api_version.to_owned());
        match Call::for_resource(id) {
            Some(call) => self.ask(call, api_version),
            None => {
                let Some(parent) = id.parent().filter(|parent| !self.wanted.contains_key(parent))
                else {
                    return;
                };
                let api_version = facts_of(&parent).api_version;
                self.want(&parent, api_version);
            }
        }
        // Records and host names are versioned with their parents.
        if let Some(call) = Call::beside(id) {
            self.ask(call, api_version);
        }
    }

    fn ask(&mut self, call: Call, api_version: &str) {
        if !self.made.contains(&call) {
            self.pending.entry(call).or_insert_with(|| api_version.to_owned());
        }
    }

    /// Makes the calls on which the others hang.
    pub async fn read_first(&self) -> Result<Vec<Answer>, Error> {
        let first = |call: &Call| matches!(call, Call::Subscription { .. });
        self.read(|call| first(call)).await
    }

    /// Makes the calls that are left, save those whose answer is known to be "nothing".
    pub async fn read_rest(&self) -> Result<Vec<Answer>, Error> {
        self.read(|call| !call.rests_on().is_some_and(|owner| self.is_absent(&owner))).await
    }

    async fn read(&self, wanted: impl Fn(&Call) -> bool) -> Result<Vec<Answer>, Error> {
        let calls = self.pending.iter().filter(|(call, _)| wanted(call));
        let answers = calls.map(|(call, api_version)| self.make(call.clone(), api_version));
        join_all(answers).await.into_iter().collect()
    }

    async fn make(&self, call: Call, api_version: &str) -> Result<Answer, Error> {
        let found = match &call {
            Call::One { id } => {
                self.reader.get(id, api_version).await.map(|found| found.into_iter().collect())
            }
            list => {
                let members = self.reader.list(&list.path(), api_version).await;
                members.map(|members| members.into_iter().filter_map(member).collect())
            }
        };
        let found = match found {
            Ok(found) => Ok(found),
            Err(error) if is_nothing(&error) => Ok(vec![]),
            Err(error) => Err(NotEvaluated { reason: unreadable(error, &call.right())? }),
        };
        Ok(Answer { call, found })
    }

    /// Returns resources that the subscriptions' lists show with our mark.
    ///
    /// A subscription whose list may not be read is noted: what carries our mark there and is no
    /// longer declared stays unseen.
    pub async fn hints(&self) -> Result<Hints, Error> {
        let Some(owner) = &self.owned_by else { return Ok(Hints::default()) };
        let filter = format!("tagName eq '{MARK}' and tagValue eq '{}'", owner.replace('\'', "''"));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("$filter", &filter)
            .finish();
        let lists = self.subscriptions.iter().map(async |subscription| {
            let path = format!("/subscriptions/{subscription}/resources?{query}");
            (subscription, self.reader.list(&path, RESOURCES_VERSION).await)
        });
        let mut hints = Hints::default();
        for (subscription, list) in join_all(lists).await {
            match list {
                Ok(list) => hints.hits.extend(list.into_iter().filter_map(member).map(|f| f.id)),
                Err(error) if error.is_denied() => {
                    let reason = unreadable(error, RESOURCES_RIGHT)?;
                    let scope = ResourceId::subscription_scope(subscription);
                    hints.hidden.push((scope, NotEvaluated { reason }));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(hints)
    }

    /// Adds hits to what is wanted, so that each is confirmed.
    pub fn want_hits(&mut self, hints: Hints) {
        for (scope, why) in hints.hidden {
            self.note_hidden(scope, &why);
        }
        for id in hints.hits {
            if self.wanted.contains_key(&id) || self.observed.get(&id).is_some() {
                continue;
            }
            match facts_of(&id).api_version {
                "" => {
                    let kind = id.resource_type();
                    let reason =
                        format!("it carries our mark, but no API version of {kind} is known");
                    self.observed.not_evaluated.insert(id, NotEvaluated { reason });
                }
                api_version => self.want(&id, api_version),
            }
        }
    }

    pub fn note_all(&mut self, answers: Vec<Answer>) {
        for answer in answers {
            self.note(answer);
        }
        // Calls that were left out because their owner is absent need not be made later either.
        let absent: Vec<Call> = self
            .pending
            .keys()
            .filter(|call| call.rests_on().is_some_and(|owner| self.is_absent(&owner)))
            .cloned()
            .collect();
        absent.iter().for_each(|call| drop(self.pending.remove(call)));
    }

    fn note(&mut self, answer: Answer) {
        let Answer { call, found } = answer;
        self.pending.remove(&call);
        self.made.insert(call.clone());
        let found = match found {
            Ok(found) => found,
            Err(why) => return self.note_unreadable(&call, why),
        };
        if !matches!(call, Call::One { .. }) {
            self.observed.listed.insert(call.path());
        }
        for observation in found {
            self.seen.insert(observation.id.clone());
            self.note_name(&observation);
            if self.is_kept(&call, &observation) {
                self.note_beside(&observation);
                self.observed.insert(observation);
            }
        }
    }

    fn note_unreadable(&mut self, call: &Call, mut why: NotEvaluated) {
        let hidden = |id: &&ResourceId| match Call::for_resource(id) {
            Some(own) => own == *call,
            None => {
                id.parent().and_then(|parent| Call::for_resource(&parent)).as_ref() == Some(call)
            }
        };
        let hidden: Vec<ResourceId> = self.wanted.keys().filter(hidden).cloned().collect();
        // Nothing wanted lies in it, yet what was to be found in it is not known.
        if hidden.is_empty() {
            let subscription = match call {
                Call::Subscription { subscription, .. } => Some(&subscription[..]),
                Call::Children { owner: within, .. } | Call::One { id: within } => {
                    why.reason.push_str(&format!(" for `{}`", within.name()));
                    within.subscription()
                }
            };
            let Some(subscription) = subscription else { return };
            return self.note_hidden(ResourceId::subscription_scope(subscription), &why);
        }
        for id in hidden {
            self.observed.not_evaluated.insert(id, why.clone());
        }
    }

    /// Notes that something within `scope` is not known, beside what else is not.
    fn note_hidden(&mut self, scope: ResourceId, why: &NotEvaluated) {
        let known = self.observed.not_evaluated.entry(scope);
        let known = known.or_insert_with(|| NotEvaluated { reason: String::new() });
        if !known.reason.is_empty() {
            known.reason.push_str("; ");
        }
        known.reason.push_str(&why.reason);
    }

    /// Children of something that carries our mark and is no longer wanted carry none themselves.
    fn note_beside(&mut self, observation: &Observation) {
        if self.is_owned(observation)
            && let Some(call) = Call::beside(&observation.id)
        {
            self.ask(call, facts_of(&observation.id).api_version);
        }
    }

    /// A list of a subscription shows more than concerns us.
    fn is_kept(&self, call: &Call, observation: &Observation) -> bool {
        let Call::Subscription { resource_type, .. } = call else { return true };
        let id = &observation.id;
        facts(resource_type).listing == Listing::Scope
            || self.wanted.contains_key(id)
            || self.is_owned(observation)
            || self.groups.iter().any(|group| id.is_within(group))
    }

    fn is_owned(&self, observation: &Observation) -> bool {
        let Some(owner) = &self.owned_by else { return false };
        is_marked(observation.body.get("tags"), owner)
    }

    /// Tells whether `id`, or what it lies in, is known not to exist. The nearest of which anything
    /// is known decides: who may read a resource need not see its group.
    fn is_absent(&self, id: &ResourceId) -> bool {
        let mut chain = id.lineage();
        chain.find_map(|id| self.existence(&id)) == Some(false)
    }

    fn existence(&self, id: &ResourceId) -> Option<bool> {
        if self.seen.contains(id) {
            return Some(true);
        }
        let call = Call::for_resource(id)?;
        let hidden = self.observed.not_evaluated.contains_key(id);
        let is_list = !matches!(call, Call::One { .. });
        let unlisted = is_list && !self.observed.listed.contains(&call.path());
        (self.made.contains(&call) && !hidden && !unlisted).then_some(false)
    }

    /// Ends the look: what parents' bodies hold is taken out of them.
    pub fn finish(mut self) -> Observed {
        let inside: Vec<&ResourceId> =
            self.wanted.keys().filter(|id| Call::for_resource(id).is_none()).collect();
        let found = inside.into_iter().filter_map(|id| {
            let parent = self.observed.get(&id.parent()?)?;
            let body = find_by_id(&parent.body, id)?.clone();
            Some(Observation { id: id.clone(), etag: etag_of(&body), body })
        });
        for observation in found.collect::<Vec<_>>() {
            self.observed.insert(observation);
        }
        self.observed
    }
}

/// Reads a member of a list; one without an ID cannot be told from its siblings and is left out.
pub(super) fn member(body: Value) -> Option<Observation> {
    let text = body.get("id")?.as_str()?;
    // Some providers leave out the first slash, and some write blanks as `%20`.
    let text = format!("/{}", text.trim_start_matches('/')).replace("%20", " ");
    let id = ResourceId::parse(&text).ok()?;
    Some(Observation { id, etag: etag_of(&body), body })
}

fn find_by_id<'a>(value: &'a Value, id: &ResourceId) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.iter().find_map(|item| find_by_id(item, id)),
        Value::Object(map) => {
            let own = map.get("id").and_then(Value::as_str);
            if own.is_some_and(|own| own.eq_ignore_ascii_case(id.as_str())) {
                Some(value)
            } else {
                map.values().find_map(|member| find_by_id(member, id))
            }
        }
        _ => None,
    }
}

/// Tells whether an error says that there is nothing to see: the owner of a list has gone, or its
/// provider was never used in the subscription. A subscription that is not there is a mistake.
fn is_nothing(error: &Error) -> bool {
    let code = error.code().unwrap_or_default();
    let unused = code.eq_ignore_ascii_case("MissingSubscriptionRegistration");
    unused || (error.is_not_found() && !code.eq_ignore_ascii_case("SubscriptionNotFound"))
}

/// Returns why a resource stays unread; hands back errors that concern the whole look.
///
/// `right` is the action that the call needs, where ARM does not name it.
fn unreadable(error: Error, right: &str) -> Result<String, Error> {
    match error {
        error if error.is_denied() => {
            let code = error.code().unwrap_or("Forbidden");
            let named = error.fault().and_then(|fault| right_in(&fault.message));
            Ok(format!("the right `{}` is missing ({code})", named.unwrap_or(right)))
        }
        // Listing settings is a POST, which a lock refuses although nothing changes.
        error if error.code().is_some_and(|code| code.eq_ignore_ascii_case("ScopeLocked")) => {
            Ok("a lock of level ReadOnly forbids to list it".into())
        }
        Error::NotARead { .. } => {
            Ok("its values are secret, and a plan lists only what the language speaks of".into())
        }
        error => Err(error),
    }
}

/// Finds the action in "does not have authorization to perform action 'x/read' over scope".
pub(super) fn right_in(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("perform action '")?;
    let (right, _) = rest.split_once('\'')?;
    let is_action = right.contains('/')
        && right.chars().all(|c| c.is_ascii_alphanumeric() || "./_-".contains(c));
    is_action.then_some(right)
}
