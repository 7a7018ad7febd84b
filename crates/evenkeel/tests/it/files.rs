//! What is named as a file and is none: no run waits for it, and each tells why.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::interrupt::signal;
use crate::scenario::Scenario;

/// The subscription of the topology.
const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

/// No run here has anything to do that takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file larger than memory that takes no room.
fn huge(path: &Path) {
    let file = std::fs::File::create(path).expect("created");
    file.set_len(1 << 40).expect("a sparse file");
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo runs").success());
}

/// Returns how a run ends, which must be soon.
fn soon(what: &str, mut command: Command) -> Output {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the binary runs");
    let id = child.id();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(child.wait_with_output()));
    match told.recv_timeout(PATIENCE) {
        Ok(ended) => ended.expect("it ends"),
        Err(_) => {
            let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
            panic!("{what} hangs");
        }
    }
}

/// Asserts that a run refuses `name` for `reason`, as wrong input.
fn assert_refused(what: &str, command: Command, name: &str, reason: &str) {
    let ended = soon(what, command);
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert_eq!(ended.status.code(), Some(3), "{what}: {told}");
    assert!(told.contains(name) && told.contains(reason), "{what}: {told}");
}

fn odd_files(scenario: &Scenario) -> [(&'static str, &'static str); 4] {
    pipe(&scenario.folder().join("pipe"));
    huge(&scenario.folder().join("huge"));
    std::fs::create_dir(scenario.folder().join("folder")).expect("a folder");
    [("pipe", "named pipe"), ("huge", "MiB"), ("folder", "folder"), ("/dev/zero", "device")]
}

#[test]
fn whatever_is_no_file_of_its_size_is_refused_wherever_one_is_read() {
    let scenario = Scenario::of("minimal");
    for (name, reason) in odd_files(&scenario) {
        let reads: [&[&str]; 8] = [
            &["validate", name],
            &["validate", "--overlay", name],
            &["graph", name],
            &["plan", "--simulator", name],
            &["plan", "--simulator", "--overlay", name],
            &["apply", "--simulator", "--yes", name],
            &["simulate", "--once", "--scenario", name],
            &["plan", "--simulator", "--simulator-dir", "azure", "--scenario", name],
        ];
        for args in reads {
            let command = scenario.command(args);
            assert_refused(&args.join(" "), command, name, reason);
        }
        let mut plan = scenario.command(&["plan", "--simulator"]);
        plan.env("SSL_CERT_FILE", name);
        assert_refused("certificates", plan, name, reason);
        scenario.write("overlaid.yaml", &format!("include: ['{name}']\nversion: 1\nname: x\n"));
        let ended = soon("include", scenario.command(&["validate", "overlaid.yaml"]));
        assert_eq!(ended.status.code(), Some(3));
    }
}

#[test]
fn a_plan_file_that_is_none_is_refused() {
    let scenario = Scenario::of("minimal");
    for (name, reason) in odd_files(&scenario) {
        let json = scenario.folder().join(format!("{}.json", name.trim_start_matches("/dev/")));
        std::os::unix::fs::symlink(name, &json).expect("a link");
        let link = json.file_name().and_then(|name| name.to_str()).expect("a name");
        let apply = scenario.simulated(&["apply", link, "--yes"]);
        assert_refused(&format!("apply {link}"), apply, link, reason);
    }
}

#[test]
fn files_of_the_local_azure_are_read_within_bounds() {
    for name in ["state.json", "state.lock", "state.db", "state.db-wal", "ca-key.pem"] {
        let scenario = Scenario::of("minimal");
        let azure = scenario.folder().join(".evenkeel/azure");
        std::fs::create_dir_all(&azure).expect("a folder");
        pipe(&azure.join(name));
        let ended = soon(name, scenario.simulated(&["plan"]));
        let told = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_ne!(ended.status.code(), Some(0), "{name}: {told}");
        assert!(told.contains(name) && told.contains("no regular file"), "{name}: {told}");
    }
}

