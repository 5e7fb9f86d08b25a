//! SHA-256 in the forms that runs need: a number that is the same everywhere, and hex digits.

use std::io;

use sha2::{Digest, Sha256};

/// The first eight bytes of the digest, as a number.
pub fn number(of: &[u8]) -> u64 {
    Sha256::digest(of).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The digest of all that comes, in hex.
///
/// # Errors
/// Those of reading.
pub fn of_all(from: &mut dyn io::Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 64 << 10];
    loop {
        match from.read(&mut buffer)? {
            0 => break,
            n => hasher.update(buffer.get(..n).unwrap_or_default()),
        }
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
