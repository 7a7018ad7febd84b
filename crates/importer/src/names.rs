//! What names tell: their parts, the name of the application, keys that a person would choose.

use resource::ResourceId;

/// Returns the parts of a name.
pub fn parts(name: &str) -> Vec<&str> {
    name.split(['-', '_', '.']).filter(|part| !part.is_empty()).collect()
}

/// Tells whether a part of a name is the short form of a region: `weu` of `westeurope`.
pub fn is_region_part(part: &str, region: &str) -> bool {
    let part = part.to_ascii_lowercase();
    if part == region {
        return true;
    }
    let mut letters = region.chars();
    let is_subsequence = part.chars().all(|c| letters.any(|letter| letter == c));
    (2..=6).contains(&part.len()) && part.get(..1) == region.get(..1) && is_subsequence
}

/// Returns the key of a resource: its name without its kind, the application and the stamp.
pub fn key(
    name: &str,
    abbreviations: &[&str],
    application: &str,
    stamp: Option<&str>,
    fallback: &str,
) -> String {
    let name = name.to_ascii_lowercase();
    let stamp = stamp.map(str::to_ascii_lowercase);
    let rest = if name.contains(['-', '_', '.']) {
        let mut rest = parts(&name);
        if rest.first().is_some_and(|first| abbreviations.contains(first)) {
            rest.remove(0);
        }
        remove(&mut rest, &parts(application));
        if let Some(stamp) = &stamp {
            remove(&mut rest, &parts(stamp));
        }
        let of_application = parts(application);
        if rest.iter().any(|part| !of_application.contains(part)) {
            rest.retain(|part| !of_application.contains(part));
        }
        rest.join("-")
    } else {
        let application: String = application.chars().filter(|c| *c != '-').collect();
        // `st` begins `stpki`, and no name of `storage`.
        let is_abbreviated = |rest: &&str| {
            rest.contains(&application) || stamp.as_ref().is_some_and(|stamp| rest.contains(stamp))
        };
        let bare = abbreviations.iter().find_map(|it| name.strip_prefix(it)).filter(is_abbreviated);
        let mut rest = bare.unwrap_or(&name).to_owned();
        for gone in [Some(application), stamp].into_iter().flatten() {
            rest = rest.replacen(&gone, "", 1);
        }
        rest
    };
    let rest: String =
        rest.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let rest = rest.trim_matches('-').to_owned();
    if rest.is_empty() { fallback.to_owned() } else { rest }
}

/// Removes a run of parts, where it is found.
fn remove(from: &mut Vec<&str>, run: &[&str]) {
    if run.is_empty() {
        return;
    }
    if let Some(at) = from.windows(run.len()).position(|window| window == run) {
        from.drain(at..at + run.len());
    }
}

/// Returns what the groups' names have in common, or else the first one's, as the name of an
/// application.
pub fn application(groups: &[ResourceId], stamps: &[&str]) -> String {
    const NOISE: [&str; 6] = ["rg", "resourcegroup", "group", "global", "shared", "common"];
    let names: Vec<String> = groups.iter().map(|id| id.name().to_ascii_lowercase()).collect();
    let is_noise =
        |part: &str| NOISE.contains(&part) || stamps.iter().any(|it| it.eq_ignore_ascii_case(part));
    let of_first: Vec<&str> = names.first().map(|name| parts(name)).unwrap_or_default();
    let meaningful = || of_first.iter().filter(|part| !is_noise(part)).copied();
    let common: Vec<&str> =
        meaningful().filter(|part| names.iter().all(|name| parts(name).contains(part))).collect();
    let chosen = if common.is_empty() { meaningful().collect() } else { common };
    let name: String =
        chosen.join("-").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    let name: String =
        name.trim_start_matches(|c: char| !c.is_ascii_lowercase()).chars().take(40).collect();
    if name.is_empty() { "imported".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_remains_of_a_name() {
        assert_eq!(key("app-pki-weu", &["app"], "pki", Some("weu"), "web"), "web");
        assert_eq!(key("app-hello-web-weu", &["app"], "hello", Some("weu"), "web"), "web");
        assert_eq!(key("stjobsweuatlas", &["st"], "atlas", Some("weu"), "main"), "jobs");
        assert_eq!(key("storagelogs", &["st"], "pki", None, "main"), "storagelogs");
        assert_eq!(key("kv-north-wind-keys", &["kv"], "north-wind", None, "main"), "keys");
        assert_eq!(key("shop-weu-portal", &["app"], "shop-prod", Some("weu"), "web"), "portal");
        assert_eq!(key("My_Cache", &["redis"], "pki", None, "main"), "my-cache");
    }

    #[test]
    fn an_application_is_what_its_groups_have_in_common() {
        let groups = |names: &[&str]| -> Vec<ResourceId> {
            names.iter().map(|name| ResourceId::group("s", name)).collect()
        };
        let of = |names: &[&str], stamps: &[&str]| application(&groups(names), stamps);
        assert_eq!(of(&["rg-pki-global", "rg-pki-weu", "rg-pki-neu"], &["weu", "neu"]), "pki");
        assert_eq!(of(&["rg-north-wind"], &[]), "north-wind");
        assert_eq!(of(&["rg-weu"], &["weu"]), "imported");
    }

    #[test]
    fn short_forms_of_regions_are_known() {
        assert!(is_region_part("weu", "westeurope"));
        assert!(is_region_part("eus2", "eastus2"));
        assert!(!is_region_part("web", "westeurope"));
        assert!(!is_region_part("prod", "westeurope"));
    }
}
