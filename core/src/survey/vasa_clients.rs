//! What is worth asking only where the first answers give a reason to: one more request for each host of a healthy
//! fleet would be spent for nothing.

use std::collections::BTreeSet;

use super::inquiry::Inquiry;
use super::question::Question;
use crate::facts::{Facts, Host, HostId, Observed};

/// The port of vSAN's provider; a provider on any other port that is not an IO filter's is an array's.
const VSAN_PROVIDER_PORT: u16 = 8080;

/// What to ask now. The certificate that a host shows to arrays matters where there is an array, or where something was
/// raised about it.
pub(super) fn questions(inquiry: &mut Inquiry) -> Vec<Question> {
    let knows = inquiry.link.vcenter.speaks("8.0.1.0");
    let facts = &mut inquiry.facts;
    let has_array = facts.other_providers.values().any(|provider| provider.url.port != VSAN_PROVIDER_PORT);
    let suspects = suspects(facts);
    let wanted = |host: &Host| knows && host.is_connected() && (has_array || suspects.contains(host.id.0.as_str()));
    let hosts = facts.hosts.values().filter(|host| wanted(host)).map(|host| host.id.clone());
    let hosts: BTreeSet<HostId> = hosts.collect();
    for host in facts.hosts.values_mut().filter(|host| !hosts.contains(&host.id)) {
        let why = if knows {
            "nothing gave a reason to ask for the certificate that the host shows to arrays"
        } else {
            "vCenter tells of the certificates that hosts show to arrays only from 8.0.1 on"
        };
        host.vasa_client = Observed::not_asked(why, "");
    }
    hosts.into_iter().map(|host| Question::VasaClient { host }).collect()
}

/// Hosts with an alarm, or with an event about such a certificate.
fn suspects(facts: &Facts) -> BTreeSet<&str> {
    let alarms = facts.vcenter.alarms.value().into_iter().flatten();
    let events = facts.vcenter.events.value().into_iter().flatten();
    let events = events.filter(|event| event.short_kind().starts_with("EsxiVasaClientCertificate"));
    alarms.map(|alarm| alarm.entity.as_str()).chain(events.filter_map(|event| event.host.as_deref())).collect()
}
