//! When two values are one: the spellings in which ARM's providers answer what they were sent.

use serde_json::Value;

use super::PropertyPath;
use super::enumerations::is_enumeration;
use super::forms::{id_key, is_id, resembles, same_host, same_url};
use crate::is_absent;

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
    /// As resource IDs; the desired one may be the last segment alone.
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
        if name == "value" && parent == "iprules" {
            // A network's address, which some services answer with its length.
            return Self::Natural;
        }
        let is_free = FREE_TEXT.contains(&name.as_str()) || name.ends_with("username");
        if is_free || FREE_MAPS.contains(&parent.as_str()) {
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
        } else if name.ends_with("id") {
            Self::Name
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
                // A neighbour may be named by its name alone.
                let is_bare = !desired.contains('/') && is_id(observed);
                resembles(desired, observed) || is_bare && last(desired) == last(observed)
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

/// Tells whether a value says nothing: ARM's providers answer `null`, `""`, `[]`, `{}` and an
/// absent property for one another.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(map) => is_absent(value) || map.values().all(is_empty),
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
    fn kinds_of_an_identity_are_a_set_whatever_the_type() {
        let both = ["SystemAssigned, UserAssigned", "UserAssigned,SystemAssigned"];
        let both = both.map(|kind| json!({ "identity": { "type": kind } }));
        let one = json!({ "identity": { "type": "UserAssigned" } });
        for name in ["Microsoft.Web/sites", "Microsoft.Cache/redis", "Contoso.Widgets/widgets"] {
            let facts = crate::catalogue::facts(&crate::ResourceType::new(name));
            let differs = |a, b| !facts.compare(a, b, &|_| None).differences.is_empty();
            assert!(!differs(&both[0], &both[1]) && !differs(&both[1], &both[0]), "{name}");
            assert!(differs(&both[0], &one) && differs(&one, &both[1]), "{name}");
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
