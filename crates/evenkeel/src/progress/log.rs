//! Log lines, which go above what moves.

use std::io::{self, Write};

use super::live::BARS;
use crate::output::{self, Form};

/// Writes log lines above the table, without the secrets of the run.
pub struct LogLine {
    /// How the lines are read.
    pub form: Form,
}

impl Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = output::safe(self.form, &String::from_utf8_lossy(line));
        BARS.suspend(|| io::stderr().write_all(text.as_bytes()))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
