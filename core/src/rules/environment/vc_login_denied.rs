//! ## What it finds
//!
//! vCenter answers and refuses the user or the password. A survey that meets this stops, with this code, after one
//! attempt. Saved facts that hold it are found here.
//!
//! ## Why it hurts
//!
//! Nothing can be said of any host or provider. Trying again can lock the account.
//!
//! ## How it shows
//!
//! The vSphere Client refuses the same login. `vpxd.log` and the SSO audit log show the refusal.
//!
//! ## What cures it
//!
//! Check user and password. A user of the SSO domain is written `name@domain`. An account that is locked is unlocked in
//! the administration of Single Sign On.
//!
//! ## Sources
//!
//! vSphere API, `InvalidLogin` (grade A).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::MissingReason;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vc-login-denied",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "vCenter refuses the login",
    rank: 2,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "check user and password, write a user of the SSO domain as `name@domain`, and look whether the account is locked",
    ),
    check: Check::VCenter(check),
    source: include_str!("vc_login_denied.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    let Err(missing) = vcenter.session.known() else { return Verdict::Fine };
    if !matches!(missing.reason, MissingReason::Denied | MissingReason::Fault) {
        return Verdict::NotApplicable;
    }
    let message = format!("vCenter `{}` refuses the login: {}", vcenter.authority, missing.message);
    Verdict::found(message, vec![Evidence::new("login to vCenter", missing.message.clone())])
}

#[cfg(test)]
mod tests {
    use crate::facts::MissingReason;
    use crate::rules::cases::Case;
    use crate::rules::testing::Fleet;

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "wrong-password",
                "The password is wrong",
                "Facts of a survey that vCenter did not let in, saved and judged later.",
                Fleet::shut_out(MissingReason::Denied),
            ),
            Case::near_miss(
                "refused-connection",
                "The port refuses, not the login",
                "The near miss of `wrong-password`: the connection itself is refused, so no password was ever looked at.",
                Fleet::shut_out(MissingReason::Refused),
            ),
        ]
    }
}
