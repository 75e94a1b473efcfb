//! ## What it finds
//!
//! The store `SMS` holds an entry for a provider on port 9080 of a host that is not in the inventory, and no storage
//! provider is registered under that name; or, in another mode than `thumbprint`, one whose certificate has expired.
//!
//! ## Why it hurts
//!
//! It does not hurt providers. vCenter's alarm on certificates counts such entries, and keeps ringing.
//!
//! ## How it shows
//!
//! The vSphere Client shows the alarm "Certificate Status". The logs show nothing.
//!
//! ## What cures it
//!
//! Delete the entry, once it is clear that nothing uses it. The vendor's documentation warns of changing this store
//! without need.
//!
//! ## Sources
//!
//! KB 318194 (grade A, in part); KB 326268, that expired entries raise the alarm (grade A).

use std::collections::BTreeSet;

use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, known};
use crate::certificate::plain_name;
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Alarm, CertificateMode, VecsEntry};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "thumbprint-entry-leftover",
    severity: Severity::Low,
    grade: Grade::A,
    title: "vCenter has pinned providers that it no longer needs to pin",
    rank: 95,
    explains: &["alarm-residual"],
    log: None,
    cure: Cure::ByHand(
        "save the entry, then on the appliance run /usr/lib/vmware-vmafd/bin/vecs-cli entry delete --store SMS --alias ALIAS -y with its alias (KB 318194)",
    ),
    check: Check::VCenter(check),
    source: include_str!("thumbprint_entry_leftover.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let is_ringing = vcenter.alarms.value().into_iter().flatten().any(Alarm::is_about_vcenters_certificates);
    known!(Case::optional(&vcenter.vecs, is_ringing, BY_APPLIANCE_SHELL));
    if case.pins.is_empty() {
        return Verdict::Fine;
    }
    let is_unused = known!(vcenter.mode.known()) != &CertificateMode::Thumbprint;
    known!(case.facts.inventory.known());
    // An entry by address may be that of a host of which too little is known.
    if let Some(missing) = &case.unmatchable {
        return Verdict::from(missing);
    }
    // SPS looks an entry up by the URL of a provider, whatever vCenter calls the host.
    known!(case.facts.provider_list.known());
    let registered: BTreeSet<String> =
        case.facts.providers.values().map(|provider| plain_name(&provider.url.host)).collect();
    let is_nobodys = |name: &str| case.host_called(name).is_none() && !registered.contains(&plain_name(name));
    let is_left = |name: &str, entry: &VecsEntry| is_nobodys(name) || (is_unused && case.has_expired(entry));
    let left: Vec<&VecsEntry> =
        case.pins.iter().filter(|(name, entry)| is_left(name, entry)).map(|(_, entry)| *entry).collect();
    if left.is_empty() {
        return Verdict::Fine;
    }
    let message = format!("{} entries of the certificate store `SMS` pin providers that need it no longer", left.len());
    let named =
        left.iter().take(NAMED).map(|entry| Evidence::new("entry of the store `SMS`", format!("`{}`", entry.alias)));
    Verdict::found(message, named.collect())
}

/// Entries shown as evidence.
const NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use crate::facts::{CertificateMode, MissingReason};
    use crate::rules::cases::Case;
    use crate::rules::provider::thumbprint::testing::{add, pinned};
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};

    /// The mode was left for `vmca`, and an entry stayed whose certificate ends so many seconds from now.
    fn left_with(ends: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        let old = fleet.issue(&Leaf::of("esx01.lab.test").begins(-900 * 86_400).ends(ends));
        add(&mut fleet, "https://esx01.lab.test:9080/version.xml", Some(old));
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "mode-was-left",
                "The mode was left and an entry stayed",
                "vCenter is in mode `vmca` by now. The entry for `esx01.lab.test` is of use to nobody, and has expired.",
                left_with(-1),
            ),
            Case::near_miss(
                "last-second",
                "An entry that is of no use and has not expired",
                "It is good to the end of this second, and rings no alarm.",
                left_with(0),
            ),
        ]
    }

    #[test]
    fn an_entry_of_a_host_that_is_gone_is_found_in_any_mode() {
        let mut fleet = pinned(1);
        let gone = fleet.issue(&Leaf::of("gone.lab.test"));
        add(&mut fleet, "https://gone.lab.test:9080/version.xml", Some(gone));
        assert_eq!(fleet.causes(), ["mode-thumbprint", "thumbprint-entry-leftover"]);
        fleet.vcenter().mode = seen(CertificateMode::Vmca);
        fleet.has_one_cause("thumbprint-entry-leftover");
    }

    #[test]
    fn an_entry_by_the_name_in_a_providers_url_is_in_use_whatever_vcenter_calls_the_host() {
        let mut fleet = pinned(1);
        let leaf = fleet.host(1).on_9080.value().map(|shown| shown.leaf);
        add(&mut fleet, "https://alias01.lab.test:9080/version.xml", leaf);
        assert!(fleet.codes().contains(&"thumbprint-entry-leftover".to_owned()));
        fleet.provider(1).url.host = "Alias01.lab.test".to_owned();
        assert!(!fleet.codes().contains(&"thumbprint-entry-leftover".to_owned()));
        fleet.facts.provider_list = unknown(MissingReason::Denied);
        let unanswered = fleet.judge().unanswered.into_iter().flat_map(|unanswered| unanswered.codes);
        assert!(unanswered.collect::<Vec<_>>().contains(&"thumbprint-entry-leftover".to_owned()));
    }
}
