//! No excerpt and no message shows a secret that is written out, nor one that stands beside a mistake.

use super::parsed;
use topology::render;

const SECRET: &str = "hunter2";

#[test]
fn neither_message_nor_excerpt_shows_a_secret() {
    for text in [
        "tags: { password: \"hunter2{\", x: \"{oops}\" }",
        "tags: { password: \"{hunter2}\" }",
        "tags: { password: \"${hunter2}\" }",
        "tags: { DB_PASSWORD: hunter2, x: \"{oops}\" }",
        "stamps: { weu: { region: nowhere, apps: { web: { settings: { API_TOKEN: \"hunter2 {oops}\" } } } } }",
        "trafficManager: { main: { monitor: { headers: { Cookie: \"a=hunter2\", Bad: \"{oops}\" } } } }",
        "trafficManager: { main: { monitor: { path: \"/x?code=hunter2\", protocol: oops } } }",
        "resources: { r: { typo: A.B/c, properties: { env: [{ name: API_TOKEN, value: \"{hunter2}\" }] } } }",
        "dns: { example.com: { records: { www: { txt: [\"{oops} Password=hunter2\"] } } } }",
        // What is no YAML.
        "tags: { password: hunter2, a: [ }",
        "settings:\n  DB_PASSWORD: hunter2\n\tb: c",
        "settings: { Authorization: \"hunter2\" ]",
        "settings: [{ name: Cookie, value: hunter2 }",
        "settings:\n  PRIVATE_TOKEN: |\n    hunter2\n   oops: [",
    ] {
        let parsed = parsed(&format!("version: 1\nname: x\n{text}\n"));
        let told = render(&parsed.diagnostics, &parsed.sources, false, 300);
        assert!(!told.is_empty(), "{text}");
        assert!(!told.contains(SECRET), "{text}:\n{told}");
        let data = serde_json::to_string(&parsed.diagnostics).expect("plain data");
        assert!(!data.contains(SECRET), "{text}:\n{data}");
    }
}

#[test]
fn what_is_no_secret_is_shown() {
    for text in [
        "tags: { password: \"${secret:env:X}\", note: \"{hunter2}\" }",
        "vaults: { shared: { accessPolicies: [{ secrets: [\"{hunter2}\"] }] } }",
    ] {
        let parsed = parsed(&format!("version: 1\nname: x\n{text}\n"));
        let told = render(&parsed.diagnostics, &parsed.sources, false, 300);
        assert!(told.contains(SECRET), "{text}:\n{told}");
        assert!(!told.contains("plain-secret"), "{told}");
    }
}
