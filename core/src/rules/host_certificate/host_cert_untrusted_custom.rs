//! ## What it finds
//!
//! In mode `custom`, the certificate on port 443 of an ESXi host does not lead to any root that vCenter trusts and that is
//! within its dates, and no authority that is known from elsewhere would make it lead to one (otherwise it is
//! `host-cert-chain-incomplete`).
//!
//! ## Why it hurts
//!
//! SPS refuses the provider. The same root is missing on the hosts, which vCenter gives its trusted roots to.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline while the host is connected. `sps.log` shows S-05 and S-06, or S-12
//! (`PKIX path building failed`).
//!
//! ## What cures it
//!
//! Import the customer's root, and intermediate authorities, into vCenter's trusted roots, then push them to the
//! hosts. Check after each push that the hosts still trust the SMS certificate.
//!
//! Where the root is there and has expired, importing it once more is of no use: the authority has to be renewed, its new
//! root imported, and the host given a certificate of it. Where it is not good yet, the clocks have to be right.
//!
//! ## Sources
//!
//! KB 318194, the checks of its script (grade A).

use super::{gap, path_in_mode, reason};
use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::ChainVerdict;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-untrusted-custom",
    severity: Severity::High,
    grade: Grade::A,
    title: "vCenter does not trust the customer's CA that issued a host certificate",
    rank: 32,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vcdb-thumbprint-mismatch",
    ],
    log: Some(Leg::ServerTrust),
    cure: Cure::ByHand(
        "if the message says that nobody trusted is called so: import the root of the customer's authority, and what stands between, into the trusted roots of vCenter; if it says that a root is there and out of its dates: have the authority renewed, or wait, and import its new root",
    ),
    check: Check::Host(check),
    source: include_str!("host_cert_untrusted_custom.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let path = known!(path_in_mode(case, host, &CertificateMode::Custom));
    if path.chain.is_trusted() || path.chain == ChainVerdict::SelfSigned || gap(case, &path).is_some() {
        return Verdict::Fine;
    }
    let evidence =
        vec![certificate_seen(Port::Host.certificate(), path.leaf), Evidence::new("chain", reason(&path.chain))];
    let wanted = match path.chain {
        ChainVerdict::AnchorExpired { .. } | ChainVerdict::IssuerNotYetValid { .. } => "is within its dates",
        _ => "vCenter trusts",
    };
    let why = reason(&path.chain);
    let message = format!("certificate of host `{}` does not lead to a root that {wanted}: {why}", host.name);
    Verdict::found(message, evidence)
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    fn customers(is_imported: bool) -> Fleet {
        customers_in(Fleet::healthy(), is_imported)
    }

    fn customers_of_one(is_imported: bool) -> Fleet {
        customers_in(Fleet::of(1), is_imported)
    }

    fn customers_in(mut fleet: Fleet, is_imported: bool) -> Fleet {
        let customer = Authority::root("Example Root", "IT");
        let leaf = fleet.keep(customer.sign(&Leaf::of("esx01.lab.test")));
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        if is_imported {
            fleet.trust_only(&[&customer.certificate]);
        }
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "root-not-imported",
                "The customer's root was not imported into vCenter",
                "`esx01.lab.test` has a good certificate of the customer's authority, which vCenter has never heard of.",
                customers_of_one(false),
            ),
            Case::near_miss(
                "root-imported",
                "The customer's root was imported",
                "The near miss of `root-not-imported`: the same certificate, and vCenter trusts its root.",
                customers_of_one(true),
            ),
        ]
    }

    #[test]
    fn an_authority_that_was_not_imported_is_found() {
        customers(false).has_one_cause("host-cert-untrusted-custom");
    }

    #[test]
    fn an_imported_authority_is_trusted() {
        let codes = customers(true).judge().findings;
        assert!(codes.iter().all(|finding| finding.place.id != "host-1"));
    }

    #[test]
    fn a_root_that_is_there_and_has_expired_is_not_to_be_imported() {
        let mut fleet = Fleet::of(1);
        let customer = Authority::root_within("Example Root", "IT", &Leaf::of("root").ends(-1));
        let leaf = fleet.keep(customer.sign(&Leaf::of("esx01.lab.test")));
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.trust(&customer.certificate);
        fleet.serve(1, leaf);
        let judgement = fleet.judge();
        let message = judgement.causes().map(|cause| cause.diagnostic.message.as_str()).next();
        assert!(
            message
                .is_some_and(|message| message.contains("a root that is within its dates: the trusted root expired")),
            "{message:?}"
        );
    }
}
