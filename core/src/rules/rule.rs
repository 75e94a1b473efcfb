//! What a rule is.

use crate::case::{Case, Verdict};
use crate::diagnostic::Severity;
use crate::facts::{Host, Provider};
pub use crate::log::Grade;
use crate::log::Leg;

/// One trouble that can be found.
pub struct Rule {
    /// Its stable name, in kebab case: the trouble, not the cure.
    pub code: &'static str,
    /// How bad it is. What is only worth knowing ([`Severity::Info`]) is a note: no verdict, no exit code and no plan
    /// comes of it.
    pub severity: Severity,
    /// How sure the facts behind it are; grade C facts never become certainty.
    pub grade: Grade,
    /// One line for lists, without a final stop.
    pub title: &'static str,
    /// Cause before symptom: the smaller, the nearer to the root. Ties are broken by severity, then by code.
    pub rank: u16,
    /// Codes that follow from this one: at the same place, for a rule on a host also at its providers, and for a rule on
    /// the vCenter at every place. What the table of kin codes says of them follows too.
    pub explains: &'static [&'static str],
    /// What the logs of vCenter would say if they say anything; they are quoted for and against.
    pub log: Option<Leg>,
    /// What cures it.
    pub cure: Cure,
    /// Where it applies and how it is checked.
    pub check: Check,
    /// The rule's own source file, whose doc comment is the page.
    pub source: &'static str,
    /// What it must find and what it must not, each a folder of `tests/vectors`.
    #[cfg(test)]
    pub(crate) cases: fn() -> Vec<super::cases::Case>,
}

/// What cures a trouble, or why nothing of ours does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cure {
    /// The name of a remedy in [`crate::remedies`].
    Remedy(&'static str),
    /// No remedy is offered, and what a person should do instead.
    ByHand(&'static str),
}

/// Where a rule applies and how it is checked. The function looks at one place; it never loops over the fleet.
#[derive(Clone, Copy)]
pub enum Check {
    /// The vCenter and the fleet as a whole.
    VCenter(fn(&Case<'_>) -> Verdict),
    /// One ESXi host.
    Host(fn(&Case<'_>, &Host) -> Verdict),
    /// One IOFilter provider.
    Provider(fn(&Case<'_>, &Provider) -> Verdict),
    /// One storage provider of another kind: such a rule classifies, and hands on.
    OtherProvider(fn(&Case<'_>, &Provider) -> Verdict),
}

impl Rule {
    /// Whether this is a rule on hosts that finds its trouble at this one.
    pub(crate) fn finds_at(&self, case: &Case<'_>, host: &Host) -> bool {
        matches!(self.check, Check::Host(check) if matches!(check(case, host), Verdict::Found(_)))
    }
}
