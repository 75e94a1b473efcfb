//! The core's errors as Python's: one class for each thing that a program can do about it.

use iofilter_certs::diagnostic::Diagnostic;
use pyo3::prelude::*;
use pyo3::{PyErr, create_exception, exceptions::PyException};

use crate::convert::to_python;
use crate::documents;
use crate::failed::Failed;

create_exception!(iofilter_certs, IofilterCertsError, PyException);
create_exception!(iofilter_certs, UsageError, IofilterCertsError);
create_exception!(iofilter_certs, ConnectError, IofilterCertsError);
create_exception!(iofilter_certs, LoginError, ConnectError);
create_exception!(iofilter_certs, JournalError, IofilterCertsError);
create_exception!(iofilter_certs, LockedError, IofilterCertsError);
create_exception!(iofilter_certs, BrokenOffError, IofilterCertsError);
create_exception!(iofilter_certs, MistakeError, IofilterCertsError);

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
