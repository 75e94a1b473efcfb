//! ## What it finds
//!
//! Port 443 of an ESXi host shows a good certificate that was issued within the last day, by its dates or by the event
//! `HostCertUpdatedEvent`, port 9080 still shows the one before it, and this vCenter renews host certificates by itself
//! (8.0 U3h, VCF 9.0.2 and later).
//!
//! It is `vp-cert-stale` on the day of a renewal that perhaps nobody asked for: whether vCenter renewed by itself or a person
//! did is not told apart. The provider has not followed yet. When the day is over, it is `vp-cert-stale`. A copy that has
//! expired is named `vp-cert-expired`, from which this then follows.
//!
//! ## Why it hurts
//!
//! The provider still runs on the certificate before. If it does not follow by itself, it runs into that one's end although
//! the host was renewed in time.
//!
//! ## How it shows
//!
//! The vSphere Client shows new dates for the host and old ones for its provider, and an event that the host's certificate
//! was updated. Where no task of a person explains that event, vCenter did it. The logs show nothing.
//!
//! ## What cures it
//!
//! Restart the provider daemon, or wait a day and look again. Do not renew the host.
//!
//! ## Sources
//!
//! KB 427937, automatic renewal and its versions (grade A, in part); the build number of 8.0 U3h (grade B); that the daemon
//! keeps its copy until it restarts (grade C).

use super::{is_just_renewed_by_itself, older_copy};
use crate::case::{Case, Port, Verdict, certificate_seen, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "auto-renew-race",
    severity: Severity::Medium,
    grade: Grade::B,
    title: "a host that vCenter may renew by itself was just renewed, and its provider has not followed yet",
    rank: 51,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "vp-cert-expiring-hard",
        "vp-cert-expiring-soft",
    ],
    log: None,
    cure: Cure::Remedy("restart-provider-daemon"),
    check: Check::Host(check),
    source: include_str!("auto_renew_race.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Some((own, served)) = known!(older_copy(case, host)) else { return Verdict::Fine };
    if !is_just_renewed_by_itself(case, host, own) {
        return Verdict::NotApplicable;
    }
    let message = format!(
        "host `{}` shows a certificate that was issued within a day, its provider still shows {}",
        host.name,
        served.fingerprint.short()
    );
    let version =
        case.facts.vcenter.version.value().map(|version| Evidence::new("version of vCenter", version.clone()));
    let seen =
        [(Port::Host, own), (Port::Provider, served)].map(|(port, leaf)| certificate_seen(port.certificate(), leaf));
    Verdict::found(message, seen.into_iter().chain(version).collect())
}

#[cfg(test)]
mod tests {
    use crate::facts::VCenterEvent;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};
    use crate::time::DAY_SECONDS;

    /// Renewed so many seconds ago; VMCA dates back by a day.
    fn renewed(seconds: i64, build: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().build = seen(build.to_owned());
        let before = fleet.issue(&Leaf::of("esx01.lab.test").begins(-1700 * DAY_SECONDS).ends(60 * DAY_SECONDS));
        let begins = -seconds - DAY_SECONDS;
        let renewed = fleet.issue(&Leaf::of("esx01.lab.test").begins(begins).ends(begins + 1825 * DAY_SECONDS));
        fleet.serve(1, renewed);
        fleet.serve_copy(1, before);
        fleet
    }

    const U3H: &str = "25092719";

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "renewed-a-minute-ago",
                "vCenter 8.0 U3h renewed the host by itself a minute ago",
                "Sixty days before its end, as KB 427937 says, and the provider of `esx01.lab.test` had no time to follow. \
                 Nobody forgot to restart anything.",
                renewed(60, U3H),
            ),
            Case::near_miss(
                "renewed-yesterday",
                "The same, a day later",
                "The near miss of `renewed-a-minute-ago`: by now the provider ought to have followed. It is `vp-cert-stale`.",
                renewed(DAY_SECONDS, U3H),
            ),
            Case::near_miss(
                "a-version-before",
                "vCenter 8.0 U3g, which renews nothing by itself",
                "The near miss of `renewed-a-minute-ago`: here a person renewed, and did not restart the provider.",
                renewed(60, "24853646"),
            ),
        ]
    }

    #[test]
    fn by_a_person_or_a_day_later_the_copy_is_stale() {
        renewed(DAY_SECONDS, U3H).has_one_cause("vp-cert-stale");
        renewed(60, "24853646").has_one_cause("vp-cert-stale");
        renewed(60, "what").has_one_cause("vp-cert-stale");
    }

    #[test]
    fn the_event_of_the_renewal_counts_where_the_dates_do_not_tell() {
        let mut fleet = renewed(DAY_SECONDS, U3H);
        let at = fleet.facts.ended_at.plus_seconds(-60);
        fleet.vcenter().events = seen(vec![VCenterEvent {
            key: None,
            chain: None,
            kind: "com.vmware.vc.certmgr.HostCertUpdatedEvent".to_owned(),
            at,
            host: Some("host-1".to_owned()),
            message: "certificate updated".to_owned(),
            arguments: Vec::new(),
        }]);
        fleet.has_one_cause("auto-renew-race");
    }

    #[test]
    fn every_version_from_9_0_2_on_renews_by_itself() {
        for (version, code) in
            [("9.0.2", "auto-renew-race"), ("9.1.0.0", "auto-renew-race"), ("9.0.1", "vp-cert-stale")]
        {
            let mut fleet = renewed(60, "1");
            fleet.vcenter().version = seen(version.to_owned());
            fleet.has_one_cause(code);
        }
    }
}
