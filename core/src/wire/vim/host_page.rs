//! Every ESXi host of vCenter, a page at a time, with what a first look needs.
//!
//! Absent on purpose: `config.certificate`. vCenter writes it as one element a byte, 50 times its size, so a
//! host's certificate is taken from TLS, and asked of vCenter only for a host that TLS does not reach
//! ([`host_certificate`](super::host_certificate)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::host_values::{HostIoFilter, HostService};
use super::host_values::{io_filter, list, management_ips, product, service};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// What is asked of each host. All are known to vCenter 6.5 and later; an unknown one would fail the whole call.
const PATHS: [&str; 18] = [
    "name",
    "parent",
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "runtime.bootTime",
    "config.product",
    "config.lockdownMode",
    "config.service.service",
    "config.virtualNicManagerInfo.netConfig",
    "config.ioFilterInfo",
    "config.vsanHostConfig.enabled",
    "config.deploymentInfo.bootedFromStatelessCache",
    "hardware.systemInfo.uuid",
    "summary.config.sslThumbprint",
    "summary.managementServerIp",
    "configManager.certificateManager",
    "configManager.serviceSystem",
    "configManager.dateTimeSystem",
];

/// One ESXi host as vCenter tells of it. `None` is what vCenter did not say; [`HostRecord::why_absent`] may know why.
/// For a host that has not been connected since vCenter started, everything under `config` is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostRecord {
    /// The host.
    pub moref: MoRef,
    /// Its name in the inventory: what it was added by, a DNS name or an address (`name`).
    pub name: Option<String>,
    /// Its cluster, or the `ComputeResource` of a host that is in none (`parent`).
    pub parent: Option<MoRef>,
    /// `connected`, `disconnected` or `notResponding` (`runtime.connectionState`).
    pub connection_state: Option<String>,
    /// Whether it is in maintenance mode (`runtime.inMaintenanceMode`).
    pub in_maintenance_mode: Option<bool>,
    /// When it started (`runtime.bootTime`).
    pub boot_time: Option<UnixTime>,
    /// Its release, such as `8.0.3` (`config.product`).
    pub version: Option<String>,
    /// Its build number (`config.product`).
    pub build: Option<String>,
    /// `lockdownDisabled`, `lockdownNormal` or `lockdownStrict` (`config.lockdownMode`).
    pub lockdown_mode: Option<String>,
    /// Its services (`config.service.service`).
    pub services: Option<Vec<HostService>>,
    /// The addresses of the adapters that are selected for management (`config.virtualNicManagerInfo.netConfig`).
    pub management_ips: Option<Vec<String>>,
    /// The I/O filters installed on it (`config.ioFilterInfo`).
    pub io_filters: Option<Vec<HostIoFilter>>,
    /// Whether it is part of a vSAN cluster (`config.vsanHostConfig.enabled`).
    pub vsan_enabled: Option<bool>,
    /// Whether it was started by Auto Deploy from a stateless cache, so that what is written to its disk is lost
    /// (`config.deploymentInfo.bootedFromStatelessCache`).
    pub booted_from_stateless_cache: Option<bool>,
    /// The hardware's UUID, which is the host's part of a provider's array id (`hardware.systemInfo.uuid`).
    pub uuid: Option<String>,
    /// SHA-1 of the certificate that vCenter has accepted, `AA:BB:..` (`summary.config.sslThumbprint`).
    pub ssl_thumbprint: Option<String>,
    /// The vCenter that manages it, as the host knows it (`summary.managementServerIp`).
    pub management_server_ip: Option<String>,
    /// Its `HostCertificateManager`.
    pub certificate_manager: Option<MoRef>,
    /// Its `HostServiceSystem`.
    pub service_system: Option<MoRef>,
    /// Its `HostDateTimeSystem`.
    pub date_time_system: Option<MoRef>,
    /// What was asked for and withheld, by property path, such as `NoPermission` for `config.service.service`.
    pub withheld: BTreeMap<String, Fault>,
}

