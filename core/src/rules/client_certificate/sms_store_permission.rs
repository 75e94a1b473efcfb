//! ## What it finds
//!
//! The permissions of the store `SMS` of VECS lack one that vCenter needs: `deploy` and `vpxd` read it, and from 7.0
//! build 20051473 on `sps` writes it.
//!
//! ## Why it hurts
//!
//! SPS cannot renew its client certificates. Nothing shows until the old one ends, and then every host refuses vCenter
//! at once.
//!
//! ## How it shows
//!
//! The vSphere Client shows the alarm of KB 440183 when a renewal was tried. `sps.log` shows S-18.
//!
//! ## What cures it
//!
//! Give the permission back with the vendor's vCert ("check VECS store permissions"), then restart the service `sps`.
//!
//! ## Sources
//!
//! The vendor's vCert, its table of permissions for 7.0 (grade A); that 8.0 and later want the same (grade C).

use super::{ClientCertificate, is_due};
use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Missing, MissingReason, VCenter, VecsPermission};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-store-permission",
    severity: Severity::High,
    grade: Grade::C,
    title: "SPS may not write the store in which its certificates are",
    rank: 14,
    explains: &["sms-cert-expired", "sms-cert-expiring", "sms-cert-renew-failed", "sps-extension-expired"],
    log: None,
    cure: Cure::ByHand(
        "give the permission back with the vendor's vCert (Check configurations > Check VECS store permissions), then restart the service `sps`",
    ),
    check: Check::VCenter(check),
    source: include_str!("sms_store_permission.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let is_in_doubt =
        is_due(case) || ClientCertificate::SpsExtension.read(case).is_ok_and(|shown| shown.not_after < case.now);
    let stores = known!(Case::optional(&vcenter.vecs, is_in_doubt, BY_APPLIANCE_SHELL));
    let Some(store) = stores.iter().find(|store| store.name == "SMS") else { return Verdict::NotApplicable };
    if store.permissions.is_empty() {
        let missing = Missing {
            reason: MissingReason::NotSent,
            message: "permissions of the store `SMS` were not told".to_owned(),
            help: "run /usr/lib/vmware-vmafd/bin/vecs-cli store get-permissions --name SMS on the appliance".to_owned(),
        };
        return if is_in_doubt { Verdict::Unknown(missing) } else { Verdict::NotApplicable };
    }
    let may = |user: &str, what: fn(&VecsPermission) -> bool| {
        store.permissions.iter().any(|permission| permission.user == user && what(permission))
    };
    let mut lacking: Vec<&str> = Vec::new();
    lacking.extend((!may("deploy", |may| may.read)).then_some("`deploy` may not read"));
    lacking.extend((!may("vpxd", |may| may.read)).then_some("`vpxd` may not read"));
    if known!(sps_writes(vcenter)) {
        lacking.extend((!may("sps", |may| may.write)).then_some("`sps` may not write"));
    }
    if lacking.is_empty() {
        return Verdict::Fine;
    }
    let lacking = lacking.join(", ");
    let message = format!("permissions of the certificate store `SMS` are not as vCenter needs them: {lacking}");
    Verdict::found(message, vec![Evidence::new("permissions of the store `SMS`", lacking)])
}

/// Whether this version of vCenter lets SPS write the store.
fn sps_writes(vcenter: &VCenter) -> Result<bool, Verdict> {
    let version = vcenter.version.known()?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    Ok(match (parts.next().flatten(), parts.next().flatten()) {
        (Some(7), Some(0)) => vcenter.build.known()?.parse::<u64>().is_ok_and(|build| build >= FIRST_BUILD),
        (Some(major), _) => major >= 7,
        _ => false,
    })
}

/// The build of 7.0 from which on vCert expects it.
const FIRST_BUILD: u64 = 20_051_473;

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    /// Without the permission to write of `sps`.
    fn without_writing() -> Fleet {
        let mut fleet = Fleet::of(1);
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        for store in stores.iter_mut().filter(|store| store.name == "SMS") {
            for permission in &mut store.permissions {
                permission.write = false;
            }
        }
        fleet.vcenter().vecs = seen(stores);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut before = without_writing();
        before.vcenter().version = seen("7.0.3".to_owned());
        before.vcenter().build = seen("20051472".to_owned());
        vec![
            Case::cause(
                "sps-may-not-write",
                "SPS may read its store and not write it",
                "A restore left the store `SMS` without the permission. All is well until `sms_self_signed` is due.",
                without_writing(),
            ),
            Case::near_miss(
                "one-build-earlier",
                "A vCenter of the build before",
                "vCenter 7.0 build 20051472 does not give SPS that permission, and does not need to.",
                before,
            ),
        ]
    }

    #[test]
    fn permissions_that_were_not_told_matter_only_when_a_renewal_is_due() {
        let mut fleet = Fleet::of(1);
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        for store in &mut stores {
            store.permissions.clear();
        }
        fleet.vcenter().vecs = seen(stores);
        assert_eq!(fleet.judge().unanswered, []);
    }
}
