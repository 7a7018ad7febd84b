//! Log lines, which go above what moves.

use std::io::{self, Write};

use super::live::BARS;

/// Makes a writer for one log line, which goes above the table.
pub fn log_writer() -> LogLine {
    LogLine
}

/// Writes log lines above the table.
pub struct LogLine;

impl Write for LogLine {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        BARS.suspend(|| io::stderr().write_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
