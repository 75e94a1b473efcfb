//! The host's clock is wrong: let it ask time servers again (A15). Servers come from the policy, else the host's own are
//! kept; that its clock is right afterwards is looked at.

use super::{HostDraft, Remedy, Scope, Stage, moves};
use crate::facts::Host;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "synchronise-time",
    help: "have the host's time service run and ask its time servers until its clock agrees with vCenter's",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    let policy = planning.case.policy;
    let own = host.time_servers.known().map_err(|missing| missing.message.clone())?;
    let services =
        host.services.known().map_err(|missing| format!("the host's services are not known: {}", missing.message))?;
    let runs = services.iter().any(|service| service.key == moves::TIME_SERVICE && service.running);
    let is_told = !policy.time_servers.is_empty() && *own != policy.time_servers;
    if !is_told && own.is_empty() {
        return Err("the host has no time servers; give some by the setting `time_servers`".to_owned());
    }
    if !is_told && runs {
        return Err("the host's time service runs and its clock is wrong all the same; look at its time servers, or give others by the setting `time_servers`".to_owned());
    }
    let timeout = policy.step_timeout_seconds;
    if is_told {
        draft.add(Stage::Time, moves::set_time_servers(host, own, &policy.time_servers, timeout));
    }
    if runs {
        draft.add(Stage::Time, moves::stop_time_service(host, timeout));
    }
    draft.add(Stage::Time, moves::start_time_service(host, runs, policy.clock_warn_seconds, timeout));
    Ok(())
}
