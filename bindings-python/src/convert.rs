//! Between the core's values and Python's. Documents cross as JSON text, which Python's own `json` reads.

use std::fmt::Display;

use iofilter_certs::diagnostic::Diagnostic;
use iofilter_certs::native::Progress;
use pyo3::prelude::*;
use serde_json::{Value, json};

use crate::failed::Failed;

/// The value as Python's `json.loads` makes it.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &impl serde::Serialize) -> PyResult<Bound<'py, PyAny>> {
    // Writing fails only for maps whose keys are no text; ours have names and ids for keys.
    let text = serde_json::to_string(value).unwrap_or_default();
    py.import("json")?.call_method1("loads", (text,))
}

/// A document that may be given as text, or as what `json.loads` made of it.
pub(crate) fn text_of(document: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(text) = document.extract::<String>() {
        return Ok(text);
    }
    document.py().import("json")?.call_method1("dumps", (document,))?.extract()
}

/// A whole number within the bounds of its kind. What is out of them is blamed by the argument's name.
pub(crate) fn whole<T: TryFrom<i64>>(
    name: &str,
    given: Option<&Bound<'_, PyAny>>,
    bounds: impl Display,
) -> Result<Option<T>, Failed> {
    let Some(given) = given else { return Ok(None) };
    let number = given.extract::<i64>().ok().and_then(|number| T::try_from(number).ok());
    let wrong = || {
        let message = format!("{name} is `{given}`, and must be a whole number {bounds}");
        Failed::Told(Box::new(Diagnostic::of_error("usage", &message)))
    };
    number.map(Some).ok_or_else(wrong)
}

/// What a progress callback is called with: `kind` is `looking` or `running`.
pub(crate) fn progress(progress: &Progress<'_>) -> Value {
    match progress {
        Progress::Looking(event) => {
            json!({"kind": "looking", "answered": event.answered, "asked": event.asked, "hosts": event.hosts})
        }
        Progress::Running { entry, .. } => json!({"kind": "running", "at": entry.at, "event": entry.event}),
    }
}
