//! ## What it finds
//!
//! Port 9080 of a connected ESXi host comes to terms on TLS, and the page `/version.xml` is answered with status 404 or
//! from 500 on, or is no page of a storage provider. A refusal (other statuses from 400 on) is normal: the daemon asks
//! for a client certificate, and this machine has none.
//!
//! While SMS has the provider online it reads the page, whatever this machine is answered: then nothing is said.
//!
//! ## Why it hurts
//!
//! SPS reads that page first, to learn which version the provider speaks. Without it the provider is not loaded,
//! whatever its certificate.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline. `sps.log` shows S-07 or S-03 after a failed reading of `version.xml`,
//! without a TLS alert.
//!
//! ## What cures it
//!
//! Restart the daemon, then synchronise the provider. If it stays, look at the space on the host's disks and into
//! `iofiltervpd.log`.
//!
//! ## Sources
//!
//! KB 402809, that SPS reads the page (grade A); which statuses a healthy daemon gives to strangers is ours to allow
//! for (grade C).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Provider};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vp-version-xml-error",
    severity: Severity::High,
    grade: Grade::A,
    title: "the provider's page version.xml is broken",
    rank: 51,
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
    log: None,
    cure: Cure::Remedy("restart-provider-daemon"),
    check: Check::Host(check),
    source: include_str!("vp_version_xml_error.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    // Where the port shows nothing at all, the rules on the port say why.
    if !host.is_connected() || host.on_9080.value().is_none() || !case.may_have_provider(host) {
        return Verdict::NotApplicable;
    }
    if case.canonical_provider(host).is_some_and(Provider::is_online) {
        return Verdict::NotApplicable;
    }
    let page =
        known!(Case::optional(&host.version_xml, case.is_unwell(host), "survey again, so that the page is read"));
    let seen = match (page.status, &page.version) {
        (200, Some(_)) => return Verdict::Fine,
        (404 | 500.., _) => format!("status {}", page.status),
        (400..500, _) => return Verdict::Fine,
        (200, None) => "no page of a storage provider".to_owned(),
        (status, _) => format!("status {status}"),
    };
    known!(case.facts.provider_list.known());
    Verdict::found(
        format!("provider of host `{}` answers `/version.xml` with {seen}", host.name),
        vec![Evidence::new("`/version.xml` on port 9080", seen)],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::{MissingReason, VersionXml};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn answers(status: u16, version: Option<&str>) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version_xml = seen(VersionXml { status, version: version.map(str::to_owned) });
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut sick = answers(503, None);
        sick.provider(1).status = seen("offline".to_owned());
        vec![
            Case::cause(
                "service-unavailable",
                "The daemon answers with 503",
                "Port 9080 of `esx01.lab.test` shows a good certificate, and the page that SPS reads first is an error.",
                sick,
            ),
            Case::near_miss(
                "client-certificate-demanded",
                "The daemon asks for a client certificate",
                "The near miss of `service-unavailable`: 403 is how a healthy daemon treats who shows no certificate.",
                answers(403, None),
            ),
        ]
    }

    #[test]
    fn a_page_that_is_none_and_one_that_is_gone_are_found_unless_sms_reads_it() {
        for (status, version) in [(200, None), (404, None), (302, None), (0, None)] {
            let mut fleet = answers(status, version);
            fleet.is_fine();
            assert_eq!(fleet.judge().unanswered, []);
            fleet.provider(1).status = seen("offline".to_owned());
            fleet.has_one_cause("vp-version-xml-error");
            fleet.facts.provider_list = unknown(MissingReason::NotAsked);
            fleet.facts.providers.clear();
            fleet.is_unanswered("vp-version-xml-error");
        }
    }

    #[test]
    fn the_page_is_asked_for_only_where_something_is_unwell() {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version_xml = unknown(MissingReason::NotAsked);
        assert!(fleet.judge().unanswered.is_empty());
        fleet.provider(1).status = seen("offline".to_owned());
        assert_eq!(fleet.judge().unanswered.len(), 1);
    }
}
