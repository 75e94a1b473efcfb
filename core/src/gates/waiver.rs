//! Waivers, held against the gates that there are.

use super::{GATES, find};
use crate::policy::Policy;

/// A waiver is for a gate that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no gate `{name}` to waive; the gates are {known}")]
pub struct NoSuchGate {
    /// The name as it was given.
    pub name: String,
    /// The names that there are.
    pub known: String,
}

/// Fails when a policy waives a gate that there is not: what was meant to be passed would stay closed without a word.
pub fn check_waivers(policy: &Policy) -> Result<(), NoSuchGate> {
    let Some(name) = policy.waivers.keys().find(|name| find(name).is_none()) else { return Ok(()) };
    let known: Vec<String> = GATES.iter().map(|gate| format!("`{}`", gate.name)).collect();
    Err(NoSuchGate { name: name.clone(), known: known.join(", ") })
}
