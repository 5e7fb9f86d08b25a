//! Links to reports. The path may come from a file of rows, which anybody can write.

use std::fmt::Write;

/// The address of a report from its path beside the page, with everything encoded that could be more than a name.
/// None for a path from the root and for an empty one: the page may lie anywhere.
pub(super) fn href(path: &str) -> Option<String> {
    if path.is_empty() || path.starts_with('/') {
        return None;
    }
    // Behind `./` no word is a scheme and no slash starts a host.
    let mut href = String::from("./");
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' | b'/' => href.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => _ = write!(href, "%{byte:02X}"),
        }
    }
    Some(href)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_beside_the_page_is_a_link() {
        assert_eq!(href("reports/core.1-af.html").unwrap(), "./reports/core.1-af.html");
        assert_eq!(href("../a b#1?.html").unwrap(), "./../a%20b%231%3F.html");
    }

    #[test]
    fn nothing_else_is_reached() {
        assert_eq!(href("javascript:alert(1)").unwrap(), "./javascript%3Aalert%281%29");
        assert_eq!(href("https://example.invalid/x").unwrap(), "./https%3A//example.invalid/x");
        assert_eq!(href("\\\\host\\x").unwrap(), "./%5C%5Chost%5Cx");
        assert_eq!(href("\"><script>").unwrap(), "./%22%3E%3Cscript%3E");
        assert_eq!(href("//host/x"), None);
        assert_eq!(href("/etc/passwd"), None);
        assert_eq!(href(""), None);
    }
}
