//! ## What it finds
//!
//! Port 9080 of an ESXi host shows another certificate than port 443, and the one on 9080 began later.
//!
//! Where it does not lead to a root that vCenter trusts, it explains why SMS does not get on with the provider, which meets
//! port 9080 alone; in mode `thumbprint` the entries in the store `SMS` decide about that.
//!
//! ## Why it hurts
//!
//! A change was half done, or two machines answer by one name: a proxy or an address that is used twice. What is
//! judged of this host may be true of another.
//!
//! ## How it shows
//!
//! The vSphere Client shows a provider whose dates are newer than those of its host. The logs show nothing.
//!
//! ## What cures it
//!
//! Find out which machine answers on which port. If it is one host, restart its management agents so that port 443
//! shows the certificate that is installed.
//!
//! ## Sources
//!
//! Ours; that the daemon copies the host's certificate and never makes its own (grade C).

use super::{path, reason};
use crate::case::{Case, Port, Reach, Verdict, certificate_seen, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-cert-newer-than-host",
    severity: Severity::Medium,
    grade: Grade::C,
    title: "the provider shows a newer certificate than its host",
    rank: 53,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: None,
    cure: Cure::ByHand(
        "find out which machine answers on each port, and finish or undo the change that was begun on the host",
    ),
    check: Check::Host(check),
    source: include_str!("vp_cert_newer_than_host.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let served = known!(case.leaf(host, Port::Provider));
    let own = known!(case.leaf(host, Port::Host));
    if served == own || served.not_before <= own.not_before || !case.validity(own).is_valid() {
        return Verdict::Fine;
    }
    let message = format!(
        "provider of host `{}` shows a certificate that began on {}, the host's own began on {}",
        host.name, served.not_before, own.not_before
    );
    let seen =
        [(Port::Host, own), (Port::Provider, served)].map(|(port, leaf)| certificate_seen(port.certificate(), leaf));
    match path(case, host, Port::Provider) {
        Ok(path) if !path.chain.is_trusted() => {
            let chain = Evidence::new("chain of the certificate on port 9080", reason(&path.chain));
            Verdict::found(message, seen.into_iter().chain([chain]).collect())
        }
        _ => Verdict::found(message, seen.to_vec()).reaching(Reach::VCenter),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};
    use crate::time::DAY_SECONDS;

    fn copy_begun(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        let copy = fleet.issue(&Leaf::of("esx01.lab.test").begins(seconds));
        fleet.serve_copy(1, copy);
        fleet
    }

    fn copy_begun_with_another_end() -> Fleet {
        let mut fleet = Fleet::of(1);
        let copy = fleet.issue(&Leaf::of("esx01.lab.test").ends(1424 * DAY_SECONDS));
        fleet.serve_copy(1, copy);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "newer-by-one-second",
                "Port 9080 shows a certificate that began a second after that of port 443",
                "Nothing on a host makes the provider's certificate before the host's own: two machines answer for \
                 `esx01.lab.test`, or a change was left half done.",
                copy_begun(-400 * DAY_SECONDS + 1),
            ),
            Case::near_miss(
                "of-the-same-second",
                "Two certificates that began in the same second",
                "The near miss of `newer-by-one-second`: they differ, and the one on port 9080 is not newer.",
                copy_begun_with_another_end(),
            ),
        ]
    }

    #[test]
    fn a_copy_of_an_unknown_authority_explains_what_sms_says_and_a_trusted_one_does_not() {
        let mut trusted = copy_begun(-300 * DAY_SECONDS);
        trusted.provider(1).status = seen("disconnected".to_owned());
        assert_eq!(trusted.causes(), ["vp-cert-newer-than-host", "provider-disconnected"]);
        let mut unknown = Fleet::of(1);
        let leaf = Leaf::of("esx01.lab.test").begins(-300 * DAY_SECONDS);
        let copy = unknown.keep(Authority::root("Example Root", "IT").sign(&leaf));
        unknown.serve_copy(1, copy);
        unknown.provider(1).status = seen("disconnected".to_owned());
        unknown.has_one_cause("vp-cert-newer-than-host");
    }

    #[test]
    fn a_newer_copy_is_found() {
        copy_begun(-400 * DAY_SECONDS + 1).has_one_cause("vp-cert-newer-than-host");
    }

    #[test]
    fn a_copy_of_the_same_age_is_stale_and_not_newer() {
        copy_begun_with_another_end().has_one_cause("vp-cert-stale");
    }
}
