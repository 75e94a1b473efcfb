//! Why a command could not do what it was asked to; findings are no failures.

use iofilter_certs::native::{LogError, OperationError, SavedError};
use serde::Serialize;

/// What went wrong, in the shape that `--json` shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    /// For programs: which kind of failure.
    pub(crate) code: &'static str,
    /// One line, lower case.
    pub(crate) message: String,
    /// What a person can do, as an imperative; empty when the message says it.
    pub(crate) help: String,
}

impl Failure {
    /// Something the user said cannot be used.
    pub(crate) fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: "usage", message: message.into(), help: help.into() }
    }

    /// A file cannot be read, written or understood.
    pub(crate) fn file(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: "file", message: message.into(), help: help.into() }
    }

    /// This machine refuses something.
    pub(crate) fn system(message: impl Into<String>) -> Self {
        Self { code: "system", message: message.into(), help: String::new() }
    }

    /// The same failure with what a person can do.
    #[must_use]
    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Self { help: help.into(), ..self }
    }
}

impl From<OperationError> for Failure {
    fn from(error: OperationError) -> Self {
        Self { code: error.code(), message: error.to_string(), help: String::new() }
    }
}

impl From<SavedError> for Failure {
    fn from(error: SavedError) -> Self {
        Self::file(error.to_string(), "")
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        Self::file(error.to_string(), "")
    }
}
