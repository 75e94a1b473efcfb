//! ## What it finds
//!
//! What vCenter says of a connected host's certificate is not true of the one that the host shows now: it has another end,
//! or vCenter calls a certificate good that has expired, or expired or about to that is good.
//!
//! ## Why it hurts
//!
//! It does not. vCenter looks only every few days (`vpxd.certmgmt.certs.pollIntervalDays`, 5 by default). But who goes by
//! the status in the client renews what was renewed already, or overlooks what has expired.
//!
//! ## How it shows
//!
//! The vSphere Client shows a status and dates that the host's certificate does not have. The logs show nothing.
//!
//! ## What cures it
//!
//! Go by the certificate that the host shows, as everything here does. vCenter follows at its next poll. "Refresh CA
//! Certificates" in the client does not make it look: that pushes roots to the host, and drops the SMS certificate there.
//!
//! ## Sources
//!
//! vSphere documentation, certificate settings: the poll interval (grade A); vSphere API, the states (grade A).

use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::certificate::{Certificate, Validity};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, ReportedCertificate};
use crate::rules::rule::{Check, Cure, Grade, Rule};
use crate::time::DAY_SECONDS;

pub(crate) const RULE: Rule = Rule {
    code: "vc-status-lag",
    severity: Severity::Info,
    grade: Grade::A,
    title: "vCenter's word about a host certificate is out of date",
    rank: 94,
    explains: &[],
    log: None,
    cure: Cure::ByHand("go by the certificate that the host shows; vCenter follows at its next poll, within five days"),
    check: Check::Host(check),
    source: include_str!("vc_status_lag.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    // What vCenter says of a host that it does not reach is old, and what it does not say is no lag.
    let (true, Some(told)) = (host.is_connected(), host.reported.value()) else { return Verdict::NotApplicable };
    let leaf = known!(case.leaf(host, Port::Host));
    if !is_out_of_date(case, told, leaf) {
        return Verdict::Fine;
    }
    let end = told.not_after.map(|end| format!(" until {end}")).unwrap_or_default();
    let message = format!(
        "vCenter calls the certificate of host `{}` `{}`{end}; the one that the host shows ends {}",
        host.name, told.status, leaf.not_after
    );
    let evidence = vec![
        Evidence::new("status in vCenter", format!("{}{end}", told.status)),
        certificate_seen(Port::Host.certificate(), leaf),
    ];
    Verdict::found(message, evidence)
}

fn is_out_of_date(case: &Case<'_>, told: &ReportedCertificate, leaf: &Certificate) -> bool {
    if told.not_after.is_some_and(|end| end != leaf.not_after) {
        return true;
    }
    // vCenter's own threshold: the policy changes what is found here, not what vCenter says.
    let told_thresholds = case.facts.vcenter.thresholds.value().copied().unwrap_or_default();
    let soft = told_thresholds.soft_days.saturating_mul(DAY_SECONDS);
    match (told.status.as_str(), case.validity(leaf)) {
        ("good" | "expiring" | "expiringShortly" | "expirationImminent", Validity::Expired { .. })
        | ("expired", Validity::Valid { .. }) => true,
        ("expiringShortly" | "expirationImminent", Validity::Valid { seconds_left }) => seconds_left > soft,
        // `unknown`, and words of later versions, say nothing that could be wrong.
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::ReportedCertificate;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};
    use crate::time::DAY_SECONDS;

    fn told(mut fleet: Fleet, status: &str) -> Fleet {
        let status = status.to_owned();
        fleet.host(1).reported = seen(ReportedCertificate { status, issuer: None, not_after: None });
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "renewed-since",
                "vCenter still calls a renewed certificate expired",
                "`esx01.lab.test` was renewed this morning, on both ports. vCenter polls again in three days.",
                told(Fleet::of(1), "expired"),
            ),
            Case::near_miss(
                "within-the-poll-interval",
                "vCenter calls a certificate good that came within the threshold yesterday",
                "The near miss of `renewed-since`: vCenter is late, and nothing that it says is wrong yet.",
                told(Fleet::of(1).with_leaf_ending_in(239 * DAY_SECONDS), "good"),
            ),
        ]
    }

    #[test]
    fn an_expired_certificate_is_found_whatever_vcenter_calls_it() {
        let fleet = told(Fleet::of(1).with_leaf_ending_in(-1), "good");
        fleet.has_one_cause("host-cert-expired");
        assert_eq!(fleet.notes(), ["vc-status-lag"]);
    }

    #[test]
    fn a_word_that_says_nothing_is_never_wrong() {
        for word in ["unknown", "", "brandNewState"] {
            assert_eq!(told(Fleet::of(1), word).notes(), [""; 0]);
        }
    }

    #[test]
    fn another_end_is_another_certificate() {
        let mut fleet = Fleet::of(1);
        let not_after = Some(fleet.facts.ended_at.plus_seconds(DAY_SECONDS));
        fleet.host(1).reported = seen(ReportedCertificate { status: "good".to_owned(), issuer: None, not_after });
        assert_eq!(fleet.notes(), ["vc-status-lag"]);
    }
}
