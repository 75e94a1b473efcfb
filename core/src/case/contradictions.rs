//! Facts that cannot all be true, are not whole, or are in words that this version does not know: what rests on them
//! cannot be told.

use std::collections::BTreeMap;

use crate::facts::{Facts, Host, Missing, MissingReason, Provider};
use crate::wire::provider_url::ProviderUrl as WireUrl;

/// Facts that contradict each other.
pub(crate) struct Contradiction {
    /// What, and what to do.
    pub(crate) missing: Missing,
    /// The rules that cannot tell for it.
    pub(crate) codes: &'static [&'static str],
    /// Between what, by name.
    pub(crate) places: Vec<String>,
}

/// Looks for them. Grows linearly with hosts and providers.
pub(crate) fn contradictions(facts: &Facts) -> Vec<Contradiction> {
    let mut all = unclear_owners(facts);
    all.extend(facts.providers.values().filter_map(odd_word));
    all.extend(unlike_their_lists(facts));
    let place = || vec![facts.vcenter.authority.clone()];
    if facts.ended_at < facts.began_at {
        let message = format!("the survey ended at {}, before it began at {}", facts.ended_at, facts.began_at);
        let help = "set the clock of this machine and survey again";
        all.push(contradiction(&["scanner-clock-skew"], message, help, place()));
    }
    if let Some(told) = facts.vcenter.thresholds.value()
        && !(0 < told.hard_days && told.hard_days <= told.soft_days && told.soft_days < MOST_DAYS)
    {
        let message = format!(
            "vCenter's thresholds make no sense: {} days for the early one, {} for the urgent one",
            told.soft_days, told.hard_days
        );
        let help = "set `vpxd.certmgmt.certs.softThreshold` and `hardThreshold` in vCenter's advanced settings";
        all.push(contradiction(&["host-cert-expiring-hard", "host-cert-expiring-soft"], message, help, place()));
    }
    all
}

/// A URL that names no host, or another than it was taken to name.
pub(super) fn odd_url(provider: &Provider) -> Option<Contradiction> {
    let url = &provider.url;
    let is_same = WireUrl::parse(&url.text).is_some_and(|told| told.host == url.host && told.port == url.port);
    if is_same && !url.host.is_empty() {
        return None;
    }
    let message = format!(
        "the URL `{}` of storage provider `{}` names no host and port, or others than the facts",
        shown(&url.text),
        provider.name
    );
    let help = "look at its URL under Storage Providers in the vSphere Client";
    Some(contradiction(PROVIDER_RULES, message, help, vec![provider.name.clone()]))
}

/// A status of a certificate that SMS did not have when this was written.
fn odd_word(provider: &Provider) -> Option<Contradiction> {
    let word = provider.certificate_status.value()?;
    if ["valid", "expirySoftLimitReached", "expiryHardLimitReached", "expired", "invalid"].contains(&word.as_str()) {
        return None;
    }
    let message = format!("SMS says `{}` of a provider's certificate, which is not known here", shown(word));
    let help = "look at the provider's certificate in the vSphere Client, and for a newer version of this program";
    let codes = &["provider-cert-expired", "provider-cert-hard", "provider-cert-invalid", "provider-cert-soft"];
    Some(contradiction(codes, message, help, vec![provider.name.clone()]))
}

/// An inventory that was not read, or of which hosts are missing here; a list of providers likewise.
fn unlike_their_lists(facts: &Facts) -> Option<Contradiction> {
    let place = vec![facts.vcenter.authority.clone()];
    let inventory = match facts.inventory.known() {
        Ok(inventory) => inventory,
        Err(missing) => return Some(Contradiction { missing: missing.clone(), codes: PROVIDER_RULES, places: place }),
    };
    let hosts = facts.hosts.len();
    let providers = facts.providers.len().saturating_add(facts.other_providers.len());
    let listed = facts.provider_list.value().map(|list| list.registered);
    let is_fewer = |listed: u32, held: usize| usize::try_from(listed).is_ok_and(|listed| listed < held);
    let (listed, held, what) = if is_fewer(inventory.hosts, hosts) {
        (inventory.hosts, hosts, "ESXi hosts")
    } else if let Some(listed) = listed.filter(|listed| is_fewer(*listed, providers)) {
        (listed, providers, "storage providers")
    } else {
        return None;
    };
    let message = format!("vCenter's list has {listed} {what}, and the facts tell of {held}");
    Some(contradiction(PROVIDER_RULES, message, "survey again; these facts were changed", place))
}