/// Asks for the first page of the hosts that `view`, a container view of the type `HostSystem`, shows.
pub fn request(vcenter: &VCenter, property_collector: &MoRef, view: &MoRef) -> Look {
    Look::Http(property::retrieve(vcenter, property_collector, "HostSystem", &PATHS, &Objects::View(view)))
}

/// Asks for the page that `token` names. A token is good once; after a lost answer begin again with [`request`].
pub fn next(vcenter: &VCenter, property_collector: &MoRef, token: &str) -> Look {
    Look::Http(property::proceed(vcenter, property_collector, token))
}

/// Asks for `hosts` alone, to look again.
pub fn request_for(vcenter: &VCenter, property_collector: &MoRef, hosts: &[MoRef]) -> Look {
    Look::Http(property::retrieve(vcenter, property_collector, "HostSystem", &PATHS, &Objects::These(hosts)))
}

/// Reads the answer to any of the requests. A view that is gone is the fault `ManagedObjectNotFound`: it ends with
/// the session that made it.
pub fn parse(response: &HttpResponse) -> Result<Page<HostRecord>, WireError> {
    property::page(response)
}

impl HostRecord {
    /// Why the property `path` is absent: the fault for it or for something that it is a part of.
    pub fn why_absent(&self, path: &str) -> Option<&Fault> {
        self.withheld
            .iter()
            .find(|(withheld, _)| {
                path == *withheld || path.strip_prefix(*withheld).is_some_and(|rest| rest.starts_with('.'))
            })
            .map(|(_, fault)| fault)
    }
}

impl Record for HostRecord {
    fn of(moref: MoRef) -> Self {
        Self {
            moref,
            name: None,
            parent: None,
            connection_state: None,
            in_maintenance_mode: None,
            boot_time: None,
            version: None,
            build: None,
            lockdown_mode: None,
            services: None,
            management_ips: None,
            io_filters: None,
            vsan_enabled: None,
            booted_from_stateless_cache: None,
            uuid: None,
            ssl_thumbprint: None,
            management_server_ip: None,
            certificate_manager: None,
            service_system: None,
            date_time_system: None,
            withheld: BTreeMap::new(),
        }
    }

    fn set(&mut self, path: &str, xml: &mut Xml<'_>, value: &Tag<'_>) -> Result<(), WireError> {
        match path {
            "name" => self.name = Some(xml.text()?),
            "parent" => self.parent = Some(xml.reference(value)?),
            "runtime.connectionState" => self.connection_state = Some(xml.text()?),
            "runtime.inMaintenanceMode" => self.in_maintenance_mode = Some(xml.boolean()?),
            "runtime.bootTime" => self.boot_time = Some(xml.time()?),
            "config.product" => (self.version, self.build) = product(xml)?,
            "config.lockdownMode" => self.lockdown_mode = Some(xml.text()?),
            "config.service.service" => self.services = Some(list(xml, service)?),
            "config.virtualNicManagerInfo.netConfig" => self.management_ips = Some(management_ips(xml)?),
            "config.ioFilterInfo" => self.io_filters = Some(list(xml, io_filter)?),
            "config.vsanHostConfig.enabled" => self.vsan_enabled = Some(xml.boolean()?),
            "config.deploymentInfo.bootedFromStatelessCache" => {
                self.booted_from_stateless_cache = Some(xml.boolean()?);
            }
            "hardware.systemInfo.uuid" => self.uuid = Some(xml.text()?),
            "summary.config.sslThumbprint" => self.ssl_thumbprint = Some(xml.text()?),
            "summary.managementServerIp" => self.management_server_ip = Some(xml.text()?),
            "configManager.certificateManager" => self.certificate_manager = Some(xml.reference(value)?),
            "configManager.serviceSystem" => self.service_system = Some(xml.reference(value)?),
            "configManager.dateTimeSystem" => self.date_time_system = Some(xml.reference(value)?),
            _ => {}
        }
        Ok(())
    }

    fn withheld(&mut self) -> &mut BTreeMap<String, Fault> {
        &mut self.withheld
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, sample, soap, soap_body, vcenter};

