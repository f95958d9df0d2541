//! File systems of other computers: the system watches them without complaint, and tells nothing of what others change.

use std::path::Path;

/// Whether a directory is known to lie on such a file system. Only Linux is asked.
#[cfg(target_os = "linux")]
pub(super) fn is_remote(directory: &Path) -> bool {
    rustix::fs::statfs(directory).is_ok_and(|status| is_remote_kind(status.f_type as u32))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_remote(_directory: &Path) -> bool {
    false
}

/// **Source**: `linux/magic.h` and `fs/smb/client/cifsfs.h` of Linux 6.12; 9P is also how WSL shows the disks of Windows, and
/// FUSE is what SSHFS and the shared folders of containers are.
#[cfg(target_os = "linux")]
fn is_remote_kind(kind: u32) -> bool {
    const AFS: u32 = 0x5346_414f;
    const CEPH: u32 = 0x00c3_6400;
    const CIFS: u32 = 0xff53_4d42;
    const FUSE: u32 = 0x6573_5546;
    const NFS: u32 = 0x6969;
    const NINE_P: u32 = 0x0102_1997;
    const SMB: u32 = 0x517b;
    const SMB_2: u32 = 0xfe53_4d42;
    matches!(kind, AFS | CEPH | CIFS | FUSE | NFS | NINE_P | SMB | SMB_2)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_apart() {
        const EXT4: u32 = 0xef53;
        const BTRFS: u32 = 0x9123_683e;
        assert!(is_remote_kind(0x6969) && is_remote_kind(0xfe53_4d42));
        assert!(!is_remote_kind(EXT4) && !is_remote_kind(BTRFS));
        // The kernel's own: nobody else's computer.
        assert!(!is_remote(Path::new("/proc")) && !is_remote(Path::new("/nowhere at all")));
    }
}
