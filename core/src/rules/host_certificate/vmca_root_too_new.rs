//! ## What it finds
//!
//! In mode `vmca`, the present root of vCenter's CA is younger than the time by which vCenter dates new certificates back
//! (`vpxd.certmgmt.certs.minutesBefore`, 1440 minutes by default); or `vpxd.log` shows within that time that a renewal failed
//! for it.
//!
//! Where a trusted subordinate authority is as young, which may be VMCA put beneath a customer's root just now, and nothing
//! in the logs decides, it cannot be told.
//!
//! ## Why it hurts
//!
//! A host certificate that is issued now would begin before its root. vCenter refuses that: each renewal fails until the
//! root is old enough. Hosts that still have certificates of the root before it cannot be helped until then, and follow
//! from this.
//!
//! ## How it shows
//!
//! The task "Renew Certificate" fails in the vSphere Client, and `vpxd.log` shows X-02 ("Unable to get signed certificate
//! for host ... Start Time Error (70034)").
//!
//! ## What cures it
//!
//! Wait until the time that the message names. If it cannot wait: set `vpxd.certmgmt.certs.minutesBefore` to 10, renew,
//! and put 1440 back.
//!
//! ## Sources
//!
//! vSphere documentation, certificate settings: `minutesBefore` (grade A); the error and the way round it (grade B).

use super::in_logs;
use crate::case::{BY_CERTOOL, Case, Verdict, certificate_seen, known, span};
use crate::certificate::Certificate;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, Missing, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};
use crate::time::UnixTime;

pub(crate) const RULE: Rule = Rule {
    code: "vmca-root-too-new",
    severity: Severity::High,
    grade: Grade::B,
    title: "the root of vCenter's own CA is too new to issue host certificates",
    rank: 18,
    explains: &["host-cert-old-vmca-root"],
    log: None,
    cure: Cure::ByHand(
        "wait until the root is older than `vpxd.certmgmt.certs.minutesBefore`; or set that to 10 in vCenter's advanced settings, renew, and put 1440 back",
    ),
    check: Check::VCenter(check),
    source: include_str!("vmca_root_too_new.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    if known!(case.facts.vcenter.mode.known()) != &CertificateMode::Vmca {
        return Verdict::NotApplicable;
    }
    let minutes = case.thresholds().minutes_before;
    let until = |root: &Certificate| root.not_before.plus_seconds(minutes.saturating_mul(60));
    let is_old_enough = |root: &Certificate| !case.validity(root).is_valid() || until(root) <= case.now;
    let unwell = case.unwell_vmca(is_old_enough);
    let setting = Evidence::new("vpxd.certmgmt.certs.minutesBefore", minutes.to_string());
    if let Ok(Some(root)) = unwell {
        let message = format!(
            "root of vCenter's CA began {} ago, and new certificates are dated back by {minutes} minutes: renewals fail until {}",
            span(case.now.seconds_since(root.not_before)),
            until(root)
        );
        let evidence = [certificate_seen("root of vCenter's CA", root), setting];
        return Verdict::found(message, evidence.into_iter().chain(in_logs(case, "X-02")).collect());
    }
    let failed_at = last_failure(case).filter(|at| at.plus_seconds(minutes.saturating_mul(60)) > case.now);
    if let Some((at, said)) = failed_at.zip(in_logs(case, "X-02")) {
        let message = format!(
            "renewal of a host certificate failed at {at}: the root of vCenter's CA is younger than the {minutes} minutes by which new certificates are dated back"
        );
        return Verdict::found(message, vec![said, setting]);
    }
    known!(unwell);
    let is_young =
        |root: &&&Certificate| !root.self_issued && !is_old_enough(root) && !case.vmca_roots().contains(root);
    match case.roots.iter().find(is_young) {
        Some(young) => Verdict::Unknown(Missing {
            reason: MissingReason::NotSent,
            message: format!(
                "whether `{}`, which is trusted and began {} ago, is vCenter's own CA cannot be told",
                young.subject,
                span(case.now.seconds_since(young.not_before))
            ),
            help: BY_CERTOOL.to_owned(),
        }),
        None => Verdict::Fine,
    }
}

/// When the last renewal failed for it, by the logs.
fn last_failure(case: &Case<'_>) -> Option<UnixTime> {
    let hits = case.facts.logs.iter().flat_map(|log| &log.hits).filter(|hit| hit.signature == "X-02");
    hits.flat_map(|hit| &hit.sightings).filter_map(|sighting| sighting.at).max()
}

