//! One step in `bash`, with a `PATH` that holds only what every runner has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What a recipe may call besides `bash` itself and the binary.
const TOOLS: [&str; 2] = ["cat", "mkdir"];

/// A folder of tools, and one for temporary files.
pub struct Shell {
    tools: TempDir,
    temporary: TempDir,
    bash: PathBuf,
}

/// How a step ended.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Shell {
    pub fn new() -> Self {
        let tools = tempfile::tempdir().expect("a folder");
        for tool in TOOLS {
            let link = tools.path().join(tool);
            std::os::unix::fs::symlink(find(tool), link).expect("a link");
        }
        let temporary = tempfile::tempdir().expect("a folder");
        Self { tools, temporary, bash: find("bash") }
    }

    /// Returns the runner's folder for temporary files.
    pub fn temporary(&self) -> &Path {
        self.temporary.path()
    }

    /// Adds a program of the test's own.
    pub fn add_tool(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.tool(name);
        let script = format!("#!{}\n{script}", self.bash.display());
        std::fs::write(&path, script).expect("written");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, executable).expect("a program");
    }

    /// Adds a stand-in for the binary: whatever it is told, it says `text` on stdout and on stderr, writes
    /// the files that it is to write, and ends with `code`.
    pub fn add_speaker(&self, text: &str, code: i32) -> String {
        let said = self.temporary().join("said.txt");
        std::fs::write(&said, text).expect("written");
        let script = format!(
            r#"if [ "$1" = --version ]; then echo "evenkeel 0"; exit 0; fi
            end={code}
            if [ "$1" = fetch-plan ] || [ "$1" = post ]; then end=0; fi
            if [ "$1" = fetch-plan ]; then echo "the plan of pull request 7, commit x"; fi
            while [ $# -gt 0 ]; do
              case "$1" in
                --out) echo '{{}}' > "$2" ;;
                --report) echo plain > "${{2#*=}}" ;;
              esac
              shift
            done
            cat '{said}'
            cat '{said}' >&2
            exit $end
            "#,
            said = said.display()
        );
        self.add_tool("speaker", &script);
        self.tool("speaker").to_string_lossy().into_owned()
    }

    /// Returns where a program is.
    pub fn tool(&self, name: &str) -> PathBuf {
        self.tools.path().join(name)
    }

    /// Makes a program of this machine callable.
    pub fn allow_tool(&self, name: &str) {
        let link = self.tools.path().join(name);
        std::os::unix::fs::symlink(find(name), link).expect("a link");
    }

    /// Runs a script as GitHub runs `shell: bash`.
    pub fn run(&self, script: &str, folder: &Path, env: &BTreeMap<String, String>) -> Ended {
        let Output { status, stdout, stderr } = Command::new(&self.bash)
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(folder)
            .env_clear()
            .envs(env)
            .env("PATH", self.tools.path())
            .output()
            .expect("bash runs");
        Ended {
            code: status.code().expect("bash ends by itself"),
            stdout: String::from_utf8(stdout).expect("text"),
            stderr: String::from_utf8(stderr).expect("text"),
        }
    }
}

fn find(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("a PATH");
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    places.find(|place| place.is_file()).unwrap_or_else(|| panic!("this machine has no {name}"))
}
