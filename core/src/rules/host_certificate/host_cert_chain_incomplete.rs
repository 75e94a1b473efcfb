//! ## What it finds
//!
//! The certificate that an ESXi host shows leads to a root that vCenter trusts, but an authority between the two is
//! missing in what the host sends, or has expired.
//!
//! It is found where the missing authority is known from elsewhere: another host sends it, or holds it among its CA
//! certificates. Where nothing known completes the path, the issuer counts as unknown: `host-cert-untrusted-custom`, or
//! `host-cert-foreign-ca`. So it does where the completed path leads to an authority that vCenter's CA is not.
//!
//! Port 443 is looked at first, then port 9080 where it shows the same certificate and sends less.
//!
//! ## Why it hurts
//!
//! SPS has the root and the certificate, and cannot get from one to the other. It refuses the provider.
//!
//! ## How it shows
//!
//! Browsers, which remember authorities from elsewhere, show nothing. The vSphere Client shows the provider offline;
//! `sps.log` shows S-12 (`PKIX path building failed`).
//!
//! ## What cures it
//!
//! Install the certificate again together with all authorities below the root, the nearest first; or import the missing
//! one into vCenter's trusted roots. An authority that has expired has to be replaced first, and what it issued with it.
//!
//! ## Sources
//!
//! vSphere documentation, VMCA as a subordinate authority and custom certificates: full chains are wanted (grade A).

use super::{Path, gap, path};
use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-chain-incomplete",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "what stands between a host certificate and its trusted root is missing or has expired",
    rank: 45,
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
    log: Some(Leg::ServerTrust),
    cure: Cure::ByHand(
        "install the host's certificate again with all authorities between it and the root, nearest first, then restart the provider daemon; or import the missing authority into vCenter's trusted roots",
    ),
    check: Check::Host(check),
    source: include_str!("host_cert_chain_incomplete.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let own = known!(path(case, host, Port::Host));
    // Another certificate on port 9080 is a trouble of its own.
    let served = path(case, host, Port::Provider).ok().filter(|served| served.leaf == own.leaf);
    let mut ports = std::iter::once((Port::Host, own)).chain(served.map(|served| (Port::Provider, served)));
    let found = ports.find_map(|(port, path)| gap(case, &path).map(|gap| (port, path, gap)));
    let Some((port, Path { leaf, shown, .. }, gap)) = found else { return Verdict::Fine };
    let evidence = vec![
        certificate_seen(port.certificate(), leaf),
        Evidence::new("authorities sent with it", shown.rest.len().to_string()),
    ];
    let message = format!("{} of host `{}` cannot be followed to its root: {gap}", port.certificate(), host.name);
    Verdict::found(message, evidence)
}

#[cfg(test)]
mod tests {
    use crate::certificate::Fingerprint;
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, presenting, seen};
    use crate::time::DAY_SECONDS;

    /// Two hosts of a customer's issuing authority, whose root is imported; both send it along.
    fn customers(issuing_ends: i64) -> (Fleet, Fingerprint) {
        let mut fleet = Fleet::of(2);
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        let root = Authority::root("Example Root", "IT");
        let issuing = root.subordinate_within("Example Issuing", "IT", &Leaf::of("root").ends(issuing_ends));
        fleet.trust(&root.certificate);
        let between = fleet.keep(issuing.certificate.clone());
        for number in 1..=2 {
            let leaf = fleet.keep(issuing.sign(&Leaf::of(&format!("esx{number:02}.lab.test"))));
            fleet.serve(number, leaf);
            fleet.host(number).on_443 = seen(presenting(leaf, &[between]));
            fleet.host(number).on_9080 = seen(presenting(leaf, &[between]));
        }
        (fleet, between)
    }

    fn sent_by_both() -> Fleet {
        customers(2000 * DAY_SECONDS).0
    }

    fn not_sent_by_one() -> Fleet {
        let mut fleet = sent_by_both();
        let leaf = fleet.host(1).on_443.value().map(|shown| shown.leaf);
        if let Some(leaf) = leaf {
            fleet.serve(1, leaf);
        }
        fleet.provider(1).status = seen("offline".to_owned());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "one-host-does-not-send-it",
                "One of two hosts does not send the customer's issuing authority",
                "Only the root is imported. `esx02.lab.test` sends the authority below it and is trusted; `esx01.lab.test` \
                 was given its bare certificate.",
                not_sent_by_one(),
            ),
            Case::near_miss(
                "both-send-it",
                "Both hosts send the customer's issuing authority",
                "The near miss of `one-host-does-not-send-it`: only the root is imported, and that is enough.",
                sent_by_both(),
            ),
        ]
    }

    #[test]
    fn port_9080_alone_may_send_too_little() {
        let mut fleet = sent_by_both();
        let leaf = fleet.host(1).on_9080.value().map(|shown| shown.leaf);
        if let Some(leaf) = leaf {
            fleet.serve_copy(1, leaf);
        }
        fleet.has_one_cause("host-cert-chain-incomplete");
    }

    #[test]
    fn where_nobody_sends_it_the_issuer_is_unknown() {
        let (mut fleet, between) = customers(2000 * DAY_SECONDS);
        for number in 1..=2 {
            let leaf = fleet.host(number).on_443.value().map(|shown| shown.leaf);
            if let Some(leaf) = leaf {
                fleet.serve(number, leaf);
            }
        }
        fleet.facts.certificates.retain(|fingerprint| *fingerprint != between);
        assert_eq!(fleet.causes(), ["host-cert-untrusted-custom"; 2]);
    }

    #[test]
    fn an_expired_authority_between_is_found() {
        let (fleet, _) = customers(-1);
        assert_eq!(fleet.causes(), ["host-cert-chain-incomplete"; 2]);
    }
}
