//! What outsiders have written, and what the surroundings do, does not take over a run.

use crate::scenario::{Scenario, finish};

const CHANGES: &str = r###"
changes:
  - patch: /subscriptions/${subscription}/resourceGroups/rg-hello-weu/providers/Microsoft.Web/serverfarms/asp-hello-weu
    apiVersion: "2024-04-01"
    body:
      tags:
        evenkeel: hello
        a: "##vso[task.setvariable variable=PATH]/tmp/x ##[error]y"
        b: "x\n::add-mask::plain\n::error::pwned\r::warning::x"
        c: "```\n</details><script>alert(1)</script> @octo-org/admins"
        d: "\e[2J\e[31mred\a\e[8mhidden"
        e: "admin\u202Egnp.exe \u2028 \u0085 end\u009b2J"
        "##[warning]\u202Ekey": "a name"
"###;

const TAGS: &str = "tags: { a: plain, b: plain, c: plain, d: plain, e: plain }\n";

/// Asserts that nothing in a text acts, on a terminal or on a build service.
fn assert_inert(what: &str, text: &str) {
    for acting in ["##vso[", "##[", "\u{1b}", "\u{202e}", "\u{9b}", "\u{7}"] {
        assert!(!text.contains(acting), "{what} holds {acting:?}:\n{text}");
    }
    let is_command = |line: &str| line.trim_start().starts_with("::");
    assert!(!text.split(['\n', '\r']).any(is_command), "{what} commands:\n{text}");
}

#[test]
fn what_stands_in_azure_acts_in_no_output() {
    let scenario = Scenario::of("minimal");
    let topology = format!("{TAGS}{}", scenario.read("topology.yaml"));
    scenario.write("topology.yaml", &topology);
    scenario.apply();
    scenario.change(CHANGES);
    for command in ["plan", "drift"] {
        let plan = ["text", "markdown", "json", "sarif", "html"];
        let drift = ["text", "markdown", "json", "junit", "html"];
        for format in if command == "plan" { plan } else { drift } {
            let run = scenario.run(&[command, "--format", format]);
            let text = run.stdout;
            assert!(format != "html" || !text.contains("<script>alert"), "{text}");
            let tells_values = ["text", "json", "html"].contains(&format);
            assert!(!tells_values || text.contains("plain"), "{command} {format}:\n{text}");
            assert_inert(&format!("{command} as {format}"), &text);
            assert_inert(&format!("{command} on stderr"), &run.stderr);
        }
    }
    assert_inert("show", &scenario.run(&["show", "weu/plan"]).stdout);
    assert_inert("apply", &scenario.run(&["apply", "--yes"]).stdout);
}

#[test]
fn names_in_a_branch_act_in_no_output() {
    let scenario = Scenario::of("minimal");
    scenario.write("##vso[x]\u{202e}.yaml", "version: 1\nname: [\"\\e[2J\n");
    let run = scenario.run_offline(&["validate", "##vso[x]\u{202e}.yaml"]);
    assert_eq!(run.code, 3);
    assert_inert("validate", &run.stderr);
    let run = scenario.run_offline(&["validate", "##[no]\u{1b}[2Jsuch.yaml"]);
    assert_inert("a missing file", &run.stderr);
}

#[test]
fn a_login_is_sent_to_permitted_hosts_only() {
    let scenario = Scenario::of("minimal");
    let plain = scenario.read("topology.yaml");
    let with = |resource_manager: &str, authority: &str| {
        let cloud = format!(
            "cloud: {{ resourceManager: '{resource_manager}', authority: '{authority}' }}\n"
        );
        scenario.write("topology.yaml", &format!("{cloud}{plain}"));
        finish(scenario.command(&["plan"]))
    };
    let refused = with("https://arm.example", "https://127.0.0.1:1");
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.stderr.contains("--cloud-endpoint https://arm.example"), "{}", refused.stderr);
    let refused = with("https://127.0.0.1:1", "https://login.example/tenant");
    assert!(
        refused.stderr.contains("--cloud-endpoint https://login.example"),
        "{}",
        refused.stderr
    );
    let open = with("http://arm.example", "https://login.example");
    assert_eq!(open.code, 3, "{}", open.stderr);
    assert!(open.stderr.contains("is not https"), "{}", open.stderr);
}

