//! Texts of topologies, read within bounds: what a file of a branch names must not lead elsewhere.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest file that is read; a thousand stamps, each written out, need a tenth of it.
const LARGEST: u64 = 8 << 20;

/// Reads a file that the user has named, which may be a pipe.
pub fn named(path: &Path) -> io::Result<String> {
    bounded(File::open(path)?)
}

/// Reads a file that another file names: a regular one in `folder` or below, wherever links lead.
pub fn included(path: &Path, folder: &Path) -> io::Result<String> {
    let found = path.canonicalize()?;
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new(".").canonicalize()?,
        false => folder.canonicalize()?,
    };
    if !found.starts_with(folder) {
        return Err(io::Error::other("it lies outside the topology's folder"));
    }
    // To open a pipe would wait for whoever writes to it.
    if !found.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    bounded(File::open(found)?)
}

fn bounded(file: File) -> io::Result<String> {
    let mut text = String::new();
    let read = file.take(LARGEST + 1).read_to_string(&mut text)?;
    match u64::try_from(read) {
        Ok(read) if read <= LARGEST => Ok(text),
        _ => Err(io::Error::other(format!("it is larger than {} MiB", LARGEST >> 20))),
    }
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
        File::options().write(true).open(&huge).and_then(|f| f.set_len(LARGEST + 1)).expect("huge");
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
}
