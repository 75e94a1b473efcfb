//! What stays unknown when a question has no answer.

use super::failover;
use super::inquiry::{Inquiry, TaskSeen};
use super::question::Question;
use crate::facts::{Facts, Host, HostId, Missing, MissingReason, Observed};

/// Writes the reason into every fact that the question was asked for.
pub(crate) fn missed(inquiry: &mut Inquiry, question: &Question, missing: &Missing) {
    let facts = &mut inquiry.facts;
    match question {
        Question::RestLogin | Question::Logout | Question::RestLogout => {}
        Question::ServiceVersions | Question::ServiceContent | Question::Login => {
            facts.vcenter.session = unknown(missing);
        }
        Question::PeekVCenter => facts.vcenter.on_https = unknown(missing),
        Question::CurrentTime => facts.vcenter.clock_ahead_seconds = unknown(missing),
        Question::Events { .. } => {
            facts.vcenter.events = unknown(missing);
            facts.vcenter.events_since = unknown(missing);
        }
        Question::Privileges => facts.vcenter.privileges = unknown(missing),
        Question::Alarms | Question::AlarmNames { .. } => facts.vcenter.alarms = unknown(missing),
        Question::IsSessionAlive | Question::HostView | Question::HostPage { .. } => facts.inventory = unknown(missing),
        Question::CertificateSettings => {
            facts.vcenter.mode = unknown(missing);
            facts.vcenter.thresholds = unknown(missing);
        }
        Question::CloudFoundation => facts.vcenter.in_cloud_foundation = unknown(missing),
        Question::HighAvailability => facts.vcenter.high_availability = unknown(missing),
        Question::Hosts { hosts } => {
            for host in hosts {
                on(facts, host, |host| host.connection = unknown(missing));
            }
        }
        Question::ClusterNames { .. } => {
            for host in facts.hosts.values_mut().filter(|host| host.cluster.value().is_none()) {
                host.cluster = unknown(missing);
            }
        }
        Question::CertificateInfo { managers } => {
            for (host, _) in managers {
                on(facts, host, |host| host.reported = unknown(missing));
            }
        }
        Question::RunningTasks { tasks } => {
            for (host, _) in tasks {
                on(facts, host, |host| host.running_tasks = unknown(missing));
            }
        }
        Question::VasaClient { host } => on(facts, host, |host| host.vasa_client = unknown(missing)),
        Question::CaStore { host } => on(facts, host, |host| host.ca_store = unknown(missing)),
        Question::RevocationLists { host } => on(facts, host, |host| host.ca_revocation_lists = unknown(missing)),
        Question::HostClock { host } => on(facts, host, |host| host.clock_ahead_of_vcenter_seconds = unknown(missing)),
        Question::DisksUsingFilter { cluster, .. } => {
            for id in inquiry.cluster_hosts.get(&cluster.value).into_iter().flatten() {
                on(facts, id, |host| host.disks_using_filter = unknown(missing));
            }
        }
        Question::Peek443 { host } => on(facts, host, |host| host.on_443 = unknown(missing)),
        Question::Peek9080 { host } => on(facts, host, |host| host.on_9080 = unknown(missing)),
        Question::StorageManager | Question::Providers => facts.provider_list = unknown(missing),
        Question::ProviderInfo { provider } => {
            facts.provider_list = unknown(missing);
            // The next list asks it again.
            inquiry.link.listed_providers.remove(&provider.value);
        }
        Question::VimTask { task } | Question::SmsTask { task } => {
            let seen = if missing.reason == MissingReason::Gone { TaskSeen::Gone } else { TaskSeen::Going };
            inquiry.tasks.insert(task.value.clone(), seen);
        }
        Question::SpsService => facts.vcenter.sps = unknown(missing),
        Question::AutoDeploy => facts.vcenter.auto_deploy = unknown(missing),
        Question::Backups => facts.vcenter.backup = unknown(missing),
        Question::Addresses => facts.vcenter.addresses = unknown(missing),
        Question::Nodes => facts.vcenter.nodes = unknown(missing),
        Question::MachineOf { node } | Question::Snapshots { node, .. } => {
            facts.vcenter.snapshots.insert(node.clone(), unknown(missing));
        }
        Question::Failover { clusters } => failover::missed(inquiry, clusters, missing),
        Question::TrustedRoots | Question::TrustedRoot { .. } => facts.vcenter.trusted_roots = unknown(missing),
        Question::CertificateStores => {
            facts.vcenter.vecs = unknown(missing);
            facts.vcenter.sms.sms_self_signed = unknown(missing);
            facts.vcenter.sms.sps_extension = unknown(missing);
        }
        Question::PublishedRoots => facts.vcenter.published_roots = unknown(missing),
        Question::SpsErrors => facts.vcenter.sps_stderr = unknown(missing),
        Question::VersionPage { host, .. } => on(facts, host, |host| host.version_xml = unknown(missing)),
        Question::InspectHost { host } => on(facts, host, |host| {
            host.machine_pair = unknown(missing);
            host.stateless = unknown(missing);
        }),
        Question::Names { hosts } => {
            for host in hosts {
                on(facts, host, |host| host.names = unknown(missing));
            }
        }
        Question::SpsLog => facts.logs_missing.push(missing.clone()),
        Question::SavedLog { name, .. } => {
            facts.logs_missing.push(missing.clone());
            // What was read of it before stands.
            facts.logs.extend(inquiry.scans.remove(name).map(|scan| scan.break_off(&missing.message)));
        }
        Question::HostFolder { host } | Question::HostFile { host } => {
            inquiry.on_disk.remove(host);
        }
    }
}

fn unknown<T>(missing: &Missing) -> Observed<T> {
    Observed::Unknown(missing.clone())
}

fn on(facts: &mut Facts, host: &HostId, write: impl FnOnce(&mut Host)) {
    if let Some(host) = facts.hosts.get_mut(host) {
        write(host);
    }
}