#[test]
fn what_cannot_be_written_is_refused_before_any_work() {
    let scenario = Scenario::of("minimal");
    pipe(&scenario.folder().join("pipe"));
    for (target, reason) in
        [("none/x", "folder does not exist"), (".", "a folder"), ("pipe", "named pipe")]
    {
        let report = format!("html={target}");
        let writes: [&[&str]; 7] = [
            &["plan", "--out", target],
            &["plan", "--report", &report],
            &["plan", "--trace-http", target],
            &["drift", "--report", &report],
            &["watch", "--report", &report],
            &["apply", "--yes", "--trace-http", target],
            &["import", "rg-hello-weu", "--force", "--out", target],
        ];
        for args in writes {
            assert_refused(&args.join(" "), scenario.simulated(args), target, reason);
            assert!(!scenario.folder().join(".evenkeel").exists(), "{args:?} began its work");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_that_is_always_full_is_refused_before_any_work() {
    let scenario = Scenario::of("minimal");
    let full = "always full";
    let wrong: [(&[&str], &str); 5] = [
        // A plan is read again, so that no device holds one.
        (&["plan", "--out", "/dev/full"], "not a regular file"),
        (&["plan", "--report", "html=/dev/full"], full),
        (&["plan", "--trace-http", "/dev/full"], full),
        (&["drift", "--report", "json=/dev/full"], full),
        (&["apply", "--yes", "--trace-http", "/dev/full"], full),
    ];
    for (args, reason) in wrong {
        assert_refused(&args.join(" "), scenario.simulated(args), "/dev/full", reason);
        assert!(!scenario.folder().join(".evenkeel").exists(), "{args:?} began its work");
    }
}

#[test]
fn no_run_writes_over_what_it_reads_or_has_written() {
    let scenario = Scenario::of("minimal");
    let text = scenario.read("topology.yaml");
    scenario.write("overlay.yaml", "tags: { a: b }\n");
    std::os::unix::fs::symlink("topology.yaml", scenario.folder().join("link.yaml"))
        .expect("linked");
    let reads = "read by the same run";
    let twice = "something else is written there";
    let wrong: [(&[&str], &str, &str); 9] = [
        (&["plan", "--out", "topology.yaml"], "topology.yaml", reads),
        (&["plan", "topology.yaml", "--report", "html=./topology.yaml"], "topology.yaml", reads),
        (&["plan", "--overlay", "overlay.yaml", "--out", "overlay.yaml"], "overlay.yaml", reads),
        (&["apply", "--yes", "--trace-http", "link.yaml"], "link.yaml", reads),
        (&["drift", "--report", "json=link.yaml"], "link.yaml", reads),
        (&["watch", "--rounds", "1", "--trace-http", "topology.yaml"], "topology.yaml", reads),
        (&["plan", "--out", "new.json", "--report", "json=./new.json"], "new.json", twice),
        (&["plan", "--report", "html=a", "--report", "markdown=a"], "`a`", twice),
        (&["drift", "--report", "html=a", "--trace-http", "a"], "`a`", twice),
    ];
    for (args, name, reason) in wrong {
        assert_refused(&args.join(" "), scenario.simulated(args), name, reason);
        assert!(!scenario.folder().join(".evenkeel").exists(), "{args:?} began its work");
    }
    assert_eq!(scenario.read("topology.yaml"), text);
    // What the text includes is read too, and what a saved plan was made of.
    scenario.write("more.yaml", "tags: { c: d }\n");
    scenario.write("topology.yaml", &format!("include: [more.yaml]\n{text}"));
    for args in [
        &["plan", "--out", "./more.yaml"][..],
        &["plan", "--report", "html=more.yaml"],
        &["apply", "--yes", "--trace-http", "more.yaml"],
        &["watch", "--rounds", "1", "--report", "html=more.yaml"],
    ] {
        assert_refused(&args.join(" "), scenario.simulated(args), "more.yaml", reads);
        assert!(!scenario.folder().join(".evenkeel").exists(), "{args:?} began its work");
    }
    assert_eq!(scenario.read("more.yaml"), "tags: { c: d }\n");
    let plan =
        ["plan", "--out", "plan.json", "--report", "html=/dev/null", "--trace-http", "/dev/null"];
    assert_eq!(soon("plan", scenario.simulated(&plan)).status.code(), Some(0));
    let apply = scenario.simulated(&["apply", "plan.json", "--yes", "--trace-http", "plan.json"]);
    assert_refused("apply", apply, "plan.json", reads);
    for file in ["topology.yaml", "more.yaml"] {
        let apply = scenario.simulated(&["apply", "plan.json", "--yes", "--trace-http", file]);
        assert_refused("apply", apply, file, reads);
    }
}

#[test]
fn a_shell_may_hand_over_pipes() {
    let scenario = Scenario::of("minimal");
    let binary = env!("CARGO_BIN_EXE_evenkeel");
    let mut shell = Command::new("bash");
    let script = r#""$0" validate <(cat topology.yaml) && cat topology.yaml | "$0" validate /dev/stdin
        "$0" plan --simulator --report json=/dev/stdout | grep -c evenkeel.plan/1"#;
    shell.args(["-ec", script, binary]).current_dir(scenario.folder());
    let ended = soon("pipes", shell);
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn a_run_that_waits_for_a_file_ends_when_it_is_told_to() {
    // Open at both ends, a pipe says nothing and does not end.
    let scenario = Scenario::of("minimal");
    let path = scenario.folder().join("pipe");
    pipe(&path);
    for args in [
        &["plan", "--simulator", "/dev/stdin"][..],
        &["drift", "--simulator", "/dev/stdin"],
        &["simulate", "--scenario", "/dev/stdin"],
    ] {
        for name in ["-TERM", "-HUP", "-INT"] {
            let both = std::fs::File::options().read(true).write(true).open(&path).expect("open");
            let mut command = scenario.command(args);
            command.args(["-vv"]).env("RUST_LOG", "evenkeel=trace").stdin(both);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let mut child = command.spawn().expect("the binary runs");
            // Until it listens, a signal ends it at once, which is as good.
            listening(&child);
            signal(&child, name);
            let ended = soon_ended(&mut child);
            assert_eq!(ended, Some(130), "{args:?} {name}");
        }
    }
}

/// Waits until a run has taken the signals upon itself.
fn listening(child: &std::process::Child) {
    let status = format!("/proc/{}/status", child.id());
    let deadline = std::time::Instant::now() + PATIENCE;
    while std::time::Instant::now() < deadline {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let caught = text.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
        // SIGHUP is 1, SIGINT is 2, SIGTERM is 15.
        if caught.is_some_and(|bits| bits & 0x4003 == 0x4003) {
            return;
        }
        std::thread::yield_now();
    }
}

fn soon_ended(child: &mut std::process::Child) -> Option<i32> {
    let deadline = std::time::Instant::now() + PATIENCE;
    while std::time::Instant::now() < deadline {
        if let Some(status) = child.try_wait().expect("it runs") {
            return status.code();
        }
        std::thread::yield_now();
    }
    let _ = child.kill();
    panic!("it hangs");
}

#[test]
fn whatever_is_written_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let scenario = Scenario::of("minimal");
    scenario.apply();
    for (args, name) in [
        (&["plan", "--report", "html=plan.html"][..], "plan.html"),
        (&["drift", "--report", "markdown=drift.md"], "drift.md"),
        (
            &["import", "rg-hello-weu", "--subscription", SUBSCRIPTION, "--out", "live.yaml"],
            "live.yaml",
        ),
    ] {
        let run = scenario.run(args);
        let metadata = std::fs::metadata(scenario.folder().join(name));
        let metadata = metadata.unwrap_or_else(|_| panic!("{args:?}: {}", run.stderr));
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_watcher_pauses_between_two_rounds() {
    let scenario = Scenario::of("minimal");
    for interval in ["0s", "1ms", "999ms"] {
        let watch = scenario.simulated(&["watch", "--interval", interval]);
        assert_refused(interval, watch, interval, "at least 1s");
    }
}
