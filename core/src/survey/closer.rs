//! The second round of a survey: what is asked only where something is unwell, because it costs a login at each host.

use super::inquiry::Inquiry;
use super::question::Question;
use crate::case::Case;
use crate::facts::{Host, HostId, Lockdown, Missing, MissingReason, Observed};
use crate::policy::Policy;

/// The service of ESXi's SSH server.
const SSH_SERVICE: &str = "TSM-SSH";

/// The questions to the shells of hosts that are not well; of all others it is written why they were not asked.
pub(crate) fn questions(inquiry: &mut Inquiry) -> Vec<Question> {
    let policy = Policy::default();
    let case = Case::new(&inquiry.facts, &policy);
    let may_log_in = inquiry.job.esxi_ssh.is_some();
    let judge = |host: &Host| reason_not_to_ask(host, may_log_in, case.is_unwell(host));
    let judged: Vec<(HostId, Option<Missing>)> =
        case.facts.hosts.values().map(|host| (host.id.clone(), judge(host))).collect();
    let mut questions = Vec::new();
    for (id, reason) in judged {
        match (reason, inquiry.facts.hosts.get_mut(&id)) {
            (Some(missing), Some(host)) => {
                host.machine_pair = Observed::Unknown(missing.clone());
                host.stateless = Observed::Unknown(missing);
            }
            _ => questions.push(Question::InspectHost { host: id }),
        }
    }
    questions
}

/// SSH is never started for a check, a locked host is left alone, and so is one that answers nowhere.
fn reason_not_to_ask(host: &Host, may_log_in: bool, is_unwell: bool) -> Option<Missing> {
    let not_asked = |message: &str, help: &str| {
        Some(Missing { reason: MissingReason::NotAsked, message: message.to_owned(), help: help.to_owned() })
    };
    let is_reported_good = host.reported.value().is_none_or(|reported| reported.status == "good");
    let is_silent = |port: &Observed<_>| port.known().is_err_and(|missing| missing.reason == MissingReason::NoAnswer);
    let ssh = host.services.value().and_then(|all| all.iter().find(|service| service.key == SSH_SERVICE));
    if !may_log_in {
        return not_asked("the host's shell was not asked", "give a login by the setting `esxi_ssh`");
    }
    if !is_unwell && is_reported_good {
        return not_asked("nothing is unwell at the host, so its shell was not asked", "");
    }
    if host.lockdown.value().is_some_and(|mode| *mode != Lockdown::LockdownDisabled) {
        return not_asked("the host is in lockdown, so its shell was not asked", "");
    }
    if ssh.is_some_and(|service| !service.running) {
        let help = "start the service `TSM-SSH` on the host, and check again";
        return not_asked("SSH does not run on the host, and a check does not start it", help);
    }
    if is_silent(&host.on_443) && is_silent(&host.on_9080) {
        return not_asked("the host answers on no port, so its shell was not tried", "");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ConnectionState, HostService};
    use crate::job::{Job, SshLogin};
    use crate::request::Trust;
    use crate::rules::testing::{Fleet, NOW, seen, unknown};

    fn asked(change: impl FnOnce(&mut Host), may_log_in: bool) -> Vec<Question> {
        let mut fleet = Fleet::healthy();
        change(fleet.host(1));
        let mut job = Job::new("vc.lab.test:443", "reader", Trust::HostRoots);
        job.esxi_ssh = may_log_in.then(|| SshLogin { user: "root".to_owned(), port: 22 });
        let mut inquiry = Inquiry::new(job, NOW);
        inquiry.facts = fleet.facts;
        questions(&mut inquiry)
    }

    fn ssh(running: bool) -> Observed<Vec<HostService>> {
        seen(vec![HostService { key: SSH_SERVICE.to_owned(), running, policy: "off".to_owned() }])
    }

    fn is_lost(host: &mut Host) {
        host.connection = seen(ConnectionState::NotResponding);
        host.services = ssh(true);
    }

    #[test]
    fn only_the_shell_of_a_host_that_is_unwell_is_asked() {
        assert_eq!(asked(|_| (), true), []);
        let questions = asked(is_lost, true);
        assert!(matches!(questions.as_slice(), [Question::InspectHost { .. }]), "{questions:?}");
    }

    #[test]
    fn a_check_starts_no_service_and_knocks_at_no_locked_or_dead_host() {
        assert_eq!(asked(is_lost, false), []);
        let held: [fn(&mut Host); 3] = [
            |host| host.services = ssh(false),
            |host| host.lockdown = seen(Lockdown::LockdownNormal),
            |host| {
                host.on_443 = unknown(MissingReason::NoAnswer);
                host.on_9080 = unknown(MissingReason::NoAnswer);
            },
        ];
        for change in held {
            let and_held = |host: &mut Host| {
                is_lost(host);
                change(host);
            };
            assert_eq!(asked(and_held, true), []);
        }
    }
}
