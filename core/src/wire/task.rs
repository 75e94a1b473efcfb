//! The states of tasks, which both SOAP services write alike.

use serde::{Deserialize, Serialize};

/// The state of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It waits for its turn.
    Queued,
    /// It runs.
    Running,
    /// It ended well.
    Success,
    /// It failed; its error says why.
    Error,
    /// A state that this crate does not know. It is not taken for an end.
    Other(String),
}

impl TaskState {
    /// The state that is written `text`.
    pub(super) fn of(text: String) -> Self {
        match text.as_str() {
            "queued" => Self::Queued,
            "running" => Self::Running,
            "success" => Self::Success,
            "error" => Self::Error,
            _ => Self::Other(text),
        }
    }

    /// True when the task will not change any more.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Success | Self::Error)
    }
}
