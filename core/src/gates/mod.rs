//! What holds changes back, one file each.
//!
//! A gate is closed until the facts open it: what is not known counts as closed. A user may pass a closed gate by
//! name, with a reason, through [`crate::policy::Policy::waivers`]; the reason goes into the journal. Which changes a
//! gate holds is told by what they touch, so that a harmless step is not held by a gate that is about another.

mod auto_deploy;
pub(crate) mod backup;
pub(crate) mod certificate_mode;
mod clock;
pub(crate) mod cloud_foundation;
mod failover_capacity;
pub(crate) mod filter_in_use;
mod foreign_certificate;
pub(crate) mod high_availability;
mod host_busy;
pub(crate) mod linked_mode;
pub(crate) mod lockdown;
pub(crate) mod maintenance;
mod roots;
mod trust_authority;
pub(crate) mod vsan;
mod whole_fleet_down;

use serde::{Deserialize, Serialize};

use crate::diagnostic::Evidence;
use crate::facts::{Host, Missing};
use crate::rules::{Case, Place, PlaceKind, Verdict};

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
    /// Nothing: no gate ever holds it.
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
    /// A service of vCenter.
    VcenterService,
    /// The certificate store of vCenter (VECS).
    VcenterStore,
    /// The shell of an ESXi host, and SSH to it.
    Shell,
    /// The firewall of an ESXi host.
    Firewall,
    /// The clock of an ESXi host and how it is set. Its cure must not be held by the gate that a wrong clock closes, and
    /// nothing else depends on it, so no gate holds it but a policy's ceiling.
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

/// One gate at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateReading {
    /// The gate's name.
    pub gate: String,
    /// Where.
    pub place: Place,
    /// What the facts say.
    pub state: GateState,
    /// The user's reason for passing it all the same, if it is waived.
    pub waived: Option<String>,
}

/// Every gate, sorted by name.
pub const GATES: &[Gate] = &[
    auto_deploy::GATE,
    backup::GATE,
    certificate_mode::GATE,
    clock::GATE,
    cloud_foundation::GATE,
    failover_capacity::GATE,
    filter_in_use::GATE,
    foreign_certificate::GATE,
    high_availability::GATE,
    host_busy::GATE,
    linked_mode::GATE,
    lockdown::GATE,
    maintenance::GATE,
    roots::GATE,
    trust_authority::GATE,
    vsan::GATE,
    whole_fleet_down::GATE,
];

/// The gate with this name.
pub fn find(name: &str) -> Option<&'static Gate> {
    GATES.binary_search_by(|gate| gate.name.cmp(name)).ok().and_then(|index| GATES.get(index))
}

/// Reads every gate at every place where it stands, by name and then by host id.
pub fn read_gates(case: &Case<'_>) -> Vec<GateReading> {
    let reading = |gate: &Gate, place: Place, state: GateState| GateReading {
        gate: gate.name.to_owned(),
        place,
        state,
        waived: case.policy.waivers.get(gate.name).cloned(),
    };
    let mut readings = Vec::new();
    for gate in GATES {
        let (at_vcenter, at_host) = match gate.check {
            GateCheck::VCenter(check) => (Some(check), None),
            GateCheck::Host(check) => (None, Some(check)),
            GateCheck::Both(at_vcenter, at_host) => (Some(at_vcenter), Some(at_host)),
        };
        readings.extend(at_vcenter.map(|check| reading(gate, Place::vcenter(case.facts), check(case))));
        if let Some(check) = at_host {
            let hosts = case.facts.hosts.values();
            readings.extend(hosts.map(|host| reading(gate, Place::of_host(host), check(case, host))));
        }
    }
    readings
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
            Self::VcenterService => "vcenter_service",
            Self::VcenterStore => "vcenter_store",
            Self::Shell => "shell",
            Self::Firewall => "firewall",
            Self::HostTime => "host_time",
            Self::Alarm => "alarm",
        }
    }
}

impl GateReading {
    /// Whether it lets pass: open, or waived with a reason that is not empty.
    pub fn passes(&self) -> bool {
        let is_waived = self.waived.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        matches!(self.state, GateState::Open(_)) || is_waived
    }

    /// Whether it holds back a change that touches this.
    pub fn holds_back(&self, touches: Touches) -> bool {
        !self.passes() && find(&self.gate).is_some_and(|gate| gate.holds.contains(&touches))
    }

    /// Why it does not let pass: one line.
    pub fn reason(&self) -> &str {
        match &self.state {
            GateState::Open(_) => "it is open",
            GateState::Closed { message, .. } => message,
            GateState::Unknown(missing) => &missing.message,
        }
    }

    /// What would open it, where it is not known; empty where nothing is known of that either.
    pub fn help(&self) -> &str {
        match &self.state {
            GateState::Unknown(missing) => &missing.help,
            GateState::Open(_) | GateState::Closed { .. } => "",
        }
    }

    /// Whether it stands before changes of this host: at the host, or before the whole vCenter.
    pub fn stands_before(&self, host: &Host) -> bool {
        self.place.kind == PlaceKind::Vcenter || self.place.host.as_deref() == Some(host.id.0.as_str())
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

/// Lets a check go on with what is known, and leave the gate unknown otherwise.
macro_rules! read {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(reason) => return $crate::gates::GateState::from(reason),
        }
    };
}
use read;

#[cfg(test)]
mod tests;
