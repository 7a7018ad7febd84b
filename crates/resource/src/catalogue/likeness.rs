//! When two values are one: the spellings in which ARM's providers answer what they were sent.

use std::net::IpAddr;

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde_json::Value;

use super::PropertyPath;
use super::enumerations::is_enumeration;

/// How two values of a property are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Likeness {
    /// Letter for letter: the value means something to others than Azure.
    Exact,
    /// Without case: enumerations, names, GUIDs.
    Word,
    /// Without case and blanks: `westus2` is `West US 2`.
    Location,
    /// As resource IDs: without case, with or without first slash and subscription.
    Id,
    /// As resource IDs, of which one may be the last segment alone.
    Name,
    /// As host names: without case and final dot.
    Host,
    /// As URLs: scheme and host without case, a final slash is nothing.
    Url,
    /// As versions: `6` asks for any `6.x`.
    Version,
    /// As a list in one text: `Logging, Metrics` in any order and case.
    List,
    /// As a set of grants of Redis: without keys named, `allkeys` is meant.
    Grants,
    /// As the kind of an app: a list in one text to which the service adds what the plan and the
    /// runtime make of the app.
    AppKind,
    /// As the name of a type of the CDN: `…MatchCondition…` is `…Condition…`.
    TypeName,
    /// By the name of the property and the form of the value.
    Natural,
}

/// Names of free text: their letters mean something to people, programs or the file system.
const FREE_TEXT: &[&str] = &[
    "value",
    "values",
    "description",
    "displayname",
    "title",
    "text",
    "message",
    "notes",
    "comment",
    "label",
    "username",
    "login",
    "password",
    "secret",
    "token",
    "query",
    "expression",
    "pattern",
    "path",
    "paths",
    "prefix",
    "command",
    "commands",
    "args",
    "subject",
    "content",
    "data",
    "body",
    "payload",
    "matchvalues",
    "selector",
    "grouptags",
];

/// Maps whose values are the user's own.
const FREE_MAPS: &[&str] = &[
    "tags",
    "metadata",
    "labels",
    "nodelabels",
    "customproperties",
    "environmentvariables",
    "appsettings",
];

/// Ends of names that hold a region.
const LOCATIONS: &[&str] =
    &["location", "locations", "locationname", "region", "regions", "regionname"];

/// Ends of names that hold a host name.
const HOSTS: &[&str] = &[
    "host",
    "hostname",
    "hostnames",
    "cname",
    "fqdn",
    "fqdns",
    "target",
    "exchange",
    "nsdname",
    "ptrdname",
    "hostheader",
    "originhostheader",
];

/// Ends of names that hold a URL.
const URLS: &[&str] = &["uri", "url", "uris", "urls", "endpoint", "issuer"];

impl Likeness {
    /// Returns how values at `path` are compared when the catalogue says nothing of it.
    pub fn of(path: &PropertyPath) -> Self {
        let name = path.last_key().to_ascii_lowercase();
        // Tag names are compared without case, their values are kept to the letter.
        let parent = path.keys_upwards().nth(1).unwrap_or_default().to_ascii_lowercase();
        if FREE_MAPS.contains(&parent.as_str()) || FREE_TEXT.contains(&name.as_str()) {
            return Self::Exact;
        }
        let ends_in = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        if ends_in(LOCATIONS) {
            Self::Location
        } else if HOSTS.contains(&name.as_str()) {
            Self::Host
        } else if ends_in(URLS) {
            Self::Url
        } else if is_enumeration(&name) || parent == "sku" {
            Self::Word
        } else {
            Self::Natural
        }
    }

    /// Tells whether `desired` and `observed`, neither an array nor an object, are one value.
    pub fn same(self, desired: &Value, observed: &Value) -> bool {
        if desired == observed {
            return true;
        }
        match (desired, observed) {
            (Value::String(desired), Value::String(observed)) => self.same_text(desired, observed),
            (Value::Number(desired), Value::Number(observed)) => {
                desired.as_f64() == observed.as_f64()
            }
            // Providers answer a number or a switch that was sent as text in its own type, and
            // the other way round.
            (Value::String(text), other) | (other, Value::String(text)) => same_scalar(text, other),
            _ => false,
        }
    }

    fn same_text(self, desired: &str, observed: &str) -> bool {
        match self {
            Self::Exact => desired == observed,
            Self::Word => desired.eq_ignore_ascii_case(observed),
            Self::Location => squeeze(desired) == squeeze(observed),
            Self::Id => id_key(desired) == id_key(observed),
            Self::Name => {
                let last = |text: &str| id_key(text).rsplit('/').next().map(str::to_owned);
                let bare = !desired.contains('/') || !observed.contains('/');
                id_key(desired) == id_key(observed) || bare && last(desired) == last(observed)
            }
            Self::Host => same_host(desired, observed),
            Self::Url => {
                same_url(desired, observed) || is_id(desired) && id_key(desired) == id_key(observed)
            }
            Self::Version => same_version(desired, observed),
            Self::List => words(desired, ',') == words(observed, ','),
            Self::Grants => {
                let grants = |text| {
                    let words = words(text, ' ').into_iter();
                    words.filter(|word| word != "allkeys").collect::<Vec<_>>()
                };
                grants(desired) == grants(observed)
            }
            Self::AppKind => {
                let observed = words(observed, ',');
                words(desired, ',').iter().all(|w| w == "container" || observed.contains(w))
            }
            Self::TypeName => {
                let key =
                    |text: &str| text.to_ascii_lowercase().replace("matchcondition", "condition");
                key(desired) == key(observed)
            }
            Self::Natural => resembles(desired, observed),
        }
    }
}

