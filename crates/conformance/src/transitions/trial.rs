//! One trial: from one topology to another.

use std::time::Duration;

use plan::{Code, Guard};
use planner::Mode as Life;
use report::TextOptions;
use resource::catalogue::facts_of;
use resource::contains_expression;
use serde_json::Value;
use simulator::Step;
use topology::Topology;

use super::alike::{Unlike, compare};
use super::excuse::{Excuses, other};
use super::kind::is_right_refusal;
use super::pair::Mode;
use super::world::{Broken, Kill, Reached, World};

/// How long a trial may take.
const PATIENCE: Duration = Duration::from_secs(180);
/// How many actions an apply may have that is killed at each.
const MOST_ACTIONS: u32 = 100;
/// How often a killed apply is repeated.
const REPEATS: usize = 4;

/// What a trial came to when nothing was wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passed {
    /// The ends are alike.
    Alike {
        /// How often the second apply was killed at an action.
        kills: usize,
    },
    /// A plan was refused, for right reasons.
    Refused(Vec<Code>),
}

/// What was wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Every kind of failure in it.
    pub kinds: Vec<String>,
    /// All that was found.
    pub text: String,
}

impl Fault {
    fn one(kind: String, text: impl Into<String>) -> Self {
        Self { kinds: vec![kind], text: text.into() }
    }
}

/// How a trial ended that goes no further.
enum End {
    Refused(Vec<Code>),
    Fault(Fault),
}

/// Makes the trial of a pair of topologies.
pub async fn run(a: &Topology, b: &Topology, mode: Mode) -> Result<Passed, Fault> {
    let patience = if mode == Mode::KilledAtEach { PATIENCE * MOST_ACTIONS } else { PATIENCE };
    let timed = tokio::time::timeout(patience, play(a, b, mode)).await;
    match timed {
        Ok(Ok(kills)) => Ok(Passed::Alike { kills }),
        Ok(Err(End::Refused(codes))) => Ok(Passed::Refused(codes)),
        Ok(Err(End::Fault(fault))) => Err(fault),
        Err(_) => Err(Fault::one("no end".to_owned(), format!("no end after {patience:?}"))),
    }
}

async fn play(a: &Topology, b: &Topology, mode: Mode) -> Result<usize, End> {
    if mode == Mode::KilledAtEach {
        return kill_each(a, b).await;
    }
    let mut world = open().await?;
    let mut fresh = open().await?;
    let result = go(mode, a, b, &mut world, &mut fresh).await;
    world.close().await;
    fresh.close().await;
    result.map(|()| 0)
}

/// Kills the second apply at each of its actions, in an Azure of its own, and repeats it.
async fn kill_each(a: &Topology, b: &Topology) -> Result<usize, End> {
    let mut fresh = open().await?;
    let reached = reach("fresh B", &mut fresh, b, Kill::Never).await;
    let wanted = fresh.look();
    fresh.close().await;
    reached?;
    let excuses = Excuses::new(a, b, wanted.clone());
    for action in 0.. {
        let mut world = open().await?;
        let was_killed = kill_at(action, a, b, &mut world).await;
        let found = world.look();
        world.close().await;
        if !was_killed? {
            return Ok(action);
        }
        let stage = "end after a kill at an action";
        judge(stage, excuses.without(compare(&found, &wanted))).map_err(|end| at(action, end))?;
    }
    Ok(0)
}

/// Kills the second apply at one of its actions and repeats it; tells whether it has so many.
async fn kill_at(
    action: usize,
    a: &Topology,
    b: &Topology,
    world: &mut World,
) -> Result<bool, End> {
    reach("A", world, a, Kill::Never).await?;
    let killed = world.apply(b, Kill::AtAction(action)).await;
    match killed.map_err(|Broken { kind, text }| fault(&format!("B {kind}"), text))? {
        Reached::Done => return Ok(false),
        Reached::Refused(guards) => return Err(refused("B", &guards)),
        Reached::Killed => {}
    }
    let stage = "B after a kill at an action";
    match reach(stage, world, b, Kill::Never).await {
        // Something was written already.
        Err(End::Refused(codes)) => {
            Err(fault(&format!("{stage} refused: {}", told(&codes)), format!("at {action}")))
        }
        repeated => repeated.map_err(|end| at(action, end)),
    }?;
    is_empty(stage, world, b).await.map_err(|end| at(action, end))?;
    Ok(true)
}

