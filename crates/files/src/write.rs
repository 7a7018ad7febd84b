//! Writes that only the owner can read.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::kind::{is_given, refusal};

/// Links that are followed one after the other; a system follows no more.
const MOST_LINKS: usize = 40;

/// Tells whether a file can be written to `path`, without writing one: before any work is done for it.
///
/// Fails where the folder is missing, and where `path` leads to a folder, a pipe that nobody was given,
/// or a file that must not be written.
pub fn check_target(path: &Path) -> io::Result<()> {
    match path.metadata() {
        Ok(metadata) => {
            if let Some(reason) = unwritable(path, &metadata) {
                return Err(io::Error::other(reason));
            }
            if metadata.is_file() {
                File::options().append(true).open(path).map(drop)
            } else {
                Ok(())
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = folder_of(path);
            match folder.metadata() {
                Ok(found) if found.is_dir() => has_room(folder),
                Ok(_) => Err(io::Error::other("what should be its folder is none")),
                Err(_) => Err(io::Error::other("its folder does not exist")),
            }
        }
        Err(error) => Err(error),
    }
}

/// Tells whether [`replace`] can write to `path`, which must lead to a regular file or to nothing yet.
pub fn check_file_target(path: &Path) -> io::Result<()> {
    match path.metadata() {
        Ok(found) if !found.is_file() => {
            Err(io::Error::other(refusal(path, &found).unwrap_or("it is no regular file")))
        }
        _ => check_target(path),
    }
}

/// Returns where links lead, whether anything is there or not.
fn led_to(path: &Path) -> PathBuf {
    let mut real = path.to_owned();
    for _ in 0..MOST_LINKS {
        match std::fs::read_link(&real) {
            Ok(target) => real = folder_of(&real).join(target),
            Err(_) => break,
        }
    }
    real
}

#[cfg(unix)]
fn has_room(folder: &Path) -> io::Result<()> {
    crate::room::check(folder)
}

#[cfg(not(unix))]
fn has_room(_: &Path) -> io::Result<()> {
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Tells whether two paths lead to one file, whether it is there already or not. A device is none: it takes
/// what everybody writes.
pub fn is_same(one: &Path, other: &Path) -> bool {
    match (one.metadata(), other.metadata()) {
        (Ok(first), Ok(second)) => first.is_file() && is_one(one, &first, other, &second),
        (Err(_), Err(_)) => place(one).is_some_and(|one| Some(one) == place(other)),
        _ => false,
    }
}

#[cfg(unix)]
fn is_one(_: &Path, first: &Metadata, _: &Path, second: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (first.dev(), first.ino()) == (second.dev(), second.ino())
}

#[cfg(not(unix))]
fn is_one(one: &Path, _: &Metadata, other: &Path, _: &Metadata) -> bool {
    one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

/// Returns where a file that is not there yet would be.
fn place(path: &Path) -> Option<PathBuf> {
    Some(folder_of(path).canonicalize().ok()?.join(path.file_name()?))
}

/// Writes a file that only its owner can read, in place of what was there, whole or not at all; what a device
/// or a pipe is given is written as it comes.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    check_target(path)?;
    // Whoever was given a file open goes on to write to that one.
    if is_given(path) || path.metadata().is_ok_and(|found| !found.is_file()) {
        return private(path)?.write_all(bytes);
    }
    match replace(path, bytes) {
        // A file may be the owner's to write and its folder not.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            private(path)?.write_all(bytes)
        }
        other => other,
    }
}

/// Writes a file that only its owner can read, whole or not at all; a link stays one.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    check_file_target(path)?;
    let real = led_to(path);
    let mut draft = tempfile::NamedTempFile::new_in(folder_of(&real))?;
    draft.write_all(bytes)?;
    draft.persist(&real)?;
    Ok(())
}

/// Writes a file that everybody may read whom the system lets: documentation.
pub fn public(path: &Path, bytes: &[u8]) -> io::Result<()> {
    check_target(path)?;
    std::fs::write(path, bytes)
}

/// Adds to the end of a file, which stays readable by whoever could read it; one that is made anew is its
/// owner's alone.
pub fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    check_target(path)?;
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

