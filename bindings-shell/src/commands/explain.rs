//! `explain`: the page of a finding, a gate or a log signature.

use iofilter_certs::document::{self, DocumentError};

use crate::failure::Failure;
use crate::screen::Screen;

/// A code that does not exist is a failure, with the one that was probably meant.
pub(crate) fn run(code: &str, screen: Screen) -> Result<u8, Failure> {
    let page = document::explain(code).map_err(|error| not_explained(&error))?;
    screen.result(&serde_json::json!({ "code": code, "page": page }), || page.clone());
    Ok(0)
}

fn not_explained(error: &DocumentError) -> Failure {
    let (message, help) = match error {
        DocumentError::NoSuchRule { code, meant: Some(meant) } => (code, format!("did you mean `{meant}`")),
        DocumentError::NoSuchRule { code, meant: None } => {
            (code, "see `iofilter-certs rules` for all codes".to_owned())
        }
        other => return Failure::usage(other.to_string(), ""),
    };
    Failure::usage(format!("no finding, gate or signature is called `{message}`"), help)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_wrong_code_is_answered_with_the_one_that_was_meant() {
        let help = |code: &str| not_explained(&document::explain(code).unwrap_err()).help;
        assert_eq!(help("vp-cert-stal"), "did you mean `vp-cert-stale`");
        assert_eq!(help("castore_missing_sms"), "did you mean `castore-missing-sms`");
        assert!(help("zzz").contains("iofilter-certs rules"));
    }
}
