//! Whether there is room for what is to be written, and leave to write it.

use std::fs::Metadata;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, access, makedev, statvfs};

/// The device that is always full; Linux gives it this number everywhere.
///
/// Source: <https://www.kernel.org/doc/Documentation/admin-guide/devices.txt>.
const FULL: (u32, u32) = (1, 7);

/// Fails where a file in `folder` cannot be made, or has no room.
pub(crate) fn check(folder: &Path) -> io::Result<()> {
    access(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    match statvfs(folder) {
        Ok(disk) if disk.f_bavail == 0 && disk.f_blocks > 0 => {
            Err(io::Error::other("its disk is full"))
        }
        // What tells nothing of its room may have some.
        _ => Ok(()),
    }
}

/// Tells whether what is there is a device that takes nothing.
pub(crate) fn is_full(found: &Metadata) -> bool {
    cfg!(target_os = "linux") && found.rdev() == makedev(FULL.0, FULL.1)
}
