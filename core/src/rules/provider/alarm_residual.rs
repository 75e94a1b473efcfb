//! ## What it finds
//!
//! An alarm about certificates or storage providers has been red or yellow for 15 minutes or more, nobody has
//! acknowledged it, and all that it watches is green: on a host, its providers, both ports and its trust; elsewhere, that
//! of every host, every other storage provider, and the certificates of vCenter where the alarm is about them.
//!
//! An alarm that may watch something that nobody looked at, such as the certificate that signs tokens, is left alone.
//!
//! ## Why it hurts
//!
//! An alarm that nobody clears hides the next one. vCenter does not clear all of them when the cause is gone.
//!
//! ## How it shows
//!
//! The vSphere Client shows the alarm on the host or on vCenter's root folder. The logs show nothing.
//!
//! ## What cures it
//!
//! Reset the alarm to green, or acknowledge it. The remedy acknowledges it; with the ceiling `ask-first` it resets it
//! before, where no other alarm would go with it.
//!
//! ## Sources
//!
//! The notes of a script that removes providers: alarms have to be reset by hand (grade B); by which words such alarms
//! are told (grade C).

use std::collections::BTreeSet;

use super::provider_offline_transient::TRANSIENT_SECONDS;
use crate::case::{Case, Port, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Alarm, Host, HostId, Provider};
use crate::rules::client_certificate::{is_due, is_trusting, sms_cert_renew_failed};
use crate::rules::rule::{Check, Cure, Grade, Rule};
use crate::time::DAY_SECONDS;

pub(crate) const RULE: Rule = Rule {
    code: "alarm-residual",
    severity: Severity::Low,
    grade: Grade::C,
    title: "an alarm stayed after its cause was gone",
    rank: 97,
    explains: &[],
    log: None,
    cure: Cure::Remedy("acknowledge-alarm"),
    check: Check::VCenter(check),
    source: include_str!("alarm_residual.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    if case.facts.vcenter.alarms.value().is_none() {
        return Verdict::NotApplicable;
    }
    let residual = residual(case);
    if residual.is_empty() {
        return Verdict::Fine;
    }
    let message = format!("{} alarms stayed raised although all that they watch is green", residual.len());
    let seen = |alarm: &&Alarm| {
        let place = format!("{} `{}`", alarm.entity_kind, alarm.entity);
        Evidence::new(format!("alarm `{}`", alarm.name), format!("{} on {place} since {}", alarm.status, alarm.since))
    };
    Verdict::found(message, residual.iter().take(NAMED).map(seen).collect())
}

/// The alarms whose cause is gone, as far as that can be seen.
pub(crate) fn residual<'a>(case: &Case<'a>) -> Vec<&'a Alarm> {
    let Some(alarms) = case.facts.vcenter.alarms.value() else { return Vec::new() };
    let is_settled = |alarm: &&Alarm| {
        !alarm.acknowledged && is_ours(alarm) && case.now.seconds_since(alarm.since) >= TRANSIENT_SECONDS
    };
    let mut settled = alarms.iter().filter(is_settled).peekable();
    if settled.peek().is_none() {
        return Vec::new();
    }
    // Without the list, nobody knows what there is to be well.
    if case.facts.provider_list.known().is_err() {
        return Vec::new();
    }
    let is_fleet_green = case.facts.hosts.values().all(|host| is_green(case, host));
    let others = || case.facts.other_providers.values().filter(|other| !is_well(other));
    let unwell: BTreeSet<&HostId> = others().filter_map(|other| Some(&case.host_of(other)?.id)).collect();
    let is_residual = |alarm: &&Alarm| match case.facts.hosts.get(&HostId(alarm.entity.clone())) {
        Some(host) => is_green(case, host) && !unwell.contains(&host.id),
        None => is_fleet_green && others().next().is_none() && is_vcenter_green(case, alarm),
    };
    settled.filter(is_residual).collect()
}

/// Alarms about what this product looks at. Those of arrays, vSAN and key providers use the same words. Of vCenter's own
/// certificates those are looked at that VECS holds, which one alarm watches all together (KB 326268).
fn is_ours(alarm: &Alarm) -> bool {
    let words = alarm.words();
    let has = |wanted: &[&str]| wanted.iter().any(|word| words.contains(word));
    let is_about_providers = has(&["vasa", "storage provider", "vendor provider", "iofilter", "io filter"]);
    let is_about_hosts = alarm.entity_kind == "HostSystem" && has(&["certificate"]);
    let letters: String = words.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_about_vecs =
        ["certificatestatus", "smsselfsigned", "spsextension"].iter().any(|word| letters.contains(word))
            && !has(&["sts ", "signing", "token"]);
    let is_about_others = has(&["client cert", "vsan", "kms", "key provider", "vvol", "virtual volume"]);
    (is_about_providers || is_about_hosts || is_about_vecs) && !is_about_others
}

/// True when SMS says that nothing is wrong with a provider of another kind.
fn is_well(other: &Provider) -> bool {
    other.is_online() && other.certificate_status.value().is_some_and(|status| status == "valid")
}

