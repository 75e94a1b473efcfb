//! What is said of one place, and what it reaches.

use std::collections::BTreeSet;

use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Host, Missing};
use crate::log::Grade;

/// What a rule says of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Looked at, and it is well.
    Fine,
    /// The trouble is there.
    Found(Found),
    /// It cannot be told, and why.
    Unknown(Missing),
    /// The rule has nothing to say of this place.
    NotApplicable,
}

/// The trouble as it shows at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// One line, lower case, no final stop; both sides and the gap.
    pub message: String,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// The hosts at which it explains what the rule lists.
    pub reach: Reach,
    /// How well what it rests on is known here, if that is less well than the rule's facts are known.
    pub grade: Option<Grade>,
    /// How bad it is here, where that is less than the rule says in general.
    pub severity: Option<Severity>,
}

/// The hosts that a trouble of the vCenter reaches: SPS shows one certificate to hosts below 9.0 and another to those
/// from 9.0 on (KB 440183), so that what is wrong with the one explains nothing at the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// All.
    All,
    /// Those below 9.0.
    BelowNine,
    /// Those from 9.0 on.
    FromNine,
    /// None: it explains only what is found at the vCenter itself.
    VCenter,
    /// These, by managed object id.
    Hosts(BTreeSet<String>),
}

impl Reach {
    /// These hosts.
    pub(crate) fn of<'h>(hosts: impl IntoIterator<Item = &'h Host>) -> Self {
        Self::Hosts(hosts.into_iter().map(|host| host.id.0.clone()).collect())
    }

    /// True when it reaches this host. One whose version is not known may be reached by anything.
    pub(crate) fn covers(&self, host: &Host) -> bool {
        let is = |wanted: fn(u32) -> bool| host.major_version().is_none_or(wanted);
        match self {
            Self::All => true,
            Self::VCenter => false,
            Self::Hosts(hosts) => hosts.contains(&host.id.0),
            Self::BelowNine => is(|major| major < 9),
            Self::FromNine => is(|major| major >= 9),
        }
    }
}

impl Verdict {
    /// The trouble is there.
    pub fn found(message: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self::Found(Found { message: message.into(), evidence, reach: Reach::All, grade: None, severity: None })
    }

    /// The same, and it explains nothing beyond these hosts.
    pub(crate) fn reaching(self, reach: Reach) -> Self {
        match self {
            Self::Found(found) => Self::Found(Found { reach, ..found }),
            other => other,
        }
    }

    /// The same, and less bad than the rule is in general.
    pub(crate) fn of_severity(self, severity: Severity) -> Self {
        match self {
            Self::Found(found) => Self::Found(Found { severity: Some(severity), ..found }),
            other => other,
        }
    }

    /// The same, resting on something that is known less well.
    pub(crate) fn graded(self, grade: Grade) -> Self {
        match self {
            Self::Found(found) => Self::Found(Found { grade: found.grade.max(Some(grade)), ..found }),
            other => other,
        }
    }
}

/// Something that is not known makes the verdict unknown.
impl From<Missing> for Verdict {
    fn from(missing: Missing) -> Self {
        Self::Unknown(missing)
    }
}

impl From<&Missing> for Verdict {
    fn from(missing: &Missing) -> Self {
        Self::Unknown(missing.clone())
    }
}

/// Lets a check go on with what is known, and answer with the verdict that stands in its place otherwise.
macro_rules! known {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(reason) => return $crate::case::Verdict::from(reason),
        }
    };
}
pub(crate) use known;