#[cfg(test)]
mod tests {
    use crate::facts::Thresholds;
    use crate::log::{LogFacts, LogHit, Sighting};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Authority, Fleet, Leaf, NOW, seen, shown};
    use crate::time::DAY_SECONDS;

    /// The root was replaced so many seconds ago; vCenter and the hosts' trust have followed, `hosts` have not.
    fn replaced(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        let dates = Leaf::of("root").begins(-seconds).ends(3650 * DAY_SECONDS);
        let root = Authority::root_from("CA", "VMware Engineering", &dates);
        let https = fleet.keep(root.sign(&Leaf::of("vc.lab.test").begins(-seconds)));
        fleet.vcenter().on_https = shown(https);
        let extension = fleet.keep(root.sign(&Leaf::of("sps-extension").begins(-seconds)));
        fleet.vcenter().sms.sps_extension = seen(extension);
        fleet.trust_only(&[&root.certificate]);
        let mut held = fleet.host(1).ca_store.value().cloned().unwrap_or_default();
        held.push(root.certificate.fingerprint);
        fleet.host(1).ca_store = seen(held);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut shortened = replaced(3600);
        let thresholds = Thresholds { minutes_before: 10, ..Thresholds::default() };
        shortened.vcenter().thresholds = seen(thresholds);
        vec![
            Case::cause(
                "one-hour-old",
                "VMCA's root was replaced an hour ago",
                "The host still has a certificate of the root before, and renewing it fails with \"Start Time Error \
                 (70034)\" until the root is a day old.",
                replaced(3600),
            ),
            Case::near_miss(
                "one-day-old",
                "VMCA's root was replaced a day ago to the second",
                "The near miss of `one-hour-old`: the host still has its old certificate, and renewing it works now.",
                replaced(86_400),
            ),
            Case::near_miss(
                "dated-back-by-ten-minutes",
                "VMCA's root is an hour old, and certificates are dated back by ten minutes only",
                "The near miss of `one-hour-old` after `vpxd.certmgmt.certs.minutesBefore` was set to 10.",
                shortened,
            ),
        ]
    }

    #[test]
    fn hosts_of_the_root_before_follow_until_they_can_be_renewed() {
        replaced(86_399).follows("host-cert-old-vmca-root", "vmca-root-too-new");
        replaced(86_400).has_one_cause("host-cert-old-vmca-root");
    }

    /// VMCA was put beneath a customer's root an hour ago; no certificate has followed, and a renewal failed so long ago.
    fn put_beneath(failed: Option<i64>) -> Fleet {
        let mut fleet = Fleet::of(1);
        let customer = Authority::root("Example Root", "IT");
        fleet.trust(&customer.certificate);
        fleet.trust(&customer.subordinate_from("Example vSphere", "IT", &Leaf::of("root").begins(-3600)).certificate);
        let mut held = fleet.host(1).ca_store.value().cloned().unwrap_or_default();
        held.extend(fleet.vcenter().trusted_roots.value().into_iter().flatten());
        fleet.host(1).ca_store = seen(held);
        let hit = |seconds: i64| LogHit {
            signature: "X-02".to_owned(),
            grade: crate::log::Grade::B,
            meaning: "vCenter's own authority is younger than 24 hours".to_owned(),
            host: Some("esx01".to_owned()),
            count: 1,
            joined: 0,
            busiest: None,
            sightings: vec![Sighting {
                line: 3,
                at: Some(NOW.plus_seconds(-seconds)),
                op_id: None,
                thread: None,
                detail: None,
                excerpt: "Start Time Error (70034)".to_owned(),
            }],
        };
        let hits = failed.map(hit).into_iter().collect();
        fleet.facts.logs = vec![LogFacts { file: "vpxd.log".to_owned(), hits, ..LogFacts::default() }];
        fleet
    }

    #[test]
    fn a_young_subordinate_authority_leaves_it_open_and_a_failed_renewal_decides() {
        put_beneath(None).is_unanswered("vmca-root-too-new");
        put_beneath(Some(86_400)).is_unanswered("vmca-root-too-new");
        put_beneath(Some(60)).has_one_cause("vmca-root-too-new");
    }
}
