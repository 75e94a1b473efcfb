//! The steps that remedies are made of, one function each. What each does, when it is done, how it is undone and what
//! it disturbs stands together here; the letters are those of `core/ACTIONS.md`.

mod appliance;
mod certificate;
mod connection;
mod network;
mod provider;
mod service;
mod shell;
mod trust;

pub(crate) use appliance::{delete_client_entry, pin_provider, restart_sps, restart_sps_to_renew, start_sps};
pub(crate) use certificate::{install_host_certificate, notify_of_host_certificate, renew_by_vcenter, request_signing};
pub(crate) use connection::reconnect_host;
pub(crate) use network::{
    TIME_SERVICE, acknowledge_alarm, allow_addresses, clear_alarms, enable_rule_set, set_time_servers,
    start_time_service, stop_time_service,
};
pub(crate) use provider::{
    await_provider, expect_provider, reconnect_provider, register_provider, sync_provider, unregister_for_good,
    unregister_to_register_anew, unregister_to_rename,
};
pub(crate) use service::{SSH_SERVICE, close_shell, open_shell};
pub(super) use shell::lasting;
pub(crate) use shell::{regenerate_by_shell, replace_by_shell, restart_provider_daemon, tell_provider_daemon};
pub(crate) use trust::{add_to_ca_store, push_roots, trust_client_certificate};

use crate::facts::Host;
use crate::gates::Touches;
use crate::plan::{Act, Condition, HostRef, IfNotDone, Safety, Step, StepId, Undo};

const CERTIFICATE_MANAGE: &str = "Certificate.Manage";
const CONFIGURE_SERVICE: &str = "StorageViews.ConfigureService";
const VIEW_SERVICE: &str = "StorageViews.View";
const NET_SERVICE: &str = "Host.Config.NetService";
const ROOT_ON_ESXI: &str = "root on the ESXi host, by SSH";
const ROOT_ON_APPLIANCE: &str = "root on the vCenter appliance, by SSH";
const APPLIANCE_ADMINISTRATOR: &str = "appliance administrator (REST)";

/// What every step has; its maker says the rest.
fn step(host: Option<&Host>, act: Act, touches: Touches, timeout_seconds: i64) -> Step {
    Step {
        id: StepId(0),
        host: host.map(|host| HostRef { id: host.id.clone(), name: host.name.clone() }),
        act,
        skip_when: Condition::Never,
        done_when: Condition::Never,
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing(String::new()),
        safety: Safety::Safe,
        touches,
        disturbs: String::new(),
        privilege: String::new(),
        timeout_seconds,
    }
}

fn both(left: Condition, right: Condition) -> Condition {
    Condition::both(left, right)
}

fn either(left: Condition, right: Condition) -> Condition {
    Condition::Either { left: Box::new(left), right: Box::new(right) }
}

#[cfg(test)]
mod tests;