/// Why a provider may be a host's though it does not look so: hosts that share a name or a uuid, providers without a URL.
pub(crate) fn unclear_owners(facts: &Facts) -> Vec<Contradiction> {
    let mut all = unclear_hosts(facts);
    all.extend(facts.providers.values().filter_map(odd_url));
    all
}

/// Hosts that share a name or a uuid.
pub(crate) fn unclear_hosts(facts: &Facts) -> Vec<Contradiction> {
    let uuid = |host: &Host| host.uuid.value().map(|uuid| uuid.to_ascii_lowercase());
    let mut all = shared(facts, "uuid", uuid);
    all.extend(shared(facts, "name", |host| Some(host.name.to_ascii_lowercase())));
    all
}

/// Hosts that share what each host has alone.
fn shared(facts: &Facts, what: &str, of: impl Fn(&Host) -> Option<String>) -> Vec<Contradiction> {
    let mut owners: BTreeMap<String, Vec<&Host>> = BTreeMap::new();
    for host in facts.hosts.values() {
        owners.entry(of(host).unwrap_or_default()).or_default().push(host);
    }
    owners.remove("");
    let shared = owners.into_iter().filter(|(_, hosts)| hosts.len() > 1);
    shared
        .map(|(value, hosts)| {
            let ids: Vec<&str> = hosts.iter().map(|host| host.id.0.as_str()).collect();
            let message = format!("hosts `{}` have the same {what} `{value}`", ids.join("` and `"));
            let help = "find out which of them it belongs to; a provider cannot be laid at either";
            contradiction(PROVIDER_RULES, message, help, hosts.iter().map(|host| host.name.clone()).collect())
        })
        .collect()
}

fn contradiction(codes: &'static [&'static str], message: String, help: &str, places: Vec<String>) -> Contradiction {
    let missing = Missing { reason: MissingReason::Malformed, message, help: help.to_owned() };
    Contradiction { missing, codes, places }
}

/// A word of a server for a message.
fn shown(word: &str) -> String {
    word.chars().filter(|c| !c.is_control()).take(60).collect()
}

/// The rules that lay providers at hosts.
const PROVIDER_RULES: &[&str] = &["provider-duplicate", "provider-missing", "provider-orphan"];

/// A hundred years: no threshold is longer.
const MOST_DAYS: i64 = 36_500;

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use crate::report::{Report, Verdict};
    use crate::rules::testing::Fleet;

    fn told(fleet: &Fleet) -> String {
        let report = Report::of(&fleet.facts, None, &fleet.policy);
        assert_eq!(report.verdict, Verdict::Incomplete, "{:?}", report.findings);
        let one = report.unanswered.first().unwrap();
        format!("{}: {}", one.codes.join(" "), one.missing.message)
    }

    #[test]
    fn two_hosts_of_one_uuid_are_told_and_neither_gets_the_others_provider() {
        let mut fleet = Fleet::of(2);
        fleet.host(2).uuid = fleet.host(1).uuid.clone();
        let uuid = fleet.host(1).uuid.value().unwrap().clone();
        assert_eq!(
            told(&fleet),
            format!(
                "provider-duplicate provider-missing provider-orphan: hosts `host-1` and `host-2` have the same uuid `{uuid}`"
            )
        );
        // A provider that only its uuid tells of is nobody's now, and no orphan either.
        fleet.provider(1).url.host = "other.lab.test".to_owned();
        fleet.provider(1).url.text = "https://other.lab.test:9080/version.xml".to_owned();
        let report = Report::of(&fleet.facts, None, &fleet.policy);
        assert!(
            report.findings.iter().all(|finding| finding.diagnostic.code != "provider-orphan"),
            "{:?}",
            report.findings
        );
    }

    #[test]
    fn a_provider_without_an_address_and_a_survey_that_ran_backwards_are_told() {
        let mut fleet = Fleet::of(1);
        fleet.facts.began_at = fleet.facts.ended_at.plus_seconds(1);
        assert!(told(&fleet).starts_with("scanner-clock-skew: the survey ended at "));
        let mut fleet = Fleet::of(1);
        fleet.provider(1).url.host.clear();
        fleet.provider(1).array_ids.clear();
        let report = Report::of(&fleet.facts, None, &fleet.policy);
        assert!(
            report.findings.iter().all(|finding| finding.diagnostic.code != "provider-orphan"),
            "{:?}",
            report.findings
        );
        assert!(report.unanswered.iter().any(|one| one.missing.message.contains("names no host and port")));
    }
}
