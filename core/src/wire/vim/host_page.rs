//! Every ESXi host of vCenter, a page at a time, with what a first look needs.
//!
//! Absent on purpose: `config.certificate`. vCenter writes it as one element a byte, 50 times its size, so a
//! host's certificate is taken from TLS, and asked of vCenter only for a host that TLS does not reach
//! ([`host_certificate`](super::host_certificate)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use super::host_values::{HostIoFilter, HostService, RuleSet};
use super::host_values::{io_filter, list, management_ips, product, references, rule_set, service, status_of};

use crate::request::{HttpResponse, Look};
use crate::time::UnixTime;
use crate::wire::property::{self, Objects, Page, Record};
use crate::wire::xml::{Tag, Xml};
use crate::wire::{Fault, MoRef, VCenter, WireError};

/// The rule set of the provider's port in `config.firewall`.
pub const PROVIDER_RULE_SET: &str = "iofiltervp";

/// What is asked of each host. All are known to vCenter 6.5 and later; an unknown one would fail the whole call.
const PATHS: [&str; 22] = [
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
    "config.firewall.ruleset",
    "config.dateTimeInfo.ntpConfig.server",
    "config.vsanHostConfig.enabled",
    "config.deploymentInfo.bootedFromStatelessCache",
    "hardware.systemInfo.uuid",
    "summary.config.sslThumbprint",
    "summary.managementServerIp",
    "configManager.certificateManager",
    "configManager.serviceSystem",
    "configManager.dateTimeSystem",
    "configManager.firewallSystem",
    "recentTask",
];

/// What is asked besides of a vCenter that knows it: the API version that it came with, and the path.
const LATER_PATHS: [(&str, &str); 3] = [
    ("6.7", "summary.tpmAttestation"),
    ("7.0.1.0", "summary.trustAuthorityAttestationInfos"),
    ("9.0.0.0", "summary.config.sslCertificate"),
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
    /// That certificate itself in PEM (`summary.config.sslCertificate`, 9.0 and later).
    pub ssl_certificate: Option<String>,
    /// The firewall's rule set [`PROVIDER_RULE_SET`] (`config.firewall.ruleset`).
    pub provider_rule_set: Option<RuleSet>,
    /// The time servers that it is told to ask (`config.dateTimeInfo.ntpConfig.server`).
    pub time_servers: Option<Vec<String>>,
    /// `accepted` or `notAccepted`, for a host with a TPM (`summary.tpmAttestation`, 6.7 and later).
    pub tpm_attestation: Option<String>,
    /// `attested`, `notAttested` or `unknown`, one for each service of vSphere Trust Authority that looks at the host
    /// (`summary.trustAuthorityAttestationInfos`, 7.0.1 and later).
    pub trust_authority: Option<Vec<String>>,
    /// Tasks on it that wait, run, or ended within the last minutes (`recentTask`).
    pub recent_tasks: Option<Vec<MoRef>>,
    /// The vCenter that manages it, as the host knows it (`summary.managementServerIp`).
    pub management_server_ip: Option<String>,
    /// Its `HostCertificateManager`.
    pub certificate_manager: Option<MoRef>,
    /// Its `HostServiceSystem`.
    pub service_system: Option<MoRef>,
    /// Its `HostDateTimeSystem`.
    pub date_time_system: Option<MoRef>,
    /// Its `HostFirewallSystem`.
    pub firewall_system: Option<MoRef>,
    /// What was asked for and withheld, by property path, such as `NoPermission` for `config.service.service`.
    pub withheld: BTreeMap<String, Fault>,
}

/// Asks for the first page of the hosts that `view`, a container view of the type `HostSystem`, shows.
pub fn request(vcenter: &VCenter, property_collector: &MoRef, view: &MoRef) -> Look {
    Look::Http(property::retrieve(vcenter, property_collector, "HostSystem", &paths(vcenter), &Objects::View(view)))
}

/// Asks for the page that `token` names. A token is good once; after a lost answer begin again with [`request`].
pub fn next(vcenter: &VCenter, property_collector: &MoRef, token: &str) -> Look {
    Look::Http(property::proceed(vcenter, property_collector, token))
}

/// Asks for `hosts` alone, to look again.
pub fn request_for(vcenter: &VCenter, property_collector: &MoRef, hosts: &[MoRef]) -> Look {
    Look::Http(property::retrieve(vcenter, property_collector, "HostSystem", &paths(vcenter), &Objects::These(hosts)))
}

