//! ## What it finds
//!
//! The vCenter service `sps` (VMware vSphere Profile-Driven Storage Service) does not run, or says that it is not well.
//!
//! ## Why it hurts
//!
//! SPS holds all storage providers and all storage policies. While it is down every provider looks offline or is not
//! listed at all, whatever its certificate, and no storage policy can be applied. Virtual machines keep running.
//!
//! ## How it shows
//!
//! The vSphere Client shows no storage providers, or an error in their place; the appliance's page of services shows
//! the service stopped.
//!
//! ## What cures it
//!
//! Start the service, and look why it stopped: a full `/storage/log` is the usual reason. Judge providers only after
//! it is healthy. Nothing on any host needs to be changed.
//!
//! ## Sources
//!
//! vCenter appliance API, service states (grade A); KB 320568, what a restart of SPS does (grade A).

use crate::case::{Case, Verdict, known};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::{Missing, MissingReason, ServiceHealth};
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "sps-service-stopped",
    severity: Severity::Critical,
    grade: Grade::A,
    title: "the vCenter service that talks to storage providers is not healthy",
    rank: 10,
    explains: &[
        "only-esx9-down",
        "provider-cert-cached-stale",
        "provider-connected-unsynced",
        "provider-disconnected",
        "provider-missing",
        "provider-offline",
        "provider-status-unknown",
        "provider-syncerror",
        "single-cluster-down",
        "sms-endpoint-down",
        "vsan-provider-offline",
        "whole-fleet-down",
    ],
    log: None,
    cure: Cure::Remedy("start-profile-service"),
    check: Check::VCenter(check),
    source: include_str!("sps_service_stopped.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>) -> Verdict {
    let service = known!(case.facts.vcenter.sps.known());
    if service.is_well() {
        return Verdict::Fine;
    }
    // Running, and no word about its health: neither well nor ill.
    if service.state == "STARTED" && service.health == ServiceHealth::NotSent {
        return Verdict::Unknown(Missing {
            reason: MissingReason::NotSent,
            message: "service `sps` runs and vCenter did not say whether it is healthy".to_owned(),
            help: "look at the health of the service in the appliance's management page".to_owned(),
        });
    }
    let message = format!("service `sps` is `{}` and its health is {}", service.state, words(service.health));
    Verdict::found(
        message,
        vec![Evidence::new("service `sps`", format!("{}, {}", service.state, words(service.health)))],
    )
}

fn words(health: ServiceHealth) -> &'static str {
    match health {
        ServiceHealth::Healthy => "healthy",
        ServiceHealth::HealthyWithWarnings => "healthy with warnings",
        ServiceHealth::Degraded => "degraded",
        ServiceHealth::NotSent => "not told",
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{ServiceHealth, ServiceState};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    pub(crate) fn cases() -> Vec<Case> {
        let mut stopped = with("STOPPED", ServiceHealth::NotSent);
        stopped.provider(1).status = seen("offline".to_owned());
        vec![
            Case::cause(
                "stopped",
                "The service is stopped",
                "`sps` stopped when `/storage/log` was full. The provider looks offline, and nothing is wrong with its host.",
                stopped,
            ),
            Case::near_miss(
                "healthy-with-warnings",
                "The service runs with warnings",
                "The near miss of a degraded service: warnings do not keep it from working.",
                with("STARTED", ServiceHealth::HealthyWithWarnings),
            ),
        ]
    }

    fn with(state: &str, health: ServiceHealth) -> Fleet {
        let mut fleet = Fleet::healthy();
        fleet.vcenter().sps = seen(ServiceState { state: state.to_owned(), health });
        fleet
    }

    #[test]
    fn a_stopped_service_explains_every_provider() {
        let mut fleet = with("STOPPED", ServiceHealth::NotSent);
        for number in 1..=3 {
            fleet.provider(number).status = seen("offline".to_owned());
        }
        fleet.has_one_cause("sps-service-stopped");
        fleet.follows("whole-fleet-down", "sps-service-stopped");
        fleet.follows("provider-offline", "sps-service-stopped");
    }

    #[test]
    fn degraded_is_found_and_warnings_are_not() {
        with("STARTED", ServiceHealth::Degraded).has_one_cause("sps-service-stopped");
        with("STARTED", ServiceHealth::HealthyWithWarnings).is_fine();
    }

    #[test]
    fn running_without_a_word_on_health_is_unknown() {
        with("STARTED", ServiceHealth::NotSent).is_unanswered("sps-service-stopped");
    }
}
