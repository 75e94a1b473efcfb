//! ## What it finds
//!
//! In mode `vmca`, the issuer of the certificate on port 443 has the name of a root that vCenter trusts, and another
//! key; or nobody trusted has the issuer's name, and it is one that VMCA gives to its roots.
//!
//! The second is what a root leaves that was replaced by one of another name, and a host that came from another vCenter.
//! It is told by the name alone, and with less certainty.
//!
//! An old root that has expired, and was left beside its successor of the same name or beside the one that is vCenter's
//! now, counts as replaced. The name of an authority that is surely not vCenter's own is `host-cert-foreign-ca`.
//!
//! ## Why it hurts
//!
//! The root of vCenter's CA was replaced, and the host still has a certificate of the old one. SPS trusts the new
//! root alone and refuses the provider. Often the host does not hold the new root either (`castore-missing-vmca-root`),
//! which then follows from this: both come with the push and the renewal.
//!
//! ## How it shows
//!
//! The vSphere Client shows the right issuer's name; only the key identifiers differ. The provider is offline.
//! `sps.log` shows S-05 and S-06, or S-12.
//!
//! ## What cures it
//!
//! Push the new root to the host, see that the host still trusts the SMS certificate, then renew the host's
//! certificate. Within a day of the new root, renewing fails with "Start Time Error (70034)": wait.
//!
//! ## Sources
//!
//! vSphere documentation, renewing ESXi certificates (grade A); the error of the first day (grade B); how VMCA names its
//! roots (grade B).

use super::{path_in_mode, reason};
use crate::case::{Case, Port, Verdict, certificate_seen, is_vmca_name, known};
use crate::certificate::{Certificate, ChainVerdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Host};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-old-vmca-root",
    severity: Severity::High,
    grade: Grade::A,
    title: "a host certificate was issued by a VMCA root that has been replaced",
    rank: 32,
    explains: &[
        "castore-missing-vmca-root",
        "host-cert-no-san",
        "host-cert-weak",
        "host-cert-wildcard",
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
    cure: Cure::Remedy("renew-after-root-change"),
    check: Check::Host(check),
    source: include_str!("host_cert_old_vmca_root.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let path = known!(path_in_mode(case, host, &CertificateMode::Vmca));
    let evidence =
        vec![certificate_seen(Port::Host.certificate(), path.leaf), Evidence::new("chain", reason(&path.chain))];
    if matches!(&path.chain, ChainVerdict::UnknownIssuer { issuer } if is_vmca_name(issuer)) {
        let message = format!(
            "certificate of host `{}` was issued by `{}`, by its name an earlier root of VMCA or that of another vCenter",
            host.name, path.leaf.issuer
        );
        return Verdict::found(message, evidence).graded(Grade::B);
    }
    if !is_of_old_root(case, &path.chain) {
        return Verdict::Fine;
    }
    Verdict::found(
        format!(
            "certificate of host `{}` was issued by `{}` with a key that vCenter no longer trusts",
            host.name, path.leaf.issuer
        ),
        evidence,
    )
}

/// The root's name with another key; or an old root that has expired and was left beside its successor.
fn is_of_old_root(case: &Case<'_>, chain: &ChainVerdict) -> bool {
    match chain {
        ChainVerdict::SameNameOtherKey { issuer, .. } => !case.is_foreign_name(issuer),
        ChainVerdict::AnchorExpired { anchor, .. } => case.certificate(anchor).is_ok_and(|old| {
            let own = case.vmca_roots();
            let is_successor = |root: &&&Certificate| root.subject == old.subject || !own.contains(&old);
            !case.is_foreign(old) && case.roots.iter().filter(is_successor).any(|root| case.validity(root).is_valid())
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Grade;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let of_old = |is_trusted: bool| {
            let mut fleet = Fleet::of(1);
            let old = Authority::root("CA", "VMware Engineering");
            let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
            fleet.serve(1, leaf);
            if is_trusted {
                fleet.trust(&old.certificate);
            }
            fleet
        };
        vec![
            Case::cause(
                "root-replaced",
                "VMCA's root was replaced, and the host was not renewed",
                "The issuer's name is right and its key is not: the old root had the same name. The client shows nothing \
                 odd.",
                of_old(false),
            ),
            Case::cause(
                "root-of-another-name",
                "VMCA's root was replaced by one of another name",
                "vCenter was renamed, and with it the root of VMCA. Nobody that vCenter trusts is called as the issuer of \
                 `esx01.lab.test` is; that it was VMCA is told by the unit in its name.",
                of_another_name(),
            ),
            Case::near_miss(
                "old-root-still-trusted",
                "VMCA's root was replaced, and the old one is still trusted",
                "The near miss of `root-replaced`: the host has a certificate of the old root, and SPS accepts it.",
                of_old(true),
            ),
        ]
    }

    fn of_another_name() -> Fleet {
        let mut fleet = Fleet::of(1);
        let old = Authority::root("CA of vcenter-old", "VMware Engineering");
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        fleet
    }

    #[test]
    fn by_its_name_alone_it_is_less_certain() {
        let grade = |fleet: Fleet| fleet.judge().causes().map(|cause| cause.grade).next();
        assert_eq!(grade(of_another_name()), Some(Grade::B));
        assert_eq!(grade(cases().swap_remove(0).fleet), Some(Grade::A));
    }

    #[test]
    fn the_name_of_the_root_with_another_key_is_found() {
        let mut fleet = Fleet::healthy();
        let old = Authority::root("CA", "VMware Engineering");
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        fleet.provider(1).status = seen("disconnected".to_owned());
        fleet.has_one_cause("host-cert-old-vmca-root");
    }

    #[test]
    fn an_expired_root_beside_its_successor_is_an_old_one() {
        let mut fleet = Fleet::healthy();
        let old = Authority::root_within("CA", "VMware Engineering", &Leaf::of("root").ends(-1));
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        fleet.trust(&old.certificate);
        fleet.has_one_cause("host-cert-old-vmca-root");
    }

    #[test]
    fn an_old_root_that_is_still_trusted_does_no_harm() {
        let mut fleet = Fleet::healthy();
        let old = Authority::root("CA", "VMware Engineering");
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        fleet.trust(&old.certificate);
        fleet.is_fine();
    }
}