/// Says at which action the apply was killed.
fn at(action: usize, end: End) -> End {
    match end {
        End::Fault(fault) => {
            let text = format!("killed at action {action}: {}", fault.text);
            End::Fault(Fault { text, ..fault })
        }
        End::Refused(codes) => End::Refused(codes),
    }
}

async fn open() -> Result<World, End> {
    World::open().await.map_err(|error| fault("no simulator", format!("{error:#}")))
}

async fn go(
    mode: Mode,
    a: &Topology,
    b: &Topology,
    world: &mut World,
    fresh: &mut World,
) -> Result<(), End> {
    reach("A", world, a, Kill::Never).await?;
    is_empty("A", world, a).await?;
    if let Mode::Disturbed(choice) = mode {
        disturbed(world, a, choice).await?;
    }
    let kill = match mode {
        Mode::Killed(requests) => Kill::AfterRequests(requests),
        _ => Kill::Never,
    };
    reach("B", world, b, kill).await?;
    is_empty("B", world, b).await?;
    reach("fresh B", fresh, b, Kill::Never).await?;
    let found = world.look();
    let wanted = fresh.look();
    let excuses = Excuses::new(a, b, wanted.clone());
    let unlike = excuses.without(compare(&found, &wanted));
    let was_disturbed = matches!(mode, Mode::Disturbed(_));
    let is_wrong = |unlike: &Unlike| !(was_disturbed && is_of_nobody(unlike));
    judge("end", unlike.into_iter().filter(is_wrong).collect())
}

/// Applies a topology; a kill is followed by more runs.
async fn reach(stage: &str, world: &mut World, topology: &Topology, kill: Kill) -> Result<(), End> {
    for repeat in 0..REPEATS {
        let kill = if repeat == 0 { kill } else { Kill::Never };
        match world.apply(topology, kill).await {
            Ok(Reached::Done) => return Ok(()),
            Ok(Reached::Killed) => {}
            Ok(Reached::Refused(guards)) => return Err(refused(stage, &guards)),
            Err(Broken { kind, text }) => return Err(fault(&format!("{stage} {kind}"), text)),
        }
    }
    Err(fault(&format!("{stage} is never done"), ""))
}

/// Tells whether a plan was refused for right reasons.
fn refused(stage: &str, guards: &[Guard]) -> End {
    let mut codes: Vec<Code> = guards.iter().map(|guard| guard.code).collect();
    codes.sort();
    codes.dedup();
    match codes.iter().find(|code| !is_right_refusal(**code)) {
        None => End::Refused(codes),
        Some(code) => {
            let told = |guard: &Guard| format!("{}: {}", guard.address, guard.message);
            let told: Vec<String> = guards.iter().map(told).collect();
            fault(&format!("{stage} refused: {code}"), told.join("\n"))
        }
    }
}

fn told(codes: &[Code]) -> String {
    codes.iter().map(|code| code.word()).collect::<Vec<_>>().join(", ")
}

/// Asks for the plan of what was applied: there may be nothing in it.
async fn is_empty(stage: &str, world: &mut World, topology: &Topology) -> Result<(), End> {
    let plan = world.plan(topology, &evenkeel::Allow::default()).await;
    let plan =
        plan.map_err(|Broken { kind, text }| fault(&format!("{stage} again {kind}"), text))?;
    if plan.is_empty() && plan.refusals.is_empty() {
        return Ok(());
    }
    let options = TextOptions { width: 100, styled: false, verbose: true };
    let text = report::text(&plan, &options);
    let mut kinds: Vec<String> = plan
        .actions
        .iter()
        .map(|action| {
            let verb = super::kind::debug_word(&action.verb);
            let path = action.changes.first().map(|change| path_form(&change.path));
            format!(
                "{stage} again: {verb} {} {}",
                action.resource.resource_type(),
                path.unwrap_or_default()
            )
        })
        .filter(|kind| !kind.contains(": Note "))
        .collect();
    kinds.extend(plan.refusals.iter().map(|it| format!("{stage} again refused: {}", it.code)));
    kinds.sort();
    kinds.dedup();
    Err(End::Fault(Fault { kinds, text }))
}

