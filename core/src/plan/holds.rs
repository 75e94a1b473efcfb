//! Whether a condition holds, by what was seen.

use super::{ClientEntry, Condition, OnDisk};
use crate::certificate::{ChainVerdict, Fingerprint, Validity, lists_without_successor, verify_chain};
use crate::facts::{CertificateMode, Facts, Host, HostId, MissingReason, Observed, Presented};
use crate::request::ASIDE_MARK;
use crate::time::UnixTime;

impl Condition {
    /// Whether it holds by these facts. `None` when the facts do not tell.
    #[expect(clippy::too_many_lines, reason = "a table: one arm a condition")]
    pub fn holds(
        &self,
        facts: &Facts,
        on_disk: impl Fn(&HostId) -> Option<OnDisk> + Copy,
        now: UnixTime,
    ) -> Option<bool> {
        match self {
            Self::Never => Some(false),
            Self::Both { left, right } => both(left.holds(facts, on_disk, now), right.holds(facts, on_disk, now)),
            Self::Either { left, right } => either(left.holds(facts, on_disk, now), right.holds(facts, on_disk, now)),
            Self::HostCertificateReplaced { host, before } => match shown(&host_of(facts, host)?.on_443)? {
                Shown::Certificate(presented) => Some(presented.leaf != *before && is_good(facts, presented, now)?),
                Shown::Nothing => Some(false),
            },
            Self::HostCertificateEndsAfter { host, before } => {
                ends_after(facts, &host_of(facts, host)?.on_443.value()?.leaf, *before, now)
            }
            Self::DiskCertificateEndsAfter { host, before } => {
                ends_after(facts, &on_disk(host)?.host_certificate?, *before, now)
            }
            Self::HostCertificateIs { host, certificate } => {
                Some(host_of(facts, host)?.on_443.value()?.leaf == *certificate)
            }
            Self::HostCertificateChanged { host, before } => {
                let presented = host_of(facts, host)?.on_443.value()?;
                Some(presented.leaf != *before && is_in_time(facts, &presented.leaf, now)?)
            }
            Self::ListenerFollowsHost { host } => {
                let host = host_of(facts, host)?;
                let leaf = &host.on_9080.value()?.leaf;
                Some(*leaf == host.on_443.value()?.leaf && is_in_time(facts, leaf, now)?)
            }
            Self::CaStoreHolds { host, certificates } => {
                let store = host_of(facts, host)?.ca_store.value()?;
                Some(certificates.iter().all(|wanted| store.contains(wanted)))
            }
            Self::RevocationListsHold { host, lists } => {
                let held = host_of(facts, host)?.ca_revocation_lists.value()?;
                Some(lists_without_successor(lists, held).is_empty())
            }
            Self::CaStoreIsBack { host, certificates, added } => {
                let store = host_of(facts, host)?.ca_store.value()?;
                let is_whole = certificates.iter().all(|before| store.contains(before));
                Some(is_whole && !added.iter().any(|new| store.contains(new)))
            }
            Self::ClientTrusted { host } => client_is_trusted(facts, host_of(facts, host)?),
            Self::HostIs { host, state } => Some(host_of(facts, host)?.connection.value()? == state),
            Self::Service { host, service, running } => {
                let services = host_of(facts, host)?.services.value()?;
                Some(services.iter().find(|one| one.key == *service)?.running == *running)
            }
            Self::ProviderWell { host } => provider_is_well(facts, host, now),
            Self::ProvidersWell { hosts } => {
                let each: Option<Vec<bool>> = hosts.iter().map(|host| provider_is_well(facts, host, now)).collect();
                Some(each?.into_iter().all(|well| well))
            }
            Self::HostRegistered { host } => {
                facts.provider_list.value()?;
                Some(facts.providers_of(host_of(facts, host)?).next().is_some())
            }
            Self::UrlRegistered { url } => {
                facts.provider_list.value()?;
                Some(facts.providers.values().any(|provider| provider.url.text.eq_ignore_ascii_case(url)))
            }
            Self::ProviderGone { provider } => {
                facts.provider_list.value()?;
                Some(!facts.providers.contains_key(provider))
            }
            Self::SpsWell => Some(facts.vcenter.sps.value()?.is_well() && facts.provider_list.value().is_some()),
            Self::ClientEntryDeleted { entry, before } => {
                Some(client_entry(facts, *entry)?.certificate() != *before || before.is_none())
            }
            Self::ClientEntryRenewed { entry, before } => match client_entry(facts, *entry)? {
                Entry::Holds(held) => Some(Some(held) != *before && is_in_time(facts, &held, now)?),
                Entry::Absent => Some(false),
            },
            Self::StoreEntryIs { alias, certificate } => Some(store_entry(facts, alias)?.certificate() == *certificate),
            Self::RuleSetIs { host, enabled } => Some(host_of(facts, host)?.firewall.value()?.enabled == *enabled),
            Self::RuleSetAllows { host, addresses } => {
                let set = host_of(facts, host)?.firewall.value()?;
                let is_same = !set.all_addresses && are_the_same(&set.allowed, addresses);
                Some(if addresses.is_empty() { set.all_addresses } else { is_same })
            }
            Self::TimeServersAre { host, servers } => Some(host_of(facts, host)?.time_servers.value()? == servers),
            Self::ClockAgrees { host, seconds } => {
                let ahead = host_of(facts, host)?.clock_ahead_of_vcenter_seconds.value()?;
                Some(ahead.saturating_abs() <= *seconds)
            }
            Self::AlarmsGone { alarms } => {
                let shown = facts.vcenter.alarms.value()?;
                Some(!shown.iter().any(|one| alarms.iter().any(|gone| gone.is(one))))
            }
            Self::AlarmQuiet { alarm, entity } => {
                let alarms = facts.vcenter.alarms.value()?;
                Some(!alarms.iter().any(|one| one.alarm == *alarm && one.entity == *entity && !one.acknowledged))
            }
            Self::HostCertificateSetAside { host } => is_set_aside(&on_disk(host)?),
            Self::HostPairAside { host } => is_pair_aside(&on_disk(host)?),
            Self::RemainsInPlace { host } => Some(!has(on_disk(host)?.names.as_ref()?, ASIDE_MARK)),
            Self::HostCertificateGenerated { host, before } => {
                let found = on_disk(host)?;
                let is_new = |now: Fingerprint| now != *before && facts.certificates.find(&now).is_some();
                Some(has(found.names.as_ref()?, "rui.key") && found.host_certificate.is_some_and(is_new))
            }
            Self::HostCertificateOnDisk { host, certificate } => is_on_disk(&on_disk(host)?, certificate),
            Self::AgentsFollowDisk { host } => match shown(&host_of(facts, host)?.on_443)? {
                Shown::Certificate(presented) => is_on_disk(&on_disk(host)?, &presented.leaf),
                Shown::Nothing => Some(false),
            },
        }
    }
}

