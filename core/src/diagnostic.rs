//! The one shape in which anything is told to people and programs: Rust, Python, WASM, Ansible and Salt alike.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something worth telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// The stable name of the trouble, such as `vp-cert-stale`. Never changes its meaning.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is the matter: one line, lower case, the user's values in backticks.
    pub message: String,
    /// What a person can do, as an imperative; empty when nothing can be done.
    pub help: String,
    /// What was seen, in the order in which a person would check it.
    pub evidence: Vec<Evidence>,
    /// Codes of findings that follow from this one.
    pub related: Vec<String>,
    /// Where to read more.
    pub url: String,
}

impl Diagnostic {
    /// An error that ends an operation. Its message says already what a person can do.
    pub fn of_error(code: &str, error: &impl fmt::Display) -> Self {
        Self {
            code: code.to_owned(),
            severity: Severity::Critical,
            message: error.to_string(),
            help: String::new(),
            evidence: Vec::new(),
            related: Vec::new(),
            url: String::new(),
        }
    }
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What was looked at, such as `certificate on port 9080`.
    pub what: String,
    /// What was seen there.
    pub seen: String,
}

impl Evidence {
    /// Evidence that `seen` was seen at `what`.
    pub fn new(what: impl Into<String>, seen: impl Into<String>) -> Self {
        Self { what: what.into(), seen: seen.into() }
    }
}

/// How bad a finding is. The order is that of the words: a later one is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Untidy.
    Low,
    /// Will hurt later, or hurts a little.
    Medium,
    /// Hurts.
    High,
    /// Broken now.
    Critical,
}

/// The lower-case word.
impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}