/// Leaves names out of the path of a change.
fn path_form(path: &str) -> String {
    let path = path.split('[').next().unwrap_or_default();
    match path.strip_prefix("tags.") {
        Some(_) => "tags.*".to_owned(),
        None => path.to_owned(),
    }
}

/// Changes something behind everybody's back and applies again: then all is as before.
async fn disturbed(world: &mut World, a: &Topology, choice: u64) -> Result<(), End> {
    let before = world.look();
    if !disturb(world, a, &before, choice) {
        return Ok(());
    }
    reach("A after a disturbance", world, a, Kill::Never).await?;
    let after = world.look();
    let unlike = compare(&after, &before).into_iter().filter(|it| !is_of_nobody(it)).collect();
    judge("A after a disturbance", unlike)
}

/// Tells whether a policy is left that names a principal who has gone with what somebody deleted: nobody
/// knows any more whose it was.
fn is_of_nobody(unlike: &Unlike) -> bool {
    let mut steps =
        unlike.path.split('\u{1f}').skip_while(|step| *step != "accesspolicies").skip(1);
    unlike.wanted.is_none()
        && steps.next().is_some_and(|holder| !holder.contains("principal of "))
        && steps.next().is_none()
}

/// Deletes a resource, or changes a property of one; tells whether Azure let it.
fn disturb(
    world: &mut World,
    topology: &Topology,
    holdings: &super::alike::Holdings,
    choice: u64,
) -> bool {
    let desired = planner::expand(families::language(), topology);
    let ours: Vec<_> = desired.resources().filter(|it| it.mode == Life::Managed).collect();
    let chosen = |of: usize, salt: u64| {
        usize::try_from((choice / salt) % (of.max(1) as u64)).unwrap_or_default()
    };
    let Some(resource) = ours.get(chosen(ours.len(), 1)) else { return false };
    let id = resource.id.to_string();
    let api_version = Some(resource.api_version.clone());
    // What comes and goes with its parent cannot be deleted.
    let goes_alone = !facts_of(&resource.id).born_with_parent;
    if goes_alone && chosen(2, 1000) == 0 {
        return world.disturb(Step { delete: Some(id), api_version, ..Step::default() });
    }
    let mut leaves = vec![];
    leaves_of(&resource.body, &mut String::new(), &mut leaves);
    let Some((pointer, value)) = leaves.get(chosen(leaves.len(), 100_000)) else { return false };
    let Some(seen) = holdings.get(&id.to_ascii_lowercase()) else { return false };
    let mut body = seen.clone();
    // A view of another document, which nobody sends back.
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|key, _| !key.eq_ignore_ascii_case("siteConfig"));
    }
    let Some(place) = body.pointer_mut(pointer) else { return false };
    place.clone_from(value);
    world.disturb(Step { put: Some(id), api_version, body: Some(body), ..Step::default() })
}

/// Collects the leaves that have another value of their kind.
fn leaves_of(body: &Value, pointer: &mut String, found: &mut Vec<(String, Value)>) {
    match body {
        Value::Object(map) if !contains_expression(body) || pointer.is_empty() => {
            for (key, value) in map {
                let length = pointer.len();
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                leaves_of(value, pointer, found);
                pointer.truncate(length);
            }
        }
        leaf => found.extend(other(leaf).map(|other| (pointer.clone(), other))),
    }
}

fn judge(stage: &str, unlike: Vec<Unlike>) -> Result<(), End> {
    if unlike.is_empty() {
        return Ok(());
    }
    let mut kinds: Vec<String> =
        unlike.iter().map(|unlike| format!("{stage}: {}", unlike.kind())).collect();
    kinds.sort();
    kinds.dedup();
    let text: Vec<String> = unlike
        .iter()
        .map(|it| {
            let path = it.path.replace('\u{1f}', ".");
            let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".into());
            format!("{} {path}\n    is {}, not {}", it.id, value(&it.found), value(&it.wanted))
        })
        .collect();
    Err(End::Fault(Fault { kinds, text: text.join("\n") }))
}

fn fault(kind: &str, text: impl Into<String>) -> End {
    End::Fault(Fault::one(kind.to_owned(), text))
}
