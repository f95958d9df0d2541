//! Project names: the form of a working directory that all machines share.

/// The form of a project's path that reports group by: its last two parts, joined by `/`.
///
/// Machines keep one project in different places, and a pulled path may have been shortened for privacy; two parts are
/// enough to tell projects apart and few enough to agree on. `/home/a/src/api` and `C:\Users\a\src\api` are both `src/api`.
/// An empty path is `(no project)`.
pub fn shared_name(path: &str) -> String {
    // A path with a slash anywhere but after a drive letter is not a Windows path: there, `\` may stand in a name.
    let separators: &[char] = if is_windows_path(path) { &['\\', '/'] } else { &['/'] };
    let mut parts = path.rsplit(separators).filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some(last), Some(parent)) => format!("{parent}/{last}"),
        (Some(last), None) => last.to_owned(),
        (None, _) if path.is_empty() => "(no project)".to_owned(),
        (None, _) => path.to_owned(),
    }
}

fn is_windows_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with(r"\\")
        || (bytes.len() >= 3 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' && bytes[2] == b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_parts_are_shared() {
        let check = |path, name| assert_eq!(shared_name(path), name, "{path}");
        check("/home/a/src/api", "src/api");
        check(r"C:\Users\a\src\api", "src/api");
        check("/home/a/src/api/", "src/api");
        check("/srv", "srv");
        check("/", "/");
        check("", "(no project)");
        check(r"/home/a/odd\name", r"a/odd\name");
    }
}
