//! Broken bodies judge whether the simulator refuses what Azure refuses.
//!
//! A good body is one that the simulator accepts: of a recorded write, or of what an apply sends
//! for a topology. It is broken in one place at a time, as the published definitions forbid, and
//! sent; only then the good body is. Where that is refused nothing was proved, and nothing counts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use resource::{Expression, Part, ResourceId, walk_expressions};
use serde_json::Value;
use simulator::Latency;

use crate::flows::{prior, recording};
use crate::settled::{self, Prepared};
use crate::stage::{Stage, encoded};
use crate::types::{Definitions, topologies};

mod breakage;

use breakage::Breakage;

/// How many broken bodies of a type were refused and accepted.
#[derive(Debug, Default)]
struct Score {
    by_type: BTreeMap<String, (usize, usize)>,
    accepted: Vec<String>,
    unproved: Vec<String>,
}

/// Judges all good bodies, prints the score and tells whether every broken one was refused.
pub fn run(definitions: &Path, good: &[PathBuf], verbose: bool) -> anyhow::Result<bool> {
    let definitions = Definitions::load(definitions)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut score = Score::default();
    for source in good {
        if source.is_dir() {
            for case in recording::load::<settled::Case>(source)? {
                runtime.block_on(recorded(&definitions, &case, &mut score))?;
            }
        } else {
            runtime.block_on(applied(&definitions, source, &mut score))?;
        }
    }
    Ok(score.report(verbose))
}

impl Score {
    fn report(&self, verbose: bool) -> bool {
        println!("{:<72} {:>7} {:>8}", "type", "refused", "accepted");
        for (kind, (refused, accepted)) in &self.by_type {
            println!("{kind:<72} {refused:>7} {accepted:>8}");
        }
        if verbose {
            self.accepted.iter().for_each(|line| println!("accepted: {line}"));
            self.unproved.iter().for_each(|line| println!("not proved: {line}"));
        }
        let refused: usize = self.by_type.values().map(|(refused, _)| refused).sum();
        println!("{} good bodies were refused", self.unproved.len());
        println!("{refused} passed, {} failed", self.accepted.len());
        self.accepted.is_empty()
    }
}

async fn recorded(
    definitions: &Definitions,
    case: &settled::Case,
    score: &mut Score,
) -> anyhow::Result<()> {
    if case.request.method != "PUT" {
        return Ok(());
    }
    let Prepared { stage, id, body, is_covered } = settled::prepare(case).await?;
    if is_covered {
        let good = Good { id: &id, version: &case.api_version, body: &body, origin: &case.id };
        good.judge(definitions, &stage, score).await?;
    }
    Ok(())
}

async fn applied(
    definitions: &Definitions,
    topology: &Path,
    score: &mut Score,
) -> anyhow::Result<()> {
    let mut stage = Stage::open(Latency::None, 100).await?;
    let subscription = crate::stage::SUBSCRIPTION;
    for (id, sent) in topologies::writes(topology)? {
        // The stage knows one subscription only.
        let moved = |text: &str| match id.subscription() {
            Some(own) => text.replace(own, subscription),
            None => text.to_owned(),
        };
        let body = resolved(&stage, &serde_json::from_str(&moved(&sent.body.to_string()))?).await?;
        let id = ResourceId::parse(&moved(id.as_str()))?;
        if sent.partial || !stage.covers(&id.resource_type()).await? {
            continue;
        }
        prior::ensure_around(&stage, &id, &body, "westeurope").await?;
        if id.resource_type().last().eq_ignore_ascii_case("hostNameBindings") {
            stage.own_domain(id.name())?;
        }
        let origin = topology.display().to_string();
        let good = Good { id: &id, version: &sent.api_version, body: &body, origin: &origin };
        good.judge(definitions, &stage, score).await?;
    }
    Ok(())
}

/// Puts values where a body says only what they will be.
async fn resolved(stage: &Stage, body: &Value) -> anyhow::Result<Value> {
    let mut references = vec![];
    walk_expressions(body, &mut |expression| {
        references.extend(expression.references().into_iter().cloned());
    });
    let mut known = BTreeMap::new();
    for reference in references {
        let held = stage.held(&reference.id).await?.unwrap_or_default();
        let value = held.pointer(&reference.pointer).cloned().unwrap_or_default();
        known.insert(format!("{}{}", reference.id, reference.pointer), value);
    }
    Ok(filled(body, &known))
}

fn filled(value: &Value, known: &BTreeMap<String, Value>) -> Value {
    if let Some(expression) = Expression::read(value) {
        return valued(&expression, known);
    }
    match value {
        Value::Array(items) => items.iter().map(|item| filled(item, known)).collect(),
        Value::Object(map) => {
            map.iter().map(|(name, value)| (name.clone(), filled(value, known))).collect()
        }
        other => other.clone(),
    }
}

fn valued(expression: &Expression, known: &BTreeMap<String, Value>) -> Value {
    match expression {
        Expression::Secret(_) => Value::from("secret"),
        Expression::Reference(reference) => {
            let key = format!("{}{}", reference.id, reference.pointer);
            known.get(&key).filter(|value| !value.is_null()).cloned().unwrap_or("unknown".into())
        }
        Expression::Base64(_) => Value::from("c2VjcmV0"),
        Expression::Join(parts) => {
            let text = parts.iter().map(|part| match part {
                Part::Literal(text) => text.clone(),
                Part::Expression(inner) => {
                    valued(inner, known).as_str().unwrap_or_default().to_owned()
                }
            });
            Value::from(text.collect::<String>())
        }
    }
}

/// A body that ought to be accepted.
struct Good<'a> {
    id: &'a ResourceId,
    version: &'a str,
    body: &'a Value,
    origin: &'a str,
}

impl Good<'_> {
    async fn judge(
        &self,
        definitions: &Definitions,
        stage: &Stage,
        score: &mut Score,
    ) -> anyhow::Result<()> {
        let kind = self.id.resource_type();
        let definition = definitions.find_any(kind.as_str())?;
        let Some((nodes, root)) = definition else { return Ok(()) };
        let mut refused = 0;
        let mut accepted = vec![];
        for broken in breakage::all(&nodes, root, self.id.name(), self.body, self.version) {
            let answer = self.send(stage, &broken.version, &broken.body).await?;
            if (400..500).contains(&answer.status) {
                refused += 1;
            } else {
                let Breakage { path, what, .. } = broken;
                accepted.push(format!("{kind} {path}: {what} ({})", self.origin));
            }
        }
        let answer = self.send(stage, self.version, self.body).await?;
        if !answer.is_success() {
            score.unproved.push(format!("{kind} {}: {}", self.origin, answer.body));
            return Ok(());
        }
        let row = score.by_type.entry(kind.as_str().to_ascii_lowercase()).or_default();
        row.0 += refused;
        row.1 += accepted.len();
        score.accepted.extend(accepted);
        Ok(())
    }

    async fn send(
        &self,
        stage: &Stage,
        version: &str,
        body: &Value,
    ) -> anyhow::Result<recording::Response> {
        let target = format!("{}?api-version={version}", encoded(self.id.as_str()));
        stage.send("PUT", &target, &[], body).await
    }
}
