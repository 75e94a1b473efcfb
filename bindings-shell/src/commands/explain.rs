//! `explain`: the page of a finding, a gate or a log signature.

use iofilter_certs::gates::{self, GATES};
use iofilter_certs::log::{signature, signatures};
use iofilter_certs::rules::{self, RULES, page};

use super::nearest;
use crate::failure::Failure;
use crate::screen::Screen;

/// A code that does not exist is a failure, with the one that was probably meant.
pub(crate) fn run(code: &str, screen: &Screen) -> Result<u8, Failure> {
    let page = page_of(code)?;
    screen.result(&serde_json::json!({ "code": code, "page": page }), || page.clone());
    Ok(0)
}

/// The page as Markdown.
fn page_of(code: &str) -> Result<String, Failure> {
    if let Some(rule) = rules::find(code) {
        return Ok(page::page(rule));
    }
    if let Some(gate) = gates::find(code) {
        return Ok(gate.page());
    }
    if let Some(found) = signature(code) {
        return Ok(format!(
            "# {}: {}\n\ngrade {:?}, read in {}\n\npattern `{}`\n",
            found.id, found.meaning, found.grade, found.source, found.pattern
        ));
    }
    let codes = RULES.iter().map(|rule| rule.code).chain(GATES.iter().map(|gate| gate.name));
    let known = codes.chain(signatures().iter().map(|one| one.id));
    let help = match nearest(code, known) {
        Some(meant) => format!("did you mean `{meant}`"),
        None => "see `iofilter-certs rules` for all codes".to_owned(),
    };
    Err(Failure::usage(format!("no finding, gate or signature is called `{code}`"), help))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn everything_that_has_a_name_has_a_page() {
        let all = RULES.iter().map(|rule| rule.code).chain(GATES.iter().map(|gate| gate.name));
        for code in all.chain(signatures().iter().map(|one| one.id)) {
            let page = page_of(code).unwrap();
            assert!(page.starts_with(&format!("# {code}: ")) && page.lines().count() > 3, "{code}: {page}");
        }
    }

    #[test]
    fn a_wrong_code_is_answered_with_the_one_that_was_meant() {
        assert_eq!(page_of("vp-cert-stal").unwrap_err().help, "did you mean `vp-cert-stale`");
        assert_eq!(page_of("castore_missing_sms").unwrap_err().help, "did you mean `castore-missing-sms`");
        assert!(page_of("zzz").unwrap_err().help.contains("iofilter-certs rules"));
    }
}
