//! Steps on their way into a plan.

use std::collections::BTreeMap;

use crate::facts::HostId;
use crate::plan::{Act, Condition, HostRef, Step, Undo};

/// The order in which one host is repaired: bottom-up, so that nothing above is tried on a broken ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// vCenter's connection to the host: without it vCenter can do nothing else there.
    Connection,
    /// The host's clock, since all else is judged by dates.
    Time,
    /// The way to the provider's port.
    Firewall,
    /// SSH is opened, if the host needs a command.
    OpenShell,
    /// What the host trusts.
    CaStore,
    /// The host certificate; reconnecting is one of its ways.
    HostCertificate,
    /// The daemon that serves 9080.
    ProviderDaemon,
    /// SSH is closed again.
    CloseShell,
    /// What SPS accepts of the provider (mode `thumbprint`).
    Pin,
    /// What the host trusts, looked at once more: a new certificate may have come with a new store.
    CaStoreAgain,
    /// SMS reads the provider again.
    Sync,
    /// SMS connects to the provider again.
    Reconnect,
}

/// Whether a provider is registered anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Anew {
    /// It is not.
    #[default]
    Never,
    /// If it is still not well after all else, or there is none.
    IfUnwell,
    /// Whatever SMS says of it: it is registered under a wrong name.
    Surely,
}

/// The steps for one host, and what the fleet must do for it afterwards.
#[derive(Debug, Default)]
pub(crate) struct HostDraft {
    steps: BTreeMap<Stage, Vec<Step>>,
    /// Whether the provider is registered anew, once a run.
    pub(crate) anew: Anew,
    /// Whether the host's provider must be well at the end.
    pub(crate) awaits_provider: bool,
    /// Whether the service `sps` must read its store again, once a run, if the provider is still not well.
    pub(crate) reloads_store: bool,
    /// Set where the steps prepare a cure and are none: what a person does next.
    pub(crate) then_by_hand: Option<String>,
    /// What a reader should know of the steps.
    pub(crate) notes: Vec<String>,
}

impl HostDraft {
    /// Adds a step, unless a remedy before wanted the same act in the same stage.
    pub(crate) fn add(&mut self, stage: Stage, step: Step) {
        let steps = self.steps.entry(stage).or_default();
        if !steps.iter().any(|other| other.act == step.act) {
            steps.push(step);
        }
    }

    /// Takes over what another remedy drafted for the same host.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (stage, steps) in other.steps {
            for step in steps {
                self.add(stage, step);
            }
        }
        self.anew = self.anew.max(other.anew);
        self.awaits_provider |= other.awaits_provider;
        self.reloads_store |= other.reloads_store;
        self.then_by_hand = self.then_by_hand.take().or(other.then_by_hand);
        self.notes.extend(other.notes);
    }

    /// The steps in order.
    pub(crate) fn into_steps(self) -> Vec<Step> {
        let mut stages = self.steps;
        keep_trust(&mut stages);
        let mut steps: Vec<Step> = stages.into_values().flatten().collect();
        reopen_on_the_way_back(&mut steps);
        steps
    }

    /// The steps in order, to look at.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.values().flatten()
    }

    /// Whether its steps connect the host.
    pub(crate) fn connects(&self) -> bool {
        self.steps().any(is_reconnection)
    }

    /// Whether its steps connect the host before anything else is done there.
    pub(crate) fn connects_first(&self) -> bool {
        self.steps.get(&Stage::Connection).is_some_and(|steps| steps.iter().any(is_reconnection))
    }

    /// Takes out the steps of a stage that can be done without.
    pub(crate) fn drop_optional(&mut self, is_held: impl Fn(&Step) -> bool) {
        for steps in self.steps.values_mut() {
            steps.retain(|step| !is_held(step));
        }
    }
}

/// A host is told of a new certificate of SPS after all else that is done to its CA store, since a push of roots may drop it
/// again; and once more where the host gets a new certificate, which may come with a push.
fn keep_trust(stages: &mut BTreeMap<Stage, Vec<Step>>) {
    let tells = |step: &Step| matches!(step.act, Act::TrustClientCertificate { .. });
    let Some(steps) = stages.get_mut(&Stage::CaStore) else { return };
    // The order of all else is kept.
    steps.sort_by_key(tells);
    let Some(last) = steps.last().filter(|step| tells(step)).cloned() else { return };
    if stages.contains_key(&Stage::HostCertificate) {
        stages.entry(Stage::CaStoreAgain).or_default().push(last);
    }
}

fn is_reconnection(step: &Step) -> bool {
    matches!(step.act, Act::ReconnectHost { .. })
}

/// A command that takes a step back needs the shell that was closed after it: then taking the closing back opens it, and
/// taking the opening back closes it again.
fn reopen_on_the_way_back(steps: &mut [Step]) {
    let needs_shell = |step: &Step| matches!(&step.undo, Undo::By { act: Act::Shell { .. }, .. });
    let Some(first) = steps.iter().position(needs_shell) else { return };
    let mut before = steps.get(..first).unwrap_or_default().iter().rev();
    let opening = before.find(|step| matches!(step.act, Act::StartService { .. }));
    let Some((open, close)) = opening.and_then(|step| match &step.undo {
        Undo::By { act, .. } => {
            Some((Undo::By { act: step.act.clone(), done_when: step.done_when.clone() }, act.clone()))
        }
        _ => None,
    }) else {
        return;
    };
    for step in steps.iter_mut().skip(first).filter(|step| step.act == close) {
        step.undo = open.clone();
    }
}

/// The steps before and after all hosts.
#[derive(Debug, Default)]
pub(crate) struct FleetDraft {
    /// Steps on the vCenter that come first.
    pub(crate) first: Vec<Step>,
    /// What hosts need because of them.
    pub(crate) hosts: BTreeMap<HostId, HostDraft>,
    /// What a person must know of it.
    pub(crate) notes: Vec<String>,
    /// Steps on the vCenter that come last of all.
    pub(crate) afterwards: Vec<Step>,
    /// Providers that are unregistered, each once.
    pub(crate) unregister: Vec<Step>,
    /// Hosts whose providers register themselves when the service `sps` restarts, with the URL to be registered at if they
    /// do not.
    pub(crate) register_anew: BTreeMap<HostId, (HostRef, String)>,
    /// Hosts for which the service `sps` must read its store again.
    pub(crate) reload: BTreeMap<HostId, HostRef>,
    /// Hosts whose providers must be well at the end.
    pub(crate) await_providers: BTreeMap<HostId, HostRef>,
}

impl FleetDraft {
    /// Adds a step that comes first, once. The service `sps` is restarted once for all that wait for it, after all of them:
    /// its restart is needed, and has done its work, only for all together.
    pub(crate) fn add_first(&mut self, mut step: Step) {
        let Some(index) = self.first.iter().position(|other| other.act == step.act) else {
            self.first.push(step);
            return;
        };
        if step.act == Act::RestartSps {
            let earlier = self.first.remove(index);
            step.skip_when = Condition::both(earlier.skip_when, step.skip_when);
            step.done_when = Condition::both(earlier.done_when, step.done_when);
            self.first.push(step);
        }
    }

    /// Adds the unregistering of a provider, once.
    pub(crate) fn unregister(&mut self, step: Step) {
        let is_same = |other: &Step| matches!((&other.act, &step.act), (Act::UnregisterProvider { provider: left }, Act::UnregisterProvider { provider: right }) if left == right);
        if !self.unregister.iter().any(is_same) {
            self.unregister.push(step);
        }
    }
}
