//! The structured properties of an ESXi host.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::wire::xml::Xml;
use crate::wire::{MoRef, WireError};

/// A service of an ESXi host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostService {
    /// Its key, such as `TSM-SSH`, `ntpd` or `iofiltervpd`.
    pub key: String,
    /// Whether it runs.
    pub running: bool,
    /// `on`, `automatic` or `off`.
    pub policy: String,
}

/// An I/O filter that is installed on an ESXi host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostIoFilter {
    /// Its id, such as `VMW_spm_1.0.0`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who made it.
    pub vendor: String,
    /// Its version.
    pub version: Option<String>,
    /// What it does, such as `datastoreIoControl` or `replication`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Whether it can be used on this host.
    pub available: Option<bool>,
}

/// A rule set of an ESXi host's firewall: what may come in to the ports of one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleSet {
    /// Whether the ports are open at all.
    pub enabled: bool,
    /// Whether they are open to every address.
    pub all_addresses: bool,
    /// The addresses, and the networks such as `192.0.2.0/24`, that they are open to when not to all.
    pub allowed: Vec<String>,
}

/// Reads the items of an `ArrayOf..` that was just begun.
pub(super) fn list<T>(xml: &mut Xml<'_>, read: fn(&mut Xml<'_>) -> Result<T, WireError>) -> Result<Vec<T>, WireError> {
    let mut all = Vec::new();
    xml.children(|xml, _| {
        all.push(read(xml)?);
        Ok(())
    })?;
    Ok(all)
}