/// Tells whether two texts are one value by their form alone: an ID, a GUID, an address, a time, a
/// duration, a quantity or a URL in two spellings.
pub fn resembles(desired: &str, observed: &str) -> bool {
    if desired == observed {
        return true;
    }
    if is_id(desired) || is_id(observed) {
        return id_key(desired) == id_key(observed);
    }
    same_address(desired, observed)
        || is_guid(desired) && desired.eq_ignore_ascii_case(observed)
        || same_time(desired, observed)
        || same_duration(desired, observed)
        || same_quantity(desired, observed)
        || is_word(desired) && desired.eq_ignore_ascii_case(observed)
        || desired.contains("://") && same_url(desired, observed)
        || desired.contains('/') && same_type_name(desired, observed)
}

/// Tells whether a value says nothing: ARM's providers answer `null`, `""`, `[]`, `{}` and an
/// absent property for one another.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(map) => map.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn same_scalar(text: &str, other: &Value) -> bool {
    match other {
        Value::Bool(switch) => text.eq_ignore_ascii_case(&switch.to_string()),
        Value::Number(number) => text.trim().parse().ok() == number.as_f64(),
        _ => false,
    }
}

fn squeeze(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

/// Tells whether `text` is a resource ID, or the part of one that follows the subscription.
pub(super) fn is_id(text: &str) -> bool {
    let text = text.strip_prefix('/').unwrap_or(text);
    let starts =
        |prefix: &str| text.get(..prefix.len()).is_some_and(|t| t.eq_ignore_ascii_case(prefix));
    starts("subscriptions/") || starts("providers/")
}

/// Returns the form that equal IDs share.
///
/// Budgets and diagnostic settings answer IDs without the first slash, role definitions get the
/// subscription put before `/providers`, and a blank in a name is answered as `%20`.
pub(super) fn id_key(text: &str) -> String {
    let lower = text.trim_matches('/').to_ascii_lowercase().replace("%20", " ");
    const DEFINITION: &str = "providers/microsoft.authorization/roledefinitions/";
    match lower.find(DEFINITION) {
        Some(at) => lower[at..].to_owned(),
        None => lower,
    }
}

fn same_host(desired: &str, observed: &str) -> bool {
    let key = |text: &str| text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    key(desired) == key(observed) || resembles(desired, observed)
}

fn same_url(desired: &str, observed: &str) -> bool {
    let split = |text: &str| {
        let text = text.strip_suffix('/').unwrap_or(text).to_owned();
        let start = text.find("://").map_or(0, |at| at + 3);
        let end = text[start..].find('/').map_or(text.len(), |at| start + at);
        (text[..end].to_ascii_lowercase(), text[end..].to_owned())
    };
    split(desired) == split(observed)
}

/// `6` asks for the newest 6, which the service answers as `6.0` or `6.0.14`.
fn same_version(desired: &str, observed: &str) -> bool {
    desired.is_empty()
        || observed.strip_prefix(desired).is_some_and(|r| r.is_empty() || r.starts_with('.'))
}

fn words(text: &str, separator: char) -> Vec<String> {
    let words = text.split(separator).map(|word| word.trim().to_ascii_lowercase());
    let mut words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words
}

fn is_guid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// One word such as an enumeration holds.
fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// `Microsoft.Storage` or `microsoft.insights/components`.
fn same_type_name(desired: &str, observed: &str) -> bool {
    desired.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("microsoft."))
        && desired.eq_ignore_ascii_case(observed)
}

/// An address is the network of itself alone.
fn same_address(desired: &str, observed: &str) -> bool {
    let bare = |text: &str| -> Option<IpAddr> {
        let text = text.strip_suffix("/32").or(text.strip_suffix("/128")).unwrap_or(text);
        text.parse().ok()
    };
    let network = |text: &str| -> Option<(IpAddr, u8)> {
        let (address, length) = text.split_once('/')?;
        Some((address.parse().ok()?, length.parse().ok()?))
    };
    matches!((bare(desired), bare(observed)), (Some(a), Some(b)) if a == b)
        || matches!((network(desired), network(observed)), (Some(a), Some(b)) if a == b)
}

