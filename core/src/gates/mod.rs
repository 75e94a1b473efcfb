//! What must hold before anything is changed.
use serde::{Deserialize, Serialize};
use crate::facts::Missing;
use crate::diagnostic::Evidence;
use crate::rules::{Case, Place};
/// What a step touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touches { /// Nothing.
 Nothing, /// x
 Registration, /// x
 HostCertificate, /// x
 ClientTrust, /// x
 ProviderDaemon, /// x
 HostConnection, /// x
 VcenterService, /// x
 Shell }
/// A reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateReading { /// x
 pub gate: String, /// x
 pub place: Place, /// x
 pub state: GateState, /// x
 pub waived: Option<String> }
/// State.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum GateState { /// x
 Open(Vec<Evidence>), /// x
 Closed { /// x
 message: String, /// x
 evidence: Vec<Evidence> }, /// x
 Unknown(Missing) }
impl GateReading { /// x
 pub fn holds_back(&self, _: Touches) -> bool { false } /// x
 pub fn reason(&self) -> String { String::new() } }
/// x
pub fn read_gates(_: &Case<'_>) -> Vec<GateReading> { Vec::new() }
