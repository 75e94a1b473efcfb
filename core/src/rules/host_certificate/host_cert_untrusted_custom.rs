//! ## What it finds
//!
//! In mode `custom`, the certificate on port 443 of an ESXi host does not lead to any root that vCenter trusts.
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
//! ## Sources
//!
//! KB 318194, the checks of its script (grade A).

use super::{chain_in_mode, reason};
use crate::certificate::ChainVerdict;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Port, Rule, Verdict, certificate_seen, known};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-untrusted-custom",
    severity: Severity::High,
    grade: Grade::A,
    title: "vCenter does not trust the customer's CA that issued a host certificate",
    rank: 46,
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
        "import the root of the customer's authority, and what stands between, into the trusted roots of vCenter",
    ),
    check: Check::Host(check),
    source: include_str!("host_cert_untrusted_custom.rs"),
    #[cfg(test)]
    cases: Vec::new,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let (leaf, chain) = known!(chain_in_mode(case, host, &CertificateMode::Custom));
    if chain.is_trusted() || chain == ChainVerdict::SelfSigned {
        return Verdict::Fine;
    }
    let evidence = vec![certificate_seen(Port::Host.certificate(), leaf), Evidence::new("chain", reason(&chain))];
    Verdict::found(
        format!("certificate of host `{}` does not lead to a root that vCenter trusts: {}", host.name, reason(&chain)),
        evidence,
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    fn customers(is_imported: bool) -> Fleet {
        let mut fleet = Fleet::healthy();
        let customer = Authority::root("Example Root", "IT");
        let leaf = fleet.keep(customer.sign(&Leaf::of("esx01.lab.test")));
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        if is_imported {
            let root = fleet.keep(customer.certificate.clone());
            fleet.vcenter().trusted_roots = seen(vec![root]);
        }
        fleet.serve(1, leaf);
        fleet
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
}
