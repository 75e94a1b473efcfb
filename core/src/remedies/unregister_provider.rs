//! A provider that nobody needs: a second one for the same host, or one whose host is gone. Unregister it (A3). What is
//! taken away may be wanted, so it is done only when the policy's ceiling allows to ask first.

use super::{FleetDraft, Remedy, Scope, moves};
use crate::facts::Provider;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "unregister-provider",
    help: "unregister this provider; the host's own stays (needs the ceiling `ask-first`)",
    scope: Scope::Provider(steps),
};

fn steps(planning: &Planning<'_>, provider: &Provider, draft: &mut FleetDraft) -> Result<(), String> {
    let host = planning.case.host_of(provider);
    if host.is_none() {
        let status = provider.status.known();
        let status = status.map_err(|missing| format!("whether it still answers is not known: {}", missing.message))?;
        if status == "online" {
            return Err("SMS has it online, so its host is there; perhaps this user may not see that host. Remove the provider in the vSphere Client if it is surely not wanted".to_owned());
        }
    }
    let stored = planning.stored_certificate(provider);
    draft.unregister(moves::unregister_for_good(host, provider, stored, planning.case.policy.step_timeout_seconds));
    Ok(())
}
