//! ## What it finds
//!
//! The certificate `sps-extension` of vCenter does not lead to any of the CA certificates of a connected ESXi host of
//! version 9.0 or later.
//!
//! ## Why it hurts
//!
//! The host refuses vCenter. Mostly the root of VMCA was replaced and the host has not got the new one.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected, on hosts from 9.0 on alone. `sps.log` shows S-18,
//! and S-16 with `unknown_ca(48)`.
//!
//! ## What cures it
//!
//! Push vCenter's trusted roots to the host, then reconnect the provider. If the root was replaced, `sps-extension`
//! has to be made anew first.
//!
//! ## Sources
//!
//! KB 440183, which certificate is shown to which hosts (grade A); how a 9.0 host stores this trust (grade C).

use super::{ClientCertificate, major_version, store, unverifiable};
use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, certificate_seen, known};
use crate::certificate::verify_chain;
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "esx9-client-untrusted",
    severity: Severity::Critical,
    grade: Grade::C,
    title: "a host from 9.0 on does not trust the certificate that SPS shows to it",
    rank: 48,
    explains: &[
        "castore-missing-machine-issuer",
        "castore-missing-vmca-root",
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
    cure: Cure::Remedy("refresh-ca-certificates"),
    check: Check::Host(check),
    source: include_str!("esx9_client_untrusted.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let store = known!(store(case, host));
    if store.is_empty() || known!(major_version(host)) < 9 {
        return Verdict::NotApplicable;
    }
    let fact = ClientCertificate::SpsExtension.fact(case);
    let shown = known!(Case::optional(fact, case.is_unwell(host), BY_APPLIANCE_SHELL));
    let shown = known!(case.certificate(shown));
    let chain = verify_chain(shown, &case.roots, &store, case.now);
    if chain.is_unknown() {
        return unverifiable("sps-extension", &chain);
    }
    if chain.is_trusted() {
        return Verdict::Fine;
    }
    let message = format!("host `{}` does not trust `sps-extension` {}", host.name, shown.fingerprint.short());
    Verdict::found(message, vec![certificate_seen("certificate `sps-extension`", shown)])
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut without_root = on_nine();
        let sms = without_root.vcenter().sms.sms_self_signed.value().copied();
        without_root.host(1).ca_store = seen(sms.into_iter().collect());
        without_root.provider(1).status = seen("disconnected".to_owned());
        let mut without_sms = on_nine();
        without_sms.host(1).ca_store = without_sms.vcenter().trusted_roots.clone();
        vec![
            Case::cause(
                "without-the-root",
                "A host of 9.0 lacks the root that signed `sps-extension`",
                "`esx01.lab.test` was upgraded to 9.0. It still holds `sms_self_signed`, which it is no longer shown, and \
                 not the root of VMCA, which it now needs.",
                without_root,
            ),
            Case::near_miss(
                "without-the-sms-certificate",
                "A host of 9.0 that lacks `sms_self_signed` lacks nothing",
                "It holds the root of VMCA. The same store would cut off a host of 8.0.",
                without_sms,
            ),
        ]
    }

    fn on_nine() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        fleet
    }

    #[test]
    fn without_the_root_of_vmca_it_is_not_trusted() {
        let mut fleet = on_nine();
        let sms = fleet.vcenter().sms.sms_self_signed.value().copied();
        fleet.host(1).ca_store = seen(sms.into_iter().collect());
        fleet.has_one_cause("esx9-client-untrusted");
        fleet.follows("castore-missing-vmca-root", "esx9-client-untrusted");
    }

    #[test]
    fn unread_it_is_asked_for_where_the_host_is_unwell() {
        let mut fleet = on_nine();
        fleet.vcenter().sms.sps_extension = unknown(MissingReason::NotAsked);
        assert_eq!(fleet.judge().unanswered, []);
        fleet.provider(1).status = seen("offline".to_owned());
        let open = fleet.judge().unanswered;
        assert!(open.iter().any(|open| open.codes.iter().any(|code| code == "esx9-client-untrusted")), "{open:?}");
    }
}
