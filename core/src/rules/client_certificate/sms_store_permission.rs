//! ## What it finds
//!
//! The permissions of the store `SMS` of VECS lack one that vCenter's version gives out. Up to 7.0 `deploy` and `vpxd` read
//! it, and from build 20051473 of 7.0 on `sps` writes it. In 8.0 `deploy` reads it; before build 20920323 `vpxd` writes it,
//! before build 21560480 (8.0 U1) `vpxd` reads it, and from then on nobody else needs to. Who may write may read too.
//!
//! What 9.0 and later give out is not known: there it is only said that it cannot be told, and only when a certificate of
//! SPS is due.
//!
//! ## Why it hurts
//!
//! SPS may be unable to renew its client certificates. Nothing shows until the old one ends, and then every host refuses
//! vCenter at once.
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
//! The vendor's vCert, its tables of permissions for 6.5 to 8.0 (grade A); that SPS cannot renew its certificates without
//! what they list is an inference (grade C).

use super::{ClientCertificate, is_due};
use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Missing, MissingReason, VCenter};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sms-store-permission",
    severity: Severity::High,
    grade: Grade::C,
    title: "the store in which SPS keeps its certificates lacks a permission",
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
    let expected = match expected(vcenter) {
        Ok(expected) => expected,
        Err(_) if !is_in_doubt => return Verdict::NotApplicable,
        Err(missing) => return Verdict::Unknown(missing),
    };
    let lacks = |(user, access): &&(&str, Access)| {
        let own = store.permissions.iter().find(|permission| permission.user == *user);
        !own.is_some_and(|own| own.write || (own.read && *access == Access::Read))
    };
    let lacking: Vec<String> = expected
        .iter()
        .filter(lacks)
        .map(|(user, access)| match access {
            Access::Read => format!("`{user}` may not read"),
            Access::Write => format!("`{user}` may not write"),
        })
        .collect();
    if lacking.is_empty() {
        return Verdict::Fine;
    }
    let lacking = lacking.join(", ");
    let message = format!("permissions of the certificate store `SMS` are not as vCenter gives them out: {lacking}");
    Verdict::found(message, vec![Evidence::new("permissions of the store `SMS`", lacking)])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

/// Who is given what on the store `SMS`, by version and build, as the vendor's vCert lists it.
fn expected(vcenter: &VCenter) -> Result<&'static [(&'static str, Access)], Missing> {
    use Access::{Read, Write};
    let version = vcenter.version.known().map_err(Clone::clone)?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let number = |build: &String| {
        let message = || format!("build `{build}` of vCenter is not a number");
        build.parse::<u64>().map_err(|_| not_told(message()))
    };
    let build = || vcenter.build.known().map_err(Clone::clone).and_then(number);
    Ok(match (parts.next().flatten(), parts.next().flatten()) {
        (Some(6), Some(5)) => &[("vpxd", Read)],
        (Some(7), Some(0)) if build()? >= SPS_WRITES => &[("deploy", Read), ("vpxd", Read), ("sps", Write)],
        (Some(6 | 7), _) => &[("deploy", Read), ("vpxd", Read)],
        (Some(8), _) => match build()? {
            ..VPXD_READS => &[("deploy", Read), ("vpxd", Write)],
            VPXD_READS..DEPLOY_ALONE => &[("deploy", Read), ("vpxd", Read)],
            DEPLOY_ALONE.. => &[("deploy", Read)],
        },
        _ => {
            return Err(not_told(format!(
                "which permissions vCenter `{version}` gives out on the store `SMS` is not known"
            )));
        }
    })
}

fn not_told(message: String) -> Missing {
    let help = "let the vendor's vCert check them (Check configurations > Check VECS store permissions)".to_owned();
    Missing { reason: MissingReason::NotSent, message, help }
}

/// The build of 7.0 from which on `sps` writes.
const SPS_WRITES: u64 = 20_051_473;

/// The builds of 8.0 from which on `vpxd` merely reads, and does not even that.
const VPXD_READS: u64 = 20_920_323;
const DEPLOY_ALONE: u64 = 21_560_480;

