//! The world behind the lab's sockets: plain state, and the methods that change it.
//!
//! Nothing runs in the background. The world moves when it is looked at: [`World::settle`] carries out, in order, all that
//! fell due since the last look (tasks, SPS, polls). Who holds the world through `LabState::world` has it settled.

pub mod actions;
pub mod alarm;
pub mod build;
pub mod clock;
pub mod host;
pub mod provider;
pub mod registration;
pub mod sps;
pub mod task;
pub mod vcenter;
pub mod vecs;
pub mod view;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use crate::pki::Pki;
use crate::scenario::{Delays, FailoverPlan, Ports, Switches};
use clock::Clock;
use host::Host;
use provider::Provider;
use sps::Sps;
use task::Task;
use vcenter::VCenter;

/// Everything there is in one lab.
#[derive(Debug)]
pub struct World {
    /// vCenter's clock; ESXi hosts follow it but for their own offset.
    pub clock: Clock,
    /// Who signs.
    pub pki: Pki,
    /// vCenter itself: settings, stores, sessions, backups, events.
    pub vcenter: VCenter,
    /// Clusters in inventory order.
    pub clusters: Vec<Cluster>,
    /// ESXi hosts in inventory order.
    pub hosts: Vec<Host>,
    /// Providers as SMS knows them, in order of registration.
    pub providers: Vec<Provider>,
    /// The storage profile service, which holds SMS.
    pub sps: Sps,
    /// All tasks that ever began, vim25's and SMS's, by number.
    pub tasks: BTreeMap<u64, Task>,
    /// How undocumented things behave here.
    pub switches: Switches,
    /// How long things take.
    pub delays: Delays,
    /// The ports in force; `https` is set.
    pub ports: Ports,
    pub(crate) seed: u64,
    pub(crate) numbers: u64,
    pub(crate) due_tasks: BTreeSet<(OffsetDateTime, u64)>,
    /// Where hosts stand, by each of their names in lower case: with thousands of them a search per call is too slow.
    pub(crate) host_keys: BTreeMap<String, usize>,
    /// A service with a port of its own started or stopped since the ports were last seen to.
    pub(crate) doors_moved: bool,
    moment: OffsetDateTime,
}

/// A cluster of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Managed object id, `domain-c<n>`.
    pub moref: String,
    /// Name.
    pub name: String,
    /// What HA sets aside in it; nothing when HA is off.
    pub failover: Option<FailoverPlan>,
}

/// A fault that vCenter answers with, by its wire name (vim25 or SMS).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Wire name of the type, for instance `NotFound`.
    pub name: String,
    /// Localised message.
    pub message: String,
    /// Further fields of the fault type in wire order, name and text.
    pub fields: Vec<(String, String)>,
}

impl Fault {
    /// A fault without fields.
    pub fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.into(), message: message.into(), fields: Vec::new() }
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.fields.push((field.into(), value.into()));
        self
    }
}

impl World {
    /// The lab's time at this look. While a due thing is carried out, the time at which it fell due.
    pub fn now(&self) -> OffsetDateTime {
        self.moment
    }

    /// Carries out all that fell due, in order of time, and stands at the present.
    pub fn settle(&mut self) {
        let present = self.clock.now();
        loop {
            let task = self.due_tasks.first().map(|(at, _)| *at);
            let sps = self.sps.change_due();
            let Some(next) = [task, sps].into_iter().flatten().min().filter(|next| *next <= present) else { break };
            self.moment = next;
            if task == Some(next) {
                self.step_due_task();
            } else {
                self.step_sps();
            }
        }
        self.moment = present;
        self.poll_if_due();
    }

    /// Moves the clock. What is under way ends no later for it when the clock goes back.
    pub fn advance_clock(&mut self, by: Duration) {
        self.clock.advance(by);
        if by.is_negative() {
            self.due_tasks = self.due_tasks.iter().map(|(at, number)| (*at + by, *number)).collect();
            self.sps.move_due(by);
        }
    }

    /// A host by managed object id, name or address.
    pub fn host(&self, key: &str) -> Option<&Host> {
        self.host_index(key).and_then(|index| self.hosts.get(index))
    }

    /// The same, to change it.
    pub fn host_mut(&mut self, key: &str) -> Option<&mut Host> {
        self.host_index(key).and_then(|index| self.hosts.get_mut(index))
    }

    /// Where a host stands in the list.
    pub fn host_index(&self, key: &str) -> Option<usize> {
        let noted = self.host_keys.get(&key.to_ascii_lowercase()).copied();
        let noted = noted.filter(|index| self.hosts.get(*index).is_some_and(|host| host.goes_by(key)));
        noted.or_else(|| self.hosts.iter().position(|host| host.goes_by(key)))
    }

    /// What a name service would say of the hosts, as a hosts file.
    pub fn hosts_file(&self) -> String {
        self.hosts.iter().flat_map(|host| [host.resolves_to.to_string(), format!(" {}\n", host.name)]).collect()
    }

    /// The host that a provider's URL names, if it is in the inventory.
    pub fn host_of_provider(&self, provider: &Provider) -> Option<&Host> {
        self.host(provider.url_host())
    }

    /// A provider by managed object id or uid.
    pub fn provider(&self, key: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.moref == key || provider.uid == key)
    }

    /// The same, to change it.
    pub fn provider_mut(&mut self, key: &str) -> Option<&mut Provider> {
        self.providers.iter_mut().find(|provider| provider.moref == key || provider.uid == key)
    }

    /// Hosts of a cluster, by the cluster's managed object id.
    pub fn hosts_of<'a>(&'a self, cluster: &'a str) -> impl Iterator<Item = &'a Host> {
        self.hosts.iter().filter(move |host| host.cluster == cluster)
    }

    /// A number that was not given out before.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// A uuid that follows from the seed and a word.
    pub(crate) fn uuid_of(&self, word: &str) -> String {
        build::uuid_of(self.seed, word)
    }
}
