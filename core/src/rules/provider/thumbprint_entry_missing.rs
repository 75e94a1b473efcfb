//! ## What it finds
//!
//! The mode is `thumbprint`, the store `SMS` was read, and it holds no entry for the provider of a connected ESXi host.
//!
//! ## Why it hurts
//!
//! In this mode no CA is asked: SPS trusts a provider by this entry alone, and without it refuses the host.
//!
//! ## How it shows
//!
//! The vSphere Client shows the provider offline or disconnected. `sps-runtime.log.stderr` fills with certificate errors
//!
//!
//! ## What cures it
//!
//! Make the entry from the certificate on port 9080 (not from that on 443), after comparing its fingerprint on the host
//! itself, and restart the service `sps`. Better, leave the mode.
//!
//! ## Sources
//!
//! KB 318194 (grade A, in part).

use super::thumbprint::{Pin, pin};
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Host;
use crate::log::Leg;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "thumbprint-entry-missing",
    severity: Severity::High,
    grade: Grade::A,
    title: "in mode thumbprint, vCenter has not pinned the provider of a host",
    rank: 46,
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
    log: Some(Leg::ServerTrust),
    cure: Cure::Remedy("replace-thumbprint-entry"),
    check: Check::Host(check),
    source: include_str!("thumbprint_entry_missing.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, host: &Host) -> Verdict {
    let Pin::Missing = known!(pin(case, host)) else { return Verdict::Fine };
    let message = format!("store `SMS` of vCenter has no entry for the provider of host `{}`", host.name);
    let seen = format!("{} entries of providers, none of this host", case.pins.len());
    Verdict::found(message, vec![Evidence::new("store `SMS`", seen)])
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::provider::thumbprint::testing::{add, pinned};
    use crate::rules::testing::{Fleet, seen, unknown};

    fn without_entry() -> Fleet {
        let mut fleet = pinned(1);
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        for store in &mut stores {
            store.entries.retain(|entry| !entry.alias.starts_with("https:"));
        }
        fleet.vcenter().vecs = seen(stores);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut down = without_entry();
        down.provider(1).status = seen("disconnected".to_owned());
        let mut one_slash = without_entry();
        let leaf = one_slash.host(1).on_9080.value().map(|shown| shown.leaf);
        add(&mut one_slash, "https:/esx01.lab.test:9080/version.xml", leaf);
        vec![
            Case::cause(
                "no-entry",
                "Nobody pinned the provider of this host",
                "The mode is `thumbprint`, and the store `SMS` holds the certificates of SPS alone. SPS does not trust \
                 `esx01.lab.test`, whatever its certificate.",
                down,
            ),
            Case::near_miss(
                "alias-with-one-slash",
                "The entry is there under an alias with one slash",
                "The vendor's vCert 6 writes the alias so.",
                one_slash,
            ),
        ]
    }

    #[test]
    fn the_store_is_asked_for_only_where_the_host_is_unwell() {
        let mut fleet = pinned(1);
        fleet.vcenter().vecs = unknown(MissingReason::NotAsked);
        assert_eq!(fleet.judge().unanswered, []);
        fleet.provider(1).status = seen("offline".to_owned());
        let open = fleet.judge().unanswered;
        assert!(open.iter().any(|open| open.codes.iter().any(|code| code == "thumbprint-entry-missing")), "{open:?}");
    }
}
