//! What judging gives: troubles at places, and what could not be told.

use serde::{Deserialize, Serialize};

use super::find;
use super::log::Stance;
use super::rule::{Grade, Rule};
use crate::case::Place;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::Missing;

/// What all rules together say of the facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judgement {
    /// What is wrong. The first one leads: it is the nearest to the root. What follows from another says so.
    pub findings: Vec<Finding>,
    /// What is worth knowing and no trouble: it classifies, or stands in the way of a repair. Severity `info` only.
    pub notes: Vec<Finding>,
    /// What could not be told.
    pub unanswered: Vec<Unanswered>,
}

/// One trouble at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub diagnostic: Diagnostic,
    /// The code of the finding at the root of this one, if that is another.
    pub follows_from: Option<String>,
    /// How many other findings follow from this one, at any place.
    pub explains: u32,
    /// How well the facts behind the rule are known.
    pub grade: Grade,
    /// How sure it is, all in all: by the grade, and by what the logs say for or against it.
    pub confidence: Confidence,
    /// The remedy's name, if there is one.
    pub remedy: Option<String>,
}

/// How sure a finding is. The order is that of the words: a later one is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It rests on an inference that no text of a vendor confirms; look before acting on it.
    Low,
    /// It rests on what others report, or on an inference that the logs agree with.
    Medium,
    /// It rests on what the vendor says, or the logs agree with what others report.
    High,
}

/// Something that is not known, with all that nobody can tell for want of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unanswered {
    /// What, why, and what would make it known.
    pub missing: Missing,
    /// The rules that could not tell; sorted.
    pub codes: Vec<String>,
    /// Where, by name; sorted.
    pub places: Vec<String>,
}

impl Judgement {
    /// Nothing was judged.
    pub(crate) fn of_nothing() -> Self {
        Self { findings: Vec::new(), notes: Vec::new(), unanswered: Vec::new() }
    }

    /// The findings that no other finding explains; the first one leads.
    pub fn causes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.follows_from.is_none())
    }
}

impl Finding {
    /// The rule that found it; `None` for a code of another version.
    pub fn rule(&self) -> Option<&'static Rule> {
        find(&self.diagnostic.code)
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.diagnostic.severity
    }
}

impl Confidence {
    /// How sure a rule of this grade is by itself.
    pub fn of(grade: Grade) -> Self {
        match grade {
            Grade::A => Self::High,
            Grade::B => Self::Medium,
            Grade::C | Grade::D => Self::Low,
        }
    }

    /// The same after the logs were read. What was inferred never becomes certain, whatever they say, and nothing becomes
    /// certain by lines whose meaning is inferred.
    pub(super) fn after(grade: Grade, logs: Option<Stance>) -> Self {
        match (Self::of(grade), logs) {
            (Self::High, Some(Stance::Against)) | (Self::Low, Some(Stance::For | Stance::Hints)) => Self::Medium,
            (Self::Medium, Some(Stance::For)) => Self::High,
            (Self::Medium, Some(Stance::Against)) => Self::Low,
            (sure, _) => sure,
        }
    }

    /// The lower-case word, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_move_confidence_by_one_step_and_never_make_an_inference_certain() {
        use Confidence::{High, Low, Medium};
        let cases = [
            (Grade::A, [High, High, High, Medium]),
            (Grade::B, [Medium, High, Medium, Low]),
            (Grade::C, [Low, Medium, Medium, Low]),
            (Grade::D, [Low, Medium, Medium, Low]),
        ];
        for (grade, expected) in cases {
            let stances = [None, Some(Stance::For), Some(Stance::Hints), Some(Stance::Against)];
            assert_eq!(stances.map(|stance| Confidence::after(grade, stance)), expected, "{grade:?}");
        }
    }
}
