//! A11: disconnect and reconnect.

use super::{both, step};
use crate::facts::{ConnectionState, Host};
use crate::gates::Touches;
use crate::plan::{Act, Condition, Safety, Step, Undo};

/// A11: disconnect, then reconnect. In `vmca` mode vCenter issues a new host certificate as it reconnects.
pub(crate) fn reconnect_host(
    host: &Host,
    accept_shown_certificate: bool,
    done_when: &Condition,
    timeout_seconds: i64,
) -> [Step; 2] {
    let reconnect = Act::ReconnectHost { host: host.id.clone(), accept_shown_certificate };
    let disconnected = Condition::HostIs { host: host.id.clone(), state: ConnectionState::Disconnected };
    let connected = Condition::HostIs { host: host.id.clone(), state: ConnectionState::Connected };
    let done = both(connected.clone(), done_when.clone());
    let disturbs = "vCenter does not manage the host meanwhile, its agents are set up again and HA is reconfigured; virtual machines go on";
    let half = |act: Act, undo: Undo, reached: Condition| Step {
        skip_when: done.clone(),
        done_when: reached,
        undo,
        safety: Safety::Disturbs,
        disturbs: disturbs.to_owned(),
        privilege: "Host.Config.Connection".to_owned(),
        ..step(Some(host), act, Touches::HostConnection, timeout_seconds)
    };
    [
        half(
            Act::DisconnectHost { host: host.id.clone() },
            Undo::By { act: reconnect.clone(), done_when: connected },
            disconnected,
        ),
        half(reconnect, Undo::Nothing("the host is connected, as it should be".to_owned()), done.clone()),
    ]
}
