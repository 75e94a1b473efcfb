//! The cases of a rule: at least one that it must find and one near miss, which it must not.
//!
//! They are tests here and folders of `tests/vectors`, which Python and the component play too.

use std::collections::BTreeSet;

use super::testing::Fleet;

/// One case of a rule.
pub(crate) struct Case {
    /// The name of its folder beneath the rule's code.
    pub(crate) name: &'static str,
    /// One line.
    pub(crate) title: &'static str,
    /// What is odd, and which incident it is taken from.
    pub(crate) story: &'static str,
    /// What was seen.
    pub(crate) fleet: Fleet,
    /// What the rule must say of it.
    pub(crate) is: Is,
}

/// What a rule must say of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    /// The trouble is there, and it is the one cause; of a note: it is there, and no trouble is.
    TheCause,
    /// The trouble is there and follows from another, which is named.
    FollowingFrom(&'static str),
    /// The trouble is there, and so is the one that is named; neither follows from the other.
    Beside(&'static str),
    /// It looks like the trouble and is not.
    NearMiss,
}

impl Case {
    /// The rule must find it, and every other finding must follow from it.
    pub(crate) fn cause(name: &'static str, title: &'static str, story: &'static str, fleet: Fleet) -> Self {
        Self { name, title, story, fleet, is: Is::TheCause }
    }

    /// The rule must find it beneath `cause`.
    pub(crate) fn following(
        cause: &'static str,
        name: &'static str,
        title: &'static str,
        story: &'static str,
        fleet: Fleet,
    ) -> Self {
        Self { name, title, story, fleet, is: Is::FollowingFrom(cause) }
    }

    /// The rule must find it, and beside it `other`, without which it is no trouble.
    pub(crate) fn beside(
        other: &'static str,
        name: &'static str,
        title: &'static str,
        story: &'static str,
        fleet: Fleet,
    ) -> Self {
        Self { name, title, story, fleet, is: Is::Beside(other) }
    }

    /// The rule must not find it, though it looks alike.
    pub(crate) fn near_miss(name: &'static str, title: &'static str, story: &'static str, fleet: Fleet) -> Self {
        Self { name, title, story, fleet, is: Is::NearMiss }
    }

    /// Judges, and says what is not as it must be.
    fn complaint(&self, code: &str) -> Option<String> {
        let judgement = self.fleet.judge();
        let told = judgement.findings.iter().chain(&judgement.notes);
        let own: Vec<_> = told.filter(|finding| finding.diagnostic.code == code).collect();
        let is_as_said = match self.is {
            Is::TheCause => !own.is_empty() && judgement.causes().all(|cause| cause.diagnostic.code == code),
            Is::FollowingFrom(cause) => own.iter().any(|finding| finding.follows_from.as_deref() == Some(cause)),
            Is::Beside(other) => {
                let told = judgement.findings.iter().chain(&judgement.notes);
                let told: BTreeSet<&str> = told.map(|finding| finding.diagnostic.code.as_str()).collect();
                let mut causes = judgement.causes().map(|cause| cause.diagnostic.code.as_str());
                told.is_superset(&BTreeSet::from([code, other])) && causes.all(|cause| [code, other].contains(&cause))
            }
            Is::NearMiss => own.is_empty(),
        };
        (!is_as_said).then(|| {
            let found: Vec<_> = judgement
                .findings
                .iter()
                .chain(&judgement.notes)
                .map(|finding| (finding.diagnostic.code.as_str(), finding.follows_from.as_deref()))
                .collect();
            format!("`{code}/{}` should be {:?}, and found was {found:?}", self.name, self.is)
        })
    }
}

#[test]
fn every_case_of_every_rule_is_judged_as_it_says() {
    let complaints: Vec<String> = super::RULES
        .iter()
        .flat_map(|rule| (rule.cases)().into_iter().filter_map(|case| case.complaint(rule.code)))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_rule_has_a_case_that_it_finds_and_a_near_miss() {
    let lacking: Vec<&str> = super::RULES
        .iter()
        .filter(|rule| {
            let cases = (rule.cases)();
            let is_near_miss = |case: &Case| case.is == Is::NearMiss;
            !cases.iter().any(is_near_miss) || cases.iter().all(is_near_miss)
        })
        .map(|rule| rule.code)
        .collect();
    assert_eq!(lacking, [""; 0]);
}
