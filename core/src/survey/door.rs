//! Where questions wait for a session.

use serde::{Deserialize, Serialize};

use super::inquiry::Tag;
use super::question::Question;
use crate::facts::Missing;

/// A question on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) question: Question,
    pub(super) tag: Tag,
    pub(super) attempts: u32,
}

/// Where questions wait for a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Door {
    pub(super) state: DoorState,
    /// How many sessions there were. An answer that knows an older one must not close the newer.
    pub(super) generation: u32,
    pub(super) waiting: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) enum DoorState {
    /// No session, and nobody has asked for one.
    #[default]
    Closed,
    /// Somebody is asking for one.
    Asked,
    /// There is one.
    Open,
    /// There will be none.
    Refused(Missing),
}
