//! The Content-Security-Policy: this page's script and style by their hashes, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// A policy under which a browser runs exactly this script, applies exactly this style and loads nothing. A link to
/// the saved JSON needs no permission: it is the page's own blob.
pub(super) fn policy(script: &str, style: &str) -> String {
    format!(
        "default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; form-action 'none'",
        source(script),
        source(style)
    )
}

/// A policy for a page without script: its style, and nothing else.
pub(super) fn without_script(style: &str) -> String {
    format!("default-src 'none'; style-src '{}'; base-uri 'none'; form-action 'none'", source(style))
}

fn source(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    // The hash of nothing, from FIPS 180-4's examples: e3b0c442 98fc1c14 …
    #[test]
    fn hashes_are_sha256_in_base64() {
        assert_eq!(source(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
