//! ## What it finds
//!
//! A vSAN storage provider (port 8080 of an ESXi host) is offline or disconnected in SMS, or cannot be synchronised.
//!
//! ## Why it hurts
//!
//! Policies of vSAN are not offered through that host. It is another daemon on another port; repairing the IOFilter
//! provider of the same host changes nothing there.
//!
//! ## How it shows
//!
//! The vSphere Client lists the provider as offline beside the IOFILTER provider of the same host. `sps.log` shows the
//! URL with port 8080.
//!
//! ## What cures it
//!
//! Synchronise the providers; look at vSAN's health. Where the whole host is down, that comes first.
//!
//! ## Sources
//!
//! SMS API, `VasaProviderStatus` (grade A); the services list of ESXi, port 8080 (grade B).

use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vsan-provider-offline",
    severity: Severity::Medium,
    grade: Grade::A,
    title: "a storage provider of vSAN is not online",
    rank: 97,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "synchronise the storage providers in the vSphere Client and look at the health of vSAN on that host; the IOFilter provider needs nothing",
    ),
    check: Check::OtherProvider(check),
    source: include_str!("vsan_provider_offline.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(_: &Case<'_>, provider: &Provider) -> Verdict {
    if provider.url.port != PORT {
        return Verdict::NotApplicable;
    }
    // What SMS does not say of another's provider is for its owners to ask.
    let Some(status) = provider.status.value().filter(|status| DOWN.contains(&status.as_str())) else {
        return Verdict::NotApplicable;
    };
    Verdict::found(
        format!("vSAN storage provider `{}` is {status}", provider.name),
        vec![Evidence::new("status in SMS", status.as_str()), Evidence::new("address", provider.url.text.clone())],
    )
}

/// Where hosts serve vSAN's provider.
pub(super) const PORT: u16 = 8080;

const DOWN: [&str; 3] = ["disconnected", "offline", "syncError"];

#[cfg(test)]
mod tests {
    use crate::facts::{Provider, ProviderId, ProviderUrl};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, seen};

    /// A healthy fleet with one more provider, at this port of this host.
    fn beside(host: &str, port: u16, change: impl Fn(&mut Provider)) -> Fleet {
        let mut fleet = Fleet::of(1);
        let id = ProviderId("uid-other".to_owned());
        let url = ProviderUrl { text: format!("https://{host}:{port}/version.xml"), host: host.to_owned(), port };
        let mut other =
            Provider { id: id.clone(), url, name: format!("provider at {host}"), ..fleet.provider(1).clone() };
        other.array_ids.clear();
        change(&mut other);
        fleet.facts.other_providers.insert(id, other);
        fleet
    }

    pub(crate) fn cases() -> Vec<Case> {
        vec![
            Case::cause(
                "same-host-other-port",
                "vSAN's provider of the host is offline",
                "Two providers of `esx01.lab.test`: the one on 8080 is offline, the IOFilter provider on 9080 is well.",
                beside("esx01.lab.test", 8080, |other| other.status = seen("offline".to_owned())),
            ),
            Case::near_miss(
                "array-offline",
                "An array's provider is offline",
                "The near miss of `same-host-other-port`: neither vSAN nor IOFilter; not for us to judge.",
                beside("array1.lab.test", 8443, |other| other.status = seen("offline".to_owned())),
            ),
        ]
    }

    #[test]
    fn a_host_that_is_gone_takes_both_of_its_providers_along() {
        let mut fleet = beside("esx01.lab.test", 8080, |other| other.status = seen("offline".to_owned()));
        fleet.lose(1, crate::facts::ConnectionState::NotResponding);
        fleet.has_one_cause("host-not-responding");
        fleet.follows("vsan-provider-offline", "host-not-responding");
    }
}
