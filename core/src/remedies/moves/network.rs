//! A14 to A16: the firewall, the time, and alarms that stayed behind.

use super::{NET_SERVICE, both, step};
use crate::facts::{Alarm, Host};
use crate::gates::Touches;
use crate::plan::{Act, AlarmAt, Condition, IfNotDone, Safety, Step, Undo};

/// The rule set of the provider's port (govmomi, `simulator/esx`).
const RULE_SET: &str = "iofiltervp";
/// The service that keeps the host's time (`HostServiceSystem`).
pub(crate) const TIME_SERVICE: &str = "ntpd";

/// A14: lets SPS in to port 9080.
pub(crate) fn enable_rule_set(host: &Host, timeout_seconds: i64) -> Step {
    let id = || host.id.clone();
    let act = |enabled| Act::SetRuleSet { host: id(), key: RULE_SET.to_owned(), enabled };
    let is = |enabled| Condition::RuleSetIs { host: id(), enabled };
    Step {
        skip_when: is(true),
        done_when: is(true),
        undo: Undo::By { act: act(false), done_when: is(false) },
        safety: Safety::Disturbs,
        disturbs: "port 9080 of the host is open, as ESXi has it by default".to_owned(),
        privilege: NET_SERVICE.to_owned(),
        ..step(Some(host), act(true), Touches::Firewall, timeout_seconds)
    }
}

/// A14: adds vCenter's addresses to those that may reach port 9080.
pub(crate) fn allow_addresses(host: &Host, before: &[String], added: &[String], timeout_seconds: i64) -> Step {
    let id = || host.id.clone();
    let act = |addresses: Vec<String>| Act::SetAllowedAddresses { host: id(), key: RULE_SET.to_owned(), addresses };
    let is = |addresses: Vec<String>| Condition::RuleSetAllows { host: id(), addresses };
    let after = [before, added].concat();
    let undo = if before.is_empty() {
        // An empty list is written as one of all addresses.
        Undo::Nothing("the list was empty, which cannot be written: vCenter may still reach the port".to_owned())
    } else {
        Undo::By { act: act(before.to_vec()), done_when: is(before.to_vec()) }
    };
    Step {
        skip_when: is(after.clone()),
        done_when: is(after.clone()),
        undo,
        safety: Safety::Disturbs,
        disturbs: "port 9080 of the host is open for vCenter besides".to_owned(),
        privilege: NET_SERVICE.to_owned(),
        ..step(Some(host), act(after), Touches::Firewall, timeout_seconds)
    }
}

/// A15: the host asks these time servers.
pub(crate) fn set_time_servers(host: &Host, before: &[String], servers: &[String], timeout_seconds: i64) -> Step {
    let id = || host.id.clone();
    let act = |servers: &[String]| Act::SetTimeServers { host: id(), servers: servers.to_vec() };
    let are = |servers: &[String]| Condition::TimeServersAre { host: id(), servers: servers.to_vec() };
    Step {
        skip_when: are(servers),
        done_when: are(servers),
        undo: Undo::By { act: act(before), done_when: are(before) },
        safety: Safety::Disturbs,
        disturbs: "the host's clock is set by other servers once its time service runs".to_owned(),
        privilege: "Host.Config.DateTime".to_owned(),
        ..step(Some(host), act(servers), Touches::HostTime, timeout_seconds)
    }
}

/// A15: the service that sets the clock is stopped, to be started with other servers.
pub(crate) fn stop_time_service(host: &Host, timeout_seconds: i64) -> Step {
    let (id, service) = (|| host.id.clone(), || TIME_SERVICE.to_owned());
    let runs = |running| Condition::Service { host: id(), service: service(), running };
    Step {
        skip_when: runs(false),
        done_when: runs(false),
        undo: Undo::By { act: Act::StartService { host: id(), service: service() }, done_when: runs(true) },
        safety: Safety::Disturbs,
        disturbs: "the host's clock is not set until the next step".to_owned(),
        privilege: NET_SERVICE.to_owned(),
        ..step(Some(host), Act::StopService { host: id(), service: service() }, Touches::HostTime, timeout_seconds)
    }
}

