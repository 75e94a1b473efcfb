//! Mode `thumbprint`: the store `SMS` pins the certificate of each host's provider, under the alias
//! `https://<host>:9080/version.xml` (KB 318194).

use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Port, Verdict};
use crate::certificate::Fingerprint;
use crate::facts::{CertificateMode, Host, VecsEntry};

/// How a host's provider is pinned.
pub(super) enum Pin<'a> {
    /// No entry names the host.
    Missing,
    /// The entry holds another certificate than the port shows, or none that reads.
    Stale { entry: &'a VecsEntry, served: Fingerprint },
    /// The entry holds what the port shows.
    Held,
}

/// How the provider of a host is pinned. The other verdict in other modes, and where it cannot be told.
pub(super) fn pin<'a>(case: &Case<'a>, host: &Host) -> Result<Pin<'a>, Verdict> {
    if !host.is_connected() || case.facts.vcenter.mode.known()? != &CertificateMode::Thumbprint {
        return Err(Verdict::NotApplicable);
    }
    let provider = case.canonical_provider(host);
    if provider.is_none() && host.is_in_cluster() == Ok(false) {
        return Err(Verdict::NotApplicable);
    }
    let stores = Case::optional(&case.facts.vcenter.vecs, case.is_unwell(host), BY_APPLIANCE_SHELL)?;
    if !stores.iter().any(|store| store.name == "SMS") {
        // `sms-store-missing` says so.
        return Err(Verdict::NotApplicable);
    }
    let addresses = host.management_addresses.value().into_iter().flatten();
    let mut names = provider.map(|provider| &provider.url.host).into_iter().chain([&host.name]).chain(addresses);
    let Some(entry) = names.find_map(|name| case.pins.get(&name.to_ascii_lowercase()).copied()) else {
        return Ok(Pin::Missing);
    };
    let served = case.leaf(host, Port::Provider)?.fingerprint;
    Ok(if entry.certificate == Some(served) { Pin::Held } else { Pin::Stale { entry, served } })
}

/// True when any host is pinned badly: the rules of the entries say that of each, and of the mode with it.
pub(super) fn is_any_pin_bad(case: &Case<'_>) -> bool {
    case.facts.hosts.values().any(|host| matches!(pin(case, host), Ok(Pin::Missing | Pin::Stale { .. })))
}

#[cfg(test)]
pub(in crate::rules) mod testing {
    use crate::certificate::Fingerprint;
    use crate::facts::{CertificateMode, VecsEntry};
    use crate::rules::testing::{Fleet, seen};

    /// So many hosts in mode `thumbprint`, each pinned to what its port shows.
    pub(crate) fn pinned(hosts: u32) -> Fleet {
        let mut fleet = Fleet::of(hosts);
        fleet.vcenter().mode = seen(CertificateMode::Thumbprint);
        for number in 1..=hosts as usize {
            let leaf = fleet.host(number).on_9080.value().map(|shown| shown.leaf);
            add(&mut fleet, &format!("https://esx{number:02}.lab.test:9080/version.xml"), leaf);
        }
        fleet
    }

    /// Adds an entry to the store `SMS`.
    pub(crate) fn add(fleet: &mut Fleet, alias: &str, certificate: Option<Fingerprint>) {
        let mut stores = fleet.vcenter().vecs.value().cloned().unwrap_or_default();
        for store in stores.iter_mut().filter(|store| store.name == "SMS") {
            store.entries.retain(|entry| entry.alias != alias);
            store.entries.push(VecsEntry { alias: alias.to_owned(), certificate });
        }
        fleet.vcenter().vecs = seen(stores);
    }
}
