//! What a path leads to.

use std::fs::Metadata;
use std::path::Path;

/// Where a process finds what it was given open: a pipe there is one that somebody fills or reads, as
/// `<(…)` of a shell makes it.
const GIVEN: [&str; 4] = ["/dev/fd/", "/proc/self/fd/", "/dev/stdin", "/dev/stdout"];

/// Tells why what `metadata` describes is no file to read from, or `None` where it is one.
pub fn refusal(path: &Path, metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return None;
    }
    if kind.is_dir() {
        return Some("it is a folder, not a file");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return (!is_given(path)).then_some("it is a named pipe, not a regular file");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("it is a device, not a regular file");
        }
    }
    Some("it is no regular file")
}

/// Tells whether the process was given what `path` leads to when it was started.
pub(crate) fn is_given(path: &Path) -> bool {
    path.to_str().is_some_and(|path| GIVEN.iter().any(|given| path.starts_with(given)))
}