/// A15: the service that sets the clock runs, and the clock is right.
pub(crate) fn start_time_service(host: &Host, ran_before: bool, seconds: i64, timeout_seconds: i64) -> Step {
    let (id, service) = (|| host.id.clone(), || TIME_SERVICE.to_owned());
    let runs = |running| Condition::Service { host: id(), service: service(), running };
    let stop = Undo::By { act: Act::StopService { host: id(), service: service() }, done_when: runs(false) };
    Step {
        skip_when: both(runs(true), Condition::ClockAgrees { host: id(), seconds }),
        done_when: both(runs(true), Condition::ClockAgrees { host: id(), seconds }),
        undo: if ran_before { Undo::Nothing("the service ran before".to_owned()) } else { stop },
        safety: Safety::Disturbs,
        disturbs: "the host's clock is set; what depends on it may notice".to_owned(),
        privilege: NET_SERVICE.to_owned(),
        ..step(Some(host), Act::StartService { host: id(), service: service() }, Touches::HostTime, timeout_seconds)
    }
}

/// A16: the alarms whose cause is gone, where clearing takes no others. It is not worth failing for, and whatever is seen
/// to be raised by the time of its turn keeps it from being sent. What is raised between that look and the call goes with
/// them, and vCenter raises one that comes of an event only at the next event (grade B), so a person is asked.
pub(crate) fn clear_alarms(residual: &[&Alarm], all: &[Alarm], timeout_seconds: i64) -> Option<Step> {
    let mut statuses: Vec<String> = residual.iter().map(|alarm| alarm.status.clone()).collect();
    statuses.sort();
    statuses.dedup();
    let alarms: Vec<AlarmAt> =
        residual.iter().map(|alarm| AlarmAt { alarm: alarm.alarm.clone(), entity: alarm.entity.clone() }).collect();
    let on_hosts_only = residual.iter().all(|alarm| alarm.entity_kind == "HostSystem");
    if residual.is_empty() || AlarmAt::other(&alarms, &statuses, on_hosts_only, all).is_some() {
        return None;
    }
    let gone = Condition::AlarmsGone { alarms: alarms.clone() };
    Some(Step {
        skip_when: gone.clone(),
        done_when: gone,
        if_not_done: IfNotDone::GoOn,
        undo: Undo::Nothing(
            "vCenter raises an alarm that comes of a state again while that state lasts, and one that comes of an event at the next event only; that it was raised stays among its events".to_owned(),
        ),
        safety: Safety::AskFirst,
        disturbs: "an alarm of these colours that is raised at the same moment turns green with them; one that comes of an event comes back only with a new event".to_owned(),
        privilege: "Alarm.SetStatus".to_owned(),
        ..step(None, Act::ClearAlarms { alarms, statuses, on_hosts_only }, Touches::Alarm, timeout_seconds)
    })
}

/// A16: an alarm whose cause is gone, if it is still there and nobody has seen it. It is not worth failing for.
pub(crate) fn acknowledge_alarm(alarm: &Alarm, timeout_seconds: i64) -> Step {
    let quiet = Condition::AlarmQuiet { alarm: alarm.alarm.clone(), entity: alarm.entity.clone() };
    let act = Act::AcknowledgeAlarm {
        alarm: alarm.alarm.clone(),
        entity_kind: alarm.entity_kind.clone(),
        entity: alarm.entity.clone(),
    };
    Step {
        skip_when: quiet.clone(),
        done_when: quiet,
        if_not_done: IfNotDone::GoOn,
        undo: Undo::Nothing(
            "an acknowledged alarm is still shown, and vCenter raises it again if its cause is there".to_owned(),
        ),
        disturbs: "nothing".to_owned(),
        privilege: "Alarm.Acknowledge".to_owned(),
        ..step(None, act, Touches::Alarm, timeout_seconds)
    }
}
