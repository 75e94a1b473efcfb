//! What answers teach about ESXi hosts.

use super::failover;
use super::inquiry::Inquiry;
use super::learn_host_values;
use super::names;
use super::question::Question;
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{
    ConnectionState, Host, HostId, HostService, InventoryRead, IoFilter, Lockdown, Missing, MissingReason, Observed,
    Presented, ReportedCertificate,
};
use crate::request::{Peer, SshOutput};
use crate::time::UnixTime;
use crate::wire::vim::certificate_info::CertificateRecord;
use crate::wire::vim::clusters::ClusterRecord;
use crate::wire::vim::host_page::HostRecord;
use crate::wire::{MoRef, Page};

/// A page of the inventory: its hosts, what to ask of each, and the next page.
pub(crate) fn page(
    inquiry: &mut Inquiry,
    now: UnixTime,
    view: &MoRef,
    pages: u32,
    page: Page<HostRecord>,
) -> Vec<Question> {
    // Hazard 1: an answer with nothing in it is also what vCenter says when there is no session.
    if page.empty && (pages == 0 || !inquiry.looked_twice) {
        return vec![Question::IsSessionAlive];
    }
    // A page that was promised and came empty twice: the part that was read is not the whole.
    if page.empty {
        inquiry.facts.inventory = malformed("a page of the inventory came empty, twice".to_owned());
        return Vec::new();
    }
    let pages = pages.saturating_add(1);
    let mut follow = Vec::new();
    let mut managers = Vec::new();
    let mut ids = Vec::new();
    for one in &page.records {
        let id = record(inquiry, now, one);
        ids.push(id.clone());
        let Some(host) = inquiry.facts.hosts.get(&id) else { continue };
        follow.extend(asked_of(host));
        if host.is_connected() {
            managers.extend(host.certificate_manager.value().map(|manager| (id.clone(), manager.clone())));
        } else {
            not_connected(inquiry, &id);
        }
    }
    if !managers.is_empty() {
        follow.push(Question::CertificateInfo { managers });
    }
    follow.extend(learn_host_values::recent_tasks(&page.records));
    follow.extend(names::questions(inquiry, now, &ids));
    match page.token {
        Some(token) => follow.insert(0, Question::HostPage { view: view.clone(), token: Some(token), pages }),
        None => follow.extend(inventory_ends(inquiry, now, pages)),
    }
    follow
}

/// What is asked of each host by itself.
fn asked_of(host: &Host) -> Vec<Question> {
    let id = || host.id.clone();
    let mut questions = vec![Question::Peek443 { host: id() }, Question::Peek9080 { host: id() }];
    if host.is_connected() {
        questions.push(Question::CaStore { host: id() });
        questions.push(Question::RevocationLists { host: id() });
        questions.push(Question::HostClock { host: id() });
    }
    questions
}

/// Everything that a survey has asked of a host and its providers, to look at it once more.
pub(crate) fn host_questions(inquiry: &Inquiry, id: &HostId) -> Vec<Question> {
    let mut questions = vec![Question::Hosts { hosts: vec![id.clone()] }, Question::Providers];
    let Some(host) = inquiry.facts.hosts.get(id) else { return questions };
    questions.extend(asked_of(host));
    // A pair on disk that was seen may be another one now; a shell that did not answer before is left alone.
    if host.machine_pair.value().is_some() {
        questions.push(Question::InspectHost { host: id.clone() });
    }
    if let Some(manager) = host.certificate_manager.value().filter(|_| host.is_connected()) {
        questions.push(Question::CertificateInfo { managers: vec![(id.clone(), manager.clone())] });
    }
    let own = inquiry.facts.providers_of(host).map(|one| MoRef::new("VasaProvider", &one.object));
    questions.extend(own.map(|provider| Question::ProviderInfo { provider }));
    questions
}

