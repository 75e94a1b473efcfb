//! ## What it finds
//!
//! An ESXi host of version 9.0 or later in the inventory of a vCenter below 9.0.
//!
//! ## Why it hurts
//!
//! The two were never meant to work together. From 9.0 on the provider speaks VASA 5.0 and expects the client
//! certificate `sps-extension`; an older vCenter shows another, or has none. No change of certificates mends that.
//!
//! ## How it shows
//!
//! The host was upgraded before vCenter. Its provider is offline while all dates are right. `sps.log` shows S-01 or
//! S-16.
//!
//! ## What cures it
//!
//! Upgrade vCenter. Leave certificates as they are until then.
//!
//! ## Sources
//!
//! KB 440183, which certificate and which VASA version is used from 9.0 on (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vcenter-older-than-host",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "an ESXi host from 9.0 on is managed by a vCenter below 9.0",
    rank: 14,
    explains: &[
        "esx9-client-untrusted",
        "provider-cert-cached-stale",
        "provider-cert-invalid",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: None,
    cure: Cure::ByHand(
        "upgrade vCenter to the release of its hosts or a later one; vCenter comes first in every upgrade",
    ),
    check: Check::Host(check),
    source: include_str!("vcenter_older_than_host.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    // A host without a version is `host-version-unknown`.
    if host.major_version().is_none_or(|major| major < 9) {
        return Verdict::NotApplicable;
    }
    let vcenter = known!(case.facts.vcenter.version.known());
    let major = vcenter.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major >= 9) {
        return Verdict::Fine;
    }
    let version = host.version.value().map_or("", String::as_str);
    Verdict::found(
        format!("host `{}` has version {version} and its vCenter {vcenter}, which is older", host.name),
        vec![Evidence::new("version of the host", version), Evidence::new("version of vCenter", vcenter.as_str())],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn versions(host: &str, vcenter: &str) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version = seen(host.to_owned());
        fleet.vcenter().version = seen(vcenter.to_owned());
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut upgraded_first = versions("9.0.0", "8.0.3");
        upgraded_first.provider(1).status = seen("disconnected".to_owned());
        vec![
            Case::cause(
                "host-upgraded-first",
                "The host was upgraded before vCenter",
                "The provider of `esx01.lab.test` is disconnected since the upgrade, and no certificate is at fault.",
                upgraded_first,
            ),
            Case::near_miss(
                "older-update-of-the-same-release",
                "A host of a later update of the same release",
                "The near miss of `host-upgraded-first`: 8.0.3 under 8.0.2 meets the same certificates.",
                versions("8.0.3", "8.0.2"),
            ),
        ]
    }

    #[test]
    fn without_vcenters_version_it_is_unanswered_for_hosts_from_9_0_on_only() {
        let mut fleet = versions("9.0.0", "9.0.0");
        fleet.is_fine();
        fleet.vcenter().version = unknown(MissingReason::NotSent);
        fleet.is_unanswered("vcenter-older-than-host");
        fleet.host(1).version = seen("8.0.3".to_owned());
        assert!(!fleet.judge().unanswered.iter().any(|one| one.codes.contains(&"vcenter-older-than-host".to_owned())));
    }
}
