//! The core's errors as Python's: one class for each thing that a program can do about it.

use iofilter_certs::diagnostic::Diagnostic;
use iofilter_certs::document::DocumentError;
use iofilter_certs::native::{LogError, OperationError, SavedError};
use iofilter_certs::report::Report;
use iofilter_certs::vector::VectorError;
use pyo3::prelude::*;
use pyo3::{PyErr, create_exception, exceptions::PyException};

use crate::convert::to_python;
use crate::documents;

create_exception!(iofilter_certs, IofilterCertsError, PyException);
create_exception!(iofilter_certs, UsageError, IofilterCertsError);
create_exception!(iofilter_certs, ConnectError, IofilterCertsError);
create_exception!(iofilter_certs, LoginError, ConnectError);
create_exception!(iofilter_certs, JournalError, IofilterCertsError);
create_exception!(iofilter_certs, LockedError, IofilterCertsError);
create_exception!(iofilter_certs, BrokenOffError, IofilterCertsError);
create_exception!(iofilter_certs, MistakeError, IofilterCertsError);

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

/// The only way from our errors to Python's. `diagnostic` is set on every instance, `report` where there is one.
impl From<Failed> for PyErr {
    fn from(failed: Failed) -> Self {
        let (diagnostic, report) = match failed {
            Failed::Told(diagnostic) => (diagnostic, None),
            Failed::Stopped(diagnostic, report) => (diagnostic, Some(report)),
            Failed::Python(error) => return error,
        };
        let text = sentence(&diagnostic);
        let error = match diagnostic.code.as_str() {
            "usage" => UsageError::new_err(text),
            "vc-unreachable" => ConnectError::new_err(text),
            "vc-login-denied" => LoginError::new_err(text),
            "journal" => JournalError::new_err(text),
            "locked" => LockedError::new_err(text),
            "broken-off" => BrokenOffError::new_err(text),
            "mistake" => MistakeError::new_err(text),
            _ => IofilterCertsError::new_err(text),
        };
        Python::attach(|py| {
            let value = error.value(py);
            let dressed = to_python(py, &diagnostic)
                .and_then(|told| value.setattr("diagnostic", told))
                .and_then(|()| value.setattr("report", report.map(|report| documents::Report::from(*report))));
            match dressed {
                Ok(()) => error,
                Err(worse) => worse,
            }
        })
    }
}

/// What went wrong and what to do about it, on one line.
fn sentence(diagnostic: &Diagnostic) -> String {
    if diagnostic.help.is_empty() {
        return diagnostic.message.clone();
    }
    format!("{}; {}", diagnostic.message, diagnostic.help)
}