#[cfg(test)]
mod tests {
    use crate::facts::VecsPermission;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen};
    use crate::time::DAY_SECONDS;

    /// A vCenter of this version, whose store `SMS` gives this out: `user` reads, `user!` writes.
    fn giving(version: &str, build: &str, users: &[&str]) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().version = seen(version.to_owned());
        fleet.vcenter().build = seen(build.to_owned());
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        let permission = |user: &&str| VecsPermission {
            user: user.trim_end_matches('!').to_owned(),
            read: !user.ends_with('!'),
            write: user.ends_with('!'),
        };
        for store in stores.iter_mut().filter(|store| store.name == "SMS") {
            store.permissions = users.iter().map(permission).collect();
        }
        fleet.vcenter().vecs = seen(stores);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "sps-may-not-write",
                "SPS may not write its store",
                "A restore left the store `SMS` of a vCenter 7.0 U3 without the permission. All is well until \
                 `sms_self_signed` is due.",
                giving("7.0.3", "20051473", &["deploy", "vpxd"]),
            ),
            Case::cause(
                "deploy-may-not-read",
                "The one permission that 8.0 U3 gives out is gone",
                "A restore left the store `SMS` with `vpxd` alone, as nothing from 8.0 U1 on leaves it.",
                giving("8.0.3", "24022515", &["vpxd"]),
            ),
            Case::near_miss(
                "one-build-earlier",
                "A vCenter of the build before",
                "vCenter 7.0 build 20051472 does not give SPS that permission, and does not need to.",
                giving("7.0.3", "20051472", &["deploy", "vpxd"]),
            ),
            Case::near_miss(
                "only-deploy-reads",
                "A vCenter 8.0 U1 of which `deploy` alone reads the store",
                "The near miss of `sps-may-not-write`: from this build on nobody is given the permission to write.",
                giving("8.0.1", "21560480", &["deploy"]),
            ),
        ]
    }

    #[test]
    fn each_build_is_held_to_its_own_table() {
        let cases: [(&str, &str, &[&str], bool); 11] = [
            ("6.5.0", "1", &["vpxd"], false),
            ("6.7.0", "1", &["vpxd"], true),
            ("7.0.3", "20051473", &["deploy", "vpxd", "sps!"], false),
            ("7.0.3", "20051473", &["deploy!", "vpxd!", "sps"], true),
            ("8.0.0", "20920322", &["deploy", "vpxd!"], false),
            ("8.0.0", "20920322", &["deploy", "vpxd"], true),
            ("8.0.0", "20920323", &["deploy", "vpxd"], false),
            ("8.0.0", "20920323", &["deploy"], true),
            ("8.0.0", "21560479", &["deploy!", "vpxd!"], false),
            ("8.0.1", "21560480", &["deploy"], false),
            ("8.0.3", "24022515", &["sps!"], true),
        ];
        for (version, build, users, is_found) in cases {
            let fleet = giving(version, build, users);
            let expected: &[&str] = if is_found { &["sms-store-permission"] } else { &[] };
            assert_eq!(fleet.codes(), expected, "{version} {build} {users:?}");
        }
    }

    #[test]
    fn what_is_not_known_matters_only_when_a_renewal_is_due() {
        for (version, build, users) in
            [("9.0.0", "24755229", &["root"][..]), ("8.0.3", "what", &["deploy"]), ("8.0.3", "24022515", &[])]
        {
            let mut fleet = giving(version, build, users);
            assert_eq!(fleet.judge().unanswered, [], "{version}");
            let due = fleet.keep(Leaf::of("sms_self_signed").ends(DAY_SECONDS).self_signed("SMS"));
            fleet.vcenter().sms.sms_self_signed = seen(due);
            let open: Vec<String> = fleet.judge().unanswered.into_iter().flat_map(|open| open.codes).collect();
            assert!(open.contains(&"sms-store-permission".to_owned()), "{version}: {open:?}");
        }
    }
}