    fn page(content: &str) -> Page<HostRecord> {
        parse(&soap(&format!(
            "<RetrievePropertiesExResponse xmlns='urn:vim25'><returnval>{content}</returnval></RetrievePropertiesExResponse>"
        )))
        .unwrap()
    }

    #[test]
    fn asks_for_a_page_of_a_view_and_never_for_certificates() {
        let collector = MoRef::new("PropertyCollector", "propertyCollector");
        let body = soap_body(&look(request(&vcenter(), &collector, &MoRef::new("ContainerView", "session[1]2"))));
        assert!(!body.contains("config.certificate"));
        assert!(body.ends_with(
            "<objectSet><obj type=\"ContainerView\">session[1]2</obj><skip>true</skip><selectSet xsi:type=\"TraversalSpec\">\
             <name>view</name><type>ContainerView</type><path>view</path><skip>false</skip></selectSet></objectSet></specSet>\
             <options><maxObjects>100</maxObjects></options></RetrievePropertiesEx>"
        ));
        for path in PATHS {
            assert!(body.contains(&format!("<pathSet>{path}</pathSet>")));
        }
        assert_eq!(
            soap_body(&look(next(&vcenter(), &collector, "7<"))),
            "<ContinueRetrievePropertiesEx xmlns=\"urn:vim25\"><_this type=\"PropertyCollector\">propertyCollector</_this>\
             <token>7&lt;</token></ContinueRetrievePropertiesEx>"
        );
        let body = soap_body(&look(request_for(&vcenter(), &collector, &[MoRef::new("HostSystem", "host-21")])));
        assert!(body.contains("<objectSet><obj type=\"HostSystem\">host-21</obj><skip>false</skip></objectSet>"));
    }

    #[test]
    fn reads_what_vcsim_answers() {
        let page = parse(&sample!(200, "hosts-vcsim.xml")).unwrap();
        assert_eq!((page.records.len(), page.token.as_ref(), page.empty), (4, None, false));
        let host = page.records.first().unwrap();
        assert_eq!(host.moref, MoRef::new("HostSystem", "host-21"));
        assert_eq!(host.name.as_deref(), Some("DC0_H0"));
        assert_eq!(host.parent, Some(MoRef::new("ComputeResource", "computeresource-23")));
        assert_eq!(host.connection_state.as_deref(), Some("connected"));
        assert_eq!(host.in_maintenance_mode, Some(false));
        assert_eq!((host.version.as_deref(), host.build.as_deref()), (Some("6.5.0"), Some("5969303")));
        assert_eq!(host.lockdown_mode.as_deref(), Some("lockdownDisabled"));
        let ssh = host.services.as_ref().unwrap().iter().find(|service| service.key == "TSM-SSH").unwrap();
        assert_eq!((ssh.running, ssh.policy.as_str()), (false, "off"));
        assert_eq!(host.io_filters, None, "what was not said stays unknown");
    }

    #[test]
    fn takes_the_address_that_is_selected_for_management() {
        let net = "<objects><obj type='HostSystem'>h</obj><propSet><name>config.virtualNicManagerInfo.netConfig</name>\
            <val xsi:type='ArrayOfVirtualNicManagerNetConfig'><VirtualNicManagerNetConfig><nicType>vmotion</nicType>\
            <multiSelectAllowed>true</multiSelectAllowed><candidateVnic><device>vmk0</device><key>vmotion.key-vmk0</key>\
            <portgroup/><spec><ip><dhcp>false</dhcp><ipAddress>10.9.9.9</ipAddress></ip></spec></candidateVnic>\
            <selectedVnic>vmotion.key-vmk0</selectedVnic></VirtualNicManagerNetConfig><VirtualNicManagerNetConfig>\
            <nicType>management</nicType><multiSelectAllowed>true</multiSelectAllowed><candidateVnic><device>vmk0</device>\
            <key>management.key-vmk0</key><portgroup/><spec><ip><dhcp>false</dhcp><ipAddress>10.0.0.1</ipAddress></ip></spec>\
            </candidateVnic><candidateVnic><device>vmk1</device><key>management.key-vmk1</key><portgroup/><spec><ip>\
            <dhcp>false</dhcp><ipAddress>10.0.0.2</ipAddress></ip></spec></candidateVnic>\
            <selectedVnic>management.key-vmk1</selectedVnic></VirtualNicManagerNetConfig></val></propSet></objects>";
        assert_eq!(
            page(net).records.first().unwrap().management_ips.as_deref(),
            Some(["10.0.0.2".to_owned()].as_slice())
        );
    }

