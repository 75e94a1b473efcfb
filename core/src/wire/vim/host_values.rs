//! The structured properties of an ESXi host.

use serde::{Deserialize, Serialize};

use crate::wire::WireError;
use crate::wire::xml::Xml;

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

/// The addresses of the candidates that are selected for the type `management`; `vmk0` alone would be a guess.
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
            ips.extend(candidates.into_iter().filter(|adapter| adapter.is_among(&selected)).filter_map(|a| a.address));
        }
        Ok(())
    })?;
    Ok(ips)
}

struct Adapter {
    key: String,
    address: Option<String>,
}

impl Adapter {
    /// `selectedVnic` names a candidate by its `key`; either may begin with the service's name.
    fn is_among(&self, selected: &[String]) -> bool {
        let bare = |key: &str| key.strip_prefix("management.").unwrap_or(key).to_owned();
        selected.iter().any(|link| bare(link) == bare(&self.key))
    }
}

fn adapter(xml: &mut Xml<'_>) -> Result<Adapter, WireError> {
    let (mut key, mut address) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "key" => key = Some(xml.text()?),
            "spec" => xml.leaves(String::new(), &mut |path, text| {
                if path == "/ip/ipAddress" {
                    address = Some(text);
                }
            })?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(Adapter { key: xml.required(key, "key")?, address })
}
