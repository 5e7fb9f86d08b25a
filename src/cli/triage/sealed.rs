//! A line with its checksum in front: what a failing disk or a careless hand made of it is never taken for a row.

use super::digest;

/// Hex digits of the checksum.
const DIGITS: usize = 16;

/// The line as it is written, with its end.
pub fn seal(line: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(DIGITS + line.len() + 2);
    sealed.extend(sum(line).bytes());
    sealed.push(b' ');
    sealed.extend(line);
    sealed.push(b'\n');
    sealed
}

/// What was sealed, from a line without its end; `None` if it is not that any more.
pub fn open(sealed: &[u8]) -> Option<&[u8]> {
    let (stated, rest) = sealed.split_at_checked(DIGITS)?;
    let line = rest.strip_prefix(b" ")?;
    (stated == sum(line).as_bytes()).then_some(line)
}

fn sum(line: &[u8]) -> String {
    format!("{:016x}", digest::number(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_any_other_byte_is_none() {
        let sealed = seal(b"{\"free\":100}");
        let line = sealed.strip_suffix(b"\n").unwrap();
        assert_eq!(open(line), Some(&b"{\"free\":100}"[..]));
        for at in 0..line.len() {
            let mut other = line.to_vec();
            other[at] ^= 1;
            assert_eq!(open(&other), None, "{at}");
            assert_eq!(open(&line[..at]), None, "{at}");
        }
    }
}