fn same_time(desired: &str, observed: &str) -> bool {
    let starts_with_digits =
        |text: &str| text.len() >= 19 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit);
    starts_with_digits(desired)
        && starts_with_digits(observed)
        && matches!((instant(desired), instant(observed)), (Some(a), Some(b)) if a == b)
}

/// A time without a zone is one in UTC, as ARM's providers answer it.
fn instant(text: &str) -> Option<Timestamp> {
    text.parse().or_else(|_| format!("{text}Z").parse()).ok()
}

fn same_duration(desired: &str, observed: &str) -> bool {
    matches!((duration(desired), duration(observed)), (Some(a), Some(b)) if a == b)
}

fn duration(text: &str) -> Option<SignedDuration> {
    if !text.starts_with(['P', 'p']) {
        return timespan(text);
    }
    let span: Span = text.parse().ok()?;
    span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()
}

/// .NET's `[days.]hours:minutes:seconds`.
fn timespan(text: &str) -> Option<SignedDuration> {
    let (days, clock) = match text.split_once('.') {
        Some((days, clock)) if clock.contains(':') => (days.parse().ok()?, clock),
        _ => (0, text),
    };
    let parts: Vec<i64> = clock.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [hours, minutes, secs] = parts[..] else { return None };
    Some(SignedDuration::from_secs(((days * 24 + hours) * 60 + minutes) * 60 + secs))
}

/// Kubernetes quantities: `1.0Gi` is `1Gi`.
fn same_quantity(desired: &str, observed: &str) -> bool {
    let split = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = text[..end].parse().ok()?;
        Some((number.to_bits(), text[end..].to_owned()))
    };
    matches!((split(desired), split(observed)), (Some(a), Some(b))
        if a == b && ["m", "k", "Ki", "M", "Mi", "G", "Gi", "T", "Ti"].contains(&a.1.as_str()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn natural(path: &[&str], desired: Value, observed: Value) -> bool {
        let mut at = PropertyPath::root();
        path.iter().for_each(|key| at.push_key(key));
        Likeness::of(&at).same(&desired, &observed)
    }

    #[test]
    fn spellings_of_one_value_are_one() {
        let cases = [
            ("location", "westus2", "West US 2"),
            ("failoverRegion", "North Europe", "northeurope"),
            ("protocol", "https", "HTTPS"),
            ("cname", "a.example.com.", "A.example.com"),
            ("vaultUri", "https://V.vault.azure.net", "https://v.vault.azure.net/"),
            ("start", "2018-12-24T00:00:00.000Z", "2018-12-24T00:00:00+00:00"),
            ("windowSize", "PT60M", "PT1H"),
            ("memory", "1.0Gi", "1Gi"),
            ("ipv6Address", "2001:0db8:0000::1", "2001:db8::1"),
            (
                "appId",
                "AAAAAAAA-aaaa-4aaa-8aaa-AAAAAAAAAAAA",
                "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
            ),
            (
                "serverFarmId",
                "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/serverFarms/p",
                "subscriptions/S/resourcegroups/RG/providers/Microsoft.Web/serverfarms/p",
            ),
            (
                "roleDefinitionId",
                "/providers/Microsoft.Authorization/roleDefinitions/x",
                "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/X",
            ),
        ];
        for (name, desired, observed) in cases {
            assert!(natural(&[name], json!(desired), json!(observed)), "{name}");
        }
        assert!(natural(&["retentionInDays"], json!("7"), json!(7)));
        assert!(natural(&["enabled"], json!("True"), json!(true)));
        assert!(natural(&["spotMaxPrice"], json!(-1), json!(-1.0)));
    }

    #[test]
    fn text_that_means_something_elsewhere_is_compared_to_the_letter() {
        let cases = [
            (&["tags", "team"][..], "Core", "core"),
            (&["properties", "metadata", "team"], "Core", "core"),
            (&["value"], "v=DKIM1", "v=dkim1"),
            (&["description"], "Keep", "keep"),
            (&["monitorConfig", "path"], "/Health", "/health"),
            (&["linuxFxVersion"], "NODE|20-lts", "node|20-lts"),
            (&["kubernetesVersion"], "1.10", "1.1"),
            (&["a"], "PT5M", "PT6M"),
        ];
        for (path, desired, observed) in cases {
            assert!(!natural(path, json!(desired), json!(observed)), "{path:?}");
        }
    }

    #[test]
    fn a_version_asked_for_in_short_is_met_by_a_longer_one() {
        assert!(Likeness::Version.same(&json!("6"), &json!("6.0")));
        assert!(!Likeness::Version.same(&json!("6"), &json!("60")));
        assert!(!Likeness::Version.same(&json!("6.2"), &json!("6.0")));
    }

    #[test]
    fn nothing_in_any_form_is_empty() {
        for nothing in [json!(null), json!(""), json!([]), json!({}), json!({ "a": [""] })] {
            assert!(is_empty(&nothing));
        }
        assert!(!is_empty(&json!(false)));
        assert!(!is_empty(&json!(0)));
    }
}
