//! A vCenter, hosts and providers of which nothing is wrong and nothing is unknown.

use super::{NOW, seen, shown};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{
    Attestation, Backup, CertificateMode, ConnectionState, FailoverCapacity, Host, HostId, IoFilter, Lockdown,
    LogGrowth, MachinePair, NamesSeen, Node, Provider, ProviderId, ProviderRuleSet, ProviderUrl, ReportedCertificate,
    ServiceHealth, ServiceState, SmsCertificates, Thresholds, VCenter, VecsEntry, VecsPermission, VecsStore,
    VersionXml,
};
use crate::time::DAY_SECONDS;

/// What the product asks whether it holds, at the root folder.
const PRIVILEGES: [&str; 4] =
    ["Certificate.Manage", "Host.Config.Connection", "StorageViews.ConfigureService", "StorageViews.View"];

pub(super) fn vcenter(root: Fingerprint, https: Fingerprint, sms: Fingerprint, extension: Fingerprint) -> VCenter {
    VCenter {
        authority: "vc.lab.test:443".to_owned(),
        version: seen("8.0.3".to_owned()),
        build: seen("24022515".to_owned()),
        instance_uuid: seen("5f1a3c7e-0000-4000-8000-0123456789ab".to_owned()),
        clock_ahead_seconds: seen(0),
        on_https: shown(https),
        mode: seen(CertificateMode::Vmca),
        thresholds: seen(Thresholds::default()),
        trusted_roots: seen(vec![root]),
        unreadable_roots: Vec::new(),
        sps: seen(ServiceState { state: "STARTED".to_owned(), health: ServiceHealth::Healthy }),
        sms: SmsCertificates { sms_self_signed: seen(sms), sps_extension: seen(extension) },
        backup: seen(Some(Backup { job: "job-1".to_owned(), ended_at: NOW.plus_seconds(-DAY_SECONDS) })),
        snapshots: std::collections::BTreeMap::new(),
        nodes: seen(vec![Node { name: "vc.lab.test".to_owned(), kind: "VCSA_EMBEDDED".to_owned() }]),
        high_availability: seen(false),
        in_cloud_foundation: seen(false),
        auto_deploy: seen(false),
        session: seen("LAB.TEST\\reader".to_owned()),
        privileges: seen(PRIVILEGES.iter().map(|name| ((*name).to_owned(), true)).collect()),
        addresses: seen(vec!["192.0.2.100".to_owned()]),
        alarms: seen(Vec::new()),
        events: seen(Vec::new()),
        events_since: seen(NOW.plus_seconds(-30 * DAY_SECONDS)),
        vecs: seen(stores(root, https, sms, extension)),
        published_roots: seen(vec![root]),
        sps_stderr: seen(LogGrowth { bytes: 40_000, seconds: 86_400 }),
    }
}

/// Permission of a user to read a store.
pub(super) fn reads(user: &str) -> VecsPermission {
    VecsPermission { user: user.to_owned(), read: true, write: false }
}

/// The stores of VECS as an appliance of 8.0 U3 has them.
fn stores(root: Fingerprint, https: Fingerprint, sms: Fingerprint, extension: Fingerprint) -> Vec<VecsStore> {
    let entry = |alias: &str, certificate| VecsEntry { alias: alias.to_owned(), certificate: Some(certificate) };
    let store = |name: &str, entries, permissions| VecsStore { name: name.to_owned(), entries, permissions };
    vec![
        store("MACHINE_SSL_CERT", vec![entry("__MACHINE_CERT", https)], Vec::new()),
        store("TRUSTED_ROOTS", vec![entry("0a1b2c3d", root)], vec![reads("EVERYONE")]),
        store("SMS", vec![entry("sms_self_signed", sms), entry("sps-extension", extension)], vec![reads("deploy")]),
    ]
}

pub(super) fn host(number: usize, name: &str, leaf: &Certificate, ca_store: &[Fingerprint]) -> Host {
    let thumbprint = leaf.sha1_thumbprint.as_str();
    let leaf = leaf.fingerprint;
    Host {
        uuid: seen(format!("4c4c4544-0000-0000-0000-{number:012}")),
        cluster: seen("cluster-a".to_owned()),
        cluster_id: seen("domain-c8".to_owned()),
        connection: seen(ConnectionState::Connected),
        in_maintenance: seen(false),
        version: seen("8.0.3".to_owned()),
        management_addresses: seen(vec![format!("192.0.2.{number}")]),
        lockdown: seen(Lockdown::LockdownDisabled),
        services: seen(Vec::new()),
        io_filters: seen(vec![IoFilter {
            id: "VMW_vmwarevmcrypt_1.0.0".to_owned(),
            name: "vmwarevmcrypt".to_owned(),
            kind: "encryption".to_owned(),
            available: true,
        }]),
        disks_using_filter: seen(0),
        in_vsan: seen(false),
        reported: seen(ReportedCertificate { status: "good".to_owned(), issuer: None, not_after: None }),
        on_443: shown(leaf),
        on_9080: shown(leaf),
        ca_store: seen(ca_store.to_vec()),
        ca_revocation_lists: seen(Vec::new()),
        clock_ahead_of_vcenter_seconds: seen(0),
        certificate_manager: seen(format!("certificateManager-{number}")),
        service_system: seen(format!("serviceSystem-{number}")),
        date_time_system: seen(format!("dateTimeSystem-{number}")),
        firewall_system: seen(format!("firewallSystem-{number}")),
        firewall: seen(ProviderRuleSet { enabled: true, all_addresses: true, allowed: Vec::new() }),
        expected_thumbprint: seen(thumbprint.to_owned()),
        attestation: seen(Attestation { tpm: None, trust_authority: false }),
        stateless: seen(false),
        vasa_client: seen(None),
        names: seen(NamesSeen { addresses: vec![format!("192.0.2.{number}")], names: vec![name.to_owned()] }),
        version_xml: seen(VersionXml { status: 200, version: Some("1.0".to_owned()) }),
        machine_pair: seen(MachinePair { has_certificate: true, has_key: true, matches: Some(true) }),
        time_servers: seen(vec!["ntp.lab.test".to_owned()]),
        running_tasks: seen(0),
        failover: seen(FailoverCapacity { is_whole: true, told: "vSphere HA is off in the cluster".to_owned() }),
        ..Host::named(HostId(format!("host-{number}")), name.to_owned())
    }
}

pub(crate) fn provider(number: usize, host: &Host, leaf: Fingerprint) -> Provider {
    let url = format!("https://{}:9080/version.xml", host.name);
    Provider {
        id: ProviderId(format!("uid-{number}")),
        object: format!("vasaProvider-{number}"),
        name: format!("IOFILTER Provider {}", host.name),
        url: ProviderUrl { text: url, host: host.name.clone(), port: 9080 },
        array_ids: host.uuid.value().map(|uuid| format!("IOFILTERS:{uuid}")).into_iter().collect(),
        status: seen("online".to_owned()),
        status_fault: None,
        certificate_status: seen("valid".to_owned()),
        certificate: seen(leaf),
        certificate_expires: None,
        // Longer ago than an outage that may yet heal by itself.
        last_sync: Some(NOW.plus_seconds(-3600)),
        retains_certificate: false,
        vasa_version: Some("1.5".to_owned()),
    }
}
