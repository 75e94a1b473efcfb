//! The Python package's extension module: a table of what it holds. What each thing is stands in `_native.pyi`.
#![forbid(unsafe_code)]

mod calls;
mod convert;
mod documents;
mod errors;
mod failed;
mod settings;

use pyo3::prelude::pymodule;

/// `iofilter_certs._native`.
#[pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use crate::calls::{
        Stop, apply, check, check_files, command, explain, judge, plan, resume, rollback, rules, scan_log, vector_run,
    };
    #[pymodule_export]
    use crate::documents::{Finding, Outcome, Plan, Report};
    #[pymodule_export]
    use crate::errors::{
        BrokenOffError, ConnectError, IofilterCertsError, JournalError, LockedError, LoginError, MistakeError,
        UsageError,
    };
    #[pymodule_export]
    use crate::settings::{Policy, SshAccess, VCenter};
}
