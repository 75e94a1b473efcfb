//! A7, A7c and A10: a host certificate by vCenter's own CA, or by the customer's.

use super::{CERTIFICATE_MANAGE, step};
use crate::certificate::{Certificate, Fingerprint};
use crate::facts::Host;
use crate::gates::Touches;
use crate::plan::{Act, Condition, IfNotDone, PemCertificate, Safety, Step, Undo};

/// A7. vCenter asks the host for a request, signs it by VMCA and installs the answer; the earlier key is gone.
pub(crate) fn renew_by_vcenter(host: &Host, before: &Fingerprint, timeout_seconds: i64) -> Step {
    Step {
        skip_when: Condition::HostCertificateReplaced { host: host.id.clone(), before: *before },
        done_when: Condition::HostCertificateReplaced { host: host.id.clone(), before: *before },
        if_not_done: IfNotDone::Stop,
        undo: Undo::Nothing(
            "the certificate that was there was to be replaced, and vCenter keeps no copy of its key; the host keeps one in /etc/vmware/ssl/rui.bak".to_owned(),
        ),
        safety: Safety::Disturbs,
        disturbs: "the host's management agents load the new certificate; virtual machines are not touched".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(Some(host), Act::RenewHostCertificate { host: host.id.clone() }, Touches::HostCertificate, timeout_seconds)
    }
}

/// A7c, first half. Whether the host makes a new key for it is not known (grade C): then what the CA is signing meanwhile
/// would be for a key that is gone. That a request is out cannot be seen at the host, so a person is asked each time.
pub(crate) fn request_signing(host: &Host, timeout_seconds: i64) -> Step {
    Step {
        undo: Undo::Nothing("a request that nobody signs has no effect".to_owned()),
        safety: Safety::AskFirst,
        disturbs: "the host goes on with the certificate that it has; a request that was made earlier and is not signed yet may be of no use any more".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(Some(host), Act::RequestSigning { host: host.id.clone() }, Touches::OwnCertificate, timeout_seconds)
    }
}

/// A7c, second half. Before 8.0.3 services go on with the earlier certificate until they are told (PowerCLI), so the
/// step after it is the one that must show the new one.
pub(crate) fn install_host_certificate(
    host: &Host,
    certificate: PemCertificate,
    before: &Certificate,
    timeout_seconds: i64,
) -> Step {
    let shown = Condition::HostCertificateIs { host: host.id.clone(), certificate: certificate.fingerprint };
    let earlier = PemCertificate { fingerprint: before.fingerprint, pem: before.to_pem() };
    Step {
        skip_when: shown.clone(),
        done_when: shown,
        if_not_done: IfNotDone::GoOnIfEnded,
        undo: Undo::By {
            act: Act::InstallHostCertificate { host: host.id.clone(), certificate: earlier },
            done_when: Condition::HostCertificateIs { host: host.id.clone(), certificate: before.fingerprint },
        },
        safety: Safety::Disturbs,
        disturbs: "the host's management agents load the new certificate; virtual machines are not touched".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(
            Some(host),
            Act::InstallHostCertificate { host: host.id.clone(), certificate },
            Touches::OwnCertificate,
            timeout_seconds,
        )
    }
}

/// A10, after a certificate was installed.
pub(crate) fn notify_of_host_certificate(host: &Host, certificate: &Fingerprint, timeout_seconds: i64) -> Step {
    let shown = Condition::HostCertificateIs { host: host.id.clone(), certificate: *certificate };
    Step {
        skip_when: shown.clone(),
        done_when: shown,
        undo: Undo::Nothing("services load what the step before puts back".to_owned()),
        safety: Safety::Disturbs,
        disturbs: "the host's management agents load the new certificate; virtual machines are not touched".to_owned(),
        privilege: CERTIFICATE_MANAGE.to_owned(),
        ..step(Some(host), Act::NotifyServices { host: host.id.clone() }, Touches::OwnCertificate, timeout_seconds)
    }
}
