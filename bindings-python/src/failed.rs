//! Why a call ended early, before it is anything of Python's.

use iofilter_certs::diagnostic::Diagnostic;
use iofilter_certs::document::DocumentError;
use iofilter_certs::native::{LogError, OperationError, SavedError};
use iofilter_certs::report::Report;
use iofilter_certs::vector::VectorError;
use pyo3::PyErr;

/// Whatever ends a call early, on its way to Python.
pub(crate) enum Failed {
    /// The core said no.
    Told(Box<Diagnostic>),
    /// The vCenter could not be asked; the report says so and is handed on.
    Stopped(Box<Diagnostic>, Box<Report>),
    /// Python raised it, in a callback or by Ctrl-C.
    Python(PyErr),
}

impl From<OperationError> for Failed {
    fn from(error: OperationError) -> Self {
        Self::Told(Box::new(error.diagnostic()))
    }
}

impl From<DocumentError> for Failed {
    fn from(error: DocumentError) -> Self {
        Self::Told(Box::new(Diagnostic::of_error("usage", &error)))
    }
}

impl From<VectorError> for Failed {
    fn from(error: VectorError) -> Self {
        Self::Told(Box::new(Diagnostic::of_error("usage", &error)))
    }
}

impl From<LogError> for Failed {
    fn from(error: LogError) -> Self {
        Self::Told(Box::new(Diagnostic::of_error("usage", &error)))
    }
}

impl From<SavedError> for Failed {
    fn from(error: SavedError) -> Self {
        Self::Told(Box::new(Diagnostic::of_error("usage", &error)))
    }
}

/// No threads, or no memory for them.
impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Python(error.into())
    }
}

impl From<PyErr> for Failed {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}
