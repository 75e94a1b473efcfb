//! ## What it finds
//!
//! In mode `vmca`, the certificate on port 443 of an ESXi host was issued by an authority other than VMCA.
//!
//! An authority that vCenter does not trust is surely another one. One that vCenter trusts is another one when it is not
//! named as VMCA names its roots, and vCenter's own certificate, or a root that is so named, tells which one VMCA's is.
//! A subordinate authority, which the customer names, may be VMCA itself, put beneath the customer's root. It is taken for
//! another only where it is known which authority is VMCA, and VMCA still issued by it long after the other came into
//! being; otherwise that cannot be told, and renewals are held back. An issuer that nobody knows and that is named as VMCA
//! names its roots is an earlier VMCA or that of another vCenter: `host-cert-old-vmca-root`.
//!
//! ## Why it hurts
//!
//! The next renewal, and every reconnect, replaces the certificate without asking. That is why both are held back
//! here. If the root was not imported, SPS refuses the provider as well.
//!
//! ## How it shows
//!
//! The vSphere Client shows the customer's authority as the issuer. If its root is not imported, `sps.log` shows S-05
//! and S-06, or S-12; otherwise the logs show nothing.
//!
//! ## What cures it
//!
//! Decide which is meant. If the customer's authority is: set the mode to `custom` and import its root. If VMCA is:
//! waive the gate of this name, and renew.
//!
//! ## Sources
//!
//! vSphere documentation, certificate modes: with the mode left at `vmca`, certificates of others may be replaced
//! (grade A); how VMCA names its roots (grade B).

use super::{Path, gap, path_in_mode, reason};
use crate::case::{BY_CERTOOL, Case, Port, Verdict, Whose, certificate_seen, is_vmca_name, known};
use crate::certificate::{Certificate, ChainVerdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host, Missing, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-foreign-ca",
    severity: Severity::High,
    grade: Grade::B,
    title: "a host has a certificate of another CA although vCenter's CA issues them",
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
        "decide: either set `vpxd.certmgmt.mode` to `custom` and import the root, or accept that vCenter's CA replaces the certificate",
    ),
    check: Check::Host(check),
    source: include_str!("host_cert_foreign_ca.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

pub(crate) fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let path = known!(path_in_mode(case, host, &CertificateMode::Vmca));
    match whose(case, &path) {
        Whose::VCenters => return Verdict::Fine,
        Whose::Untold => return Verdict::Unknown(untold(host, path.leaf)),
        Whose::Anothers => {}
    }
    let evidence =
        vec![certificate_seen(Port::Host.certificate(), path.leaf), Evidence::new("chain", reason(&path.chain))];
    let message = format!(
        "certificate of host `{}` was issued by `{}`, and the mode is `vmca`: a renewal or reconnect replaces it",
        host.name, path.leaf.issuer
    );
    Verdict::found(message, evidence)
}

fn whose(case: &Case<'_>, path: &Path<'_, '_>) -> Whose {
    let anothers = |is_anothers: bool| if is_anothers { Whose::Anothers } else { Whose::VCenters };
    match &path.chain {
        ChainVerdict::UnknownIssuer { issuer } if is_vmca_name(issuer) => Whose::VCenters,
        ChainVerdict::UnknownIssuer { .. }
        | ChainVerdict::Incomplete { .. }
        | ChainVerdict::IntermediateExpired { .. }
        | ChainVerdict::BadSignature { .. }
        | ChainVerdict::NotAnAuthority { .. } => anothers(gap(case, path).is_none()),
        ChainVerdict::SameNameOtherKey { issuer, .. } => anothers(case.is_foreign_name(issuer)),
        // Whether it is within its dates is another question than whose it is.
        ChainVerdict::Trusted { anchor: authority }
        | ChainVerdict::AnchorExpired { anchor: authority, .. }
        | ChainVerdict::IssuerNotYetValid { issuer: authority, .. } => {
            case.certificate(authority).map_or(Whose::Untold, |authority| case.whose(authority))
        }
        ChainVerdict::SelfSigned | ChainVerdict::Unsupported { .. } | ChainVerdict::TooComplex => Whose::VCenters,
    }
}

fn untold(host: &Host, leaf: &Certificate) -> Missing {
    Missing {
        reason: MissingReason::NotSent,
        message: format!(
            "whether `{}`, who issued the certificate of host `{}`, is vCenter's own CA cannot be told",
            leaf.issuer, host.name
        ),
        help: BY_CERTOOL.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::CertificateMode;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    fn foreign(is_imported: bool, unit: &str) -> Fleet {
        let mut fleet = Fleet::healthy();
        let other = Authority::root("Example Root", unit);
        let leaf = fleet.keep(other.sign(&Leaf::of("esx01.lab.test")));
        if is_imported {
            fleet.trust(&other.certificate);
        }
        fleet.serve(1, leaf);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut other_root = Fleet::of(1);
        let leaf = Authority::root("CA", "Another Organisation").sign(&Leaf::of("esx01.lab.test"));
        let leaf = other_root.keep(leaf);
        other_root.serve(1, leaf);
        let mut linked = Fleet::of(1);
        let other = Authority::root("CA", "VMware Engineering");
        linked.trust(&other.certificate);
        let leaf = linked.keep(other.sign(&Leaf::of("esx01.lab.test")));
        linked.serve(1, leaf);
        vec![
            Case::cause(
                "root-of-the-same-name",
                "Signed by a CA that only has the right common name",
                "The root that signed the certificate of `esx01.lab.test` is called `CA` like that of vCenter, and has \
                 another key. Comparing names would let it pass.",
                other_root,
            ),
            Case::near_miss(
                "root-of-a-linked-vcenter",
                "Signed by the VMCA of a linked vCenter",
                "The near miss of `root-of-the-same-name`: the host came from a linked vCenter, whose VMCA is trusted here \
                 too. A renewal may replace its certificate.",
                linked,
            ),
        ]
    }

    #[test]
    fn another_authority_is_found_whether_imported_or_not() {
        foreign(false, "IT").has_one_cause("host-cert-foreign-ca");
        foreign(true, "IT").has_one_cause("host-cert-foreign-ca");
    }

    #[test]
    fn the_root_of_a_linked_vcenter_is_a_vmca_too() {
        foreign(true, "VMware Engineering").is_fine();
    }

    #[test]
    fn an_unknown_root_that_is_named_as_vmca_names_its_own_is_an_old_one() {
        foreign(false, "VMware Engineering").has_one_cause("host-cert-old-vmca-root");
    }

    #[test]
    fn in_mode_custom_it_is_as_it_should_be() {
        let mut fleet = foreign(true, "IT");
        fleet.vcenter().mode = seen(CertificateMode::Custom);
        fleet.is_fine();
    }
}
