//! What a person sees: the binary at a terminal of a given size, read back as a screen.

use crate::pseudo_terminal::{Terminal, colours};
use crate::scenario::Scenario;

const CTRL_C: &str = "\u{3}";
const CTRL_D: &str = "\u{4}";

/// An Azure in which each write to a path with `part` takes its time.
fn slow(part: &str, millis: u32) -> String {
    let rule = format!("fault: slow, methods: [PUT, PATCH], path: {part:?}, millis: {millis}");
    format!("faults: {{ rules: [{{ {rule} }}] }}\n")
}

fn apply(scenario: &Scenario, args: &[&str], rows: u16, columns: u16) -> Terminal {
    let args = [&["apply", "--trace-http", "trace.jsonl"], args].concat();
    Terminal::open(scenario.simulated(&args), rows, columns, &[])
}

/// Returns `METHOD path` of each request that was sent.
fn requests(scenario: &Scenario) -> Vec<String> {
    let trace = scenario.read("trace.jsonl");
    let line = |line: &str| -> String {
        let exchange: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let request = &exchange["request"];
        let url = request["url"].as_str().unwrap_or_default();
        let path = url.split('?').next().unwrap_or_default();
        format!("{} {path}", request["method"].as_str().unwrap_or_default())
    };
    trace.lines().map(line).collect()
}

fn writes(scenario: &Scenario) -> usize {
    let changes = |request: &&String| {
        // Asking for a name changes nothing.
        let asks = request.to_ascii_lowercase().contains("nameavailability");
        !request.starts_with("GET ") && !asks
    };
    requests(scenario).iter().filter(changes).count()
}

#[test]
fn plan_keeps_to_the_width_of_the_terminal() {
    let scenario = Scenario::of("minimal");
    for columns in [60, 120] {
        let command = scenario.simulated(&["plan"]);
        let ended = Terminal::open(command, 60, columns, &[]).end();
        assert_eq!(ended.code, Some(0), "{}", ended.screen);
        let text = anstream::adapter::strip_str(&ended.raw).to_string();
        let lines = text.lines().map(|line| line.trim_end_matches('\r'));
        let lines = lines.map(|line| line.rsplit('\r').next().unwrap_or_default());
        let wide: Vec<_> = lines.filter(|line| line.chars().count() > columns.into()).collect();
        assert_eq!(wide, [""; 0], "{columns} columns:\n{}", ended.screen);
        assert!(ended.screen.contains("hello: + 10 create"), "{}", ended.screen);
        ended.assert_clean();
    }
}

#[test]
fn question_names_the_subscription_and_no_changes_nothing() {
    for answer in ["n\r", "\r", CTRL_D] {
        let scenario = Scenario::of("minimal");
        let terminal = apply(&scenario, &[], 50, 60);
        terminal.wait_for("[y/N]");
        let screen = terminal.screen();
        for part in ["Apply to subscription Simulated subscription", "10 create"] {
            assert!(screen.contains(part), "{screen}");
        }
        assert!(screen.contains("(11111111-2222-3333-4444-555555555555)"), "{screen}");
        terminal.press(answer);
        let ended = terminal.end();
        assert_eq!(ended.code, Some(4), "{}", ended.screen);
        assert!(ended.screen.contains("nothing was changed"), "{}", ended.screen);
        ended.assert_clean();
        assert_eq!(writes(&scenario), 0);
    }
}

#[test]
fn ctrl_c_at_the_question_changes_nothing_and_exits_with_130() {
    let scenario = Scenario::of("minimal");
    let terminal = apply(&scenario, &[], 50, 100);
    terminal.wait_for("[y/N]");
    terminal.press(CTRL_C);
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{}", ended.screen);
    assert!(ended.screen.contains("interrupted; nothing was changed"), "{}", ended.screen);
    ended.assert_clean();
    assert_eq!(writes(&scenario), 0);
}

#[test]
fn yes_applies_and_leaves_lines_without_a_table() {
    let scenario = Scenario::with_azure("minimal", &slow("/sites/", 1_500));
    let terminal = apply(&scenario, &[], 40, 100);
    terminal.wait_for("[y/N]");
    terminal.press("y\r");
    terminal.wait_for(" s, typically 45 s");
    let screen = terminal.screen();
    for part in ["· global  waiting", "weu     running", "neu     running", "left"] {
        assert!(screen.contains(part), "{part:?}:\n{screen}");
    }
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    for part in ["✓ create weu/web  ", "✓ create trafficManager/main  ", "hello: applied: "] {
        assert!(ended.screen.contains(part), "{part:?}:\n{}", ended.screen);
    }
    ended.assert_clean();
    let subscription = "/subscriptions/11111111-2222-3333-4444-555555555555";
    let reads = requests(&scenario);
    let named = reads.iter().filter(|request| request.ends_with(subscription)).count();
    assert_eq!(named, 1, "{reads:?}");
    scenario.assert_converged();
}