/// The inventory was read to its end; what is asked about clusters can be asked now.
pub(crate) fn inventory_ends(inquiry: &mut Inquiry, now: UnixTime, pages: u32) -> Vec<Question> {
    let hosts = u32::try_from(inquiry.facts.hosts.len()).unwrap_or(u32::MAX);
    inquiry.facts.inventory = Observed::seen(InventoryRead { hosts, pages }, now);
    let mut clusters: Vec<MoRef> = Vec::new();
    let mut follow = Vec::new();
    for (cluster, hosts) in &inquiry.cluster_hosts {
        let kind = inquiry.cluster_kinds.get(cluster).map_or("ClusterComputeResource", String::as_str);
        let object = MoRef::new(kind, cluster);
        let mut filters: Vec<&String> = hosts
            .iter()
            .filter_map(|host| inquiry.facts.hosts.get(host)?.io_filters.value())
            .flatten()
            .map(|filter| &filter.id)
            .collect();
        filters.sort();
        filters.dedup();
        follow.extend(
            filters
                .into_iter()
                .map(|filter| Question::DisksUsingFilter { cluster: object.clone(), filter: filter.clone() }),
        );
        clusters.push(object);
    }
    follow.extend(clusters.chunks(100).map(|some| Question::ClusterNames { clusters: some.to_vec() }));
    follow.extend(failover::questions(inquiry, now, &clusters));
    follow
}

/// One host as vCenter tells of it. What was learned of it otherwise is kept.
pub(crate) fn record(inquiry: &mut Inquiry, now: UnixTime, record: &HostRecord) -> HostId {
    let id = HostId(record.moref.value.clone());
    let name = record.name.clone().unwrap_or_else(|| id.0.clone());
    let told = Told { record, now };
    let host = inquiry.facts.hosts.entry(id.clone()).or_insert_with(|| Host::named(id.clone(), name));
    host.uuid = told.fact("hardware.systemInfo.uuid", record.uuid.clone());
    host.connection = told.fact("runtime.connectionState", record.connection_state.as_deref().map(connection));
    host.in_maintenance = told.fact("runtime.inMaintenanceMode", record.in_maintenance_mode);
    host.version = told.fact("config.product", record.version.clone());
    host.management_addresses = told.fact("config.virtualNicManagerInfo.netConfig", record.management_ips.clone());
    host.lockdown = told.fact("config.lockdownMode", record.lockdown_mode.as_deref().map(lockdown));
    host.services = told.fact("config.service.service", services(record));
    host.in_vsan =
        told.fact("config.vsanHostConfig.enabled", record.vsan_enabled.or(record.version.is_some().then_some(false)));
    host.certificate_manager = told.reference("configManager.certificateManager", record.certificate_manager.as_ref());
    host.service_system = told.reference("configManager.serviceSystem", record.service_system.as_ref());
    host.date_time_system = told.reference("configManager.dateTimeSystem", record.date_time_system.as_ref());
    learn_host_values::values(&told, host);
    host.io_filters = told.fact("config.ioFilterInfo", io_filters(record));
    if host.io_filters.value().is_some_and(Vec::is_empty) {
        host.disks_using_filter = Observed::seen(0, now);
    }
    let parent = record.parent.as_ref();
    let is_new = host.cluster_id.value().is_none();
    host.cluster_id = told.reference("parent", parent);
    if let Some(parent) = parent.filter(|_| is_new) {
        inquiry.cluster_hosts.entry(parent.value.clone()).or_default().push(id.clone());
        inquiry.cluster_kinds.insert(parent.value.clone(), parent.kind.clone());
    }
    id
}

/// A record, and why parts of it are absent.
pub(super) struct Told<'a> {
    pub(super) record: &'a HostRecord,
    pub(super) now: UnixTime,
}

impl Told<'_> {
    /// What was told, or why it was not.
    pub(super) fn fact<T>(&self, path: &str, value: Option<T>) -> Observed<T> {
        let Some(value) = value else {
            let missing = match self.record.why_absent(path) {
                Some(fault) => Missing {
                    reason: MissingReason::Denied,
                    message: format!("vCenter withheld `{path}`: {fault}"),
                    help: fault
                        .privileges()
                        .first()
                        .map(|one| format!("grant the privilege `{one}` to the user"))
                        .unwrap_or_default(),
                },
                None => Missing {
                    reason: MissingReason::NotSent,
                    message: format!("vCenter did not tell `{path}` of this host"),
                    help: String::new(),
                },
            };
            return Observed::Unknown(missing);
        };
        Observed::seen(value, self.now)
    }

    /// The same for a reference.
    pub(super) fn reference(&self, path: &str, value: Option<&MoRef>) -> Observed<String> {
        self.fact(path, value.map(|reference| reference.value.clone()))
    }
}

