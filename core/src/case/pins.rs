//! Mode `thumbprint`: the store `SMS` pins the certificate of each host's provider, under the alias
//! `https://<host>:9080/version.xml` (KB 318194).

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::{Facts, VecsEntry};

/// The entries of the store `SMS` that pin the provider of an ESXi host, by the host in their alias, in lower case. Those
/// of arrays listen on other ports.
pub(super) fn pins(facts: &Facts) -> BTreeMap<String, &VecsEntry> {
    let ports: BTreeSet<u16> = facts.providers.values().map(|provider| provider.url.port).chain([9080]).collect();
    let stores = facts.vcenter.vecs.value().into_iter().flatten();
    let entries = stores.filter(|store| store.name == "SMS").flat_map(|store| &store.entries);
    entries.filter_map(|entry| Some((host_in(&entry.alias, &ports)?, entry))).collect()
}

/// The host in `https://<host>:<port>/version.xml`. One slash is enough: the vendor's vCert writes such aliases.
fn host_in(alias: &str, ports: &BTreeSet<u16>) -> Option<String> {
    let (authority, path) = alias.strip_prefix("https:")?.trim_start_matches('/').split_once('/')?;
    let (host, port) = authority.rsplit_once(':')?;
    let is_provider = path == "version.xml" && port.parse().is_ok_and(|port| ports.contains(&port));
    is_provider.then(|| host.trim_matches(['[', ']']).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_names_a_host_by_its_url_with_one_slash_or_two() {
        let ports = BTreeSet::from([9080]);
        let host = |alias| host_in(alias, &ports);
        assert_eq!(host("https://ESX01.lab.test:9080/version.xml").as_deref(), Some("esx01.lab.test"));
        assert_eq!(host("https:/esx01.lab.test:9080/version.xml").as_deref(), Some("esx01.lab.test"));
        assert_eq!(host("https://[2001:db8::1]:9080/version.xml").as_deref(), Some("2001:db8::1"));
        for other in ["sms_self_signed", "https://array:8443/version.xml", "https://esx01:9080/", "https:"] {
            assert_eq!(host(other), None, "{other}");
        }
    }
}
