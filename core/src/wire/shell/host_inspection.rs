//! Whether a host's certificate and key belong together, and what it boots from.

use crate::facts::MachinePair;

/// What [`InspectHost`](crate::request::SshLook::InspectHost) printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostInspection {
    /// The pair on disk; `None` when `openssl` did not print a digest.
    pub(crate) pair: Option<MachinePair>,
    /// Whether the host came up from the network; `None` when `esxcli` did not tell.
    pub(crate) is_stateless: Option<bool>,
}

/// The SHA-256 of nothing: what `openssl dgst` makes of a file that is not there or does not read.
const NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Reads it. Nothing but digests and the labels of network cards is looked at.
pub(crate) fn parse(text: &str) -> HostInspection {
    let (mut certificate, mut key, mut boot) = (None, None, None);
    let mut section = "";
    for line in text.lines().map(str::trim) {
        match (line, section) {
            ("certificate" | "key" | "boot", _) => section = line,
            (_, "certificate") => certificate = certificate.or(digest(line)),
            (_, "key") => key = key.or(digest(line)),
            (_, "boot") => boot = boot_line(boot, line),
            _ => {}
        }
    }
    HostInspection { pair: certificate.zip(key).map(|(certificate, key)| pair(certificate, key)), is_stateless: boot }
}

fn pair(certificate: &str, key: &str) -> MachinePair {
    let (has_certificate, has_key) = (certificate != NOTHING, key != NOTHING);
    MachinePair { has_certificate, has_key, matches: (has_certificate && has_key).then_some(certificate == key) }
}

/// `(stdin)= <64 hexadecimal digits>`, whatever stands before it.
fn digest(line: &str) -> Option<&str> {
    let word = line.split_whitespace().last()?;
    (word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(word)
}

/// A host that came up from the network names the card; one that was installed to a disk names none.
fn boot_line(known: Option<bool>, line: &str) -> Option<bool> {
    let (label, value) = line.split_once(':').unwrap_or((line, ""));
    match label.trim() {
        "Boot NIC" | "Stateless Boot NIC" => Some(known == Some(true) || !value.trim().is_empty()),
        _ => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "1111111111111111111111111111111111111111111111111111111111111111";
    const TWO: &str = "2222222222222222222222222222222222222222222222222222222222222222";

    fn printed(certificate: &str, key: &str, card: &str) -> String {
        format!(
            "certificate\n(stdin)= {certificate}\nkey\nSHA2-256(stdin)= {key}\nboot\n   Boot Filesystem UUID: 5f-aa\n   \
             Boot NIC:\n   Stateless Boot NIC: {card}\n"
        )
    }

    #[test]
    fn tells_pairs_that_fit_from_those_that_do_not_and_from_half_pairs() {
        let pair = |certificate, key| parse(&printed(certificate, key, "")).pair;
        let expect = |has_certificate, has_key, matches| Some(MachinePair { has_certificate, has_key, matches });
        assert_eq!(pair(ONE, ONE), expect(true, true, Some(true)));
        assert_eq!(pair(ONE, TWO), expect(true, true, Some(false)));
        assert_eq!(pair(NOTHING, TWO), expect(false, true, None));
        assert_eq!(pair(ONE, NOTHING), expect(true, false, None));
        assert_eq!(pair("", TWO), None, "openssl printed nothing");
    }

    #[test]
    fn a_card_to_boot_from_is_a_host_that_keeps_nothing() {
        assert_eq!(parse(&printed(ONE, ONE, "")).is_stateless, Some(false));
        assert_eq!(parse(&printed(ONE, ONE, "vmnic0/00:50:56:01:02:03")).is_stateless, Some(true));
        assert_eq!(parse("certificate\nkey\nboot\nsh: esxcli: not found\n").is_stateless, None);
        assert_eq!(parse(""), HostInspection { pair: None, is_stateless: None });
    }
}
