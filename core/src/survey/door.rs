//! Where questions wait, for a session or for a better moment.

use serde::{Deserialize, Serialize};

use super::inquiry::{Inquiry, Tag};
use super::question::Question;
use crate::facts::Missing;
use crate::time::UnixTime;

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

impl Inquiry {
    /// What waits for a moment does not wait longer because the clock was set back.
    pub(super) fn keep_time(&mut self, now: UnixTime) {
        let back = now.seconds_since(std::mem::replace(&mut self.seen_at, now)).min(0);
        for (at, _) in &mut self.later {
            *at = at.plus_seconds(back);
        }
    }
}
