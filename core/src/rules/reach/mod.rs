//! Whether SPS gets as far as the provider's port, before any certificate is judged.

pub(super) mod reverse_proxy_down;
pub(super) mod vp_no_certificate;
pub(super) mod vp_port_filtered;
pub(super) mod vp_port_refused;
pub(super) mod vp_ruleset_disabled;
pub(super) mod vp_ruleset_restricted;
pub(super) mod vp_tls_handshake_failed;
pub(super) mod vp_version_xml_error;

use crate::case::{Case, Verdict};
use crate::diagnostic::Evidence;
use crate::facts::{Host, MissingReason};

/// Found where port 9080 of a connected host shows no certificate for this reason, although its port 443 answers, and SMS
/// does without its provider too. Unknown where that may be so from here only. `says` makes the message of the host's name.
fn fails_with(case: &Case<'_>, host: &Host, reason: MissingReason, says: impl Fn(&str) -> String) -> Verdict {
    let Err(missing) = host.on_9080.known() else { return Verdict::Fine };
    if !host.is_connected() || missing.reason != reason || !case.may_have_provider(host) {
        return Verdict::NotApplicable;
    }
    if !case.provider_port_is_down(host) {
        return Verdict::from(missing);
    }
    Verdict::found(says(&host.name), vec![silence(host), port_443_answers()])
}

/// What came of port 9080, which showed no certificate.
fn silence(host: &Host) -> Evidence {
    let seen = host.on_9080.known().map_or_else(|missing| missing.message.clone(), |_| "answers".to_owned());
    Evidence::new("port 9080", seen)
}

/// The other port, which makes the silence of the first telling.
fn port_443_answers() -> Evidence {
    Evidence::new("port 443", "answers")
}

/// How the firewall of a host gets known.
const FIREWALL: &str = "survey again, so that the host's firewall is read";
