//! SSH on the host, opened for the steps that need it and closed as it was found.

use super::{NET_SERVICE, step};
use crate::facts::{Host, HostId};
use crate::gates::Touches;
use crate::plan::{Act, Condition, Safety, Step, Undo};

/// The key of the SSH service in `HostServiceSystem`.
pub(crate) const SSH_SERVICE: &str = "TSM-SSH";

/// Opens SSH for the steps that need it.
pub(crate) fn open_shell(host: &Host, timeout_seconds: i64) -> Step {
    service(host, true, timeout_seconds)
}

/// Closes SSH again, as it was found.
pub(crate) fn close_shell(host: &Host, timeout_seconds: i64) -> Step {
    service(host, false, timeout_seconds)
}

fn service(host: &Host, running: bool, timeout_seconds: i64) -> Step {
    let id: HostId = host.id.clone();
    let key = SSH_SERVICE.to_owned();
    let start = Act::StartService { host: id.clone(), service: key.clone() };
    let stop = Act::StopService { host: id.clone(), service: key.clone() };
    let stopped = Condition::Service { host: id.clone(), service: key.clone(), running: false };
    let holds = Condition::Service { host: id, service: key, running };
    let (act, undo) = if running {
        (start, Undo::By { act: stop, done_when: stopped })
    } else {
        (stop, Undo::Nothing("the service is as it was found".to_owned()))
    };
    Step {
        skip_when: holds.clone(),
        done_when: holds,
        undo,
        safety: Safety::Disturbs,
        disturbs: "SSH is open on the host for the time of the steps between".to_owned(),
        privilege: NET_SERVICE.to_owned(),
        ..step(Some(host), act, Touches::Shell, timeout_seconds)
    }
}