#[test]
fn without_a_question_the_subscription_is_not_read() {
    let scenario = Scenario::of("minimal");
    let ended = apply(&scenario, &["--yes"], 40, 100).end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!ended.raw.contains("[y/N]"));
    let subscription = "/subscriptions/11111111-2222-3333-4444-555555555555";
    assert!(!requests(&scenario).iter().any(|request| request.ends_with(subscription)));
    ended.assert_clean();
}

#[test]
fn destroy_takes_the_name_alone_for_a_yes() {
    let scenario = Scenario::of("minimal");
    scenario.apply();
    let args = ["destroy", "--trace-http", "trace.jsonl"];
    for (answer, code) in [("y\r", 4), ("Hello\r", 4), (CTRL_C, 130)] {
        let terminal = Terminal::open(scenario.simulated(&args), 60, 100, &[]);
        terminal.wait_for("Type `hello` to go on:");
        assert!(terminal.screen().contains(" delete ("), "{}", terminal.screen());
        terminal.press(answer);
        let ended = terminal.end();
        assert_eq!(ended.code, Some(code), "{}", ended.screen);
        assert!(ended.screen.contains("nothing was changed"), "{}", ended.screen);
        assert_eq!(writes(&scenario), 0);
    }
    let terminal = Terminal::open(scenario.simulated(&args), 60, 100, &[]);
    terminal.wait_for("Type `hello` to go on:");
    terminal.press("hello\r");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(writes(&scenario) > 0);
    ended.assert_clean();
}

#[test]
fn loss_of_data_asks_for_the_name() {
    let scenario = Scenario::of("minimal");
    let storage = "storage:\n  media: { redundancy: LRS, location: westeurope }\n\n";
    scenario.edit("trafficManager:\n", &format!("{storage}trafficManager:\n"));
    scenario.apply();
    scenario.edit(storage, "");
    let terminal = apply(&scenario, &["--permit", "sthellomedia"], 60, 100);
    terminal.wait_for("Type `hello` to go on:");
    let screen = terminal.screen();
    assert!(screen.contains("loses data for good: "), "{screen}");
    terminal.press("y\r");
    let ended = terminal.end();
    assert!(ended.screen.contains("the name does not match"), "{}", ended.screen);
    assert_eq!(writes(&scenario), 0);
}

#[test]
fn first_ctrl_c_lets_what_runs_finish_and_tells_the_next_command() {
    let scenario = Scenario::with_azure("minimal", &slow("/sites/", 2_000));
    let terminal = apply(&scenario, &["--yes"], 50, 100);
    terminal.wait_for("create weu/web  ");
    terminal.press(CTRL_C);
    terminal.wait_for("interrupted: no more begins; ");
    let screen = terminal.screen();
    assert!(screen.contains("  create weu/web ("), "{screen}");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{}", ended.screen);
    for part in [
        "✓ create weu/web  ",
        "hello: interrupted: ",
        "In flight: nothing",
        "Next: safe to run again: `evenkeel apply topology.yaml`",
    ] {
        assert!(ended.screen.contains(part), "{part:?}:\n{}", ended.screen);
    }
    ended.assert_clean();
    assert!(!ended.screen.contains("^C"), "{}", ended.screen);
    scenario.apply();
}

#[test]
fn second_ctrl_c_stops_waiting_and_tells_what_is_in_flight() {
    // Longer than anybody waits here.
    let scenario = Scenario::with_azure("minimal", &slow("/sites/", 600_000));
    let terminal = apply(&scenario, &["--yes"], 50, 100);
    terminal.wait_for("create weu/web  ");
    terminal.press(CTRL_C);
    terminal.wait_for("interrupted: no more begins; ");
    terminal.press(CTRL_C);
    let ended = terminal.end();
    assert_eq!(ended.code, Some(130), "{}", ended.screen);
    for part in [
        "no longer waiting; Azure goes on with what has begun",
        "In flight: Azure is still working on these",
        "+ create   weu/web",
        "Next: safe to run again: `evenkeel apply topology.yaml`",
    ] {
        assert!(ended.screen.contains(part), "{part:?}:\n{}", ended.screen);
    }
    ended.assert_clean();
}

