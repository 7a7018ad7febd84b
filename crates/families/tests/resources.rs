//! The escape hatch is imported as ARM has it, but for what is secret.

use std::collections::BTreeMap;

use families::language;
use importer::Request;
use resource::{Observation, Observed, ResourceId};
use serde_json::json;

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

#[test]
fn secrets_of_the_escape_hatch_are_not_written() {
    let group = ResourceId::group(SUBSCRIPTION, "rg-shop");
    let cache = ResourceId::in_group(SUBSCRIPTION, "rg-shop", "Microsoft.Cache/redis", "cache");
    let body = json!({
        "location": "westeurope",
        "properties": { "redisConfiguration": {
            "rdb-storage-connection-string": "AccountKey=x",
            "aof-storage-connectionstring": "AccountKey=abc",
        } },
    });
    let mut observed = Observed::default();
    for (id, body) in [(group.clone(), json!({ "location": "westeurope" })), (cache, body)] {
        observed.insert(Observation { id, body, etag: None });
    }
    let environment = BTreeMap::new();
    let request = Request { scopes: vec![group], name: None, cloud: None, environment };
    let found = importer::import(language(), &observed, &request);
    assert!(found.body.contains("type: Microsoft.Cache/redis"), "{}", found.body);
    assert!(!found.body.contains("AccountKey"), "{}", found.body);
    assert_eq!(found.variables.len(), 2, "{:?}", found.variables.keys());
}
