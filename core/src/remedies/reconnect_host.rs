//! vCenter does not talk to the host: reconnect it (A11). A person may have disconnected it on purpose, so this asks
//! first. In `vmca` mode a reconnection may come with a new certificate, so the daemon, the CA store and the provider
//! are looked at afterwards.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::{ConnectionState, Host};
use crate::plan::{Condition, Planning, Safety, Step};

pub(super) const REMEDY: Remedy = Remedy {
    name: "reconnect-host",
    help: "reconnect the host to vCenter (needs the ceiling `ask-first`), then check again",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let timeout = planning.case.policy.step_timeout_seconds;
    let connected = Condition::HostIs { host: host.id.clone(), state: ConnectionState::Connected };
    let [_, reconnect] = moves::reconnect_host(host, false, &connected, timeout);
    let step = Step { skip_when: connected.clone(), done_when: connected, safety: Safety::AskFirst, ..reconnect };
    draft.add(Stage::HostCertificate, step);
    if let Some(certificate) = super::trust_sms_certificate::client_certificate(planning.case.facts, host) {
        draft.add(Stage::CaStoreAgain, moves::add_to_ca_store(host, &[certificate], timeout));
    }
    super::refresh_provider::steps(planning, host, draft)
}
