//! Reads within bounds.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::kind::refusal;

/// The largest text that people write, in bytes; a topology of a thousand stamps, each written out,
/// needs a tenth of it.
pub const TEXT: u64 = 8 << 20;

/// The largest file that programs write for us, in bytes: a saved plan, the state of the simulator.
pub const LARGE: u64 = 512 << 20;

/// Reads a file of at most `largest` bytes.
///
/// Fails for what is no regular file, before it is opened: to open a pipe would wait for whoever writes
/// to it, and a device has no end. A pipe that the process was given open is read.
pub fn read(path: &Path, largest: u64) -> io::Result<String> {
    let metadata = path.metadata()?;
    if let Some(reason) = refusal(path, &metadata) {
        return Err(io::Error::other(reason));
    }
    if metadata.len() > largest {
        return Err(too_large(largest));
    }
    let mut text = String::new();
    // A file can grow while it is read, and a pipe tells no length.
    let read = File::open(path)?.take(largest + 1).read_to_string(&mut text)?;
    match u64::try_from(read) {
        Ok(read) if read <= largest => Ok(text),
        _ => Err(too_large(largest)),
    }
}

/// Reads a text that another file names: a regular one in `folder` or below, wherever links lead.
pub fn included(path: &Path, folder: &Path) -> io::Result<String> {
    let found = path.canonicalize()?;
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".").canonicalize()?
    } else {
        folder.canonicalize()?
    };
    if !found.starts_with(folder) {
        return Err(io::Error::other("it lies outside the topology's folder"));
    }
    if !found.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    read(&found, TEXT)
}

fn too_large(largest: u64) -> io::Error {
    io::Error::other(format!("it is larger than {} MiB", largest >> 20))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn included_files_are_regular_small_and_below_the_folder() {
        let outside = tempfile::tempdir().expect("a folder");
        let folder = outside.path().join("app");
        std::fs::create_dir(&folder).expect("a folder");
        let write = |name: &str, text: &str| {
            let path = outside.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        };
        let (inside, secret) = (write("app/a.yaml", "a: 1"), write("secret.yaml", "b: 2"));
        assert_eq!(included(&inside, &folder).expect("read"), "a: 1");

        let huge = write("app/huge.yaml", "");
        File::options().write(true).open(&huge).and_then(|f| f.set_len(TEXT + 1)).expect("huge");
        let told = |path: &Path| included(path, &folder).expect_err("refused").to_string();
        assert!(told(&secret).contains("outside"));
        assert!(told(&folder.join("../secret.yaml")).contains("outside"));
        assert!(told(&huge).contains("8 MiB"));
        assert!(told(&folder).contains("no regular file"));
        #[cfg(unix)]
        {
            let link = folder.join("link.yaml");
            std::os::unix::fs::symlink(&secret, &link).expect("a link");
            assert!(told(&link).contains("outside"));
            assert!(included(Path::new("/dev/zero"), Path::new("/dev")).is_err());
        }
    }

    #[test]
    fn what_is_no_regular_file_of_its_size_is_refused_with_the_reason() {
        let folder = tempfile::tempdir().expect("a folder");
        let huge = folder.path().join("huge");
        File::create(&huge).and_then(|file| file.set_len(1 << 40)).expect("a sparse file");
        let told = |path: &Path| read(path, TEXT).expect_err("refused").to_string();
        assert_eq!(told(&huge), "it is larger than 8 MiB");
        assert_eq!(told(folder.path()), "it is a folder, not a file");
        #[cfg(unix)]
        {
            let pipe = folder.path().join("pipe");
            let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
            assert!(made.success());
            assert_eq!(told(&pipe), "it is a named pipe, not a regular file");
            assert_eq!(told(Path::new("/dev/zero")), "it is a device, not a regular file");
            let socket = folder.path().join("socket");
            let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
            assert_eq!(told(&socket), "it is no regular file");
        }
    }
}
