//! Keys that are typed while a table is shown.

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};

/// Keeps the terminal from writing typed keys, `^C` among them, into the table, until it is dropped.
///
/// What is typed stays in the terminal's buffer; signals come as ever.
pub struct Quiet(Option<Termios>);

impl Quiet {
    /// Turns the echo off; changes nothing where another process has the terminal.
    pub fn begin() -> Self {
        let before = tcgetattr(rustix::stdio::stderr()).ok().filter(|_| has_terminal());
        if let Some(before) = &before {
            let mut modes = before.clone();
            modes.local_modes.remove(LocalModes::ECHO);
            // With Ctrl-C a terminal throws away what it has not shown yet, though the signal may have
            // been answered by then: the table would stay, its removal being lost.
            modes.local_modes.insert(LocalModes::NOFLSH);
            set(&modes);
        }
        Self(before)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(before) = self.0.as_ref().filter(|_| has_terminal()) {
            set(before);
        }
    }
}

/// Tells whether this process has the terminal; one in the background would be stopped for changing
/// its modes.
fn has_terminal() -> bool {
    tcgetpgrp(rustix::stdio::stderr()).is_ok_and(|group| group == rustix::process::getpgrp())
}

fn set(modes: &Termios) {
    // A terminal that refuses keeps its echo, which is no harm.
    let _ = tcsetattr(rustix::stdio::stderr(), OptionalActions::Now, modes);
}
