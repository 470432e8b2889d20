//! Free disk space.

use std::path::Path;

use rustix::fs::statvfs;

/// With less, the next write to the database may fail.
pub const TOO_LITTLE: u64 = 16 << 20;
/// With less, someone should check.
pub const LITTLE: u64 = 1 << 30;

/// Bytes that this user can still write below `folder`; none if the system does not say.
pub fn free(folder: &Path) -> Option<u64> {
    let told = statvfs(folder).ok()?;
    Some(told.f_bavail.saturating_mul(told.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_one_that_is_not_there_has_none_to_tell() {
        assert!(free(Path::new("/")).is_some_and(|bytes| bytes > 0));
        assert_eq!(free(Path::new("/nowhere/at/all")), None);
    }
}
