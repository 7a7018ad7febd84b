//! What a request is held against, by rules and by the firewall.

use regex::Regex;
use serde_json::Value;

use crate::kind::visit::{Visit, is_within};

/// A condition, of a rule or of the firewall: what is looked at, and with what it is compared.
#[derive(Debug)]
pub(super) struct Condition<'a> {
    /// What is looked at, in the words of rules.
    pub variable: &'a str,
    /// Which header, cookie or parameter.
    pub selector: &'a str,
    /// How it is compared.
    pub operator: &'a str,
    /// With what.
    pub values: Vec<&'a str>,
    /// What is done to it before.
    pub transforms: Vec<&'a str>,
    /// Whether the opposite is meant.
    pub is_negated: bool,
}

impl<'a> Condition<'a> {
    /// Reads a condition of a rule.
    pub fn of_rule(row: &'a Value) -> Self {
        let parameters = &row["parameters"];
        Self {
            variable: row["name"].as_str().unwrap_or_default(),
            selector: parameters["selector"].as_str().unwrap_or_default(),
            operator: parameters["operator"].as_str().unwrap_or_default(),
            values: texts(&parameters["matchValues"]),
            transforms: texts(&parameters["transforms"]),
            is_negated: parameters["negateCondition"] == true,
        }
    }

    /// Reads a condition of the firewall.
    pub fn of_firewall(row: &'a Value) -> Self {
        let variable = match row["matchVariable"].as_str().unwrap_or_default() {
            "RemoteAddr" => "RemoteAddress",
            other => other,
        };
        Self {
            variable,
            selector: row["selector"].as_str().unwrap_or_default(),
            operator: row["operator"].as_str().unwrap_or_default(),
            values: texts(&row["matchValue"]),
            transforms: texts(&row["transforms"]),
            is_negated: row["negateCondition"] == true,
        }
    }

    /// Tells whether a visit is meant.
    pub fn holds(&self, visit: &Visit) -> bool {
        self.is_met(visit) != self.is_negated
    }

    fn is_met(&self, visit: &Visit) -> bool {
        match self.operator {
            "IPMatch" => self.values.iter().any(|block| is_within(visit.address, block)),
            // Where an address lies is what a test says: nobody's address is anywhere here.
            "GeoMatch" => {
                let country = visit.header("x-simulated-country").unwrap_or("ZZ");
                self.values.iter().any(|value| value.eq_ignore_ascii_case(country))
            }
            operator => match self.subject(visit) {
                None => false,
                Some(_) if operator == "Any" => true,
                Some(subject) => {
                    let subject = self.transformed(subject);
                    self.values.iter().any(|value| compare(operator, &subject, value))
                }
            },
        }
    }

    /// Returns what is looked at, or nothing where the request has no such thing.
    fn subject(&self, visit: &Visit) -> Option<String> {
        let file = visit.path.rsplit('/').next().unwrap_or_default();
        let scheme = if visit.is_secure { "HTTPS" } else { "HTTP" };
        Some(match self.variable {
            "RequestMethod" => visit.method.clone(),
            "RequestScheme" => scheme.to_owned(),
            "QueryString" => visit.query.clone(),
            "UrlPath" => visit.path.trim_start_matches('/').to_owned(),
            "UrlFileName" => file.to_owned(),
            "UrlFileExtension" => file.rsplit_once('.')?.1.to_owned(),
            "RequestUri" => {
                let query = if visit.query.is_empty() { "" } else { "?" };
                format!(
                    "{}://{}{}{query}{}",
                    scheme.to_lowercase(),
                    visit.name(),
                    visit.path,
                    visit.query
                )
            }
            "HostName" => visit.name().to_owned(),
            "RequestHeader" => visit.header(&self.selector.to_ascii_lowercase())?.to_owned(),
            "Cookies" => cookie(visit, self.selector)?,
            "IsDevice" => {
                let agent = visit.header("user-agent").unwrap_or_default();
                if agent.contains("Mobile") { "Mobile" } else { "Desktop" }.to_owned()
            }
            "RemoteAddress" | "SocketAddr" => visit.address.to_string(),
            "ServerPort" => if visit.is_secure { "443" } else { "80" }.to_owned(),
            _ => return None,
        })
    }

    fn transformed(&self, subject: String) -> String {
        self.transforms.iter().fold(subject, |text, transform| match *transform {
            "Lowercase" => text.to_lowercase(),
            "Uppercase" => text.to_uppercase(),
            "Trim" => text.trim().to_owned(),
            "RemoveNulls" => text.replace('\0', ""),
            _ => text,
        })
    }
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn cookie(visit: &Visit, name: &str) -> Option<String> {
    let mut pairs =
        visit.header("cookie")?.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
}

fn compare(operator: &str, subject: &str, value: &str) -> bool {
    let number = |text: &str| text.len();
    match operator {
        "Equal" => subject == value,
        "Contains" => subject.contains(value),
        "BeginsWith" => subject.starts_with(value),
        "EndsWith" => subject.ends_with(value),
        "RegEx" => Regex::new(value).is_ok_and(|pattern| pattern.is_match(subject)),
        "Wildcard" => wildcard(value, subject),
        // What is compared is how long it is.
        "LessThan" => value.parse().is_ok_and(|bound| number(subject) < bound),
        "LessThanOrEqual" => value.parse().is_ok_and(|bound| number(subject) <= bound),
        "GreaterThan" => value.parse().is_ok_and(|bound| number(subject) > bound),
        "GreaterThanOrEqual" => value.parse().is_ok_and(|bound| number(subject) >= bound),
        _ => false,
    }
}

fn wildcard(pattern: &str, subject: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == subject,
        Some((start, "")) => subject.starts_with(start),
        Some((start, rest)) => subject.strip_prefix(start).is_some_and(|tail| {
            (0..=tail.len()).any(|at| tail.get(at..).is_some_and(|tail| wildcard(rest, tail)))
        }),
    }
}
