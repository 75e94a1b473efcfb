//! `HostSystem`: the properties that a reader of certificates asks for.

use std::net::Ipv4Addr;

use time::Duration;

use super::{alarms, host_managers};
use crate::soap::value::{Object, Reference, Value};
use crate::world::World;
use crate::world::host::{Connection, Host};

/// A property of a host, `None` when it is unset.
pub(crate) fn property(world: &World, host: &Host, name: &str) -> Option<Value> {
    match name {
        "name" => Some((&host.name).into()),
        "parent" => Some(Reference::new("ClusterComputeResource", &host.cluster).into()),
        "overallStatus" | "configStatus" => Some(status(host).into()),
        "triggeredAlarmState" => Some(alarms::triggered_below(world, &reference(host)).into()),
        "recentTask" => Some(recent_tasks(world, host).into()),
        "declaredAlarmState" | "tag" | "customValue" | "datastore" | "network" => {
            Some(Value::List("xsd:anyType", Vec::new()))
        }
        "disabledMethod" => Some(disabled_methods(host).into()),
        "vm" => Some(machines(host).into()),
        "runtime" => Some(runtime(host).into()),
        "summary" => Some(summary(world, host).into()),
        "hardware" => Some(hardware(host).into()),
        "config" => Some(config(world, host).into()),
        "configManager" => Some(config_manager(host).into()),
        _ => None,
    }
}

/// `HostSystem:<moref>`.
pub(crate) fn reference(host: &Host) -> Reference {
    Reference::new("HostSystem", &host.moref)
}

fn status(host: &Host) -> &'static str {
    match host.connection {
        Connection::Connected => "green",
        Connection::NotResponding => "red",
        Connection::Disconnected => "gray",
    }
}

fn disabled_methods(host: &Host) -> Vec<&'static str> {
    let mut methods = match host.connection {
        Connection::Connected => vec!["ReconnectHost_Task"],
        Connection::NotResponding | Connection::Disconnected => vec!["EnterMaintenanceMode_Task"],
    };
    methods.push(if host.maintenance { "EnterMaintenanceMode_Task" } else { "ExitMaintenanceMode_Task" });
    methods.dedup();
    methods
}

fn machines(host: &Host) -> Vec<Reference> {
    let mut ids: Vec<&String> = host.disks_in_use.iter().map(|disk| &disk.machine).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter().map(|id| Reference::new("VirtualMachine", id)).collect()
}

/// Tasks that go on, and those that ended within the last minutes.
fn recent_tasks(world: &World, host: &Host) -> Vec<Reference> {
    let since = world.now() - RECENT;
    let tasks = world.tasks.values().rev().take_while(|task| task.queued > since - RECENT);
    let recent =
        tasks.filter(|task| task.completed.is_none_or(|at| at > since) && task.operation.is_on_host(&host.moref));
    recent.map(|task| Reference::new("Task", task.id())).collect()
}

/// How long vCenter shows a task that has ended.
const RECENT: Duration = Duration::minutes(10);

fn runtime(host: &Host) -> Object {
    let power = if host.connection == Connection::Connected { "poweredOn" } else { "unknown" };
    Object::new("HostRuntimeInfo")
        .with("connectionState", host.connection.as_str())
        .with("powerState", power)
        .with("inMaintenanceMode", host.maintenance)
}

fn product(host: &Host) -> Object {
    Object::new("AboutInfo")
        .with("name", "VMware ESXi")
        .with("fullName", format!("VMware ESXi {} build-{}", host.version, host.build))
        .with("vendor", "VMware, Inc.")
        .with("version", &host.version)
        .with("build", &host.build)
        .with("localeVersion", "INTL")
        .with("localeBuild", "000")
        .with("osType", "vmnix-x86")
        .with("productLineId", "embeddedEsx")
        .with("apiType", "HostAgent")
        .with("apiVersion", format!("{}.0", host.version))
}

fn summary(world: &World, host: &Host) -> Object {
    let config = Object::new("HostConfigSummary")
        .with("name", &host.name)
        .with("port", i32::from(world.ports.https.unwrap_or(443)))
        .with("sslThumbprint", &host.recorded.thumbprint)
        .with("sslCertificate", &host.recorded.pem)
        .with("product", product(host))
        .with("vmotionEnabled", true)
        .with("faultToleranceEnabled", false);
    Object::new("HostListSummary")
        .with("host", reference(host))
        .with("hardware", hardware_summary(host))
        .with("runtime", runtime(host))
        .with("config", config)
        .with("quickStats", Object::new("HostListSummaryQuickStats"))
        .with("overallStatus", status(host))
        .with("rebootRequired", false)
        .with("managementServerIp", vcenter_address(host).to_string())
        .with_some("trustAuthorityAttestationInfos", host.attested.then(|| vec![attestation()]))
}