fn connection(word: &str) -> ConnectionState {
    match word {
        "connected" => ConnectionState::Connected,
        "notResponding" => ConnectionState::NotResponding,
        "disconnected" => ConnectionState::Disconnected,
        other => ConnectionState::Other(other.to_owned()),
    }
}

fn lockdown(word: &str) -> Lockdown {
    match word {
        "lockdownDisabled" => Lockdown::LockdownDisabled,
        "lockdownNormal" => Lockdown::LockdownNormal,
        "lockdownStrict" => Lockdown::LockdownStrict,
        other => Lockdown::Other(other.to_owned()),
    }
}

fn services(record: &HostRecord) -> Option<Vec<HostService>> {
    let services = record.services.as_ref()?.iter();
    Some(
        services
            .map(|one| HostService { key: one.key.clone(), running: one.running, policy: one.policy.clone() })
            .collect(),
    )
}

/// A host that has no IO filter sends none; that is told from not being told by whether its product was.
fn io_filters(record: &HostRecord) -> Option<Vec<IoFilter>> {
    let Some(filters) = record.io_filters.as_ref() else { return record.version.is_some().then(Vec::new) };
    let filter = |one: &crate::wire::vim::host_page::HostIoFilter| IoFilter {
        id: one.id.clone(),
        name: one.name.clone(),
        kind: one.kind.clone().unwrap_or_default(),
        available: one.available.unwrap_or(false),
    };
    Some(filters.iter().map(filter).collect())
}

fn not_connected(inquiry: &mut Inquiry, id: &HostId) {
    on(inquiry, id, |host| {
        host.ca_store = Observed::not_asked("vCenter is not connected to the host", "reconnect the host");
        host.ca_revocation_lists = Observed::not_asked("vCenter is not connected to the host", "reconnect the host");
        host.clock_ahead_of_vcenter_seconds =
            Observed::not_asked("vCenter is not connected to the host", "reconnect the host");
        host.reported = Observed::not_asked("vCenter is not connected to the host", "reconnect the host");
    });
}

pub(crate) fn cluster_names(inquiry: &mut Inquiry, now: UnixTime, records: &[ClusterRecord]) {
    for record in records {
        let Some(name) = &record.name else { continue };
        for id in inquiry.cluster_hosts.get(&record.moref.value).into_iter().flatten() {
            if let Some(host) = inquiry.facts.hosts.get_mut(id) {
                host.cluster = Observed::seen(name.clone(), now);
            }
        }
    }
}

pub(crate) fn certificate_info(
    inquiry: &mut Inquiry,
    now: UnixTime,
    managers: &[(HostId, String)],
    records: &[CertificateRecord],
) {
    for (host, manager) in managers {
        let record = records.iter().find(|record| record.moref.value == *manager);
        let info = record.and_then(|record| record.info.as_ref());
        let reported = match info {
            Some(info) => Observed::seen(
                ReportedCertificate {
                    status: info.status.clone(),
                    issuer: info.issuer.clone(),
                    not_after: info.not_after,
                },
                now,
            ),
            None => Observed::Unknown(Missing {
                reason: MissingReason::NotSent,
                message: "vCenter did not tell the certificate status of this host".to_owned(),
                help: String::new(),
            }),
        };
        on(inquiry, host, |host| host.reported = reported);
    }
}

/// Unreadable entries of a CA store that are told one by one.
const MOST_UNREADABLE: usize = 20;