#[test]
fn ctrl_c_while_azure_is_read_leaves_no_spinner() {
    let rule = "fault: slow, methods: [GET], path: /, millis: 600000";
    let azure = format!("faults: {{ rules: [{{ {rule} }}] }}\n");
    for args in [&["plan"][..], &["apply", "--yes"]] {
        let scenario = Scenario::with_azure("minimal", &azure);
        let terminal = Terminal::open(scenario.simulated(args), 20, 80, &[]);
        terminal.wait_for("reading Azure");
        terminal.press(CTRL_C);
        let ended = terminal.end();
        assert_eq!(ended.code, Some(130), "{}", ended.screen);
        assert_eq!(ended.screen.trim(), "interrupted");
        ended.assert_clean();
    }
}

#[test]
fn keys_that_are_typed_meanwhile_do_not_reach_the_screen() {
    let scenario = Scenario::with_azure("minimal", &slow("/sites/", 1_500));
    let terminal = apply(&scenario, &["--yes"], 40, 100);
    terminal.wait_for("create weu/web  ");
    terminal.press("\r\rqqq\r");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(!ended.screen.contains("qqq"), "{}", ended.screen);
    ended.assert_clean();
}

#[test]
fn throttled_requests_are_told_in_the_table() {
    let rule = "fault: throttled, methods: [PUT], path: /sites/, times: 1, retryAfter: 9";
    let slow = "fault: slow, methods: [PUT], path: /sites/, millis: 1500";
    let azure = format!("faults: {{ rules: [{{ {rule} }}, {{ {slow} }}] }}\n");
    let scenario = Scenario::with_azure("minimal", &azure);
    let terminal = apply(&scenario, &["--yes"], 40, 100);
    terminal.wait_for("429 TooManyRequests; again in ");
    let ended = terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    ended.assert_clean();
}

#[test]
fn low_and_narrow_terminal_is_left_clean() {
    let scenario = Scenario::with_azure("minimal", &slow("/sites/", 500));
    let ended = apply(&scenario, &["--yes"], 8, 60).end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    assert!(ended.screen.contains("hello: applied: "), "{}", ended.screen);
    ended.assert_clean();
}

/// The ways to ask for no colour, and whether the terminal is still drawn on.
const PLAIN: [(&str, &str, bool); 3] =
    [("NO_COLOR", "1", true), ("CLICOLOR", "0", true), ("TERM", "dumb", false)];

#[test]
fn colours_are_shown_on_a_terminal_unless_they_are_not_wanted() {
    let coloured = Scenario::of("minimal");
    let ended = apply(&coloured, &["--yes"], 60, 100).end();
    assert!(!colours(&ended.raw).is_empty());
    for (name, value, is_drawn_on) in PLAIN {
        let scenario = Scenario::of("minimal");
        let open =
            |args: &[&str]| Terminal::open(scenario.simulated(args), 60, 100, &[(name, value)]);
        let terminal = open(&["apply"]);
        terminal.wait_for("[y/N]");
        terminal.press("y\r");
        let ended = terminal.end();
        assert_eq!(ended.code, Some(0), "{}", ended.screen);
        assert_eq!(colours(&ended.raw), [""; 0], "{name}={value}");
        assert_eq!(ended.raw.contains('\u{1b}'), is_drawn_on, "{name}={value}:\n{:?}", ended.raw);
        ended.assert_clean();
        scenario.edit("priority: 2", "prioritty: 2");
        let ended = open(&["plan"]).end();
        assert_eq!(ended.code, Some(3), "{}", ended.screen);
        assert!(ended.screen.contains("prioritty"), "{}", ended.screen);
        assert_eq!(colours(&ended.raw), [""; 0], "{name}={value}");
        let ended = open(&["apply", "nowhere.yaml"]).end();
        assert!(ended.screen.contains("error: "), "{}", ended.screen);
        assert_eq!(colours(&ended.raw), [""; 0], "{name}={value}");
    }
}

#[test]
fn colours_are_sent_to_a_pipe_only_when_forced() {
    let scenario = Scenario::of("minimal");
    let force = ("CLICOLOR_FORCE", "1");
    for (env, is_coloured) in
        [(vec![], false), (vec![force], true), (vec![force, ("NO_COLOR", "1")], false)]
    {
        let run = |args: &[&str]| {
            let mut command = scenario.simulated(args);
            command.env_remove("NO_COLOR").env("TERM", "xterm-256color");
            let output = command.envs(env.clone()).output().expect("the binary runs");
            let text = |bytes| String::from_utf8(bytes).expect("text");
            (text(output.stdout), text(output.stderr))
        };
        let (plan, _) = run(&["plan"]);
        assert_eq!(!colours(&plan).is_empty(), is_coloured, "{env:?}:\n{plan}");
        let (_, error) = run(&["plan", "nowhere.yaml"]);
        assert_eq!(!colours(&error).is_empty(), is_coloured, "{env:?}:\n{error}");
    }
}
