//! Why a lab cannot start.

/// Why a lab cannot start: the scenario is wrong, or this machine refuses something.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    /// The scenario file is not one, or says something impossible.
    #[error("scenario: {reason}")]
    Scenario {
        /// What is wrong, and where.
        reason: String,
    },
    /// The machine refused a file, a socket or a process.
    #[error("cannot {what}: {cause}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A certificate could not be made or read.
    #[error("certificate of the lab: {reason}")]
    Certificate {
        /// What the library said.
        reason: String,
    },
}

impl LabError {
    /// A scenario error from anything printable.
    pub(crate) fn scenario(reason: impl Into<String>) -> Self {
        Self::Scenario { reason: reason.into() }
    }

    /// A certificate error from anything printable.
    pub(crate) fn certificate(reason: impl std::fmt::Display) -> Self {
        Self::Certificate { reason: reason.to_string() }
    }

    /// An input or output error with what was tried.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |cause| Self::Io { what, cause }
    }
}
