//! A pseudo-terminal of a given size, read back as a screen.

use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use pty_process::Size;
use pty_process::blocking::Pty;

/// How long a screen is waited for; an apply here takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// A terminal in which a command runs.
pub struct Terminal {
    child: Child,
    keys: Arc<Pty>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

/// What the terminal was sent so far.
struct Seen {
    parser: vt100::Parser,
    raw: String,
    is_over: bool,
}

/// What is left when the command has ended.
pub struct Ended {
    pub code: Option<i32>,
    pub screen: String,
    pub raw: String,
    is_cursor_hidden: bool,
}

impl Terminal {
    /// Runs a command in a terminal of `rows` and `columns`, with nothing in its environment that
    /// decides about colours.
    pub fn open(mut command: Command, rows: u16, columns: u16, env: &[(&str, &str)]) -> Self {
        for name in ["CI", "COLUMNS", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLORTERM"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color").envs(env.iter().copied());
        let (pty, pts) = pty_process::blocking::open().expect("a pseudo-terminal");
        pty.resize(Size::new(rows, columns)).expect("a terminal has a size");
        let child = pty_process::blocking::Command::from(command).spawn(pts).expect("it runs");
        let keys = Arc::new(pty);
        let parser = vt100::Parser::new(rows, columns, 0);
        let seen = Seen { parser, raw: String::new(), is_over: false };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let (reader, sink) = (Arc::clone(&keys), Arc::clone(&seen));
        std::thread::spawn(move || watch(&reader, &sink));
        Self { child, keys, seen }
    }

    /// Waits until the screen shows `text`.
    pub fn wait_for(&self, text: &str) {
        let seen = self.wait(|seen| seen.is_over || seen.parser.screen().contents().contains(text));
        let screen = seen.parser.screen().contents();
        assert!(screen.contains(text), "{text:?} is not shown:\n{screen}\n----\n{}", seen.raw);
    }

    fn wait(&self, is_so: impl Fn(&Seen) -> bool) -> MutexGuard<'_, Seen> {
        let (seen, changed) = &*self.seen;
        let seen = seen.lock().expect("nothing has panicked");
        let (seen, timeout) =
            changed.wait_timeout_while(seen, PATIENCE, |seen| !is_so(seen)).expect("no panic");
        assert!(!timeout.timed_out(), "too late:\n{}", seen.parser.screen().contents());
        seen
    }

    /// Returns what the screen shows now.
    pub fn screen(&self) -> String {
        self.seen.0.lock().expect("nothing has panicked").parser.screen().contents()
    }

    /// Types keys.
    pub fn press(&self, keys: &str) {
        (&*self.keys).write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits for the end of the command.
    pub fn end(mut self) -> Ended {
        drop(self.wait(|seen| seen.is_over));
        let code = self.child.wait().expect("it ends").code();
        let seen = self.seen.0.lock().expect("nothing has panicked");
        let screen = seen.parser.screen();
        Ended {
            code,
            screen: screen.contents(),
            raw: seen.raw.clone(),
            is_cursor_hidden: screen.hide_cursor(),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended cannot be killed, and need not be.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(reader: &Pty, sink: &(Mutex<Seen>, Condvar)) {
    let mut buffer = [0; 4096];
    let mut reader = reader;
    loop {
        // Linux answers a read with an error once nobody holds the other end.
        let count = reader.read(&mut buffer).unwrap_or(0);
        let mut seen = sink.0.lock().expect("nothing has panicked");
        seen.parser.process(&buffer[..count]);
        seen.raw.push_str(&String::from_utf8_lossy(&buffer[..count]));
        seen.is_over = count == 0;
        sink.1.notify_all();
        if count == 0 {
            return;
        }
    }
}

impl Ended {
    /// Asserts that nothing of a table, a bar or a spinner is left, and that the cursor is back.
    pub fn assert_clean(&self) {
        let is_left = |line: &&str| {
            line.contains("━")
                || line.contains("──")
                || line.contains(|c| ('\u{2800}'..'\u{2900}').contains(&c))
                || line.starts_with("· ")
                // A line that runs into the next is copied as one.
                || line.contains("  ✓")
                || (line.contains("typically") && !line.contains('('))
        };
        let left: Vec<_> = self.screen.lines().filter(is_left).collect();
        assert_eq!(left, [""; 0], "{}", self.screen);
        assert!(!self.is_cursor_hidden);
    }
}

/// Returns the escape sequences that set colours or other attributes of letters.
pub fn colours(raw: &str) -> Vec<String> {
    let codes = raw.split("\u{1b}[").skip(1);
    let ends = |code: &&str| {
        let end = code.find(|c: char| c.is_ascii_alphabetic());
        end.is_some_and(|end| code.as_bytes()[end] == b'm')
    };
    codes.filter(ends).map(|code| code.split('m').next().unwrap_or_default().to_owned()).collect()
}
