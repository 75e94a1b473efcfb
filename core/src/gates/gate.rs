//! What a gate is, and what it says.

use serde::{Deserialize, Serialize};

use crate::case::{Case, Verdict};
use crate::diagnostic::Evidence;
use crate::facts::{Host, Missing};

/// One reason for which changes are held back.
pub struct Gate {
    /// Its stable name, in kebab case, by which it is waived.
    pub name: &'static str,
    /// One line for lists, without a final stop.
    pub title: &'static str,
    /// What is held when it is closed.
    pub holds: &'static [Touches],
    /// Where it stands and how it is read.
    pub check: GateCheck,
    /// The gate's own source file, whose doc comment is the page.
    pub source: &'static str,
}

/// Where a gate stands and how it is read.
#[derive(Clone, Copy)]
pub enum GateCheck {
    /// Before every change of this vCenter and its hosts.
    VCenter(fn(&Case<'_>) -> GateState),
    /// Before every change of one ESXi host and its provider.
    Host(fn(&Case<'_>, &Host) -> GateState),
    /// Before both, each read in its own way.
    Both(fn(&Case<'_>) -> GateState, fn(&Case<'_>, &Host) -> GateState),
}

/// What a change touches. A step names all that it touches; a gate holds a step that touches one thing that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touches {
    /// Nothing: no gate holds it, but for a certificate mode that is not known.
    Nothing,
    /// Registering and unregistering a provider. Synchronising and reconnecting touch nothing.
    Registration,
    /// The certificate of an ESXi host, by vCenter's own CA or by the host itself.
    HostCertificate,
    /// The certificate of an ESXi host, by one that the customer's CA signed.
    OwnCertificate,
    /// The CA certificates that an ESXi host trusts.
    ClientTrust,
    /// The provider daemon of an ESXi host.
    ProviderDaemon,
    /// The connection between vCenter and an ESXi host.
    HostConnection,
    /// The management agents of an ESXi host, which load a certificate anew or restart.
    ManagementAgents,
    /// A service of vCenter.
    VcenterService,
    /// The certificate store of vCenter (VECS).
    VcenterStore,
    /// The shell of an ESXi host, and SSH to it.
    Shell,
    /// The firewall of an ESXi host.
    Firewall,
    /// The clock of an ESXi host and how it is set. Its cure must not be held by the gate that a wrong clock closes, and
    /// nothing else depends on it, so nothing holds it but a policy's ceiling and the gate `connected`.
    HostTime,
    /// Alarms of vCenter that stayed behind.
    Alarm,
}

/// All that a gate holds that holds everything: whatever could harm if it went wrong.
pub const EVERYTHING: &[Touches] = &[
    Touches::Registration,
    Touches::HostCertificate,
    Touches::OwnCertificate,
    Touches::ClientTrust,
    Touches::ProviderDaemon,
    Touches::HostConnection,
    Touches::ManagementAgents,
    Touches::VcenterService,
    Touches::VcenterStore,
    Touches::Shell,
    Touches::Firewall,
];

/// What the facts say of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    /// Nothing is held, and what that rests on.
    Open(Vec<Evidence>),
    /// What it holds is held.
    Closed {
        /// Why: one line, lower case, no final stop.
        message: String,
        /// What was seen.
        evidence: Vec<Evidence>,
    },
    /// It cannot be told, which counts as closed.
    Unknown(Missing),
}

impl Gate {
    /// The gate's public page: the doc comment at the head of its source file.
    pub fn page(&self) -> String {
        let holds: Vec<String> = self.holds.iter().map(|touched| format!("`{}`", touched.word())).collect();
        format!(
            "# {}: {}\n\nholds {}\n\n{}\n",
            self.name,
            self.title,
            holds.join(", "),
            crate::rules::page::body(self.source)
        )
    }

    /// Whether this gate, closed, holds a step that touches these things.
    pub fn holds_any(&self, touched: &[Touches]) -> bool {
        touched.iter().any(|one| self.holds.contains(one))
    }
}

impl Touches {
    /// The word for it, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Registration => "registration",
            Self::HostCertificate => "host_certificate",
            Self::OwnCertificate => "own_certificate",
            Self::ClientTrust => "client_trust",
            Self::ProviderDaemon => "provider_daemon",
            Self::HostConnection => "host_connection",
            Self::ManagementAgents => "management_agents",
            Self::VcenterService => "vcenter_service",
            Self::VcenterStore => "vcenter_store",
            Self::Shell => "shell",
            Self::Firewall => "firewall",
            Self::HostTime => "host_time",
            Self::Alarm => "alarm",
        }
    }
}

impl GateState {
    /// Open, because of what was seen.
    pub fn open(what: &str, seen: impl Into<String>) -> Self {
        Self::Open(vec![Evidence::new(what, seen)])
    }

    /// Closed, because of what was seen.
    pub fn closed(message: impl Into<String>, what: &str, seen: impl Into<String>) -> Self {
        Self::Closed { message: message.into(), evidence: vec![Evidence::new(what, seen)] }
    }
}

impl From<&Missing> for GateState {
    fn from(missing: &Missing) -> Self {
        Self::Unknown(missing.clone())
    }
}

/// A gate that is closed where a rule finds its trouble.
impl From<Verdict> for GateState {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Fine | Verdict::NotApplicable => Self::Open(Vec::new()),
            Verdict::Found(found) => Self::Closed { message: found.message, evidence: found.evidence },
            Verdict::Unknown(missing) => Self::Unknown(missing),
        }
    }
}

/// A gate as a note: found where it is closed. What a gate does not know is no note; before a change it counts as closed.
impl From<GateState> for Verdict {
    fn from(state: GateState) -> Self {
        match state {
            GateState::Open(_) => Self::Fine,
            GateState::Closed { message, evidence } => Self::found(message, evidence),
            GateState::Unknown(_) => Self::NotApplicable,
        }
    }
}

/// Lets a check go on with what is known, and leave the gate unknown otherwise.
macro_rules! read {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(reason) => return $crate::gates::gate::GateState::from(reason),
        }
    };
}
pub(super) use read;
