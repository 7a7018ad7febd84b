//! What moves on a terminal: the spinner and the table.

use std::fmt::Write;
use std::sync::{Arc, LazyLock, Mutex};

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use tokio::time::Instant;

use super::board::Board;
use super::table::{FRAME, Screen, headline, table};
use super::unpoisoned;
use super::waits::Waits;
use crate::output::{self, Form};

/// All that moves on this process's terminal.
pub static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// What is to be shown.
#[derive(Default)]
pub struct Scene {
    pub board: Option<Board>,
    pub waits: Waits,
}

impl Scene {
    /// Notes a request that waits; returns what is said of it where nobody sees a table.
    pub fn note(&mut self, event: &azure::Event, now: Instant) -> Option<String> {
        let wait = self.waits.note(event, now)?;
        let running = self.board.iter().flat_map(Board::running);
        let own = running.filter(|step| wait.is_of(&step.resource));
        let who = own.max_by_key(|step| step.resource.key().len()).map(|step| &step.id.0[..]);
        Some(wait.line(who, now))
    }
}

/// Shows a scene, drawn again and again.
pub struct Live {
    scene: Arc<Mutex<Scene>>,
    shown: Arc<Mutex<Vec<Shown>>>,
}

/// A picture that moves, until it is dropped.
struct Shown {
    bar: ProgressBar,
    #[cfg(unix)]
    _quiet: super::echo::Quiet,
}

impl Live {
    /// Makes what shows `scene` once something begins.
    pub fn new(scene: Arc<Mutex<Scene>>) -> Self {
        Self { scene, shown: Arc::default() }
    }

    /// Tells whether anything is shown.
    pub fn is_shown(&self) -> bool {
        !unpoisoned(&self.shown).is_empty()
    }

    /// Shows the table.
    pub fn begin(&self) {
        self.show(|scene, now, screen| match &scene.board {
            Some(board) => table(board, &scene.waits, now, screen),
            None => vec![],
        });
    }

    /// Shows that something is under way until the result is dropped.
    pub fn spinner(&self, what: &'static str) -> Spinner {
        let since = Instant::now();
        self.show(move |scene, now, screen| vec![headline(what, since, &scene.waits, now, screen)]);
        Spinner(Arc::clone(&self.shown))
    }

    fn show(
        &self,
        picture: impl Fn(&Scene, Instant, Screen) -> Vec<String> + Clone + Send + Sync + 'static,
    ) {
        let scene = Arc::clone(&self.scene);
        let draw = move |_: &ProgressState, out: &mut dyn Write| {
            let lines = picture(&unpoisoned(&scene), Instant::now(), output::screen());
            // Writing into a string cannot fail.
            let _ = out.write_str(&output::safe(Form::People, &lines.join("\n")));
        };
        let style = ProgressStyle::with_template("{picture}").expect("a constant that is valid");
        // Before anything is drawn that a key could disturb.
        #[cfg(unix)]
        let quiet = super::echo::Quiet::begin();
        let bar = ProgressBar::new_spinner().with_style(style.with_key("picture", draw));
        let bar = BARS.add(bar);
        bar.enable_steady_tick(FRAME);
        unpoisoned(&self.shown).push(Shown {
            bar,
            #[cfg(unix)]
            _quiet: quiet,
        });
    }

    /// Takes everything away.
    pub fn end(&self) {
        unpoisoned(&self.shown).clear();
    }

    /// Writes lines that stay, above what moves.
    pub fn print(&self, text: &str) {
        // `MultiProgress::println` fills each line to the width, so that a terminal takes it for one
        // with the next: it would be copied with it, and fold anew with the window.
        BARS.suspend(|| output::say(text));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        BARS.remove(&self.bar);
    }
}

/// Something under way; gone when dropped.
pub struct Spinner(Arc<Mutex<Vec<Shown>>>);

impl Drop for Spinner {
    fn drop(&mut self) {
        unpoisoned(&self.0).clear();
    }
}
