//! The names under which what private endpoints lead to is reached.
//!
//! Source: <https://learn.microsoft.com/azure/private-link/private-endpoint-dns>.

use resource::{ResourceId, ResourceType};

/// A part of a service that an endpoint can lead to.
struct Group {
    kind: &'static str,
    group: &'static str,
    /// The names, with `{name}` and `{region}`.
    hosts: &'static [&'static str],
    /// What they end in, which private zones replace.
    suffix: &'static str,
}

const fn group(
    kind: &'static str,
    group: &'static str,
    hosts: &'static [&'static str],
    suffix: &'static str,
) -> Group {
    Group { kind, group, hosts, suffix }
}

const STORAGE: &str = "Microsoft.Storage/storageAccounts";
const COSMOS: &str = "Microsoft.DocumentDB/databaseAccounts";

static GROUPS: &[Group] = &[
    group(STORAGE, "blob", &["{name}.blob.core.windows.net"], ".blob.core.windows.net"),
    group(STORAGE, "file", &["{name}.file.core.windows.net"], ".file.core.windows.net"),
    group(STORAGE, "queue", &["{name}.queue.core.windows.net"], ".queue.core.windows.net"),
    group(STORAGE, "table", &["{name}.table.core.windows.net"], ".table.core.windows.net"),
    group(STORAGE, "dfs", &["{name}.dfs.core.windows.net"], ".dfs.core.windows.net"),
    group(STORAGE, "web", &["{name}.z6.web.core.windows.net"], ".web.core.windows.net"),
    group("Microsoft.KeyVault/vaults", "vault", &["{name}.vault.azure.net"], ".vault.azure.net"),
    group(
        "Microsoft.Web/sites",
        "sites",
        &["{name}.azurewebsites.net", "{name}.scm.azurewebsites.net"],
        ".azurewebsites.net",
    ),
    group(
        COSMOS,
        "Sql",
        &["{name}.documents.azure.com", "{name}-{region}.documents.azure.com"],
        ".documents.azure.com",
    ),
    group(
        "Microsoft.Sql/servers",
        "sqlServer",
        &["{name}.database.windows.net"],
        ".database.windows.net",
    ),
    group(
        "Microsoft.Cache/Redis",
        "redisCache",
        &["{name}.redis.cache.windows.net"],
        ".redis.cache.windows.net",
    ),
    group(
        "Microsoft.Cache/redisEnterprise",
        "redisEnterprise",
        &["{name}.{region}.redis.azure.net"],
        ".redis.azure.net",
    ),
    group(
        "Microsoft.AppConfiguration/configurationStores",
        "configurationStores",
        &["{name}.azconfig.io"],
        ".azconfig.io",
    ),
    group(
        "Microsoft.ContainerRegistry/registries",
        "registry",
        &["{name}.azurecr.io", "{name}.{region}.data.azurecr.io"],
        ".azurecr.io",
    ),
    group(
        "Microsoft.Search/searchServices",
        "searchService",
        &["{name}.search.windows.net"],
        ".search.windows.net",
    ),
];

/// Returns the parts of a type that an endpoint can lead to; `None` where they are not known.
pub(super) fn groups_of(kind: &ResourceType) -> Option<Vec<&'static str>> {
    let mut known: Vec<&str> =
        GROUPS.iter().filter(|known| kind.is(known.kind)).map(|known| known.group).collect();
    if kind.is(STORAGE) {
        known.extend(["blob_secondary", "queue_secondary", "table_secondary", "web_secondary"]);
        known.extend(["file_secondary", "dfs_secondary"]);
    }
    if kind.is(COSMOS) {
        known.extend(["MongoDB", "Cassandra", "Gremlin", "Table"]);
    }
    (!known.is_empty()).then_some(known)
}

/// Returns the names of a part of what an endpoint leads to.
pub(super) fn of(target: &ResourceId, group: &str, region: &str) -> Vec<String> {
    let kind = target.resource_type();
    let secondary = group.strip_suffix("_secondary");
    let name = match secondary {
        Some(_) => format!("{}-secondary", target.name()),
        None => target.name().to_owned(),
    };
    let group = secondary.unwrap_or(group);
    let known = GROUPS.iter().filter(|known| kind.is(known.kind) && known.group == group);
    known
        .flat_map(|known| known.hosts)
        .map(|host| host.replace("{name}", &name.to_lowercase()).replace("{region}", region))
        .collect()
}

/// Returns the name of the record that stands for a host in a private zone.
pub(super) fn record_of(host: &str) -> &str {
    let known = GROUPS.iter().filter_map(|known| host.strip_suffix(known.suffix));
    known.min_by_key(|rest| rest.len()).unwrap_or(host)
}
