//! What an answer that is none means: for the fact that stays unknown, and for the survey as a whole.

use super::question::Question;
use crate::diagnostic::{Diagnostic, Severity};
use crate::facts::{Missing, MissingReason};
use crate::job::Job;
use crate::request::{Failure, FailureKind};
use crate::wire::WireError;

/// Why a fact stays unknown after a failure.
pub(crate) fn missing_of_failure(failure: &Failure) -> Missing {
    let (reason, help) = match failure.kind {
        FailureKind::Refused => (MissingReason::Refused, ""),
        FailureKind::NameUnknown => {
            (MissingReason::NameUnknown, "make the name known to the name service of this machine")
        }
        FailureKind::TimedOut | FailureKind::Unreachable | FailureKind::OutcomeUnknown => (MissingReason::NoAnswer, ""),
        FailureKind::Tls => (MissingReason::Tls, ""),
        FailureKind::Closed => (MissingReason::Closed, ""),
        FailureKind::Untrusted => (MissingReason::Denied, "give a CA file or the SHA-256 of its certificate"),
        FailureKind::HostKey => (MissingReason::Denied, "add the host key to the known hosts"),
        FailureKind::Authentication => (MissingReason::Denied, "check the login for SSH"),
        FailureKind::Denied => (MissingReason::NotAsked, "the operator's policy does not allow to ask"),
        FailureKind::Cancelled => (MissingReason::NotAsked, ""),
        FailureKind::Protocol | FailureKind::TooLarge => (MissingReason::Malformed, ""),
    };
    Missing { reason, message: failure.message.clone(), help: help.to_owned() }
}

/// Why a fact stays unknown after an answer that could not be used.
pub(crate) fn missing_of_wire_error(question: &Question, error: &WireError) -> Missing {
    let message = error.to_string();
    let (reason, help) = match error {
        // Whoever asks to be let in has no session that could end.
        WireError::NotAuthenticated { .. } if matches!(question, Question::Login | Question::RestLogin) => {
            (MissingReason::Denied, "check user and password".to_owned())
        }
        WireError::NotAuthenticated { .. } => (MissingReason::SessionExpired, String::new()),
        WireError::Fault { .. } if *question == Question::Login => {
            (MissingReason::Denied, "check user and password".to_owned())
        }
        WireError::Unavailable { .. } => (MissingReason::NoAnswer, String::new()),
        WireError::Fault { fault, .. } if fault.gone() => (MissingReason::Gone, String::new()),
        WireError::Fault { fault, .. } => match fault.privileges().first() {
            Some(privilege) => (MissingReason::Denied, format!("grant the privilege `{privilege}` to the user")),
            // Some services refuse without saying what is missing.
            None if fault.name == "NoPermission" => {
                (MissingReason::Denied, "grant the user a role that may make this call".to_owned())
            }
            None => (MissingReason::Fault, String::new()),
        },
        WireError::Refused { status: 403, .. } => {
            (MissingReason::Denied, "the user needs a role that may read the appliance by REST".to_owned())
        }
        WireError::Refused { .. } => (MissingReason::Fault, String::new()),
        _ => (MissingReason::Malformed, String::new()),
    };
    Missing { reason, message, help }
}

/// Whether a failure ends the survey: without a way into vCenter there is nothing to ask.
pub(crate) fn stop_of_failure(question: &Question, failure: &Failure, job: &Job) -> Option<Diagnostic> {
    if !is_way_in(question) {
        return None;
    }
    let help = match failure.kind {
        FailureKind::Untrusted => {
            "give vCenter's CA by the setting `ca_file`, or the SHA-256 of its certificate by the setting `thumbprint` after comparing it with the one that vCenter shows at its console"
        }
        FailureKind::NameUnknown => "check the name, or give the address",
        FailureKind::Refused | FailureKind::TimedOut | FailureKind::Unreachable => {
            "check address, port and firewall, and that vCenter is up"
        }
        FailureKind::Authentication => "give the password",
        _ => "check what answers at this address and port",
    };
    Some(stop("vc-unreachable", format!("vCenter `{}` cannot be asked: {}", job.vcenter, failure.message), help))
}

/// The same for an answer that could not be used.
pub(crate) fn stop_of_wire_error(question: &Question, error: &WireError, job: &Job) -> Option<Diagnostic> {
    if !is_way_in(question) {
        return None;
    }
    if let (Question::Login, WireError::Fault { fault, .. }) = (question, error) {
        let help = "check user and password; a user of the SSO domain is written `name@domain`";
        let message = format!("vCenter `{}` refused the login of `{}`: {fault}", job.vcenter, job.user);
        return Some(stop("vc-login-denied", message, help));
    }
    let help = "check that this is a vCenter, that it is up, and what stands between it and this machine";
    Some(stop("vc-unreachable", format!("vCenter `{}` cannot be asked: {error}", job.vcenter), help))
}

fn is_way_in(question: &Question) -> bool {
    matches!(question, Question::ServiceVersions | Question::ServiceContent | Question::Login)
}

fn stop(code: &str, message: String, help: &str) -> Diagnostic {
    Diagnostic {
        code: code.to_owned(),
        severity: Severity::Critical,
        message,
        help: help.to_owned(),
        evidence: Vec::new(),
        related: Vec::new(),
        url: format!("RULES.md#{code}"),
    }
}
