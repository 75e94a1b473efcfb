//! Which questions tell whether a condition holds.

use crate::facts::{Facts, HostId};
use crate::plan::Condition;
use crate::survey::Question;
use crate::wire::MoRef;

/// The questions whose answers [`Condition::holds`] is judged by; asked anew each time, so that nothing old is believed.
pub(super) fn questions(condition: &Condition, facts: &Facts) -> Vec<Question> {
    let host = |host: &HostId| host.clone();
    match condition {
        Condition::Never => Vec::new(),
        Condition::Both { left, right } | Condition::Either { left, right } => {
            let mut both = questions(left, facts);
            for question in questions(right, facts) {
                if !both.contains(&question) {
                    both.push(question);
                }
            }
            both
        }
        Condition::HostCertificateReplaced { host: id, .. }
        | Condition::HostCertificateChanged { host: id, .. }
        | Condition::HostCertificateEndsAfter { host: id, .. }
        | Condition::HostCertificateIs { host: id, .. } => {
            vec![Question::Peek443 { host: host(id) }]
        }
        Condition::ListenerFollowsHost { host: id } => {
            vec![Question::Peek443 { host: host(id) }, Question::Peek9080 { host: host(id) }]
        }
        Condition::CaStoreHolds { host: id, .. }
        | Condition::CaStoreIsBack { host: id, .. }
        | Condition::RevocationListsHold { host: id, .. } => {
            vec![Question::CaStore { host: host(id) }, Question::RevocationLists { host: host(id) }]
        }
        Condition::ClientTrusted { host: id } => vec![
            Question::CaStore { host: host(id) },
            Question::RevocationLists { host: host(id) },
            Question::CertificateStores,
        ],
        Condition::ClientEntryDeleted { .. }
        | Condition::ClientEntryRenewed { .. }
        | Condition::StoreEntryIs { .. } => vec![Question::CertificateStores],
        Condition::RuleSetIs { host: id, .. }
        | Condition::RuleSetAllows { host: id, .. }
        | Condition::TimeServersAre { host: id, .. } => vec![Question::Hosts { hosts: vec![host(id)] }],
        Condition::ClockAgrees { host: id, .. } => {
            vec![Question::CurrentTime, Question::HostClock { host: host(id) }]
        }
        Condition::AlarmsGone { .. } | Condition::AlarmQuiet { .. } => vec![Question::Alarms],
        Condition::HostRegistered { .. } | Condition::UrlRegistered { .. } => vec![Question::Providers],
        Condition::HostIs { host: id, .. } | Condition::Service { host: id, .. } => {
            vec![Question::Hosts { hosts: vec![host(id)] }]
        }
        Condition::ProviderWell { host: id } => {
            let mut questions = providers(facts, std::slice::from_ref(id));
            questions.push(Question::Peek9080 { host: host(id) });
            questions
        }
        Condition::ProvidersWell { hosts } => {
            let mut questions = providers(facts, hosts);
            questions.extend(hosts.iter().map(|id| Question::Peek9080 { host: host(id) }));
            questions
        }
        Condition::ProviderGone { .. } => vec![Question::Providers],
        Condition::SpsWell => vec![Question::SpsService, Question::StorageManager],
        Condition::HostPairAside { host: id }
        | Condition::RemainsInPlace { host: id }
        | Condition::HostCertificateSetAside { host: id } => vec![Question::HostFolder { host: host(id) }],
        Condition::HostCertificateGenerated { host: id, .. } | Condition::HostCertificateOnDisk { host: id, .. } => {
            vec![Question::HostFolder { host: host(id) }, Question::HostFile { host: host(id) }]
        }
        Condition::DiskCertificateEndsAfter { host: id, .. } => vec![Question::HostFile { host: host(id) }],
        Condition::AgentsFollowDisk { host: id } => vec![
            Question::HostFolder { host: host(id) },
            Question::HostFile { host: host(id) },
            Question::Peek443 { host: host(id) },
        ],
    }
}

/// The part of a condition that can be told without a login to a machine, where that part alone can make it hold.
pub(super) fn without_login<'c>(condition: &'c Condition, facts: &Facts) -> Option<&'c Condition> {
    let needs_login = |condition: &Condition| {
        let by_shell = |one: &Question| {
            matches!(one, Question::HostFolder { .. } | Question::HostFile { .. } | Question::CertificateStores)
        };
        questions(condition, facts).iter().any(by_shell)
    };
    let Condition::Either { left, right } = condition else { return None };
    match (needs_login(left), needs_login(right)) {
        (false, true) => Some(left),
        (true, false) => Some(right),
        (false, false) | (true, true) => None,
    }
}

/// The list, which brings what is new, and each provider that is known already.
fn providers(facts: &Facts, hosts: &[HostId]) -> Vec<Question> {
    let known = hosts.iter().filter_map(|host| facts.hosts.get(host)).flat_map(|host| facts.providers_of(host));
    let again = known.map(|one| Question::ProviderInfo { provider: MoRef::new("VasaProvider", &one.object) });
    std::iter::once(Question::Providers).chain(again).collect()
}
