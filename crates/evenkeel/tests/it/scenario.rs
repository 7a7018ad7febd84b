//! A folder in which the binary runs against a simulator of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// One Azure, kept in a folder of its own, and the topology that is applied to it.
pub struct Scenario {
    folder: TempDir,
    topology: PathBuf,
    azure: Option<PathBuf>,
}

/// What a run has left behind.
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// What was written to stdout.
    pub stdout: String,
    /// What was written to stderr.
    pub stderr: String,
}

impl Scenario {
    /// Starts with `topologies/{name}.yaml`, or the topology in `tests/scenarios/{name}`, and what
    /// that folder's `azure.yaml` puts into Azure, where there is one.
    pub fn of(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let topology = folder.path().join("topology.yaml");
        let shipped = root().join(format!("topologies/{name}.yaml"));
        let own = root().join(format!("tests/scenarios/{name}/topology.yaml"));
        let file = if shipped.exists() { shipped } else { own };
        std::fs::copy(file, &topology).expect("the topology is there");
        let azure = root().join(format!("tests/scenarios/{name}/azure.yaml"));
        Self { folder, topology, azure: azure.exists().then_some(azure) }
    }

    /// Starts with `topologies/{name}.yaml` and an Azure as a simulator scenario tells it.
    pub fn with_azure(name: &str, azure: &str) -> Self {
        let mut scenario = Self::of(name);
        let path = scenario.folder.path().join("azure.yaml");
        std::fs::write(&path, azure).expect("the folder can be written");
        scenario.azure = Some(path);
        scenario
    }

    /// Returns the folder in which the binary runs.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Changes the topology's text.
    pub fn edit(&self, from: &str, to: &str) {
        let text = std::fs::read_to_string(&self.topology).expect("the topology is there");
        assert!(text.contains(from), "the topology does not hold {from:?}");
        std::fs::write(&self.topology, text.replace(from, to)).expect("the folder can be written");
    }

    /// Returns the text of a file in the scenario's folder.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).expect("the file is there")
    }

    /// Writes a file into the scenario's folder.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).expect("the folder can be written");
    }

    /// Runs a command against the simulator.
    pub fn run(&self, args: &[&str]) -> Run {
        finish(self.simulated(args))
    }

    /// Makes a command that runs against the simulator.
    pub fn simulated(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.arg("--simulator");
        if let Some(azure) = &self.azure {
            command.arg("--scenario").arg(azure);
        }
        command
    }

    /// Runs a command that needs no Azure.
    pub fn run_offline(&self, args: &[&str]) -> Run {
        finish(self.command(args))
    }

    /// Makes a command that nobody has told of Azure yet.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_evenkeel"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_remove("RUST_LOG")
            .env_remove("EVENKEEL_SIMULATOR")
            .env_remove("AZURE_SUBSCRIPTION_ID")
            .env("CI", "true")
            .env("COLUMNS", "100")
            .env("PROBE_AUTH", "Basic cHJvYmU6cHJvYmU=")
            .env("SIGNING__PIN", "7Hq-pin-of-the-signing-key")
            .env("API_TOKEN", "the-same-for-both")
            .env("STEER_TOKEN", "chooses-the-stamp-that-answers")
            .env(
                "BACKUP_CONTAINER",
                "https://stdesk.example.net/backup?sig=signature-of-the-backup",
            )
            .env("DB_PASSWORD", "secret-of-weu")
            .env("DB_PASSWORD_NEU", "secret-of-neu");
        command
    }

    /// Changes Azure behind the engine's back: `changes` are the steps of a simulator scenario.
    pub fn change(&self, changes: &str) {
        let path = self.folder.path().join("changes.yaml");
        std::fs::write(&path, changes).expect("the folder can be written");
        let run = self.run_offline(&[
            "simulate",
            "--dir",
            ".evenkeel/azure",
            "--subscription",
            "11111111-2222-3333-4444-555555555555",
            "--scenario",
            "changes.yaml",
            "--once",
        ]);
        assert_eq!(run.code, 0, "{}", run.stderr);
    }

    /// Applies the topology and asserts that the next plan is empty.
    pub fn apply(&self) -> Run {
        let applied = self.run(&["apply", "--yes"]);
        assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
        self.assert_converged();
        applied
    }

    /// Asserts that there is nothing to change.
    pub fn assert_converged(&self) {
        let plan = self.run(&["plan", "--detailed-exitcode"]);
        assert_eq!(plan.code, 0, "not converged:\n{}\n{}", plan.stdout, plan.stderr);
    }

    /// Returns the plan as data.
    pub fn plan(&self) -> Value {
        let run = self.run(&["plan", "--format", "json"]);
        serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", run.stdout, run.stderr))
    }
}

/// Runs a command to its end.
pub fn finish(mut command: Command) -> Run {
    let Output { status, stdout, stderr } = command.output().expect("the binary runs");
    Run {
        code: status.code().expect("the binary ends by itself"),
        stdout: String::from_utf8(stdout).expect("stdout is text"),
        stderr: String::from_utf8(stderr).expect("stderr is text"),
    }
}