/// One that does not hold is enough, whatever is not known of the other.
fn both(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (left, right) => Some(left? && right?),
    }
}

/// One that holds is enough, whatever is not known of the other.
fn either(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (left, right) => Some(left? || right?),
    }
}

/// What a port shows to whoever shakes hands there.
enum Shown<'a> {
    /// This.
    Certificate(&'a Presented),
    /// Something answers, and no certificate comes of it.
    Nothing,
}

/// `None` when it is not known.
fn shown(port: &Observed<Presented>) -> Option<Shown<'_>> {
    match port {
        Observed::Seen { value, .. } => Some(Shown::Certificate(value)),
        Observed::Unknown(missing) => {
            let answers = [MissingReason::Refused, MissingReason::Closed, MissingReason::Tls];
            answers.contains(&missing.reason).then_some(Shown::Nothing)
        }
    }
}

/// Whether both hold the same, in whatever order.
fn are_the_same<T: PartialEq>(left: &[T], right: &[T]) -> bool {
    left.iter().all(|one| right.contains(one)) && right.iter().all(|one| left.contains(one))
}

/// Whether the pair stands under its other names with the mark of a repair, and under its own nothing does.
fn is_set_aside(on_disk: &OnDisk) -> Option<bool> {
    let names = on_disk.names.as_ref()?;
    Some(is_pair_aside(on_disk)? && has(names, "old.rui.crt") && has(names, "old.rui.key"))
}

fn is_pair_aside(on_disk: &OnDisk) -> Option<bool> {
    let names = on_disk.names.as_ref()?;
    Some(has(names, ASIDE_MARK) && !has(names, "rui.crt") && !has(names, "rui.key"))
}

fn has(names: &[String], name: &str) -> bool {
    names.iter().any(|one| one == name)
}

/// Whether `rui.crt` holds this certificate. One that was not read is not another one, unless there is none.
fn is_on_disk(on_disk: &OnDisk, certificate: &Fingerprint) -> Option<bool> {
    match &on_disk.host_certificate {
        Some(found) => Some(found == certificate),
        None => (!has(on_disk.names.as_ref()?, "rui.crt")).then_some(false),
    }
}

