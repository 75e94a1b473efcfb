//! A12 and A13: the service `sps` on the appliance, and its entries in the store `SMS`.

use super::{APPLIANCE_ADMINISTRATOR, ROOT_ON_APPLIANCE, both, step};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::{Host, HostId};
use crate::gates::Touches;
use crate::plan::{Act, ClientEntry, Condition, PemCertificate, Safety, Step, Undo};

const SPS_AWAY: &str =
    "storage policies and all storage providers, arrays included, are away for a minute or two; virtual machines go on";

/// A12, once a run, for hosts whose providers must register themselves.
pub(crate) fn restart_sps(hosts: Vec<HostId>, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::ProvidersWell { hosts },
        done_when: Condition::SpsWell,
        undo: Undo::Nothing("a restart leaves no state of its own".to_owned()),
        safety: Safety::Disturbs,
        disturbs: format!("only if the steps before did not help: {SPS_AWAY}"),
        privilege: APPLIANCE_ADMINISTRATOR.to_owned(),
        ..step(None, Act::RestartSps, Touches::VcenterService, timeout_seconds)
    }
}

/// A12, for a service that is stopped.
pub(crate) fn start_sps(timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::SpsWell,
        done_when: Condition::SpsWell,
        undo: Undo::Nothing("the service ought to run".to_owned()),
        disturbs: "nothing; storage policies and providers come back".to_owned(),
        privilege: APPLIANCE_ADMINISTRATOR.to_owned(),
        ..step(None, Act::StartSps, Touches::Nothing, timeout_seconds)
    }
}

/// A13, A13x. SPS makes the entry anew as it starts (vCert), so [`restart_sps_to_renew`] must follow.
pub(crate) fn delete_client_entry(entry: ClientEntry, before: Option<Fingerprint>, timeout_seconds: i64) -> Step {
    let there = match entry {
        ClientEntry::SmsSelfSigned => {
            "every ESXi host below 9.0 refuses SPS until its CA store holds the new certificate: providers of the whole fleet are away meanwhile"
        }
        ClientEntry::SpsExtension => {
            "storage providers of arrays (vVols) and of ESXi hosts from 9.0 on are away until SPS has made it anew"
        }
    };
    Step {
        skip_when: Condition::ClientEntryRenewed { entry, before },
        done_when: Condition::ClientEntryDeleted { entry, before },
        undo: Undo::By {
            act: Act::RestoreClientEntry { entry },
            done_when: Condition::StoreEntryIs { alias: entry.alias().to_owned(), certificate: before },
        },
        safety: Safety::Disturbs,
        disturbs: there.to_owned(),
        privilege: ROOT_ON_APPLIANCE.to_owned(),
        ..step(None, Act::DeleteClientEntry { entry }, Touches::VcenterStore, timeout_seconds)
    }
}

/// A12 in the place of the one after the batch, since hosts can trust a certificate only once SPS has made it.
pub(crate) fn restart_sps_to_renew(entry: ClientEntry, before: Option<Fingerprint>, timeout_seconds: i64) -> Step {
    let renewed = both(Condition::SpsWell, Condition::ClientEntryRenewed { entry, before });
    Step {
        skip_when: renewed.clone(),
        done_when: renewed,
        undo: Undo::Nothing("the step before puts the entry back and restarts the service once more".to_owned()),
        safety: Safety::Disturbs,
        disturbs: SPS_AWAY.to_owned(),
        privilege: APPLIANCE_ADMINISTRATOR.to_owned(),
        ..step(None, Act::RestartSps, Touches::VcenterService, timeout_seconds)
    }
}

/// A13t. `before` is the certificate of the entry that is there now, if one is.
pub(crate) fn pin_provider(
    host: &Host,
    url: &str,
    certificate: &Certificate,
    before: Option<&Certificate>,
    safety: Safety,
    timeout_seconds: i64,
) -> Step {
    let pem = |one: &Certificate| PemCertificate { fingerprint: one.fingerprint, pem: one.to_pem() };
    let entry_is = |fingerprint| Condition::StoreEntryIs { alias: url.to_owned(), certificate: fingerprint };
    let back = match before {
        Some(before) => Act::PinProvider { url: url.to_owned(), certificate: pem(before) },
        None => Act::UnpinProvider { url: url.to_owned() },
    };
    Step {
        skip_when: entry_is(Some(certificate.fingerprint)),
        done_when: entry_is(Some(certificate.fingerprint)),
        undo: Undo::By { act: back, done_when: entry_is(before.map(|one| one.fingerprint)) },
        safety,
        disturbs: "nothing; SPS accepts the certificate that the provider shows now, and no earlier one".to_owned(),
        privilege: ROOT_ON_APPLIANCE.to_owned(),
        ..step(
            Some(host),
            Act::PinProvider { url: url.to_owned(), certificate: pem(certificate) },
            Touches::VcenterStore,
            timeout_seconds,
        )
    }
}
