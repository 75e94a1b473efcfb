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

use super::{major_version, store};
use crate::certificate::verify_chain;
use crate::diagnostic::Severity;
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::{Case, Check, Cure, Grade, Rule, Verdict, certificate_seen, known};

pub(crate) const RULE: Rule = Rule {
    code: "esx9-client-untrusted",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "a host from 9.0 on does not trust the certificate that SPS shows to it",
    rank: 48,
    explains: &[
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
    cases: Vec::new,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let store = known!(store(case, host));
    if store.is_empty() || known!(major_version(host)) < 9 {
        return Verdict::NotApplicable;
    }
    let shown = known!(case.facts.vcenter.sms.sps_extension.known());
    let shown = known!(case.certificate(shown));
    let chain = verify_chain(shown, &case.roots, &store, case.now);
    if chain.is_trusted() || chain.is_unknown() {
        return Verdict::Fine;
    }
    let message = format!("host `{}` does not trust `sps-extension` {}", host.name, shown.fingerprint.short());
    Verdict::found(message, vec![certificate_seen("certificate `sps-extension`", shown)])
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn on_nine() -> Fleet {
        let mut fleet = Fleet::healthy();
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
    fn with_the_root_it_is_trusted_and_unread_it_is_unknown() {
        let mut fleet = on_nine();
        fleet.is_fine();
        fleet.vcenter().sms.sps_extension = unknown(MissingReason::NotAsked);
        fleet.is_unanswered("esx9-client-untrusted");
    }
}
