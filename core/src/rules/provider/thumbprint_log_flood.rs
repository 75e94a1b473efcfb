//! ## What it finds
//!
//! vCenter is older than 7.0 U3 and in mode `thumbprint`, and its `sps-runtime.log.stderr` grows by 10 MB an hour or
//! more, although every provider is pinned as it should be. Where one is not, that rule speaks, and the log with it.
//!
//! ## Why it hurts
//!
//! The log fills `/storage/log`, and then SPS and other services stop.
//!
//! ## How it shows
//!
//! The vSphere Client shows the partition filling up. The file repeats certificate errors.
//!
//! ## What cures it
//!
//! Update vCenter to 7.0 U3 or later, and leave the mode.
//!
//! ## Sources
//!
//! KB 318194 (grade A, in part); how much is too much is ours (grade C).

use super::thumbprint::is_any_pin_bad;
use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{CertificateMode, LogGrowth, Missing, MissingReason};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "thumbprint-log-flood",
    severity: Severity::Medium,
    grade: Grade::C,
    title: "SPS floods a log in mode thumbprint",
    rank: 88,
    explains: &["mode-thumbprint"],
    log: None,
    cure: Cure::ByHand(
        "see that /storage/log has room, then update vCenter to 7.0 U3 or later and leave the mode thumbprint (KB 318194)",
    ),
    check: Check::VCenter(check),
    source: include_str!("thumbprint_log_flood.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let vcenter = &case.facts.vcenter;
    if known!(vcenter.mode.known()) != &CertificateMode::Thumbprint {
        return Verdict::NotApplicable;
    }
    let version = known!(vcenter.version.known());
    let parts: Option<Vec<u32>> = version.split('.').map(|part| part.parse().ok()).collect();
    let Some(parts) = parts else {
        return Verdict::Unknown(Missing {
            reason: MissingReason::Malformed,
            message: format!("version `{version}` of vCenter is not made of numbers"),
            help: "look at the version of vCenter in the vSphere Client".to_owned(),
        });
    };
    if parts.as_slice() >= CURED_IN.as_slice() || is_any_pin_bad(case) {
        return Verdict::NotApplicable;
    }
    let growth = known!(Case::optional(&vcenter.sps_stderr, case.is_any_unwell(), BY_APPLIANCE_SHELL));
    let hourly = hourly(*growth);
    if hourly < FLOOD {
        return Verdict::Fine;
    }
    let message = format!("`sps-runtime.log.stderr` grows by {} MB an hour", hourly / MEGABYTE);
    let seen = format!("{} bytes in {} seconds", growth.bytes, growth.seconds);
    Verdict::found(message, vec![Evidence::new("`sps-runtime.log.stderr`", seen), Evidence::new("version", version)])
}

fn hourly(growth: LogGrowth) -> u64 {
    growth.bytes.saturating_mul(3600) / growth.seconds.max(1)
}

const MEGABYTE: u64 = 1_000_000;

/// So much an hour fills a partition of the default size within days.
const FLOOD: u64 = 10 * MEGABYTE;

/// 7.0 U3.
const CURED_IN: [u32; 3] = [7, 0, 3];

#[cfg(test)]
mod tests {
    use crate::facts::LogGrowth;
    use crate::rules::cases::Case;
    use crate::rules::provider::thumbprint::testing::pinned;
    use crate::rules::testing::{Fleet, seen};

    /// A vCenter of this version whose log grew by so many bytes within the hour.
    fn grown(version: &str, bytes: u64) -> Fleet {
        let mut fleet = pinned(1);
        fleet.on_seven(version);
        fleet.host(1).version = seen("7.0.2".to_owned());
        fleet.vcenter().sps_stderr = seen(LogGrowth { bytes, seconds: 3600 });
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "before-7-0-u3",
                "vCenter 7.0 U2 writes 10 MB of errors an hour",
                "The mode is `thumbprint`, the one provider is pinned and online, and the log grows all the same.",
                grown("7.0.2", 10_000_000),
            ),
            Case::near_miss(
                "a-byte-less",
                "A little less than 10 MB",
                "Much, and not yet a flood.",
                grown("7.0.2", 9_999_999),
            ),
            Case::near_miss(
                "from-7-0-u3-on",
                "The same on 7.0 U3",
                "The vendor has cured it there: whatever fills the log is something else.",
                grown("7.0.3", 10_000_000),
            ),
        ]
    }
}
