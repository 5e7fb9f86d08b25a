//! What stands for a hidden name: `user-1a2b3c4d`, `host-5e6f7a8b`.

use sha2::{Digest, Sha256};

use super::paths::SecretKind;

/// Hex digits of a stand-in.
const DIGITS: usize = 8;
/// Block size of SHA-256, for HMAC (RFC 2104).
const BLOCK: usize = 64;

/// Makes stand-ins: the first digits of HMAC-SHA-256 of the kind and the name in lower case, for Windows takes `Alice` and
/// `alice` for one. The key is empty where none was given, and nothing else goes in, so that they are the same everywhere.
#[derive(Clone, Debug)]
pub(super) struct StandIns {
    inner: Sha256,
    outer: Sha256,
}

impl StandIns {
    pub fn new(key: Option<&[u8]>) -> StandIns {
        let key = key.unwrap_or_default();
        let hashed = Sha256::digest(key);
        let key = if key.len() > BLOCK { hashed.as_slice() } else { key };
        let begun = |pad: u8| {
            let mut block = [pad; BLOCK];
            block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
            Sha256::new_with_prefix(block)
        };
        StandIns { inner: begun(0x36), outer: begun(0x5c) }
    }

    pub fn of(&self, name: &str, kind: SecretKind) -> String {
        let kind = kind.word();
        let inner =
            self.inner.clone().chain_update(kind).chain_update([0]).chain_update(name.to_lowercase()).finalize();
        let hash = self.outer.clone().chain_update(inner).finalize();
        let hex: String = hash.iter().take(DIGITS / 2).map(|byte| format!("{byte:02x}")).collect();
        format!("{kind}-{hex}")
    }
}

/// Whether a name is a stand-in already.
pub(super) fn is_one(name: &str) -> bool {
    let digits = name.strip_prefix("user-").or_else(|| name.strip_prefix("host-"));
    digits.is_some_and(|d| d.len() == DIGITS && d.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    // printf 'user\0alice' | openssl dgst -sha256 -hmac KEY
    #[test]
    fn is_hmac_sha_256() {
        let of = |key: Option<&[u8]>| StandIns::new(key).of("Alice", SecretKind::User);
        assert_eq!(of(Some(b"KEY")), "user-5b0dd8ee");
        assert_eq!(of(Some(&[b'k'; 100])), "user-704a8916");
        assert_eq!(of(None), of(Some(b"")));
        assert_ne!(of(None), of(Some(b"KEY")));
    }

    #[test]
    fn a_user_and_a_host_of_one_name_differ() {
        let all = StandIns::new(None);
        assert_ne!(all.of("a", SecretKind::User).get(5..), all.of("a", SecretKind::Host).get(5..));
        assert!(is_one(&all.of("a", SecretKind::User)) && is_one(&all.of("a", SecretKind::Host)));
        assert!(!is_one("user-alice") && !is_one("user-1a2b3c4de") && !is_one("user-1A2B3C4D"));
    }
}