/// True when nothing that can be seen of a host speaks for an alarm on it, not even a date that comes near.
fn is_green(case: &Case<'_>, host: &Host) -> bool {
    let soft = case.thresholds().soft_days.saturating_mul(DAY_SECONDS);
    let is_lasting = |port| case.leaf(host, port).is_ok_and(|leaf| leaf.not_after.seconds_since(case.now) > soft);
    let is_trusted = || host.ca_store.value().is_some() && is_trusting(case, host);
    !case.is_unwell(host) && is_lasting(Port::Host) && is_lasting(Port::Provider) && is_trusted()
}

/// True when vCenter's own side gives no reason for this alarm. One about certificates may be about any certificate of
/// vCenter, so all of them must have been seen.
fn is_vcenter_green(case: &Case<'_>, alarm: &Alarm) -> bool {
    let vcenter = &case.facts.vcenter;
    if sms_cert_renew_failed::is_told_by(case, alarm) || is_due(case) {
        return false;
    }
    if !alarm.is_about_vcenters_certificates() {
        return true;
    }
    let hard = case.thresholds().hard_days.saturating_mul(DAY_SECONDS);
    let entries = vcenter.vecs.value().map(|stores| stores.iter().flat_map(|store| &store.entries));
    entries.is_some_and(|mut entries| entries.all(|entry| !case.expires_within(entry, hard)))
}

/// Alarms shown as evidence.
const NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use crate::facts::{Provider, ProviderId, ProviderUrl};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, alarm, seen};

    const DISCONNECTED: &str = "VASA provider disconnected";

    /// One more provider, at this address.
    fn with_other(fleet: &mut Fleet, host: &str, port: u16) -> ProviderId {
        let id = ProviderId("uid-other".to_owned());
        let url = ProviderUrl { text: format!("https://{host}:{port}/version.xml"), host: host.to_owned(), port };
        let mut other = Provider { id: id.clone(), url, ..fleet.provider(1).clone() };
        other.array_ids.clear();
        fleet.facts.other_providers.insert(id.clone(), other);
        id
    }

    /// An alarm on the host, raised so many seconds ago.
    fn raised(seconds: i64) -> Fleet {
        let mut fleet = Fleet::of(1);
        fleet.vcenter().alarms = seen(vec![alarm(DISCONNECTED, ("HostSystem", "host-1"), seconds)]);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        let mut right = raised(86_400);
        right.provider(1).status = seen("disconnected".to_owned());
        vec![
            Case::cause(
                "a-day-old",
                "The provider came back, the alarm stayed",
                "The alarm on `esx01.lab.test` has been red for a day. Its provider is online, both ports show a good \
                 certificate, and the host trusts vCenter.",
                raised(86_400),
            ),
            Case::near_miss(
                "fourteen-minutes-old",
                "An alarm that is just being cleared",
                "The same alarm is 14 minutes old: vCenter may yet clear it.",
                raised(14 * 60),
            ),
            Case::near_miss(
                "right",
                "An alarm that is right",
                "The provider is disconnected, as the alarm says.",
                right,
            ),
        ]
    }

    #[test]
    fn an_alarm_on_the_root_folder_watches_every_host() {
        let mut fleet = Fleet::of(2);
        fleet.vcenter().alarms = seen(vec![alarm(DISCONNECTED, ("Folder", "group-d1"), 86_400)]);
        fleet.has_one_cause("alarm-residual");
        fleet.provider(2).status = seen("offline".to_owned());
        fleet.has_one_cause("provider-offline");
    }

    #[test]
    fn an_alarm_is_right_while_a_provider_of_another_kind_is_down() {
        let alarms =
            [("array1.lab.test", 8443, ("Folder", "group-d1")), ("esx01.lab.test", 8080, ("HostSystem", "host-1"))];
        for (host, port, at) in alarms {
            let mut fleet = Fleet::of(1);
            fleet.vcenter().alarms = seen(vec![alarm(DISCONNECTED, at, 86_400)]);
            let id = with_other(&mut fleet, host, port);
            fleet.has_one_cause("alarm-residual");
            let other = fleet.facts.other_providers.get_mut(&id);
            let Some(other) = other else { unreachable!("it was put there") };
            other.status = seen("offline".to_owned());
            assert!(!fleet.codes().contains(&"alarm-residual".to_owned()), "{host}");
        }
    }

    #[test]
    fn an_alarm_about_certificates_that_nobody_looked_at_is_left_alone() {
        for (name, is_found) in [
            ("Certificate Status", true),
            ("STS Signing Certificate Status", false),
            ("vSphere Authentication Proxy certificate expires", false),
        ] {
            let mut fleet = Fleet::of(1);
            fleet.vcenter().alarms = seen(vec![alarm(name, ("Folder", "group-d1"), 86_400)]);
            assert_eq!(!fleet.codes().is_empty(), is_found, "{name}");
        }
    }

    #[test]
    fn alarms_of_other_things_and_those_that_a_person_has_seen_are_left_alone() {
        let mut fleet = Fleet::of(1);
        let mut noted = alarm(DISCONNECTED, ("HostSystem", "host-1"), 86_400);
        noted.acknowledged = true;
        fleet.vcenter().alarms = seen(vec![noted, alarm("Host CPU usage", ("HostSystem", "host-1"), 86_400)]);
        fleet.is_fine();
    }
}