/// What a service of vSphere Trust Authority found.
fn attestation() -> Object {
    Object::new("HostTrustAuthorityAttestationInfo")
        .with("attestationStatus", "attested")
        .with("serviceId", "trust-authority-1")
}

/// vCenter is the first address of the lab's network.
fn vcenter_address(host: &Host) -> Ipv4Addr {
    let [first, second, ..] = host.address.octets();
    Ipv4Addr::new(first, second, 0, 1)
}

const MEMORY: i64 = 137_438_953_472;

fn hardware_summary(host: &Host) -> Object {
    Object::new("HostHardwareSummary")
        .with("vendor", "Lab")
        .with("model", "Simulated")
        .with("uuid", &host.uuid)
        .with("memorySize", MEMORY)
        .with("cpuModel", "Simulated CPU")
        .with("cpuMhz", 2500)
        .with("numCpuPkgs", 1)
        .with("numCpuCores", 8)
        .with("numCpuThreads", 16)
        .with("numNics", 1)
        .with("numHBAs", 1)
}

fn hardware(host: &Host) -> Object {
    let system =
        Object::new("HostSystemInfo").with("vendor", "Lab").with("model", "Simulated").with("uuid", &host.uuid);
    let cpu = Object::new("HostCpuInfo")
        .with("numCpuPackages", 1)
        .with("numCpuCores", 8)
        .with("numCpuThreads", 16)
        .with("hz", 2_500_000_000_i64);
    Object::new("HostHardwareInfo")
        .with("systemInfo", system)
        .with("cpuInfo", cpu)
        .with("cpuPkg", Vec::<Object>::new())
        .with("memorySize", MEMORY)
        .with("smcPresent", false)
}

fn config(world: &World, host: &Host) -> Object {
    let nic = virtual_nic(host);
    let management = Object::new("VirtualNicManagerNetConfig")
        .with("nicType", "management")
        .with("multiSelectAllowed", true)
        .with("candidateVnic", vec![nic.clone()])
        .with("selectedVnic", vec!["management.key-vim.host.VirtualNic-vmk0"]);
    let vsan = Object::new("VsanHostConfigInfo").with("enabled", host.vsan).with("hostSystem", reference(host));
    Object::new("HostConfigInfo")
        .with("host", reference(host))
        .with("product", product(host))
        .with_some("deploymentInfo", host.stateless.then(deployment))
        .with("network", Object::new("HostNetworkInfo").with("vnic", vec![nic]))
        .with("virtualNicManagerInfo", Object::new("HostVirtualNicManagerInfo").with("netConfig", vec![management]))
        .with("service", host_managers::service_info(host))
        .with("firewall", host_managers::firewall_info(host))
        .with("dateTimeInfo", host_managers::date_time_info(world, host))
        .with("adminDisabled", host.lockdown.as_str() != "lockdownDisabled")
        .with("lockdownMode", host.lockdown.as_str())
        .with("certificate", Value::Bytes(host.machine.certificate.pem.clone().into_bytes()))
        .with("vsanHostConfig", vsan)
        .with("ioFilterInfo", host.filters.iter().map(host_filter).collect::<Vec<_>>())
}

/// A host that Auto Deploy boots has no disk of its own to keep files on.
fn deployment() -> Object {
    Object::new("HostDeploymentInfo").with("bootedFromStatelessCache", false)
}

fn virtual_nic(host: &Host) -> Object {
    let ip = Object::new("HostIpConfig")
        .with("dhcp", false)
        .with("ipAddress", host.address.to_string())
        .with("subnetMask", "255.0.0.0");
    let spec = Object::new("HostVirtualNicSpec").with("ip", ip).with("mac", "00:50:56:60:00:01").with("mtu", 1500);
    Object::new("HostVirtualNic")
        .with("device", "vmk0")
        .with("key", "key-vim.host.VirtualNic-vmk0")
        .with("portgroup", "Management Network")
        .with("spec", spec)
}

fn host_filter(filter: &crate::world::host::Filter) -> Object {
    Object::new("HostIoFilterInfo")
        .with("id", &filter.id)
        .with("name", &filter.name)
        .with("vendor", &filter.vendor)
        .with("version", &filter.version)
        .with("type", &filter.kind)
        .with("available", filter.available)
}

fn config_manager(host: &Host) -> Object {
    let manager = |kind: &str| host_managers::reference(kind, host);
    Object::new("HostConfigManager")
        .with_some("virtualNicManager", manager("HostVirtualNicManager"))
        .with_some("serviceSystem", manager("HostServiceSystem"))
        .with_some("firewallSystem", manager("HostFirewallSystem"))
        .with_some("advancedOption", manager("OptionManager"))
        .with_some("dateTimeSystem", manager("HostDateTimeSystem"))
        .with_some("hostAccessManager", manager("HostAccessManager"))
        .with_some("certificateManager", manager("HostCertificateManager"))
}