#[test]
fn certificates_that_cannot_be_read_are_told() {
    let scenario = Scenario::of("minimal");
    scenario.write("empty.pem", "no certificate\n");
    for file in ["nowhere.pem", "empty.pem"] {
        let mut plan = scenario.simulated(&["plan"]);
        plan.env("SSL_CERT_FILE", file);
        let run = finish(plan);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(
            run.stderr.contains(file) && run.stderr.contains("SSL_CERT_FILE"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_first_use_that_was_killed_does_not_lose_its_scenario() {
    let azure = "changes:\n  - put: /subscriptions/${subscription}/resourceGroups/rg-theirs\n    \
                 apiVersion: \"2021-04-01\"\n    body: { location: westeurope }\n";
    let has_theirs = |scenario: &Scenario| {
        scenario.run(&["plan"]);
        let dump = ["simulate", "--dir", ".evenkeel/azure", "--dump"];
        scenario.run_offline(&dump).stdout.contains("rg-theirs")
    };
    // Killed before anything was kept, and after the state was first kept.
    for begun in [&[][..], &["state.lock"], &["scenario.begun"]] {
        let scenario = Scenario::with_azure("minimal", azure);
        let folder = scenario.folder().join(".evenkeel/azure");
        std::fs::create_dir_all(&folder).expect("a folder");
        if begun == ["scenario.begun"] {
            // The empty Azure of a simulator that was started and no more.
            let other = Scenario::of("minimal");
            other.run(&["plan"]);
            let other = other.folder().join(".evenkeel/azure");
            for entry in std::fs::read_dir(other).expect("a folder") {
                let entry = entry.expect("an entry");
                std::fs::copy(entry.path(), folder.join(entry.file_name())).expect("copied");
            }
        }
        for name in begun {
            std::fs::write(folder.join(name), "").expect("written");
        }
        assert!(has_theirs(&scenario), "{begun:?}");
        assert!(!folder.join("scenario.begun").exists());
    }
    // A scenario is read once: what was deleted since stays deleted.
    let scenario = Scenario::with_azure("minimal", azure);
    assert!(has_theirs(&scenario));
    let gone = "changes:\n  - delete: /subscriptions/${subscription}/resourceGroups/rg-theirs\n    \
                apiVersion: \"2021-04-01\"\n";
    scenario.change(gone);
    assert!(!has_theirs(&scenario));
}

#[test]
fn includes_stay_below_the_folder() {
    let scenario = Scenario::of("minimal");
    let plain = scenario.read("topology.yaml");
    let folder = scenario.folder().join("app");
    std::fs::create_dir(&folder).expect("a folder");
    scenario.write("outside.yaml", "storage: {}\n");
    for include in ["../outside.yaml", "/etc/passwd", "link.yaml", "."] {
        #[cfg(unix)]
        if include == "link.yaml" {
            let link = std::os::unix::fs::symlink("../outside.yaml", folder.join(include));
            link.expect("a link");
        }
        scenario.write("app/topology.yaml", &format!("{plain}include: ['{include}']\n"));
        let run = scenario.run_offline(&["validate", "app/topology.yaml"]);
        assert_eq!(run.code, 3, "{include}: {}", run.stderr);
        assert!(run.stderr.contains("bad-include"), "{include}: {}", run.stderr);
        assert!(!run.stderr.contains("root:"), "{include}: {}", run.stderr);
    }
}

#[test]
fn the_keys_that_a_topology_may_not_name_are_documented() {
    let path = crate::scenario::root().join("docs/how-to/keep-secrets-out.md");
    let page = std::fs::read_to_string(path).expect("the page is there");
    let all = topology::KEYS_OF_THE_RUN
        .iter()
        .chain(topology::PREFIXES_OF_BUILD_SERVICES)
        .chain(topology::PROXIES);
    let missing: Vec<_> = all.filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
