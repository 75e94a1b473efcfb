//! What a finding says of events that vCenter logged: each with its signature, as lines of logs have theirs.

use super::{Case, Found, Place, PlaceKind, Rule};
use crate::diagnostic::Evidence;
use crate::facts::{Host, HostId, ProviderId, VCenterEvent};
use crate::log::event_signature;

/// An event as evidence: what its type means where that is known, how it is found again in vCenter, when it was, and
/// what it says.
pub(crate) fn event_seen(event: &VCenterEvent) -> Evidence {
    let meaning = event_signature(&event.kind)
        .map(|row| format!("{} (grade {:?}): {}, ", row.id, row.grade, row.meaning))
        .unwrap_or_default();
    let number =
        |what: &str, number: Option<i64>| number.map(|number| format!("{what} {number}, ")).unwrap_or_default();
    let (key, chain) = (number("key", event.key), number("chain", event.chain));
    let seen = format!("{meaning}{key}{chain}at {}: {}", event.at, event.message);
    Evidence::new(format!("event `{}`", event.short_kind()), seen)
}

/// The newest event at this place that speaks for the trouble, unless the finding quotes one of its type already.
pub(super) fn evidence(case: &Case<'_>, place: &Place, rule: &Rule, found: &Found) -> Option<Evidence> {
    let spoken: Vec<&Speaks> = SPEAKS.iter().filter(|row| row.codes.contains(&rule.code)).collect();
    if spoken.is_empty() {
        return None;
    }
    let speaks = |event: &&VCenterEvent| {
        spoken.iter().any(|row| row.kind == event.short_kind() && event.message.contains(row.naming))
    };
    let quoted = at(case, place).into_iter().filter(speaks).max_by_key(|event| event.at).map(event_seen)?;
    found.evidence.iter().all(|evidence| evidence.what != quoted.what).then_some(quoted)
}

/// Events of a place: a provider's and its host's, a host's, or those of nobody.
fn at<'a>(case: &Case<'a>, place: &Place) -> Vec<&'a VCenterEvent> {
    let provider = || case.facts.providers.get(&ProviderId(place.id.clone()));
    let host = || place.host.as_ref().and_then(|id| case.facts.hosts.get(&HostId(id.clone())));
    let of_host = |host: &Host| case.events_at(host).to_vec();
    match place.kind {
        PlaceKind::Vcenter => case.happenings.of_vcenter().to_vec(),
        PlaceKind::Host => host().map_or_else(Vec::new, of_host),
        PlaceKind::Provider => provider().map_or_else(Vec::new, |provider| case.events_of(provider)),
    }
}

/// Which troubles an event of a type speaks for.
struct Speaks {
    /// The last part of its type.
    kind: &'static str,
    /// What its text must name; events of one type are about many things.
    naming: &'static str,
    /// Codes of troubles that it corroborates. A rule that rests on the event quotes it by itself.
    codes: &'static [&'static str],
}

/// What an event says of no trouble by itself, and beside one says when or why.
const SPEAKS: &[Speaks] = &[
    Speaks { kind: "CertExpirationEvent", naming: "BACKUP_STORE", codes: &["alarm-backup-store"] },
    Speaks { kind: "CertExpirationEvent", naming: "MACHINE_SSL_CERT", codes: &["machine-ssl-expired"] },
    Speaks {
        kind: "CertExpirationEvent",
        naming: "sms_self_signed",
        codes: &["sms-cert-expired", "sms-cert-expiring"],
    },
    Speaks { kind: "CertExpirationEvent", naming: "sps-extension", codes: &["sps-extension-expired"] },
    Speaks {
        kind: "HostCaCertsAndCrlsUpdatedEvent",
        naming: "",
        codes: &["castore-empty", "castore-missing-sms", "castore-stale-sms", "esx9-client-untrusted"],
    },
    Speaks {
        kind: "HostCertManagementModeChangedEvent",
        naming: "",
        codes: &["gate-custom-mode", "mode-thumbprint", "thumbprint-entry-leftover"],
    },
    Speaks {
        kind: "HostCertUpdatedEvent",
        naming: "",
        codes: &["auto-renew-race", "provider-cert-cached-stale", "vcdb-thumbprint-mismatch", "vp-cert-stale"],
    },
    Speaks { kind: "HostVendorProviderRegistrationFailedEvent", naming: "", codes: &["provider-missing"] },
    Speaks { kind: "VasaProviderCertificateHardLimitReachedEvent", naming: "", codes: &["provider-cert-hard"] },
    Speaks { kind: "VasaProviderCertificateSoftLimitReachedEvent", naming: "", codes: &["provider-cert-soft"] },
    Speaks {
        kind: "VasaProviderDisconnectedEvent",
        naming: "",
        codes: &["provider-disconnected", "provider-offline", "provider-offline-transient"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::signatures;
    use crate::rules::find;
    use crate::rules::testing::{Fleet, event, seen};

    const LOST: &str = "com.vmware.vc.sms.VasaProviderDisconnectedEvent";

    fn quoted(fleet: &Fleet) -> Vec<String> {
        let all = fleet.judge().findings.into_iter().flat_map(|finding| finding.diagnostic.evidence);
        all.filter(|evidence| evidence.what.starts_with("event")).map(|evidence| evidence.seen).collect()
    }

    #[test]
    fn every_row_speaks_of_a_type_with_a_signature_and_of_rules_that_exist() {
        for row in SPEAKS {
            let ends = |row: &Speaks, literal: &str| literal.rsplit('.').next() == Some(row.kind);
            assert!(
                signatures().iter().any(|one| one.literals.iter().any(|literal| ends(row, literal))),
                "{}",
                row.kind
            );
            assert!(row.codes.is_sorted() && row.codes.iter().all(|code| find(code).is_some()), "{}", row.kind);
        }
    }

    #[test]
    fn a_trouble_quotes_the_newest_event_of_its_place_that_speaks_for_it() {
        let mut fleet = Fleet::healthy();
        fleet.provider(1).status = seen("offline".to_owned());
        let mut newest = event(LOST, -7200, Some("host-1"), &[]);
        (newest.key, newest.chain) = (Some(12), Some(11));
        let back = event("com.vmware.vc.sms.VasaProviderConnectedEvent", -60, Some("host-1"), &[]);
        let elsewhere = event(LOST, -60, Some("host-2"), &[]);
        fleet.vcenter().events = seen(vec![elsewhere, back, newest, event(LOST, -9000, Some("host-1"), &[])]);
        let [quoted] = quoted(&fleet).try_into().unwrap_or_else(|all| unreachable!("{all:?}"));
        assert!(quoted.starts_with("E-03 (grade B): ") && quoted.contains(", key 12, chain 11, at 20"), "{quoted}");
    }

    #[test]
    fn an_event_of_another_store_or_of_no_signature_is_not_taken_for_it() {
        let mut fleet = Fleet::ending_in(-1);
        let mut other = event("com.vmware.vc.vecs.CertExpirationEvent", -60, None, &[]);
        other.message = "certificate of BACKUP_STORE expires".to_owned();
        fleet.vcenter().events = seen(vec![other]);
        assert_eq!(quoted(&fleet), [""; 0]);
        let seen = event_seen(&event("com.vmware.vc.Other", 0, None, &[])).seen;
        assert!(seen.starts_with("at 20"), "{seen}");
    }
}