/// Begins or empties a file that only its owner can read.
pub fn private(path: &Path) -> io::Result<File> {
    check_target(path)?;
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        // One that was there before keeps its own permissions otherwise.
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    Ok(file)
}

/// Devices such as `/dev/null` take what is written and keep nobody waiting.
fn unwritable(path: &Path, metadata: &Metadata) -> Option<&'static str> {
    let kind = metadata.file_type();
    if kind.is_dir() {
        return Some("it is a folder, not a file");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() && !is_given(path) {
            return Some("it is a named pipe, not a regular file");
        }
        if kind.is_socket() || kind.is_block_device() {
            return Some("it is no regular file");
        }
        if kind.is_char_device() && crate::room::is_full(metadata) {
            return Some("it is a device that is always full");
        }
    }
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_the_owner_reads_what_is_written_whoever_could_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("report.html");
        for text in ["a longer text", "short"] {
            write(&path, text.as_bytes()).expect("written");
            assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
            let mode = path.metadata().expect("a file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).expect("changed");
        }
    }

    #[test]
    fn what_is_replaced_is_whole_or_as_it_was_and_a_link_stays_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("plan.json"), folder.path().join("link.json"));
        std::os::unix::fs::symlink("plan.json", &link).expect("a link");
        for text in ["one", "two"] {
            replace(&link, text.as_bytes()).expect("written");
            assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
            assert!(link.symlink_metadata().expect("a link").is_symlink());
        }
        for refused in ["/dev/null", "/dev/full"] {
            let error = replace(Path::new(refused), b"x").expect_err("refused").to_string();
            assert_eq!(error, "it is a device, not a regular file", "{refused}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "a draft stays");
    }

    #[test]
    fn what_is_added_to_keeps_its_text_and_no_pipe_is_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, pipe) = (folder.path().join("summary.md"), folder.path().join("pipe"));
        for text in ["one\n", "two\n"] {
            append(&path, text.as_bytes()).expect("written");
        }
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "one\ntwo\n");
        let mode = path.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("run").success());
        for refused in [append(&pipe, b"x"), public(&pipe, b"x")] {
            assert!(refused.expect_err("refused").to_string().contains("named pipe"));
        }
    }

    #[test]
    fn one_file_is_known_by_all_its_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["a", "b"] {
            write(&at(name), b"x").expect("written");
        }
        std::fs::hard_link(at("a"), at("hard")).expect("a link");
        std::os::unix::fs::symlink("a", at("soft")).expect("a link");
        std::os::unix::fs::symlink(folder.path(), at("folder")).expect("a link");
        for (one, other) in
            [("a", "a"), ("a", "hard"), ("a", "soft"), ("folder/a", "a"), ("new", "folder/new")]
        {
            assert!(is_same(&at(one), &at(other)), "{one} {other}");
        }
        for (one, other) in [("a", "b"), ("new", "newer"), ("a", "new"), ("none/x", "none/x")] {
            assert!(!is_same(&at(one), &at(other)), "{one} {other}");
        }
        assert!(!is_same(Path::new("/dev/null"), Path::new("/dev/null")), "a device");
    }

    #[test]
    fn what_cannot_be_written_is_told_before_any_work() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("run").success());
        let told = |path: &Path| check_target(path).expect_err("refused").to_string();
        assert_eq!(told(&folder.path().join("none/x.json")), "its folder does not exist");
        assert_eq!(told(folder.path()), "it is a folder, not a file");
        assert_eq!(told(&pipe), "it is a named pipe, not a regular file");
        let file = folder.path().join("file");
        write(&file, b"kept").expect("written");
        assert!(check_target(&file.join("x.json")).is_err(), "below a file");
        check_target(&file).expect("a file may be written again");
        assert_eq!(std::fs::read(&file).expect("read"), b"kept");
        check_target(Path::new("/dev/null")).expect("a device that takes everything");
        if cfg!(target_os = "linux") {
            assert_eq!(told(Path::new("/dev/full")), "it is a device that is always full");
        }
    }
}