fn paths(vcenter: &VCenter) -> Vec<&'static str> {
    let later = LATER_PATHS.into_iter().filter(|(since, _)| vcenter.speaks(since)).map(|(_, path)| path);
    PATHS.into_iter().chain(later).collect()
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
            ssl_certificate: None,
            provider_rule_set: None,
            time_servers: None,
            tpm_attestation: None,
            trust_authority: None,
            recent_tasks: None,
            management_server_ip: None,
            certificate_manager: None,
            service_system: None,
            date_time_system: None,
            firewall_system: None,
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
            "summary.config.sslCertificate" => self.ssl_certificate = Some(xml.text()?),
            "summary.tpmAttestation" => self.tpm_attestation = Some(status_of(xml, "status")?),
            "summary.trustAuthorityAttestationInfos" => {
                self.trust_authority = Some(list(xml, |xml| status_of(xml, "attestationStatus"))?);
            }
            "config.firewall.ruleset" => self.provider_rule_set = rule_set(xml, PROVIDER_RULE_SET)?,
            "config.dateTimeInfo.ntpConfig.server" => self.time_servers = Some(xml.texts()?),
            "recentTask" => self.recent_tasks = Some(references(xml)?),
            "summary.managementServerIp" => self.management_server_ip = Some(xml.text()?),
            "configManager.certificateManager" => self.certificate_manager = Some(xml.reference(value)?),
            "configManager.serviceSystem" => self.service_system = Some(xml.reference(value)?),
            "configManager.dateTimeSystem" => self.date_time_system = Some(xml.reference(value)?),
            "configManager.firewallSystem" => self.firewall_system = Some(xml.reference(value)?),
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
        assert!(body.contains("<pathSet>summary.trustAuthorityAttestationInfos</pathSet>"));
        assert!(!body.contains("<pathSet>summary.config.sslCertificate</pathSet>"), "8.0.3 does not know it");
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
            set(
                "configManager.firewallSystem",
                "<val type='HostFirewallSystem' xsi:type='ManagedObjectReference'>f</val>",
            ),
            set(
                "config.firewall.ruleset",
                "<val xsi:type='ArrayOfHostFirewallRuleset'><HostFirewallRuleset><key>sshServer</key><label>SSH</label>\
                 <required>false</required><rule><port>22</port></rule><enabled>true</enabled></HostFirewallRuleset>\
                 <HostFirewallRuleset><key>iofiltervp</key><label>iofiltervp</label><required>false</required>\
                 <rule><port>9080</port></rule><enabled>true</enabled><allowedHosts><ipAddress>192.0.2.9</ipAddress>\
                 <ipNetwork><network>198.51.100.0</network><prefixLength>24</prefixLength></ipNetwork><allIp>false</allIp>\
                 </allowedHosts></HostFirewallRuleset></val>",
            ),
            set(
                "config.dateTimeInfo.ntpConfig.server",
                "<val xsi:type='ArrayOfString'><string>ntp1</string><string>ntp2</string></val>",
            ),
            set(
                "summary.tpmAttestation",
                "<val xsi:type='HostTpmAttestationInfo'><time>2026-09-13T08:55:01Z</time><status>accepted</status></val>",
            ),
            set(
                "summary.trustAuthorityAttestationInfos",
                "<val xsi:type='ArrayOfHostTrustAuthorityAttestationInfo'><HostTrustAuthorityAttestationInfo>\
                 <attestationStatus>attested</attestationStatus></HostTrustAuthorityAttestationInfo></val>",
            ),
            set(
                "recentTask",
                "<val xsi:type='ArrayOfManagedObjectReference'><ManagedObjectReference type='Task'>task-1\
                 </ManagedObjectReference></val>",
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
        assert_eq!(host.firewall_system, Some(MoRef::new("HostFirewallSystem", "f")));
        let allowed = vec!["192.0.2.9".to_owned(), "198.51.100.0/24".to_owned()];
        assert_eq!(host.provider_rule_set, Some(RuleSet { enabled: true, all_addresses: false, allowed }));
        assert_eq!(host.time_servers.as_deref(), Some(["ntp1".to_owned(), "ntp2".to_owned()].as_slice()));
        assert_eq!(host.tpm_attestation.as_deref(), Some("accepted"));
        assert_eq!(host.trust_authority.as_deref(), Some(["attested".to_owned()].as_slice()));
        assert_eq!(host.recent_tasks.as_deref(), Some([MoRef::new("Task", "task-1")].as_slice()));
    }

    #[test]
    fn nothing_is_asked_of_a_vcenter_that_does_not_know_it() {
        let ask = |version: &str| {
            let vcenter = VCenter { vim_version: version.to_owned(), ..vcenter() };
            soap_body(&look(request(
                &vcenter,
                &MoRef::new("PropertyCollector", "p"),
                &MoRef::new("ContainerView", "v"),
            )))
        };
        let asked = |version: &str| LATER_PATHS.map(|(_, path)| ask(version).contains(path));
        assert_eq!(asked("6.5"), [false, false, false]);
        assert_eq!(asked("6.7.3"), [true, false, false]);
        assert_eq!(asked("7.0.0.2"), [true, false, false]);
        assert_eq!(asked("7.0.1.0"), [true, true, false]);
        assert_eq!(asked("9.0.0.0"), [true, true, true]);
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
