//! What answers teach of what a change could be taken back by: backups, linked nodes, snapshots; and of what would take it
//! back by itself.

use super::inquiry::Inquiry;
use super::question::Question;
use crate::facts::{Backup, Missing, MissingReason, Node, Observed, Snapshot};
use crate::time::UnixTime;
use crate::wire::vim::machines::MachineRecord;
use crate::wire::{MoRef, WireError, rest};

pub(crate) fn backups(inquiry: &mut Inquiry, now: UnixTime, jobs: &[rest::backup_jobs::BackupJob]) {
    let ended = |job: &rest::backup_jobs::BackupJob| {
        let end = job.end_time.filter(|_| job.status == "SUCCEEDED")?;
        Some(Backup { job: job.id.clone(), ended_at: end })
    };
    let newest = jobs.iter().filter_map(ended).max_by_key(|backup| backup.ended_at);
    inquiry.facts.vcenter.backup = Observed::seen(newest, now);
}

/// Whether vCenter boots hosts over the network. That the appliance has no such service is an answer.
pub(crate) fn auto_deploy(
    inquiry: &mut Inquiry,
    now: UnixTime,
    told: Result<rest::service::ServiceState, WireError>,
) -> Result<(), WireError> {
    let runs = match told {
        Ok(service) => service.state != "STOPPED",
        Err(WireError::Refused { status: 404, error, .. }) if error == "NOT_FOUND" => false,
        Err(error) => return Err(error),
    };
    inquiry.facts.vcenter.auto_deploy = Observed::seen(runs, now);
    Ok(())
}

/// The nodes of the SSO domain; the machine of each is looked for next.
pub(crate) fn nodes(inquiry: &mut Inquiry, now: UnixTime, nodes: Vec<rest::nodes::Node>) -> Vec<Question> {
    let vcenter = &mut inquiry.facts.vcenter;
    vcenter.snapshots.clear();
    let questions = nodes.iter().map(|node| Question::MachineOf { node: node.node.clone() }).collect();
    let nodes = nodes.into_iter().map(|node| Node { name: node.node, kind: node.kind }).collect();
    vcenter.nodes = Observed::seen(nodes, now);
    questions
}

/// The machines that call themselves as a node does. It runs in one of them at most, and which is not guessed.
pub(crate) fn machine(inquiry: &mut Inquiry, node: &str, found: &[MoRef]) -> Vec<Question> {
    let missing = match found {
        [machine] => return vec![Question::Snapshots { node: node.to_owned(), machine: machine.clone() }],
        [] => Missing {
            reason: MissingReason::Gone,
            message: format!("no virtual machine of this inventory calls itself `{node}`"),
            help: "waive the gate by name, and say where the node's snapshot is".to_owned(),
        },
        many => Missing {
            reason: MissingReason::Malformed,
            message: format!("{} virtual machines of this inventory call themselves `{node}`", many.len()),
            help: String::new(),
        },
    };
    inquiry.facts.vcenter.snapshots.insert(node.to_owned(), Observed::Unknown(missing));
    Vec::new()
}

pub(crate) fn snapshots(inquiry: &mut Inquiry, now: UnixTime, node: &str, records: Vec<MachineRecord>) {
    let not_told = |why: String| {
        Observed::Unknown(Missing {
            reason: MissingReason::Denied,
            message: format!("vCenter did not tell the snapshots of the machine of `{node}`{why}"),
            help: String::new(),
        })
    };
    let seen = match records.into_iter().next() {
        None => not_told(String::new()),
        Some(record) => match record.withheld.values().next() {
            Some(fault) => not_told(format!(": {fault}")),
            None => Observed::seen(
                record
                    .snapshots
                    .into_iter()
                    .map(|one| Snapshot {
                        name: one.name,
                        taken_at: one.create_time,
                        powered_off: one.state == "poweredOff",
                    })
                    .collect(),
                now,
            ),
        },
    };
    inquiry.facts.vcenter.snapshots.insert(node.to_owned(), seen);
}
