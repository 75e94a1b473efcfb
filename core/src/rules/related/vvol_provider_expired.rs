//! ## What it finds
//!
//! The certificate of a storage provider that is neither an IOFilter provider (port 9080) nor vSAN's (port 8080) has
//! expired.
//!
//! ## Why it hurts
//!
//! Virtual volumes and policies of that array stop working. It looks like trouble of IOFilter providers because it
//! stands in the same list and raises the same alarms.
//!
//! ## How it shows
//!
//! The vSphere Client lists the array's provider as offline or its certificate as expired. `sps.log` shows S-13 for its
//! URL.
//!
//! ## What cures it
//!
//! An expired one cannot be renewed in place: remove it and register it again with the array's administrator.
//!
//! ## Sources
//!
//! SMS API, `certificateStatus` and `certificateExpiryDate` (grade A); a storage vendor's guide on renewing its
//! provider (grade B).

use super::end_of;
use crate::case::{Case, Verdict};
use crate::diagnostic::{Evidence, Severity};
use crate::facts::Provider;
use crate::rules::rule::{Check, Cure, Grade, Rule};

pub(crate) const RULE: Rule = Rule {
    code: "vvol-provider-expired",
    severity: Severity::High,
    grade: Grade::A,
    title: "the certificate of an array's storage provider has expired",
    rank: 96,
    explains: &[],
    log: None,
    cure: Cure::ByHand(
        "remove the provider and register it again together with whoever runs the array; one that has not expired yet can be renewed in the vSphere Client (Storage Providers, Refresh Certificate)",
    ),
    check: Check::OtherProvider(check),
    source: include_str!("vvol_provider_expired.rs"),
    #[cfg(test)]
    cases: tests::cases,
};

fn check(case: &Case<'_>, provider: &Provider) -> Verdict {
    // vSAN shows the host's own certificate, which has rules of its own.
    if provider.url.port == super::vsan_provider_offline::PORT {
        return Verdict::NotApplicable;
    }
    let status = provider.certificate_status.value().map_or("", String::as_str);
    let end = end_of(case, provider);
    if status != "expired" && end.is_none_or(|end| end >= case.now) {
        return Verdict::Fine;
    }
    let end = end.map_or_else(|| "not told".to_owned(), |end| end.to_string());
    Verdict::found(
        format!(
            "certificate of storage provider `{}` has expired (not after {end}, judged at {})",
            provider.name, case.now
        ),
        vec![
            Evidence::new("address", provider.url.text.clone()),
            Evidence::new("certificate status in SMS", if status.is_empty() { "not told" } else { status }),
        ],
    )
}

#[cfg(test)]
mod tests {
    use crate::facts::{Provider, ProviderId, ProviderUrl};
    use crate::rules::cases::Case;
    use crate::rules::testing::{Fleet, NOW, seen};

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
                "array",
                "An array's provider has expired",
                "The provider of an array stands among those of the hosts, expired. No host has anything to do with it.",
                beside("array1.lab.test", 8443, |other| other.certificate_status = seen("expired".to_owned())),
            ),
            Case::near_miss(
                "array-in-its-last-second",
                "An array's provider whose certificate ends now",
                "The near miss of `array`: the last second is still good.",
                beside("array1.lab.test", 8443, |other| {
                    other.certificate = crate::rules::testing::unknown(crate::facts::MissingReason::NotSent);
                    other.certificate_expires = Some(NOW);
                }),
            ),
        ]
    }
}