fn host_of<'a>(facts: &'a Facts, host: &HostId) -> Option<&'a Host> {
    facts.hosts.get(host)
}

fn is_in_time(facts: &Facts, leaf: &Fingerprint, now: UnixTime) -> Option<bool> {
    Some(matches!(facts.certificates.find(leaf)?.validity(now), Validity::Valid { .. }))
}

fn ends_after(facts: &Facts, leaf: &Fingerprint, before: UnixTime, now: UnixTime) -> Option<bool> {
    Some(is_in_time(facts, leaf, now)? && facts.certificates.find(leaf)?.not_after > before)
}

/// In its time, and trusted: by vCenter's roots in `vmca` mode, where alone host certificates are replaced.
fn is_good(facts: &Facts, presented: &Presented, now: UnixTime) -> Option<bool> {
    if !is_in_time(facts, &presented.leaf, now)? {
        return Some(false);
    }
    if facts.vcenter.mode.value() != Some(&CertificateMode::Vmca) {
        return Some(true);
    }
    is_trusted(facts, presented, now)
}

/// Whether what was presented leads to a root that vCenter trusts.
pub(crate) fn is_trusted(facts: &Facts, presented: &Presented, now: UnixTime) -> Option<bool> {
    let leaf = facts.certificates.find(&presented.leaf)?;
    let find_all =
        |list: &[Fingerprint]| list.iter().filter_map(|one| facts.certificates.find(one)).collect::<Vec<_>>();
    let roots = find_all(facts.vcenter.trusted_roots.value()?);
    Some(matches!(verify_chain(leaf, &find_all(&presented.rest), &roots, now), ChainVerdict::Trusted { .. }))
}

/// What an alias of the store `SMS` leads to.
enum Entry {
    /// This certificate.
    Holds(Fingerprint),
    /// Nothing: there is no such entry.
    Absent,
}

impl Entry {
    fn certificate(&self) -> Option<Fingerprint> {
        match self {
            Self::Holds(certificate) => Some(*certificate),
            Self::Absent => None,
        }
    }
}

/// What the store `SMS` holds for SPS, as it was read last. `None` when that is not known.
fn client_entry(facts: &Facts, entry: ClientEntry) -> Option<Entry> {
    let sms = &facts.vcenter.sms;
    let seen = match entry {
        ClientEntry::SmsSelfSigned => &sms.sms_self_signed,
        ClientEntry::SpsExtension => &sms.sps_extension,
    };
    match seen {
        Observed::Seen { value, .. } => Some(Entry::Holds(*value)),
        Observed::Unknown(missing) => (missing.reason == MissingReason::Gone).then_some(Entry::Absent),
    }
}

/// What the store `SMS` holds under an alias. `None` when that is not known.
fn store_entry(facts: &Facts, alias: &str) -> Option<Entry> {
    if let Some(entry) =
        [ClientEntry::SmsSelfSigned, ClientEntry::SpsExtension].into_iter().find(|one| one.alias() == alias)
    {
        return client_entry(facts, entry);
    }
    let store = facts.vcenter.vecs.value()?.iter().find(|store| store.name == "SMS")?;
    match store.entry(alias) {
        Some(entry) => entry.certificate.map(Entry::Holds),
        None => Some(Entry::Absent),
    }
}

fn client_is_trusted(facts: &Facts, host: &Host) -> Option<bool> {
    let entry = if host.major_version()? < 9 { ClientEntry::SmsSelfSigned } else { ClientEntry::SpsExtension };
    let client = facts.certificates.find(&client_entry(facts, entry)?.certificate()?)?;
    let store = host.ca_store.value()?;
    let signed = |one: &Fingerprint| {
        facts
            .certificates
            .find(one)
            .is_some_and(|authority| authority.is_ca && client.signed_by(authority).unwrap_or(false))
    };
    Some(store.contains(&client.fingerprint) || store.iter().any(signed))
}

fn provider_is_well(facts: &Facts, host: &HostId, now: UnixTime) -> Option<bool> {
    facts.provider_list.value()?;
    let host = host_of(facts, host)?;
    let Some(provider) = facts.canonical_provider(host) else { return Some(false) };
    if !provider.is_online() {
        return Some(false);
    }
    let stored = provider.certificate.value()?;
    let shown = match &host.on_9080 {
        Observed::Seen { value, .. } => &value.leaf,
        Observed::Unknown(_) => return Some(false),
    };
    Some(stored == shown && is_in_time(facts, stored, now)?)
}
