//! Before a provider is unregistered its host is looked at once more: that comes at the end of a run which may have gone on
//! for hours, and what is away by then cannot register itself again. An offline provider of a host that is away comes back
//! with its host; one that was unregistered does not.

use super::Run;
use super::proof::only;
use crate::case::Case;
use crate::facts::HostId;
use crate::gates::read_for_unregistering;
use crate::plan::{Act, StepId};
use crate::survey::Question;
use crate::time::UnixTime;
use crate::wire::MoRef;

impl Run {
    /// What is asked besides, before a provider of a host is unregistered.
    pub(super) fn unregistering_questions(&self, id: StepId) -> Vec<Question> {
        let Some(host) = self.unregisters_at(id) else { return Vec::new() };
        let mut questions = vec![Question::Hosts { hosts: vec![host.clone()] }];
        let facts = &self.inquiry.facts;
        let Some(cluster) = facts.hosts.get(host).and_then(|host| host.cluster_id.value()) else { return questions };
        let Some(kind) = self.inquiry.cluster_kinds.get(cluster) else { return questions };
        let hosts = self.inquiry.cluster_hosts.get(cluster).into_iter().flatten();
        let filters = hosts.filter_map(|host| facts.hosts.get(host)?.io_filters.value()).flatten();
        for filter in filters {
            let question = Question::DisksUsingFilter { cluster: MoRef::new(kind, cluster), filter: filter.id.clone() };
            if !questions.contains(&question) {
                questions.push(question);
            }
        }
        questions
    }

    /// Why the provider is left registered, if so.
    pub(super) fn why_not_unregister(&self, now: UnixTime, id: StepId) -> Option<(HostId, String)> {
        let id = self.unregisters_at(id)?;
        let facts = only(&self.inquiry.facts, now, id);
        let case = Case::new(&facts, &self.policy);
        let host = case.facts.hosts.get(id)?;
        let why = match host.connection.known() {
            Ok(_) if host.is_connected() => {
                let closed = read_for_unregistering(&case).into_iter().find(|reading| !reading.passes())?;
                format!("gate `{}` is closed before `{}`: {}", closed.gate, host.name, closed.reason())
            }
            Ok(_) => {
                format!("`{}` is not connected to vCenter any more, and its provider could not come back", host.name)
            }
            Err(missing) => format!("`{}` could not be looked at: {}", host.name, missing.message),
        };
        Some((id.clone(), why))
    }

    /// The host whose provider the step takes away to come back. One that is taken away for good is nobody's.
    fn unregisters_at(&self, id: StepId) -> Option<&HostId> {
        let step = self.plan.step(id).filter(|step| matches!(step.act, Act::UnregisterProvider { .. }))?;
        let is_back = |host: &HostId| {
            let mut waits = self.plan.last.iter().filter(|other| matches!(other.act, Act::AwaitProvider { .. }));
            waits.any(|other| other.host.as_ref().is_some_and(|one| one.id == *host))
        };
        step.host.as_ref().map(|host| &host.id).filter(|host| is_back(host))
    }
}
