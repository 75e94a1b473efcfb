//! A6 and A8: what a host trusts.

use super::{CERTIFICATE_MANAGE, step};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::Host;
use crate::gates::Touches;
use crate::plan::{Act, Condition, IfNotDone, PemCertificate, Safety, Step, Undo};

/// A6. It may drop what else the store held (seen on 6.7 and 7.0), so [`add_to_ca_store`] with all that was there must
/// follow; that it also adds what is wanted is why this one may be refused.
pub(crate) fn push_roots(host: &Host, wanted: &[&Certificate], timeout_seconds: i64) -> Step {
    let holds = Condition::CaStoreHolds {
        host: host.id.clone(),
        certificates: wanted.iter().map(|one| one.fingerprint).collect(),
    };
    Step {
        skip_when: holds.clone(),
        done_when: holds,
        if_not_done: IfNotDone::GoOnIfEnded,
        undo: Undo::PutBackCaStore,
        safety: Safety::Disturbs,
        disturbs: "the host may stop to trust SPS until the next step, which puts back what was dropped".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(Some(host), Act::PushRoots { host: host.id.clone() }, Touches::ClientTrust, timeout_seconds)
    }
}

/// A8. The store is read just before, so that nothing which is there is lost, and put back from that list if needed.
pub(crate) fn add_to_ca_store(host: &Host, certificates: &[&Certificate], timeout_seconds: i64) -> Step {
    let mut wanted: Vec<Fingerprint> = Vec::new();
    let mut pems = Vec::new();
    for one in certificates {
        if !wanted.contains(&one.fingerprint) {
            wanted.push(one.fingerprint);
            pems.push(PemCertificate { fingerprint: one.fingerprint, pem: one.to_pem() });
        }
    }
    Step {
        skip_when: Condition::CaStoreHolds { host: host.id.clone(), certificates: wanted.clone() },
        done_when: Condition::CaStoreHolds { host: host.id.clone(), certificates: wanted },
        undo: Undo::PutBackCaStore,
        disturbs: "nothing; the host trusts what it trusted before, and the certificates named here".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(
            Some(host),
            Act::AddToCaStore { host: host.id.clone(), certificates: pems },
            Touches::ClientTrust,
            timeout_seconds,
        )
    }
}

/// A8 with a certificate that SPS is about to make.
pub(crate) fn trust_client_certificate(host: &Host, timeout_seconds: i64) -> Step {
    let trusted = Condition::ClientTrusted { host: host.id.clone() };
    Step {
        skip_when: trusted.clone(),
        done_when: trusted,
        undo: Undo::PutBackCaStore,
        disturbs: "nothing; the host trusts one certificate more".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(Some(host), Act::TrustClientCertificate { host: host.id.clone() }, Touches::ClientTrust, timeout_seconds)
    }
}