/// The CA store. An entry that is not a certificate makes the list unknown: what cannot be read must not be rewritten.
pub(crate) fn ca_store(inquiry: &mut Inquiry, now: UnixTime, host: &HostId, list: &[String]) {
    let (mut certificates, mut unreadable) = (Vec::new(), Vec::new());
    for (place, pem) in list.iter().enumerate() {
        match Certificate::from_pem(pem) {
            Ok(certificate) => certificates.push(certificate),
            Err(error) => unreadable.push(format!("entry {} of {}: {error}", place.saturating_add(1), list.len())),
        }
    }
    let store = match unreadable.first() {
        None => {
            let names = certificates.into_iter().map(|one| inquiry.facts.certificates.keep(one)).collect();
            Observed::seen(names, now)
        }
        Some(first) => Observed::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("an entry of the host's CA store is not a certificate: {first}"),
            help: "look at /etc/vmware/ssl/castore.pem on the host (KB 367381)".to_owned(),
        }),
    };
    unreadable.truncate(MOST_UNREADABLE);
    on(inquiry, host, |host| {
        host.ca_store = store;
        host.ca_store_unreadable = unreadable;
    });
}

pub(crate) fn revocation_lists(inquiry: &mut Inquiry, now: UnixTime, host: &HostId, lists: Vec<String>) {
    on(inquiry, host, |host| host.ca_revocation_lists = Observed::seen(lists, now));
}

pub(crate) fn disks(inquiry: &mut Inquiry, now: UnixTime, cluster: &str, disks: u32) {
    let nobody = Missing { reason: MissingReason::NotAsked, message: String::new(), help: String::new() };
    for id in inquiry.cluster_hosts.get(cluster).into_iter().flatten() {
        let Some(host) = inquiry.facts.hosts.get_mut(id) else { continue };
        host.disks_using_filter = match &host.disks_using_filter {
            Observed::Seen { value, .. } => Observed::seen(value.saturating_add(disks), now),
            Observed::Unknown(missing) if missing.reason == nobody.reason => Observed::seen(disks, now),
            Observed::Unknown(missing) => Observed::Unknown(missing.clone()),
        };
    }
}

/// What a server showed; the chain is kept once for all who show it.
pub(crate) fn presented(inquiry: &mut Inquiry, now: UnixTime, peer: &Peer) -> Observed<Presented> {
    let mut chain: Vec<Fingerprint> = Vec::new();
    for der in &peer.chain_der {
        match Certificate::from_der(der) {
            Ok(certificate) => chain.push(inquiry.facts.certificates.keep(certificate)),
            Err(error) if chain.is_empty() => {
                return malformed(format!("the certificate that is shown there cannot be read: {error}"));
            }
            // What comes after the leaf is only material for building a path.
            Err(_) => {}
        }
    }
    let mut chain = chain.into_iter();
    match chain.next() {
        Some(leaf) => {
            let presented = Presented { leaf, rest: chain.collect(), protocol: peer.protocol.clone() };
            Observed::seen(presented, now)
        }
        None => malformed("no certificate was shown there".to_owned()),
    }
}

fn malformed<T>(message: String) -> Observed<T> {
    Observed::Unknown(Missing { reason: MissingReason::Malformed, message, help: String::new() })
}

pub(crate) fn folder(inquiry: &mut Inquiry, host: &HostId, output: &SshOutput) {
    let names = String::from_utf8_lossy(&output.stdout).lines().map(|line| line.trim().to_owned()).collect();
    let on_disk = inquiry.on_disk.entry(host.clone()).or_default();
    on_disk.names = (output.exit_code == 0 && !output.truncated).then_some(names);
}

pub(crate) fn file(inquiry: &mut Inquiry, host: &HostId, output: &SshOutput) {
    let text = String::from_utf8_lossy(&output.stdout);
    let fingerprint = (output.exit_code == 0 && !output.truncated).then(|| match Certificate::from_pem(&text) {
        Ok(certificate) => inquiry.facts.certificates.keep(certificate),
        // It is seen to be another one than any.
        Err(_) => Fingerprint::of(&output.stdout),
    });
    inquiry.on_disk.entry(host.clone()).or_default().host_certificate = fingerprint;
}

pub(crate) fn on(inquiry: &mut Inquiry, host: &HostId, write: impl FnOnce(&mut Host)) {
    if let Some(host) = inquiry.facts.hosts.get_mut(host) {
        write(host);
    }
}
