//! ## What it finds
//!
//! In mode `vmca`, the certificate on port 443 of an ESXi host is good, ends on the very second on which the authority
//! above it ends, and is shorter than what vCenter would give (`vpxd.certmgmt.certs.daysValid`, 1825 days by default).
//!
//! ## Why it hurts
//!
//! It was cut off by its root, and so will be its successor: all hosts come to their end on one day, and renewing them
//! does not put that day off.
//!
//! ## How it shows
//!
//! The vSphere Client shows the same odd end for all host certificates that were renewed lately. The logs show nothing.
//!
//! ## What cures it
//!
//! A new root for VMCA, in good time, by the vendor's procedure; then the renewal of the hosts' certificates. Where the
//! root ends within a year, `vmca-root-expiring` says so and this follows from it. A host certificate that nears its end
//! together with its root follows from this.
//!
//! ## Sources
//!
//! vSphere documentation 8.0, renewing ESXi certificates: the root caps the life of a host certificate (grade A).

use super::path_in_mode;
use crate::case::{Case, Port, Verdict, certificate_seen, known, span};
use crate::certificate::ChainVerdict;
use crate::diagnostic::Severity;
use crate::facts::{CertificateMode, Host};
use crate::rules::rule::{Check, Cure, Grade, Rule};
use crate::time::DAY_SECONDS;

pub(crate) const RULE: Rule = Rule {
    code: "host-cert-capped-by-root",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a host certificate was cut short by the end of its root",
    rank: 59,
    explains: &["host-cert-expiring-hard", "host-cert-expiring-soft"],
    log: None,
    cure: Cure::ByHand(
        "plan a new root for VMCA with vCert (KB 385107); wait a day after it, push trust to the hosts, then renew their certificates",
    ),
    check: Check::Host(check),
    source: include_str!("host_cert_capped_by_root.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let path = known!(path_in_mode(case, host, &CertificateMode::Vmca));
    // Where it leads to nothing that is trusted, another rule has it.
    let ChainVerdict::Trusted { anchor } = path.chain else { return Verdict::NotApplicable };
    let leaf = path.leaf;
    let root = known!(case.certificate(&anchor));
    let given = leaf.not_after.seconds_since(leaf.not_before);
    let usual = case.thresholds().days_valid.saturating_mul(DAY_SECONDS);
    if !case.validity(leaf).is_valid() || leaf == root || leaf.not_after < root.not_after || given >= usual {
        return Verdict::Fine;
    }
    let message = format!(
        "certificate of host `{}` ends with its root on {}, in {}: it was given {} where {} are usual",
        host.name,
        root.not_after.date(),
        span(leaf.not_after.seconds_since(case.now)),
        span(given),
        span(usual)
    );
    let evidence = [(Port::Host.certificate(), leaf), ("root above it", root)];
    Verdict::found(message, evidence.map(|(what, certificate)| certificate_seen(what, certificate)).to_vec())
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf};
    use crate::time::DAY_SECONDS;

    const TWO_YEARS: i64 = 730 * DAY_SECONDS;

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "two-years-left",
                "The root has two years left, and so has the host",
                "vCenter would give five years, and could give no more than its root has.",
                Fleet::of(1).of_root_ending_in(TWO_YEARS),
            ),
            Case::near_miss(
                "one-second-before-its-root",
                "The certificate ends one second before its root",
                "The near miss of `two-years-left`: as short, and not cut off. Someone asked for that length.",
                Fleet::of(1).of_root_ending_in(TWO_YEARS).with_leaf_ending_in(TWO_YEARS - 1),
            ),
        ]
    }

    #[test]
    fn one_that_nears_its_end_with_a_root_of_another_vcenter_is_capped_by_that() {
        let mut fleet = Fleet::healthy();
        let ends = 20 * DAY_SECONDS;
        let linked = Authority::root_within("CA", "VMware Engineering", &Leaf::of("root").ends(ends));
        fleet.trust(&linked.certificate);
        let leaf = fleet.keep(linked.sign(&Leaf::of("esx01.lab.test").ends(ends)));
        fleet.serve(1, leaf);
        fleet.has_one_cause("host-cert-capped-by-root");
        fleet.follows("host-cert-expiring-hard", "host-cert-capped-by-root");
    }
}
