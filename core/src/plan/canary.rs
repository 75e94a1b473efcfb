//! Which host goes first, alone: if the cure is no cure, one host shows it.

use std::collections::BTreeMap;

use super::{HostRef, HostSteps, Lane};

/// Chooses the first of the hosts whose remedy is the commonest, since it speaks for the most others, and puts it at the
/// head of its lane. `None` when there are no two hosts with steps.
pub(super) fn choose(lanes: &mut [Lane]) -> Option<HostRef> {
    let mut remedies: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for host in lanes.iter().flat_map(|lane| &lane.hosts).filter(|host| !host.steps.is_empty()) {
        let count = remedies.entry(remedy(host)).or_default();
        *count = count.saturating_add(1);
    }
    if remedies.values().sum::<usize>() < 2 {
        return None;
    }
    let most = remedies.values().copied().max()?;
    let is_common = |host: &HostSteps| remedies.get(&remedy(host)) == Some(&most);
    for lane in lanes {
        if let Some(at) = lane.hosts.iter().position(|host| !host.steps.is_empty() && is_common(host)) {
            let hosts = lane.hosts.get_mut(..=at)?;
            hosts.rotate_right(1);
            return lane.hosts.first().map(|host| host.host.clone());
        }
    }
    None
}

fn remedy(host: &HostSteps) -> Vec<String> {
    host.steps.iter().map(|step| step.act.title()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::facts::{Host, HostId};
    use crate::remedies::moves;

    fn host(name: &str, is_synchronised: bool) -> HostSteps {
        let host = Host::named(HostId(name.to_owned()), name.to_owned());
        let step =
            if is_synchronised { moves::sync_provider(&host, 1) } else { moves::restart_provider_daemon(&host, 1) };
        HostSteps { host: HostRef { id: host.id, name: host.name }, cures: Vec::new(), steps: vec![step] }
    }

    fn lane(cluster: &str, hosts: Vec<HostSteps>) -> Lane {
        Lane { cluster: cluster.to_owned(), hosts }
    }

    #[test]
    fn it_is_the_first_with_the_commonest_remedy_and_heads_its_lane() {
        let mut lanes = [
            lane("a", vec![host("a1", true), host("a2", false)]),
            lane("b", vec![host("b1", false), host("b2", false)]),
        ];
        assert_eq!(choose(&mut lanes).unwrap().name, "a2");
        let names = |lane: &Lane| lane.hosts.iter().map(|host| host.host.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            (names(&lanes[0]), names(&lanes[1])),
            (vec!["a2".into(), "a1".into()], vec!["b1".into(), "b2".into()])
        );
    }

    #[test]
    fn one_host_with_steps_needs_none() {
        let idle = HostSteps { steps: Vec::new(), ..host("a2", true) };
        assert_eq!(choose(&mut [lane("a", vec![host("a1", true), idle])]), None);
        assert_eq!(choose(&mut []), None);
    }
}