/// Reads version and build out of an `AboutInfo`.
pub(super) fn product(xml: &mut Xml<'_>) -> Result<(Option<String>, Option<String>), WireError> {
    let (mut version, mut build) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "version" => version = Some(xml.text()?),
            "build" => build = Some(xml.text()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok((version, build))
}

/// Reads a `HostService`.
pub(super) fn service(xml: &mut Xml<'_>) -> Result<HostService, WireError> {
    let (mut key, mut running, mut policy) = (None, None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "key" => key = Some(xml.text()?),
            "running" => running = Some(xml.boolean()?),
            "policy" => policy = Some(xml.text()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(HostService {
        key: xml.required(key, "key")?,
        running: xml.required(running, "running")?,
        policy: xml.required(policy, "policy")?,
    })
}

/// Reads a `HostIoFilterInfo`.
pub(super) fn io_filter(xml: &mut Xml<'_>) -> Result<HostIoFilter, WireError> {
    let (mut id, mut name, mut vendor) = (None, None, None);
    let (mut version, mut kind, mut available) = (None, None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "id" => id = Some(xml.text()?),
            "name" => name = Some(xml.text()?),
            "vendor" => vendor = Some(xml.text()?),
            "version" => version = Some(xml.text()?),
            "type" => kind = Some(xml.text()?),
            "available" => available = Some(xml.boolean()?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(HostIoFilter {
        id: xml.required(id, "id")?,
        name: xml.required(name, "name")?,
        vendor: xml.required(vendor, "vendor")?,
        version,
        kind,
        available,
    })
}

/// Reads the references of an `ArrayOfManagedObjectReference` that was just begun.
pub(super) fn references(xml: &mut Xml<'_>) -> Result<Vec<MoRef>, WireError> {
    let mut all = Vec::new();
    xml.children(|xml, tag| {
        all.push(xml.reference(tag)?);
        Ok(())
    })?;
    Ok(all)
}

/// Reads the one text `name` out of an object, and passes over the rest.
pub(super) fn status_of(xml: &mut Xml<'_>, name: &str) -> Result<String, WireError> {
    let mut status = None;
    xml.children(|xml, tag| {
        if tag.name() == name {
            status = Some(xml.text()?);
        }
        Ok(())
    })?;
    xml.required(status, name)
}

/// Reads the `HostFirewallRuleset` with the key `wanted`; a host has some sixty. `None` when it has no such.
pub(super) fn rule_set(xml: &mut Xml<'_>, wanted: &str) -> Result<Option<RuleSet>, WireError> {
    let mut found = None;
    xml.children(|xml, _| {
        let (mut key, mut enabled, mut allowed) = (None, None, None);
        xml.children(|xml, tag| {
            match tag.name() {
                "key" => key = Some(xml.text()?),
                "enabled" => enabled = Some(xml.boolean()?),
                "allowedHosts" => allowed = Some(allowed_hosts(xml)?),
                _ => {}
            }
            Ok(())
        })?;
        if key.as_deref() == Some(wanted) {
            // A rule set without a list of addresses restricts none.
            let (all_addresses, allowed) = allowed.unwrap_or((true, Vec::new()));
            found = Some(RuleSet { enabled: xml.required(enabled, "enabled")?, all_addresses, allowed });
        }
        Ok(())
    })?;
    Ok(found)
}

fn allowed_hosts(xml: &mut Xml<'_>) -> Result<(bool, Vec<String>), WireError> {
    let (mut all, mut allowed) = (None, Vec::new());
    xml.children(|xml, tag| {
        match tag.name() {
            "allIp" => all = Some(xml.boolean()?),
            "ipAddress" => allowed.push(xml.text()?),
            "ipNetwork" => {
                let (mut network, mut length) = (None, None);
                xml.children(|xml, tag| {
                    match tag.name() {
                        "network" => network = Some(xml.text()?),
                        "prefixLength" => length = Some(xml.integer()?),
                        _ => {}
                    }
                    Ok(())
                })?;
                let (network, length) = (xml.required(network, "network")?, xml.required(length, "prefixLength")?);
                allowed.push(format!("{network}/{length}"));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((xml.required(all, "allIp")?, allowed))
}

/// The addresses, of both families, of the candidates that are selected for the type `management`; `vmk0` alone would be a
/// guess.
pub(super) fn management_ips(xml: &mut Xml<'_>) -> Result<Vec<String>, WireError> {
    let mut ips = Vec::new();
    xml.children(|xml, _| {
        let (mut kind, mut selected, mut candidates) = (String::new(), Vec::new(), Vec::new());
        xml.children(|xml, tag| {
            match tag.name() {
                "nicType" => kind = xml.text()?,
                "candidateVnic" => candidates.push(adapter(xml)?),
                "selectedVnic" => selected.push(xml.text()?),
                _ => {}
            }
            Ok(())
        })?;
        if kind == "management" {
            ips.extend(candidates.into_iter().filter(|adapter| adapter.is_among(&selected)).flat_map(|a| a.addresses));
        }
        Ok(())
    })?;
    Ok(ips)
}

struct Adapter {
    key: String,
    addresses: Vec<String>,
}

impl Adapter {
    /// `selectedVnic` names a candidate by its `key`; either may begin with the service's name.
    fn is_among(&self, selected: &[String]) -> bool {
        let bare = |key: &str| key.strip_prefix("management.").unwrap_or(key).to_owned();
        selected.iter().any(|link| bare(link) == bare(&self.key))
    }
}

fn adapter(xml: &mut Xml<'_>) -> Result<Adapter, WireError> {
    let (mut key, mut addresses) = (None, Vec::new());
    xml.children(|xml, tag| {
        match tag.name() {
            "key" => key = Some(xml.text()?),
            "spec" => xml.leaves(String::new(), &mut |path, text| {
                if ["/ip/ipAddress", "/ip/ipV6Config/ipV6Address/ipAddress"].contains(&path.as_str())
                    && is_reachable(&text)
                {
                    addresses.push(text);
                }
            })?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(Adapter { key: xml.required(key, "key")?, addresses })
}

/// An adapter of IPv6 alone has no address of IPv4 or one of zeroes, and each has an address of its own link, which leads
/// nowhere from elsewhere.
fn is_reachable(address: &str) -> bool {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => !address.is_unspecified() && !address.is_unicast_link_local(),
        Ok(IpAddr::V4(address)) => !address.is_unspecified(),
        Err(_) => !address.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use crate::wire::testing::soap;
    use crate::wire::vim::host_page;

    #[test]
    fn takes_the_addresses_of_both_families_that_others_reach() {
        let net = "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='HostSystem'>h</obj><propSet><name>config.virtualNicManagerInfo.netConfig</name>\
            <val xsi:type='ArrayOfVirtualNicManagerNetConfig'><VirtualNicManagerNetConfig>\
            <nicType>management</nicType><multiSelectAllowed>true</multiSelectAllowed><candidateVnic><device>vmk0</device>\
            <key>management.key-vmk0</key><portgroup/><spec><ip><dhcp>false</dhcp><ipAddress>0.0.0.0</ipAddress><ipV6Config>\
            <ipV6Address><ipAddress>fe80::250:56ff:fe00:1</ipAddress><prefixLength>64</prefixLength></ipV6Address>\
            <ipV6Address><ipAddress>2001:db8::11</ipAddress><prefixLength>64</prefixLength></ipV6Address></ipV6Config></ip></spec>\
            </candidateVnic><selectedVnic>management.key-vmk0</selectedVnic></VirtualNicManagerNetConfig></val></propSet></objects></returnval>\
            </RetrievePropertiesExResponse>";
        assert_eq!(
            host_page::parse(&soap(net)).unwrap().records.first().unwrap().management_ips.as_deref(),
            Some(["2001:db8::11".to_owned()].as_slice())
        );
    }

    #[test]
    fn takes_the_address_that_is_selected_for_management() {
        let net = "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval><objects><obj type='HostSystem'>h</obj><propSet><name>config.virtualNicManagerInfo.netConfig</name>\
            <val xsi:type='ArrayOfVirtualNicManagerNetConfig'><VirtualNicManagerNetConfig><nicType>vmotion</nicType>\
            <multiSelectAllowed>true</multiSelectAllowed><candidateVnic><device>vmk0</device><key>vmotion.key-vmk0</key>\
            <portgroup/><spec><ip><dhcp>false</dhcp><ipAddress>10.9.9.9</ipAddress></ip></spec></candidateVnic>\
            <selectedVnic>vmotion.key-vmk0</selectedVnic></VirtualNicManagerNetConfig><VirtualNicManagerNetConfig>\
            <nicType>management</nicType><multiSelectAllowed>true</multiSelectAllowed><candidateVnic><device>vmk0</device>\
            <key>management.key-vmk0</key><portgroup/><spec><ip><dhcp>false</dhcp><ipAddress>10.0.0.1</ipAddress></ip></spec>\
            </candidateVnic><candidateVnic><device>vmk1</device><key>management.key-vmk1</key><portgroup/><spec><ip>\
            <dhcp>false</dhcp><ipAddress>10.0.0.2</ipAddress></ip></spec></candidateVnic>\
            <selectedVnic>management.key-vmk1</selectedVnic></VirtualNicManagerNetConfig></val></propSet></objects></returnval>\
            </RetrievePropertiesExResponse>";
        assert_eq!(
            host_page::parse(&soap(net)).unwrap().records.first().unwrap().management_ips.as_deref(),
            Some(["10.0.0.2".to_owned()].as_slice())
        );
    }
}
