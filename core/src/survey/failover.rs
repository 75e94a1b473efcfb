//! Whether clusters have what vSphere HA sets aside for hosts that fail.

use super::inquiry::Inquiry;
use super::question::Question;
use crate::facts::{FailoverCapacity, Missing, MissingReason, Observed};
use crate::time::UnixTime;
use crate::wire::MoRef;
use crate::wire::vim::failover::{Capacity, FailoverRecord};

/// Clusters that are asked at once.
const CLUSTERS: usize = 100;

/// The questions about clusters. A host that stands alone has no HA.
pub(super) fn questions(inquiry: &mut Inquiry, now: UnixTime, clusters: &[MoRef]) -> Vec<Question> {
    let (with, without): (Vec<&MoRef>, Vec<&MoRef>) =
        clusters.iter().partition(|cluster| cluster.kind == "ClusterComputeResource");
    for alone in without {
        let told = FailoverCapacity { is_whole: true, told: "the host is in no cluster".to_owned() };
        write(inquiry, alone, &Observed::seen(told, now));
    }
    let some = |some: &[&MoRef]| Question::Failover { clusters: some.iter().map(|one| (*one).clone()).collect() };
    with.chunks(CLUSTERS).map(some).collect()
}

pub(super) fn learned(inquiry: &mut Inquiry, now: UnixTime, records: &[FailoverRecord]) {
    for record in records {
        let fact = match capacity(record) {
            Ok(told) => Observed::seen(told, now),
            Err(why) => Observed::Unknown(Missing {
                reason: MissingReason::NotSent,
                message: format!("vCenter did not tell the failover capacity of the cluster: {why}"),
                help: String::new(),
            }),
        };
        write(inquiry, &record.moref, &fact);
    }
}

pub(super) fn missed(inquiry: &mut Inquiry, clusters: &[MoRef], missing: &Missing) {
    for cluster in clusters {
        write(inquiry, cluster, &Observed::Unknown(missing.clone()));
    }
}

fn write(inquiry: &mut Inquiry, cluster: &MoRef, fact: &Observed<FailoverCapacity>) {
    for id in inquiry.cluster_hosts.get(&cluster.value).into_iter().flatten() {
        if let Some(host) = inquiry.facts.hosts.get_mut(id) {
            host.failover = fact.clone();
        }
    }
}

/// What is there, of what is to be set aside; or why that cannot be told.
fn capacity(record: &FailoverRecord) -> Result<FailoverCapacity, String> {
    let nothing = |why: &str| Ok(FailoverCapacity { is_whole: true, told: why.to_owned() });
    let absent = |path: &str| match record.withheld.values().next() {
        Some(fault) => fault.to_string(),
        None => format!("`{path}` is absent"),
    };
    if !record.enabled.ok_or_else(|| absent("dasConfig.enabled"))? {
        return nothing("vSphere HA is off in the cluster");
    }
    if !record.admission_control.ok_or_else(|| absent("dasConfig.admissionControlEnabled"))? {
        return nothing("vSphere HA sets nothing aside in the cluster: its admission control is off");
    }
    let wanted = record.wanted.as_ref().ok_or_else(|| absent("dasConfig.admissionControlPolicy"))?;
    let present = record.present.as_ref().ok_or_else(|| absent("summary.admissionControlInfo"))?;
    match (wanted, present) {
        (Capacity::Hosts(wanted), Capacity::Hosts(present)) => Ok(FailoverCapacity {
            is_whole: present >= wanted,
            told: format!("{present} hosts of the cluster may fail, and {wanted} must be able to"),
        }),
        (Capacity::Percent { cpu, memory }, Capacity::Percent { cpu: free_cpu, memory: free_memory }) => {
            Ok(FailoverCapacity {
                is_whole: free_cpu >= cpu && free_memory >= memory,
                told: format!(
                    "{free_cpu} % of CPU and {free_memory} % of memory of the cluster are set aside, and {cpu} % and {memory} % must be"
                ),
            })
        }
        (Capacity::StandBy { all: wanted, .. }, Capacity::StandBy { green, all }) => Ok(FailoverCapacity {
            is_whole: green == all && all >= wanted,
            told: format!("{green} of {all} hosts that stand by in the cluster are ready"),
        }),
        _ => Err("the policy and what is there are of different kinds".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::collections::BTreeMap;

    use super::*;

    fn told(enabled: Option<bool>, wanted: Option<Capacity>, present: Option<Capacity>) -> Result<bool, String> {
        let record = FailoverRecord {
            moref: MoRef::new("ClusterComputeResource", "domain-c8"),
            enabled,
            admission_control: Some(true),
            wanted,
            present,
            withheld: BTreeMap::new(),
        };
        capacity(&record).map(|told| told.is_whole)
    }

    #[test]
    fn what_is_there_is_held_against_what_is_wanted() {
        let hosts = |count| Some(Capacity::Hosts(count));
        let percent = |cpu, memory| Some(Capacity::Percent { cpu, memory });
        let stand_by = |green, all| Some(Capacity::StandBy { green, all });
        let whole: [(Option<Capacity>, Option<Capacity>, bool); 7] = [
            (hosts(1), hosts(1), true),
            (hosts(1), hosts(0), false),
            (percent(25, 25), percent(25, 60), true),
            (percent(25, 25), percent(60, 24), false),
            (stand_by(1, 1), stand_by(1, 1), true),
            (stand_by(2, 2), stand_by(1, 2), false),
            (stand_by(2, 2), stand_by(1, 1), false),
        ];
        for (wanted, present, is_whole) in whole {
            assert_eq!(told(Some(true), wanted.clone(), present.clone()).unwrap(), is_whole, "{wanted:?} {present:?}");
        }
        assert!(told(Some(false), None, None).unwrap());
        assert!(told(None, hosts(1), hosts(1)).is_err());
        assert!(told(Some(true), hosts(1), None).is_err());
        assert!(told(Some(true), hosts(1), percent(1, 1)).is_err());
    }
}
