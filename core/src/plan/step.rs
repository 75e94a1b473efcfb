//! One step: what it does, when it is done, and how it is undone.

use serde::{Deserialize, Serialize};

use super::{Act, Condition};
use crate::facts::HostId;
use crate::gates::Touches;
pub use crate::policy::Safety;
use crate::request::SshChange;

/// Names one step of one plan, in the order of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its place in the plan.
    pub id: StepId,
    /// The ESXi host that it is for; `None` for the vCenter.
    pub host: Option<HostRef>,
    /// What it does.
    pub act: Act,
    /// When this holds already, the step is not needed any more and is passed over.
    pub skip_when: Condition,
    /// When this holds, the step has done its work. Looked at after the act, until it holds or the time is up.
    pub done_when: Condition,
    /// What happens when it does not hold in time.
    pub if_not_done: IfNotDone,
    /// How it is taken back.
    pub undo: Undo,
    /// How far it may go unasked.
    pub safety: Safety,
    /// What it touches; a closed gate that holds this keeps the step out of the plan.
    pub touches: Touches,
    /// What is disturbed, in words.
    pub disturbs: String,
    /// The vSphere privilege or login that it needs.
    pub privilege: String,
    /// Seconds that its effect may take to show.
    pub timeout_seconds: i64,
}

impl Step {
    /// All that it touches: what it is for; the shell, where it is a command; the management agents, where they load a
    /// certificate or restart; and the connection, where it is cut or the agents are away for a while.
    pub(crate) fn touched(&self) -> impl Iterator<Item = Touches> {
        let command = match &self.act {
            Act::Shell { command, .. } => Some(*command),
            _ => None,
        };
        let restarts_agents =
            matches!(command, Some(SshChange::RestartManagementAgents | SshChange::RestoreHostCertificate));
        let loads_certificate = matches!(
            self.act,
            Act::RenewHostCertificate { .. } | Act::InstallHostCertificate { .. } | Act::NotifyServices { .. }
        );
        let reconnects = matches!(self.act, Act::DisconnectHost { .. } | Act::ReconnectHost { .. });
        [
            Some(self.touches),
            command.map(|_| Touches::Shell),
            (restarts_agents || loads_certificate).then_some(Touches::ManagementAgents),
            (restarts_agents || reconnects).then_some(Touches::HostConnection),
        ]
        .into_iter()
        .flatten()
    }
}

/// A host, by id and by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostRef {
    /// Managed object id.
    pub id: HostId,
    /// Name, for people.
    pub name: String,
}

/// What happens when a step's effect does not show in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IfNotDone {
    /// The step has failed: nothing new is begun, and this host is taken back.
    Stop,
    /// The next step of the plan is a stronger one for the same end.
    GoOn,
    /// As [`IfNotDone::GoOn`], but only where it is known that what this step began has ended: two ways to one end must
    /// not be under way at once. Where that is not known the step has failed.
    GoOnIfEnded,
}

/// How a step is taken back. Silence does not compile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undo {
    /// By this act.
    By {
        /// What is done.
        act: Act,
        /// What holds when it is taken back.
        done_when: Condition,
    },
    /// By putting back what was there just before the act, and taking out what the act added. What others have added since
    /// stays.
    PutBackCaStore,
    /// There is nothing to take back, and why.
    Nothing(String),
}
