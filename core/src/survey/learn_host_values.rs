//! What answers teach about ESXi hosts besides their certificates: firewall, identity, time servers, tasks.

use std::collections::BTreeMap;

use super::inquiry::Inquiry;
use super::learn_host::{Told, on};
use super::question::Question;
use crate::certificate::Certificate;
use crate::facts::{Attestation, Host, HostId, Missing, MissingReason, Observed, ProviderRuleSet, ReportedCertificate};
use crate::time::UnixTime;
use crate::wire::vim::certificate_info::{CertificateInfo, VASA_CLIENT};
use crate::wire::vim::host_page::HostRecord;
use crate::wire::vim::task_info::TaskRecord;
use crate::wire::{MoRef, TaskState};

/// The part of a host's record that is about neither its certificates nor its state.
pub(super) fn values(told: &Told<'_>, host: &mut Host) {
    let record = told.record;
    host.firewall_system = told.reference("configManager.firewallSystem", record.firewall_system.as_ref());
    host.firewall = told.fact("config.firewall.ruleset", rule_set(record));
    host.expected_thumbprint = told.fact("summary.config.sslThumbprint", thumbprint(record));
    host.attestation = told.fact("summary.tpmAttestation", attestation(record));
    host.time_servers = told.fact("config.dateTimeInfo.ntpConfig.server", time_servers(record));
    host.running_tasks = match (&record.recent_tasks, record.why_absent("recentTask")) {
        (None, Some(_)) => told.fact("recentTask", None),
        (Some(tasks), _) if !tasks.is_empty() => Observed::not_asked("the host's tasks are being asked for", ""),
        // An empty list is sent as such or not at all.
        (_, _) => Observed::seen(0, told.now),
    };
}

fn rule_set(record: &HostRecord) -> Option<ProviderRuleSet> {
    let told = record.provider_rule_set.as_ref()?;
    Some(ProviderRuleSet { enabled: told.enabled, all_addresses: told.all_addresses, allowed: told.allowed.clone() })
}

/// From 9.0 on vCenter may keep the certificate itself in the place of its thumbprint.
fn thumbprint(record: &HostRecord) -> Option<String> {
    let told = record.ssl_thumbprint.clone().filter(|text| !text.is_empty());
    told.or_else(|| Some(Certificate::from_pem(record.ssl_certificate.as_deref()?).ok()?.sha1_thumbprint))
}

/// Unset for a host that nobody attests, and in a vCenter that knows of no attestation; whether a summary was sent at
/// all shows in its sibling.
fn attestation(record: &HostRecord) -> Option<Attestation> {
    let paths = ["summary.tpmAttestation", "summary.trustAuthorityAttestationInfos"];
    if record.connection_state.is_none() || paths.iter().any(|path| record.why_absent(path).is_some()) {
        return None;
    }
    let trust_authority = record.trust_authority.as_ref().is_some_and(|services| !services.is_empty());
    Some(Attestation { tpm: record.tpm_attestation.clone(), trust_authority })
}

/// A host without time servers sends none; that is told from not being told by whether its product was.
fn time_servers(record: &HostRecord) -> Option<Vec<String>> {
    record.time_servers.clone().or_else(|| record.version.is_some().then(Vec::new))
}

/// Which of the recent tasks of these hosts run still, if there are any.
pub(super) fn recent_tasks(records: &[HostRecord]) -> Option<Question> {
    let tasks: Vec<(HostId, Vec<MoRef>)> = records
        .iter()
        .filter_map(|record| {
            let tasks = record.recent_tasks.clone().filter(|tasks| !tasks.is_empty())?;
            Some((HostId(record.moref.value.clone()), tasks))
        })
        .collect();
    (!tasks.is_empty()).then_some(Question::RunningTasks { tasks })
}

/// Tasks that wait or run. One that vCenter has forgotten has ended.
pub(super) fn running_tasks(
    inquiry: &mut Inquiry,
    now: UnixTime,
    tasks: &[(HostId, Vec<MoRef>)],
    records: &[TaskRecord],
) {
    let records: BTreeMap<&MoRef, &TaskRecord> = records.iter().map(|one| (&one.moref, one)).collect();
    for (host, tasks) in tasks {
        let known = tasks.iter().filter_map(|task| records.get(task));
        let withheld = known.clone().flat_map(|one| one.withheld.values()).find(|fault| !fault.gone());
        let running = if let Some(fault) = withheld {
            Observed::Unknown(Missing {
                reason: MissingReason::Denied,
                message: format!("vCenter withheld the state of a task of this host: {fault}"),
                help: String::new(),
            })
        } else {
            let going = known.filter(|one| matches!(one.state, Some(TaskState::Queued | TaskState::Running)));
            Observed::seen(u32::try_from(going.count()).unwrap_or(u32::MAX), now)
        };
        on(inquiry, host, |host| host.running_tasks = running);
    }
}

