//! `evenkeel check`

mod certificate;

use std::net::IpAddr;

use anyhow::anyhow;
use executor::{RealWorld, Visit, World};
use planner::{Door, ManualRecord, Secrets};
use report::{Checked, CheckedRecord, Visited};
use resource::{Expression, Observed};
use serde_json::Value;
use url::Url;

use crate::cli::{Check, TextOrJson};
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Form};
use crate::session::{Session, learn_secrets};
use crate::source;

/// Characters of an answer that are told.
const LONGEST_BODY: usize = 120;

/// Asks everything that the routers lead to, and DNS for what somebody else keeps. Writes nothing.
pub async fn run(args: &Check) -> Outcome {
    let source = source::load(&args.file)?;
    let session = Session::start(&source, &args.connection).await?;
    let checked = checked(&session, &args.connect).await;
    session.stop().await;
    let checked = checked?;
    match args.format {
        TextOrJson::Text => {
            output::result(&report::check(&checked, &output::text_options(false)))?;
        }
        TextOrJson::Json => output::document(Form::Json, &report::check_json(&checked))?,
    }
    Ok(if checked.is_well() { Exit::Done } else { Exit::Failed })
}

async fn checked(session: &Session, connect: &[(String, IpAddr)]) -> Result<Checked, Failure> {
    let desired = &session.desired;
    let doors = planner::doors(desired);
    if doors.is_empty() && desired.manual_records.is_empty() {
        let error = anyhow!("the topology leads nobody anywhere by a profile that probes");
        return Err(Failure::invalid(error, "declare `trafficManager`, with endpoints"));
    }
    // Azure is asked only where a host or a record is known to it alone.
    let is_azure_needed = doors.iter().any(rests_on_azure)
        || desired.manual_records.iter().any(|it| has_reference(&it.value));
    let asking = Asking {
        observed: if is_azure_needed {
            session.observe().await?.observed
        } else {
            Observed::default()
        },
        secrets: learn_secrets(desired.resources().map(|resource| (&resource.id, &resource.body))),
        world: &session.azure.world,
        connect,
    };
    let mut checked =
        Checked { topology: desired.topology.clone(), doors: vec![], records: vec![] };
    for door in &doors {
        let mut visits = vec![];
        for name in [None].into_iter().chain(door.names.iter().map(Some)) {
            visits.push(asking.visit(door, name.map(String::as_str)).await);
        }
        checked.doors.push(report::Door { address: door.address.clone(), visits });
    }
    for record in &desired.manual_records {
        checked.records.push(asking.record(record).await);
    }
    Ok(checked)
}

fn rests_on_azure(door: &Door) -> bool {
    has_reference(&door.host) || door.headers.iter().any(|(_, value)| has_reference(value))
}

fn has_reference(value: &Value) -> bool {
    Expression::read(value).is_some_and(|expression| !expression.references().is_empty())
}

/// Who is asked, and with what.
struct Asking<'s> {
    observed: Observed,
    secrets: Secrets,
    world: &'s RealWorld,
    /// The addresses that are taken for hosts.
    connect: &'s [(String, IpAddr)],
}

impl Asking<'_> {
    /// Returns the text of a value, where it is known here.
    fn text(&self, value: &Value) -> Option<String> {
        let value = match Expression::read(value) {
            Some(expression) => planner::resolve(&expression, &self.observed, &self.secrets)?,
            None => value.clone(),
        };
        value.as_str().map(str::to_owned)
    }

    /// Asks as the router does, or as somebody who comes by a name.
    async fn visit(&self, door: &Door, name: Option<&str>) -> Visited {
        let mut visited = Visited {
            name: name.map(str::to_owned),
            url: String::new(),
            certificate: None,
            status: Err("not asked".to_owned()),
            body: String::new(),
            faults: vec![],
        };
        let visit = match self.request(door, name, &mut visited) {
            Ok(visit) => visit,
            Err(reason) => {
                visited.faults.push(reason);
                return visited;
            }
        };
        let seen = match self.world.visit(&visit).await {
            Ok(seen) => seen,
            Err(error) => {
                let error = format!("{:#}", anyhow::Error::from(error));
                visited.faults.push(error.clone());
                visited.status = Err(error);
                return visited;
            }
        };
        visited.status = Ok(seen.status);
        visited.body = beginning(&seen.body);
        // A router takes any certificate.
        let shown = seen.certificate.filter(|_| name.is_some());
        visited.certificate = shown.and_then(|der| certificate::read(&der, jiff::Timestamp::now()));
        let is_expected =
            door.expected.iter().any(|(low, high)| (*low..=*high).contains(&seen.status));
        if let Some(mistrust) = seen.mistrust.filter(|_| name.is_some() || !is_expected) {
            let kept = "its certificate is not good, so no login was sent";
            visited.faults.push(format!("{kept}: {mistrust}"));
        }
        if !is_expected {
            visited.faults.push(format!("it should answer with {}", ranges(&door.expected)));
        }
        if let Some(text) = door.holds.as_ref().filter(|text| !seen.body.contains(*text)) {
            visited.faults.push(format!("the answer does not hold {text:?}"));
        }
        visited
    }

    /// Makes the request, and notes what is asked for.
    fn request(
        &self,
        door: &Door,
        name: Option<&str>,
        visited: &mut Visited,
    ) -> Result<Visit, String> {
        let host = self.text(&door.host).ok_or("its host is not known yet: apply first")?;
        let of_host = |host: &str| {
            let port = door.port.map(|port| format!(":{port}")).unwrap_or_default();
            // An IPv6 address stands in brackets.
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            format!("{}://{host}{port}{}", door.scheme, door.path)
        };
        visited.url = of_host(&host);
        let url = of_host(name.unwrap_or(&host));
        let url: Url = url.parse().map_err(|_| format!("`{url}` is no address"))?;
        let mut headers = vec![];
        for (header, value) in &door.headers {
            if name.is_some() && header.eq_ignore_ascii_case("host") {
                continue;
            }
            let Some(value) = self.text(value) else {
                return Err(format!("its header `{header}` holds what is not known here"));
            };
            headers.push((header.clone(), value));
        }
        let is_it = |(known, _): &&(String, IpAddr)| known.eq_ignore_ascii_case(&host);
        let address = self.connect.iter().find(is_it).map(|(_, address)| *address);
        Ok(Visit { host, address, url, headers })
    }

    /// Asks DNS for a record that somebody else keeps.
    async fn record(&self, record: &ManualRecord) -> CheckedRecord {
        let wanted = self.text(&record.value);
        let found = self.world.lookup(&record.name, &record.record_type).await;
        let found = found.map_err(|error| format!("{:#}", anyhow::Error::from(error)));
        let is_right = match (&found, &wanted) {
            (Ok(found), Some(wanted)) => record.is_held_by(found, wanted),
            _ => false,
        };
        let forms = wanted.as_deref().map(|wanted| record.forms(wanted)).unwrap_or_default();
        CheckedRecord {
            name: record.name.clone(),
            kind: record.record_type.clone(),
            wanted,
            found,
            is_right,
            forms,
        }
    }
}

/// Returns the beginning of an answer in one line.
fn beginning(body: &str) -> String {
    let words: Vec<&str> = body.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(LONGEST_BODY) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn ranges(expected: &[(u16, u16)]) -> String {
    let range = |(low, high): &(u16, u16)| {
        if low == high { low.to_string() } else { format!("{low}-{high}") }
    };
    expected.iter().map(range).collect::<Vec<_>>().join(", ")
}