    #[test]
    fn reads_every_other_property() {
        let set = |name: &str, val: &str| format!("<propSet><name>{name}</name>{val}</propSet>");
        let content = [
            set("runtime.bootTime", "<val xsi:type='xsd:dateTime'>2026-09-13T08:55:01Z</val>"),
            set(
                "config.ioFilterInfo",
                "<val xsi:type='ArrayOfHostIoFilterInfo'><HostIoFilterInfo><id>i</id><name>n</name><vendor>v</vendor>\
                 <version>1</version><type>cache</type><available>true</available></HostIoFilterInfo></val>",
            ),
            set("config.vsanHostConfig.enabled", "<val xsi:type='xsd:boolean'>1</val>"),
            set("config.deploymentInfo.bootedFromStatelessCache", "<val xsi:type='xsd:boolean'>false</val>"),
            set("hardware.systemInfo.uuid", "<val xsi:type='xsd:string'>u</val>"),
            set("summary.config.sslThumbprint", "<val xsi:type='xsd:string'>AA</val>"),
            set("summary.managementServerIp", "<val xsi:type='xsd:string'>10.0.0.9</val>"),
            set(
                "configManager.certificateManager",
                "<val type='HostCertificateManager' xsi:type='ManagedObjectReference'>c</val>",
            ),
            set(
                "configManager.serviceSystem",
                "<val type='HostServiceSystem' xsi:type='ManagedObjectReference'>s</val>",
            ),
            set(
                "configManager.dateTimeSystem",
                "<val type='HostDateTimeSystem' xsi:type='ManagedObjectReference'>d</val>",
            ),
            set("some.newProperty", "<val xsi:type='Whatever'><a><b/></a></val>"),
        ]
        .concat();
        let page = page(&format!("<token>7</token><objects><obj type='HostSystem'>h</obj>{content}</objects>"));
        assert_eq!(page.token.as_deref(), Some("7"));
        let host = page.records.first().unwrap();
        assert_eq!(host.boot_time, Some(UnixTime(1_789_289_701)));
        assert_eq!(host.io_filters.as_ref().unwrap().first().unwrap().available, Some(true));
        assert_eq!((host.vsan_enabled, host.booted_from_stateless_cache), (Some(true), Some(false)));
        assert_eq!((host.uuid.as_deref(), host.ssl_thumbprint.as_deref()), (Some("u"), Some("AA")));
        assert_eq!(host.management_server_ip.as_deref(), Some("10.0.0.9"));
        assert_eq!(host.certificate_manager, Some(MoRef::new("HostCertificateManager", "c")));
        assert_eq!(host.service_system, Some(MoRef::new("HostServiceSystem", "s")));
        assert_eq!(host.date_time_system, Some(MoRef::new("HostDateTimeSystem", "d")));
    }

    #[test]
    fn tells_why_a_property_is_absent_by_the_part_that_was_withheld() {
        let page = page(
            "<objects><obj type='HostSystem'>h</obj><missingSet><path>config</path><fault><fault xsi:type='NoPermission'>\
             <privilegeId>System.Read</privilegeId></fault></fault></missingSet></objects>",
        );
        let host = page.records.first().unwrap();
        assert_eq!(host.why_absent("config.lockdownMode").unwrap().name, "NoPermission");
        assert_eq!(host.why_absent("configManager.serviceSystem"), None);
    }
}
