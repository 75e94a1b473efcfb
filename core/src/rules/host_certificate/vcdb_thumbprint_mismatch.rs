//! ## What it finds
//!
//! The certificate that vCenter expects of an ESXi host (`summary.config.sslThumbprint`, SHA-1 or SHA-256 by its length) is
//! not the one that the host shows on port 443.
//!
//! Where the host's certificate itself is no good (expired, self-signed, of another authority), that is the cause and this
//! follows from it: someone replaced the certificate on the host, and vCenter was not told. A host that a person has
//! disconnected is not judged; reconnecting it compares anew.
//!
//! While vCenter is connected and all else about the host is well, it is of medium severity: it hurts at the next connect.
//!
//! ## Why it hurts
//!
//! vCenter talks to a host only if it shows the certificate that was accepted before. It loses the host, now or when it
//! has to connect anew; or it is another machine that answers by this name.
//!
//! ## How it shows
//!
//! The vSphere Client shows the host as not responding, and reconnecting asks whether the new thumbprint is right.
//! `vpxd.log` shows X-05 (`SSLVerifyFault`).
//!
//! ## What cures it
//!
//! Compare the fingerprint with the one on the host's own console. If it is right, reconnect the host, which accepts it; in
//! mode `vmca` vCenter may issue a new certificate with that. If it is not right, find out who answers. Never write the
//! thumbprint into vCenter's database.
//!
//! ## Sources
//!
//! vCert, "compare thumbprints with VCDB", which compares two columns of vCenter's database with the host (grade A); that
//! `sslThumbprint` of the API is one of them (grade C); vSphere API, `ReconnectHost_Task` accepts a new thumbprint (grade A).

use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::Certificate;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{ConnectionState, Host, Missing, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vcdb-thumbprint-mismatch",
    severity: Severity::High,
    grade: Grade::B,
    title: "vCenter expects another certificate of a host than it shows",
    rank: 33,
    explains: &["host-not-responding"],
    log: None,
    cure: Cure::ByHand(
        "compare the fingerprint with the one on the host's console; if it is the same, reconnect the host in vCenter and accept it, otherwise find out which machine answers",
    ),
    check: Check::Host(check),
    source: include_str!("vcdb_thumbprint_mismatch.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    if host.connection.value() == Some(&ConnectionState::Disconnected) {
        return Verdict::NotApplicable;
    }
    let leaf = known!(case.leaf(host, Port::Host));
    let expected = match host.expected_thumbprint.known() {
        Ok(expected) => expected,
        // vCenter talks to the host, so it does accept the certificate.
        Err(_) if host.is_connected() => return Verdict::NotApplicable,
        Err(missing) => return Verdict::from(missing),
    };
    let Some(shown) = in_the_form_of(expected, leaf) else {
        return Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!(
                "thumbprint `{expected}` that vCenter expects of host `{}` is neither SHA-1 nor SHA-256",
                host.name
            ),
            help: "look at the host's certificate in the vSphere Client".to_owned(),
        });
    };
    if digits(expected) == digits(&shown) {
        return Verdict::Fine;
    }
    let message = format!("vCenter expects certificate `{expected}` of host `{}`, which shows `{shown}`", host.name);
    let evidence =
        [Evidence::new("expected by vCenter", expected.clone()), certificate_seen(Port::Host.certificate(), leaf)];
    let found = Verdict::found(message, Vec::from(evidence));
    if case.is_unwell(host) { found } else { found.of_severity(Severity::Medium) }
}

/// The thumbprint of a certificate by the digest that another thumbprint was made with, told by its length.
fn in_the_form_of(other: &str, certificate: &Certificate) -> Option<String> {
    let digits = digits(other);
    match digits.len() {
        _ if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => None,
        40 => Some(certificate.sha1_thumbprint.clone()),
        64 => Some(certificate.fingerprint.to_string()),
        _ => None,
    }
}

fn digits(thumbprint: &str) -> String {
    thumbprint.trim().replace(':', "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::Severity;
    use crate::facts::{CertificateMode, ConnectionState};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    const OTHER: &str = "01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14";

    fn expecting(thumbprint: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).expected_thumbprint = seen(thumbprint.to_owned());
        fleet
    }

    /// SHA-256 of the certificate that the host shows.
    fn own() -> String {
        let shown = Fleet::of(1).host(1).on_443.value().map(|shown| shown.leaf.to_string().to_uppercase());
        shown.unwrap_or_default()
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut lost = expecting(OTHER);
        lost.host(1).connection = seen(ConnectionState::NotResponding);
        lost.provider(1).status = seen("offline".to_owned());
        vec![
            Case::cause(
                "replaced-behind-vcenter",
                "The certificate was replaced on the host, and vCenter was not told",
                "The certificate of `esx01.lab.test` is good and of VMCA, as after a restored backup of the host. vCenter \
                 expects the one before it, and the host does not respond.",
                lost,
            ),
            Case::near_miss(
                "sha-256-of-the-same",
                "The same certificate by another digest",
                "The near miss of `replaced-behind-vcenter`: this vCenter writes thumbprints as SHA-256, without colons and \
                 in upper case.",
                expecting(&own()),
            ),
        ]
    }

    #[test]
    fn it_is_found_while_the_old_connection_still_stands() {
        let severity = |fleet: &Fleet| fleet.judge().causes().map(crate::rules::Finding::severity).next();
        let mut fleet = expecting(OTHER);
        fleet.has_one_cause("vcdb-thumbprint-mismatch");
        assert_eq!(severity(&fleet), Some(Severity::Medium));
        fleet.host(1).connection = seen(ConnectionState::NotResponding);
        assert_eq!(severity(&fleet), Some(Severity::High));
    }

    #[test]
    fn it_follows_from_a_certificate_that_ought_not_to_be_there() {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().mode = seen(CertificateMode::Vmca);
        let before = fleet.host(1).expected_thumbprint.clone();
        let foreign = fleet.keep(Authority::root("Example Root", "IT").sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, foreign);
        fleet.host(1).expected_thumbprint = before.clone();
        fleet.follows("vcdb-thumbprint-mismatch", "host-cert-foreign-ca");
        let made = fleet.keep(Leaf::of("esx01.lab.test").self_signed("VMware ESX Server Default Certificate"));
        fleet.serve(1, made);
        fleet.host(1).expected_thumbprint = before;
        fleet.host(1).connection = seen(ConnectionState::NotResponding);
        fleet.has_one_cause("host-cert-self-signed");
        fleet.follows("host-not-responding", "host-cert-self-signed");
    }

    #[test]
    fn a_thumbprint_that_is_none_is_not_fine() {
        for odd in ["", "AA:BB", &"zz".repeat(20)] {
            expecting(odd).is_unanswered("vcdb-thumbprint-mismatch");
        }
    }
}
