//! ## What it finds
//!
//! vCenter is of 8.0 or later, its store `SMS` was read, and it holds no entry `sps-extension`.
//!
//! ## Why it hurts
//!
//! SPS has nothing to show to hosts from 9.0 on, nor to arrays (vVol). Hosts below 9.0 are shown `sms_self_signed` and
//! are not concerned.
//!
//! ## How it shows
//!
//! The vSphere Client shows the IOFILTER providers of hosts from 9.0 on offline. `sps.log` shows S-18.
//!
//! ## What cures it
//!
//! Restart the service `sps`: it makes the certificate anew, signed by VMCA.
//!
//! ## Sources
//!
//! KB 440183 (grade A, in part); the vendor's vCert, which looks for it from 8.0 on, and that SPS makes it anew (grade
//! A).

use super::ClientCertificate;
use crate::case::{Case, Reach, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Missing, MissingReason};
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sps-extension-missing",
    severity: Severity::High,
    grade: Grade::A,
    title: "vCenter has no certificate to show to hosts from 9.0 on",
    rank: 18,
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
    cure: Cure::Remedy("renew-sps-extension"),
    check: Check::VCenter(check),
    source: include_str!("sps_extension_missing.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let missing = match ClientCertificate::SpsExtension.fact(case).known() {
        Ok(_) => return Verdict::Fine,
        Err(missing) if missing.reason == MissingReason::Gone => missing,
        // Not read: `sps-extension-expired` asks for it.
        Err(_) => return Verdict::NotApplicable,
    };
    let version = known!(case.facts.vcenter.version.known());
    let Some(major) = version.split('.').next().and_then(|major| major.parse::<u32>().ok()) else {
        return Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("version `{version}` of vCenter is not a number"),
            help: "look at the version of vCenter in the vSphere Client".to_owned(),
        });
    };
    if major < 8 {
        return Verdict::NotApplicable;
    }
    let evidence = vec![Evidence::new("store `SMS`", missing.message.clone()), Evidence::new("version", version)];
    Verdict::found("store `SMS` of vCenter holds no certificate `sps-extension`", evidence).reaching(Reach::FromNine)
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen, unknown};

    fn without_entry() -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.host(1).version = seen("9.0.0".to_owned());
        fleet.vcenter().version = seen("9.0.0".to_owned());
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        for store in &mut stores {
            store.entries.retain(|entry| entry.alias != "sps-extension");
        }
        fleet.vcenter().vecs = seen(stores);
        fleet.vcenter().sms.sps_extension = unknown(MissingReason::Gone);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut down = without_entry();
        down.provider(1).status = seen("offline".to_owned());
        let mut seven = without_entry();
        seven.host(1).version = seen("7.0.3".to_owned());
        seven.on_seven("7.0.3");
        vec![
            Case::cause(
                "on-8-0",
                "The entry was deleted and never made anew",
                "vCenter 8.0.3 has no `sps-extension`, and the provider of its one host of 9.0 is offline.",
                down,
            ),
            Case::near_miss(
                "on-7-0",
                "A vCenter of 7.0 has none",
                "The certificate came with 8.0; its absence before is no trouble.",
                seven,
            ),
        ]
    }
}
