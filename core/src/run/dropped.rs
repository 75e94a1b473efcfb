//! What a push of roots dropped of a host's CA store, which the step after it brings back.
//!
//! The plan names what the store held when the plan was made. Others may have added to it since, so what it held right
//! before the push counts as well. vCenter pushes revocation lists too: its own take the place of earlier ones of the same
//! issuer, and those of other issuers must not be lost.

use super::Run;
use super::journal::SavedCaStore;
use crate::certificate::{Certificate, lists_without_successor};
use crate::facts::HostId;
use crate::plan::{Act, Condition, StepId};

impl Run {
    /// What the store held right before a push of roots of this run, if the step is one that brings back what that
    /// dropped.
    pub(super) fn before_push(&self, id: StepId) -> Option<(&HostId, &SavedCaStore)> {
        let step = self.plan.step(id).filter(|step| matches!(step.act, Act::AddToCaStore { .. }))?;
        let host = &step.host.as_ref()?.id;
        let own = self.plan.steps().filter(|other| other.host.as_ref().is_some_and(|one| one.id == *host));
        let mut before = own.take_while(|other| other.id != id);
        let push = before.find(|other| matches!(other.act, Act::PushRoots { .. }) && self.may_have_acted(other))?;
        Some((host, self.saved.get(&push.id)?))
    }

    /// A condition of the step, and that nothing is missing which a push of roots dropped.
    pub(super) fn and_nothing_dropped(&self, id: StepId, condition: Condition) -> Condition {
        let Some((host, saved)) = self.before_push(id) else { return condition };
        let known = saved.certificates.iter().filter_map(|pem| Certificate::from_pem(pem).ok());
        let certificates = known.map(|one| one.fingerprint).collect();
        let certificates = Condition::CaStoreHolds { host: host.clone(), certificates };
        let lists = Condition::RevocationListsHold { host: host.clone(), lists: saved.revocation_lists.clone() };
        [certificates, lists]
            .into_iter()
            .fold(condition, |left, right| Condition::Both { left: Box::new(left), right: Box::new(right) })
    }

    /// What is written when the step brings back what a push dropped: what is there now, and what was there before.
    pub(super) fn with_dropped(&self, id: StepId, mut saved: SavedCaStore) -> SavedCaStore {
        let Some((_, before)) = self.before_push(id) else { return saved };
        for pem in &before.certificates {
            if !saved.certificates.contains(pem) {
                saved.certificates.push(pem.clone());
            }
        }
        let dropped = lists_without_successor(&before.revocation_lists, &saved.revocation_lists);
        saved.revocation_lists.extend(dropped);
        saved
    }
}