/// The certificate that `vvold` shows to arrays, if the host has one.
pub(super) fn vasa_client(inquiry: &mut Inquiry, now: UnixTime, host: &HostId, list: Vec<CertificateInfo>) {
    let client = list.into_iter().find(|info| info.kind.as_deref() == Some(VASA_CLIENT));
    let client =
        client.map(|info| ReportedCertificate { status: info.status, issuer: info.issuer, not_after: info.not_after });
    on(inquiry, host, |host| host.vasa_client = Observed::seen(client, now));
}

/// How far the host's clock is from vCenter's. Both were read at about the same moment of our own clock, so that
/// one drops out. Without vCenter's there is nothing to compare with.
pub(crate) fn clock(inquiry: &mut Inquiry, now: UnixTime, host: &HostId, told: UnixTime) {
    let ahead = match &inquiry.facts.vcenter.clock_ahead_seconds {
        Observed::Seen { value, .. } => Observed::seen(told.seconds_since(now.plus_seconds(*value)), now),
        Observed::Unknown(missing) => {
            let reason = missing.reason;
            inquiry.early_clocks.insert(host.clone(), told.seconds_since(now));
            Observed::Unknown(Missing {
                reason,
                message: "the clock of vCenter, with which that of the host is compared, is not known".to_owned(),
                help: "survey again".to_owned(),
            })
        }
    };
    on(inquiry, host, |host| host.clock_ahead_of_vcenter_seconds = ahead);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::learn_vcenter;
    use super::*;
    use crate::job::Job;
    use crate::request::Trust;
    use crate::wire::Fault;

    const NOW: UnixTime = UnixTime(1_789_289_701);

    fn record(id: &str, state: Option<TaskState>, fault: Option<&str>) -> TaskRecord {
        let fault = fault.map(|name| Fault {
            name: name.to_owned(),
            message: String::new(),
            object: None,
            fields: Vec::new(),
            cause: None,
        });
        let withheld = fault.map(|fault| ("info.state".to_owned(), fault)).into_iter().collect();
        TaskRecord { moref: MoRef::new("Task", id), info: None, state, withheld }
    }

    fn running(records: &[TaskRecord]) -> Observed<u32> {
        let mut inquiry = Inquiry::new(Job::new("vc.example.com:443", "u", Trust::HostRoots), NOW);
        let id = HostId("host-1".to_owned());
        inquiry.facts.hosts.insert(id.clone(), Host::named(id.clone(), "esx01".to_owned()));
        let tasks = ["task-1", "task-2", "task-3"].map(|task| MoRef::new("Task", task)).to_vec();
        running_tasks(&mut inquiry, NOW, &[(id.clone(), tasks)], records);
        inquiry.facts.hosts.get(&id).unwrap().running_tasks.clone()
    }

    #[test]
    fn a_task_that_waits_runs_and_one_that_is_forgotten_has_ended() {
        let records = [
            record("task-1", Some(TaskState::Running), None),
            record("task-2", Some(TaskState::Queued), None),
            record("task-3", None, Some("ManagedObjectNotFound")),
        ];
        assert_eq!(running(&records).value(), Some(&2));
        assert_eq!(running(&[record("task-1", Some(TaskState::Success), None)]).value(), Some(&0));
    }

    #[test]
    fn a_task_that_may_not_be_seen_leaves_the_number_unknown() {
        assert_eq!(running(&[record("task-1", None, Some("NoPermission"))]).value(), None);
    }

    #[test]
    fn a_clock_is_compared_with_vcenters_and_with_no_other() {
        let mut inquiry = Inquiry::new(Job::new("vc.example.com:443", "u", Trust::HostRoots), NOW);
        let id = HostId("host-1".to_owned());
        inquiry.facts.hosts.insert(id.clone(), Host::named(id.clone(), "esx01".to_owned()));
        let mut ahead = |of_vcenter: Observed<i64>| {
            inquiry.facts.vcenter.clock_ahead_seconds = of_vcenter;
            clock(&mut inquiry, NOW, &id, NOW.plus_seconds(90));
            inquiry.facts.hosts.get(&id).unwrap().clock_ahead_of_vcenter_seconds.value().copied()
        };
        assert_eq!(ahead(Observed::not_asked("the clock did not answer", "")), None);
        assert_eq!(ahead(Observed::seen(30, NOW)), Some(60));
        // vCenter may tell the time after its hosts did.
        assert_eq!(ahead(Observed::not_asked("the clock did not answer yet", "")), None);
        learn_vcenter::clock(&mut inquiry, NOW.plus_seconds(5), NOW.plus_seconds(35));
        let host = inquiry.facts.hosts.get(&id).unwrap();
        assert_eq!(host.clock_ahead_of_vcenter_seconds.value().copied(), Some(60));
    }
}
