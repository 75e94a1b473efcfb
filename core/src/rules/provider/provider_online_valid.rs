//! ## What it finds
//!
//! How many of the IOFilter providers are well by all three witnesses: SMS says `online` and `valid`, the certificate
//! that SMS has of the provider is the one that port 9080 shows, and it is within its dates.
//!
//! ## Why it hurts
//!
//! It does not. It says how much of the fleet is well beside what is not, and that it was looked at: what could not be
//! seen is not counted.
//!
//! ## How it shows
//!
//! The vSphere Client shows these providers online under vCenter > Configure > Storage Providers. The logs show nothing.
//!
//! ## What cures it
//!
//! Nothing is to be done.
//!
//! ## Sources
//!
//! `VasaProviderInfo` of the SMS API, status and certificateStatus (grade A).

use crate::diagnostic::{Evidence, Severity};
use crate::facts::Provider;
use crate::rules::{Case, Check, Cure, Grade, Port, Rule, Verdict};

pub(crate) const RULE: Rule = Rule {
    code: "provider-online-valid",
    severity: Severity::Info,
    grade: Grade::A,
    title: "storage providers are online and show a certificate in its time",
    rank: 120,
    explains: &[],
    log: None,
    cure: Cure::ByHand("do nothing: these storage providers are well"),
    check: Check::VCenter(check),
    source: include_str!("provider_online_valid.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

/// One note for the fleet: it would cry on every provider otherwise.
fn check(case: &Case<'_>) -> Verdict {
    let all = case.facts.providers.len();
    let well = case.facts.providers.values().filter(|provider| is_well(case, provider)).count();
    if well == 0 || case.facts.provider_list.value().is_none() {
        return Verdict::NotApplicable;
    }
    let message = format!("{well} of {all} storage providers are online with a certificate in its time");
    Verdict::found(message, vec![Evidence::new("storage providers that are well", format!("{well} of {all}"))])
}

fn is_well(case: &Case<'_>, provider: &Provider) -> bool {
    let is_valid = provider.certificate_status.value().is_some_and(|status| status == "valid");
    let served = case.host_of(provider).and_then(|host| case.leaf(host, Port::Provider).ok());
    provider.is_online()
        && is_valid
        && served.is_some_and(|served| {
            provider.certificate.value() == Some(&served.fingerprint) && case.validity(served).is_valid()
        })
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, seen, unknown};

    /// What the note says, if there is one.
    fn told(fleet: &Fleet) -> Option<String> {
        let mut notes = fleet.judge().notes.into_iter().map(|note| note.diagnostic);
        notes.find(|note| note.code == "provider-online-valid").map(|note| note.message)
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut cached = Fleet::of(1);
        let older = cached.issue(&Leaf::of("esx01.lab.test").begins(-600));
        cached.provider(1).certificate = seen(older);
        vec![
            Case::cause(
                "all-of-them",
                "Every provider of the fleet is well",
                "Nothing is wrong with any of three hosts. One line says so of all.",
                Fleet::healthy(),
            ),
            Case::near_miss(
                "online-with-another-certificate",
                "SMS says `online` and `valid` of a certificate that is no longer served",
                "The near miss of `all-of-them`: SMS is content, and port 9080 shows another certificate than SMS has.",
                cached,
            ),
        ]
    }

    #[test]
    fn who_is_not_well_or_was_not_seen_is_not_counted() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).status = seen("offline".to_owned());
        fleet.host(2).on_9080 = unknown(MissingReason::NoAnswer);
        let expected = "1 of 3 storage providers are online with a certificate in its time";
        assert_eq!(told(&fleet).as_deref(), Some(expected));
    }

    #[test]
    fn where_no_provider_is_well_or_the_list_was_not_read_nothing_is_said() {
        let mut expired = Fleet::of(1).with_leaf_ending_in(-1);
        expired.provider(1).certificate_status = seen("valid".to_owned());
        assert_eq!(told(&expired), None);
        let mut unlisted = Fleet::healthy();
        unlisted.facts.provider_list = unknown(MissingReason::Fault);
        assert_eq!(told(&unlisted), None);
    }
}
