//! vCenter does not talk to the host: reconnect it (A11). A person may have disconnected it on purpose, so this asks
//! first. In `vmca` mode a reconnection comes with a new certificate, so what follows every new one follows: without it
//! the provider would go on with the old one, and the host would be worse than before.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::{ConnectionState, Host};
use crate::gates::Touches;
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
    let is_issued = planning.case.is_vmca_mode();
    let touches = if is_issued { Touches::HostCertificate } else { reconnect.touches };
    let step =
        Step { skip_when: connected.clone(), done_when: connected, safety: Safety::AskFirst, touches, ..reconnect };
    draft.add(Stage::Connection, step);
    if is_issued {
        return super::host_certificate::afterwards(planning, host, draft);
    }
    super::refresh_provider::steps(planning, host, draft)
}
