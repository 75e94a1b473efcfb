//! ## What it finds
//!
//! An authority among vCenter's trusted roots has expired, and nothing uses it: it is not that of vCenter's own CA, neither
//! vCenter's own certificates nor those of hosts lead to it, and it stands above no trusted authority that they lead to.
//!
//! One that hosts still lead to is not left over: see `host-cert-old-vmca-root` and `host-cert-untrusted-custom`.
//!
//! ## Why it hurts
//!
//! It breaks nothing. vCenter raises its certificate alarm over it, and each push carries it to all hosts; alarms that
//! mean nothing hide those that do.
//!
//! ## How it shows
//!
//! The vSphere Client shows the alarm "Certificate Status" on vCenter, and the root among the trusted ones.
//!
//! ## What cures it
//!
//! When it is sure that nothing needs it, unpublish it: `dir-cli trustedcert unpublish`. Save it first. Nothing here does
//! that: a root that is missing hurts more than one that is old.
//!
//! ## Sources
//!
//! KB 326268, an alarm about expiry must name its store (grade A); that nothing leads to it is what this survey saw
//! (grade C for what it did not see, such as other products that use vCenter's roots).

use crate::case::{Case, Verdict, certificate_seen, known};
use crate::certificate::{Certificate, Validity};
use crate::diagnostic::Severity;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "roots-expired-leftover",
    severity: Severity::Low,
    grade: Grade::C,
    title: "an expired root that nothing uses is among vCenter's trusted roots",
    rank: 88,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "when it is sure that nothing needs it, save it and take it out on the appliance: `/usr/lib/vmware-vmafd/bin/dir-cli trustedcert unpublish --cert FILE`",
    ),
    check: Check::VCenter(check),
    source: include_str!("roots_expired_leftover.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    known!(case.facts.vcenter.trusted_roots.known());
    let is_expired = |root: &&Certificate| matches!(case.validity(root), Validity::Expired { .. });
    let expired: Vec<&Certificate> = case.roots.iter().copied().filter(is_expired).collect();
    if expired.is_empty() {
        return Verdict::Fine;
    }
    let used = case.anchors_in_use();
    let is_left = |root: &&Certificate| !used.contains(root) && !case.vmca_roots().contains(root);
    let left: Vec<&Certificate> = expired.into_iter().filter(is_left).collect();
    let message = match left.as_slice() {
        [] => return Verdict::Fine,
        [one] => format!("trusted root `{}` expired on {}, and nothing leads to it", one.subject, one.not_after.date()),
        several => format!("{} trusted roots of vCenter have expired, and nothing leads to them", several.len()),
    };
    Verdict::found(message, left.into_iter().map(|root| certificate_seen("expired trusted root", root)).collect())
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf};

    fn with_root_ending_in(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        let old = Authority::root_within("Former Root", "IT", &Leaf::of("root").ends(seconds));
        fleet.trust(&old.certificate);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "by-one-second",
                "A customer's former root, which nobody uses any more",
                "The root of an authority that the customer gave up ended one second ago. Everything that this vCenter \
                 uses leads to another root, so nothing is broken but the quiet of the alarms.",
                with_root_ending_in(-1),
            ),
            Case::near_miss(
                "last-second",
                "An unused root in its last second",
                "The near miss of `by-one-second`: it is of no use either, and it has not expired.",
                with_root_ending_in(0),
            ),
        ]
    }

    #[test]
    fn a_root_that_a_host_leads_to_is_not_left_over() {
        let mut fleet = Fleet::of(2);
        let old = Authority::root_within("CA", "VMware Engineering", &Leaf::of("root").ends(-1));
        let leaf = fleet.keep(old.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        fleet.trust(&old.certificate);
        fleet.has_one_cause("host-cert-old-vmca-root");
        assert_eq!(fleet.codes(), ["host-cert-old-vmca-root"]);
    }

    #[test]
    fn a_root_above_an_authority_in_use_is_not_left_over() {
        let mut fleet = Fleet::of(1);
        let customer = Authority::root_within("Example Root", "IT", &Leaf::of("root").ends(-1));
        let issuing = customer.subordinate("Example Issuing", "IT");
        fleet.trust(&customer.certificate);
        fleet.trust(&issuing.certificate);
        assert!(fleet.codes().contains(&"roots-expired-leftover".to_owned()), "nothing leads to either");
        let leaf = fleet.keep(issuing.sign(&Leaf::of("esx01.lab.test")));
        fleet.serve(1, leaf);
        assert!(!fleet.codes().contains(&"roots-expired-leftover".to_owned()));
    }
}
