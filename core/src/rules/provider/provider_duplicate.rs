//! ## What it finds
//!
//! An ESXi host has several IOFilter providers, and this one is not the one whose URL names the host as vCenter does.
//! Where none is, the one that is online stays, then one by a management address, then one by a name that the certificate
//! on port 9080 carries. Where nothing tells them apart, it is not known which one is too much.
//!
//! ## Why it hurts
//!
//! Both speak for one host; the one with the wrong name fails its name check sooner or later and raises alarms.
//!
//! ## How it shows
//!
//! The vSphere Client lists two IOFILTER providers for one host, by full name, short name or address. `sps.log` may
//! show S-15 for one of them.
//!
//! ## What cures it
//!
//! Unregister the one that is named here; the other stays.
//!
//! ## Sources
//!
//! SMS API, `AlreadyExists` (grade A); vSphere documentation, changing names of hosts (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Missing, MissingReason, Provider};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "provider-duplicate",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a host has more than one storage provider",
    rank: 71,
    explains: &[
        "provider-cert-cached-stale",
        "provider-cert-expired",
        "provider-cert-hard",
        "provider-cert-invalid",
        "provider-cert-soft",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
    ],
    log: None,
    cure: Cure::Remedy("unregister-provider"),
    check: Check::Provider(check),
    source: include_str!("provider_duplicate.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    let Some((host, canonical)) = case.host_of(provider).and_then(|host| Some((host, case.canonical_provider(host)?)))
    else {
        return Verdict::NotApplicable;
    };
    if canonical.id == provider.id {
        return Verdict::Fine;
    }
    if case.is_claim_equal(host, provider, canonical) {
        return Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!(
                "storage providers at `{}` and `{}` both serve host `{}`, and nothing tells which one is too many",
                canonical.url.host, provider.url.host, host.name
            ),
            help: "look in the vSphere Client which one is used, and unregister the other".to_owned(),
        });
    }
    let message = format!(
        "host `{}` has a second storage provider at `{}`, its own is at `{}`",
        host.name, provider.url.host, canonical.url.host
    );
    let urls = [("URL of this provider", provider), ("URL of the host's own provider", canonical)];
    Verdict::found(message, urls.map(|(what, provider)| Evidence::new(what, provider.url.text.clone())).to_vec())
}

#[cfg(test)]
mod tests {
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, Leaf, healthy_provider, seen, shown};

    pub(crate) fn cases() -> Vec<Case> {
        let mut capitals = Fleet::of(1);
        capitals.provider(1).url.host = "ESX01.LAB.TEST".to_owned();
        vec![
            Case::cause(
                "by-name-and-by-address",
                "One host, two providers",
                "`esx01.lab.test` was added by address once: SMS still has a provider of `192.0.2.1` beside the one by \
                 name, and it is offline.",
                with_second(),
            ),
            Case::near_miss(
                "in-capitals",
                "One provider, written otherwise",
                "The URL names `ESX01.LAB.TEST` and vCenter `esx01.lab.test`: the same name.",
                capitals,
            ),
        ]
    }

    fn with_second() -> Fleet {
        let mut fleet = Fleet::healthy();
        let host = fleet.host(1).clone();
        let leaf = host.on_443.value().map(|shown| shown.leaf);
        let mut second = leaf.map(|leaf| healthy_provider(0, &host, leaf));
        if let Some(second) = &mut second {
            second.url.host = "192.0.2.1".to_owned();
            second.status = seen("offline".to_owned());
        }
        fleet.facts.providers.extend(second.map(|second| (second.id.clone(), second)));
        fleet
    }

    #[test]
    fn the_one_that_names_the_host_otherwise_is_the_second() {
        let fleet = with_second();
        fleet.has_one_cause("provider-duplicate");
        let judgement = fleet.judge();
        assert!(judgement.findings.iter().all(|finding| finding.place.id == "uid-0"));
    }

    /// Whom the rule finds among two providers, none of which names the host as vCenter does.
    fn found(change: impl Fn(&mut Fleet)) -> Vec<String> {
        let mut fleet = with_second();
        fleet.provider(0).url.host = "old0.lab.test".to_owned();
        fleet.provider(1).url.host = "old1.lab.test".to_owned();
        fleet.provider(0).status = seen("online".to_owned());
        change(&mut fleet);
        let findings = fleet.judge().findings.into_iter();
        findings.filter(|one| one.diagnostic.code == "provider-duplicate").map(|one| one.place.id).collect()
    }

    #[test]
    fn where_no_name_tells_the_one_that_works_stays() {
        assert_eq!(found(|fleet| fleet.provider(0).status = seen("offline".to_owned())), ["uid-0"]);
        assert_eq!(found(|fleet| fleet.provider(1).status = seen("offline".to_owned())), ["uid-1"]);
        assert_eq!(found(|fleet| fleet.provider(1).url.host = "192.0.2.1".to_owned()), ["uid-0"]);
        let carries = |fleet: &mut Fleet| {
            let leaf = fleet.issue(&Leaf::of("old1.lab.test"));
            fleet.host(1).on_9080 = shown(leaf);
        };
        assert_eq!(found(carries), ["uid-0"]);
    }

    #[test]
    fn where_nothing_tells_them_apart_it_is_not_known_which_one_is_too_many() {
        assert_eq!(found(|_| {}), [""; 0]);
        let mut fleet = with_second();
        fleet.provider(0).url.host = "old0.lab.test".to_owned();
        fleet.provider(1).url.host = "old1.lab.test".to_owned();
        fleet.provider(0).status = seen("online".to_owned());
        let codes: Vec<String> = fleet.judge().unanswered.into_iter().flat_map(|one| one.codes).collect();
        assert!(codes.contains(&"provider-duplicate".to_owned()), "{codes:?}");
    }

    #[test]
    fn it_does_not_explain_what_is_wrong_with_the_first() {
        let mut fleet = with_second();
        fleet.provider(1).status = seen("offline".to_owned());
        assert_eq!(fleet.causes(), ["provider-duplicate", "provider-offline"]);
    }
}
