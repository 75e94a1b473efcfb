//! Between the core's values and Python's. Documents cross as JSON text, which Python's own `json` reads.

use iofilter_certs::native::Progress;
use pyo3::prelude::*;
use serde_json::{Value, json};

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

/// What a progress callback is called with: `kind` is `looking` or `running`.
pub(crate) fn progress(progress: &Progress<'_>) -> Value {
    match progress {
        Progress::Looking(event) => {
            json!({"kind": "looking", "answered": event.answered, "asked": event.asked, "hosts": event.hosts})
        }
        Progress::Running { entry, .. } => json!({"kind": "running", "at": entry.at, "event": entry.event}),
    }
}
