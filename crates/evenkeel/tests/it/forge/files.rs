//! The recipes' files, read and held against what they promise.

use serde_json::Value;

use crate::scenario::root;

/// Reads a file of the repository.
pub fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Reads a YAML file of the repository.
pub fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

const WORKFLOWS: [&str; 3] = ["plan", "apply", "drift"];

#[test]
fn recipes_install_the_release_of_this_source() {
    let version = format!("v{}", env!("CARGO_PKG_VERSION"));
    assert_eq!(yaml("action.yml")["inputs"]["version"]["default"], version[..]);
    let template = yaml("integrations/azure-pipelines/evenkeel.yml");
    let parameters = template["parameters"].as_array().expect("parameters");
    let default = parameters.iter().find(|parameter| parameter["name"] == "version");
    assert_eq!(default.expect("a version")["default"], version[..]);
    let gitlab = yaml("integrations/gitlab/evenkeel.gitlab-ci.yml");
    assert_eq!(gitlab["variables"]["EVENKEEL_VERSION"], version[..]);
}

#[test]
fn no_expression_stands_inside_a_script() {
    let steps = yaml("action.yml")["runs"]["steps"].take();
    let scripts = steps.as_array().expect("steps").iter().filter_map(|step| step["run"].as_str());
    let mut count = 0;
    for script in scripts {
        assert!(!script.contains("${{"), "{script}");
        assert!(script.starts_with("set -euo pipefail\n"), "{script}");
        count += 1;
    }
    assert_eq!(count, 6);
}

#[test]
fn workflows_take_inputs_that_exist_and_no_more_rights_than_they_name() {
    let inputs = yaml("action.yml")["inputs"].take();
    for name in WORKFLOWS {
        let workflow = yaml(&format!("integrations/github/workflows/evenkeel-{name}.yml"));
        assert_eq!(workflow["permissions"], serde_json::json!({}), "{name}");
        assert!(workflow["concurrency"]["group"].is_string(), "{name}");
        for job in workflow["jobs"].as_object().expect("jobs").values() {
            assert!(job["permissions"].is_object() && job["timeout-minutes"].is_u64(), "{name}");
            let steps = job["steps"].as_array().expect("steps");
            let ours = steps.iter().find(|step| step["uses"] == "evenkeel/evenkeel@v1");
            for input in ours.expect("our action")["with"].as_object().expect("inputs").keys() {
                assert!(inputs[input].is_object(), "{name} gives `{input}`");
            }
        }
    }
}

#[test]
fn inputs_are_documented() {
    let page = text("docs/how-to/github-actions.md");
    for (name, input) in yaml("action.yml")["inputs"].as_object().expect("inputs") {
        let described = input["description"].as_str().expect("a description");
        let row = format!("| `{name}` | {described} |");
        assert!(page.contains(&row), "the page lacks {row}");
    }
    let page = text("docs/how-to/azure-pipelines.md");
    let template = yaml("integrations/azure-pipelines/evenkeel.yml");
    for parameter in template["parameters"].as_array().expect("parameters") {
        let row = format!("| `{}` |", parameter["name"].as_str().expect("a name"));
        assert!(page.contains(&row), "the page lacks {row}");
    }
}

#[test]
fn pages_show_the_recipes_as_they_are() {
    for (page, recipe) in [
        ("docs/how-to/github-actions.md", "integrations/github/workflows/evenkeel-plan.yml"),
        ("docs/how-to/github-actions.md", "integrations/github/workflows/evenkeel-apply.yml"),
        ("docs/how-to/github-actions.md", "integrations/github/workflows/evenkeel-drift.yml"),
        ("docs/how-to/azure-pipelines.md", "integrations/azure-pipelines/azure-pipelines.yml"),
        ("docs/how-to/gitlab.md", "integrations/gitlab/evenkeel.gitlab-ci.yml"),
    ] {
        let shown = format!("```yaml\n{}```\n", text(recipe));
        assert!(text(page).contains(&shown), "{page} does not show {recipe} as it is");
    }
}
