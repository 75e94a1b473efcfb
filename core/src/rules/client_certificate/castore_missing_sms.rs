//! ## What it finds
//!
//! The certificate `sms_self_signed` of vCenter is not among the CA certificates that a connected ESXi host below 9.0
//! trusts (`castore.pem`), nor one that it leads to, nor an earlier one of its name.
//!
//! No API tells that certificate. Where it was not provided, the trouble is still found if the provider is down and
//! the host holds nothing but the roots that vCenter pushes, among which it is not.
//!
//! ## Why it hurts
//!
//! The host refuses vCenter, not the other way round. Renewing the host's certificate, the usual reaction, cures
//! nothing.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected while all dates are right. `sps.log` shows S-01
//! ("self signed certificate", said by the host), then S-02 and S-03; `iofiltervpd.log` shows I-02. It begins after
//! "Refresh CA Certificates", or after host certificates were installed: the push overwrites the store.
//!
//! ## What cures it
//!
//! Add the SMS certificate to the CA certificates of the host and keep all that are there; then synchronise and
//! reconnect the provider. Look again after each push of roots.
//!
//! ## Sources
//!
//! A field report that quotes VMware Support (grade B); KB 440183, which certificate is shown to which hosts (grade
//! A); KB 320568, the log (grade A).

use super::{SmsTrust, sms_trust};
use crate::case::{Case, Verdict, certificate_seen, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "castore-missing-sms",
    severity: Severity::Critical,
    grade: Grade::B,
    title: "a host does not trust the certificate that SPS shows to it",
    rank: 41,
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
    log: Some(Leg::ClientTrust),
    cure: Cure::Remedy("trust-sms-certificate"),
    check: Check::Host(check),
    source: include_str!("castore_missing_sms.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let held = host.ca_store.value().map_or(0, Vec::len);
    let held = Evidence::new("CA certificates of the host", format!("{held}, `sms_self_signed` not among them"));
    match known!(sms_trust(case, host)) {
        SmsTrust::Held | SmsTrust::Stale { .. } => Verdict::Fine,
        SmsTrust::Absent { present } => Verdict::found(
            format!("host `{}` does not trust the SMS certificate {}", host.name, present.fingerprint.short()),
            vec![held, certificate_seen("SMS certificate", present)],
        ),
        SmsTrust::NothingLikeIt => Verdict::found(
            format!("host `{}` holds nothing that could be the SMS certificate", host.name),
            vec![
                held,
                Evidence::new("SMS certificate", "not known; every CA certificate of the host is a root of vCenter"),
            ],
        )
        .graded(Grade::C),
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::log::{LogFacts, LogScan};
    use crate::rules::Confidence;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    /// As "Refresh CA Certificates" leaves it.
    fn refreshed() -> Fleet {
        let mut fleet = Fleet::healthy();
        fleet.host(1).ca_store = fleet.vcenter().trusted_roots.clone();
        fleet.provider(1).status = seen("disconnected".to_owned());
        fleet
    }

    fn log_of(line: &str) -> LogFacts {
        let mut scan = LogScan::new("sps.log");
        scan.feed(line.as_bytes());
        scan.finish()
    }

    pub(crate) fn cases() -> Vec<Case> {
        let refreshed = || {
            let mut fleet = Fleet::of(1);
            fleet.host(1).ca_store = fleet.vcenter().trusted_roots.clone();
            fleet.provider(1).status = seen("disconnected".to_owned());
            fleet
        };
        let mut nine = Fleet::of(1);
        nine.host(1).version = seen("9.0.0".to_owned());
        nine.host(1).ca_store = nine.vcenter().trusted_roots.clone();
        let mut old = refreshed();
        old.facts.logs = vec![log_of(
            "2026-02-02T05:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.VersionHandler - \
             gave up https://esx01.lab.test:9080/version.xml: Connection refused\n",
        )];
        vec![
            Case::cause(
                "old-network-line",
                "The log remembers that the host was once away",
                "As in `after-refresh`, and `sps.log` holds a line of two days ago, when the network was down for a moment. \
                 The provider was synchronised since, so the line says nothing against what is found now.",
                old,
            ),
            Case::cause(
                "after-refresh",
                "\"Refresh CA certificates\" took the certificate of SPS away",
                "The CA certificates of `esx01.lab.test` hold the roots of vCenter and no longer the self-signed \
                 certificate that SPS shows as a client. Host and provider certificates are good, so renewing them would \
                 not help.",
                refreshed(),
            ),
            Case::near_miss(
                "host-of-9-0",
                "A host of 9.0 needs the root of VMCA only",
                "The CA certificates are the same, but `esx01.lab.test` is of 9.0: SPS shows it `sps-extension`, which \
                 VMCA signed.",
                nine,
            ),
        ]
    }

    #[test]
    fn a_store_with_roots_alone_lacks_it() {
        let fleet = refreshed();
        fleet.has_one_cause("castore-missing-sms");
        fleet.follows("provider-disconnected", "castore-missing-sms");
    }

    #[test]
    fn it_is_found_while_the_provider_still_looks_well() {
        let mut fleet = refreshed();
        fleet.provider(1).status = seen("online".to_owned());
        fleet.has_one_cause("castore-missing-sms");
    }

    #[test]
    fn without_the_certificate_it_is_found_only_where_nothing_else_can_be() {
        let mut fleet = refreshed();
        fleet.vcenter().sms.sms_self_signed = unknown(MissingReason::NotAsked);
        fleet.has_one_cause("castore-missing-sms");
        let confidence = |fleet: &Fleet| fleet.judge().causes().next().map(|cause| cause.confidence);
        assert_eq!(confidence(&fleet), Some(Confidence::Low), "it is inferred");
        fleet.provider(1).status = seen("online".to_owned());
        fleet.is_unanswered("castore-missing-sms");
    }

    #[test]
    fn a_line_whose_meaning_is_inferred_makes_nothing_certain() {
        let mut fleet = refreshed();
        let refused = "2026-02-04T11:07:01Z [t] ERROR opId=o com.vmware.vim.sms.client.VasaClientImpl - Setcontext() was \
             interrupted https://esx01.lab.test:9080/version.xml\n\
             java.lang.InterruptedException: org.apache.axis2.AxisFault: self signed certificate\n";
        fleet.facts.logs = vec![log_of(refused)];
        let judgement = fleet.judge();
        let cause = judgement.causes().next();
        assert!(
            cause.is_some_and(|cause| cause.diagnostic.evidence.iter().any(|one| one.seen.contains("supports this")))
        );
        assert_eq!(cause.map(|cause| cause.confidence), Some(Confidence::Medium));
    }

    #[test]
    fn a_host_from_9_0_on_is_shown_another_certificate() {
        let mut fleet = refreshed();
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        assert!(!fleet.codes().iter().any(|code| code == "castore-missing-sms"));
    }

    #[test]
    fn the_log_is_quoted_for_it_or_against_it() {
        let mut fleet = refreshed();
        let head = "2026-02-04T11:07:01Z [pool-31-thread-4] WARN  opId=sps-Main-1-2 com.vmware.vim.sms.provider.vasa.";
        let url = "https://esx01.lab.test:9080/version.xml";
        let line = format!(
            "{head}VersionHandler - [isLegacyProvider] Failed to retrieve version information from provider - {url}: certificate_unknown(46)\n"
        );
        fleet.facts.logs = vec![log_of(&line)];
        let judgement = fleet.judge();
        let evidence = judgement.causes().flat_map(|cause| &cause.diagnostic.evidence);
        let quoted: Vec<_> = evidence.filter(|evidence| evidence.what == "log `sps.log` line 1").collect();
        assert_eq!(quoted.len(), 1);
        assert!(quoted.iter().all(|evidence| evidence.seen.contains("S-04") && evidence.seen.contains("does not say")));
    }
}
