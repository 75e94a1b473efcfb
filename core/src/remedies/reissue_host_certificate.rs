//! The host certificate has expired. vCenter does not renew an expired certificate in place; it issues a new one when
//! the host is reconnected (ESXi certificate documentation, GUID-ECFD1A29): disconnect and reconnect (A11), or the
//! seed's way by the shell (A17), then as after any renewal. A host that vCenter lost for it is connected before anything
//! else, since vCenter can do nothing there before; one that a person disconnected, only where a person may be asked. In
//! mode `custom` the customer's certificate is installed instead (A7c).

use super::{HostDraft, Remedy, Scope, Stage, host_certificate};
use crate::facts::{ConnectionState, Host};
use crate::plan::Planning;
use crate::policy::RenewBy;

pub(super) const REMEDY: Remedy = Remedy {
    name: "reissue-host-certificate",
    help: "disconnect and reconnect the host so that vCenter issues a new certificate, restart the provider daemon, then synchronise the provider",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    if host_certificate::is_custom(planning) {
        return super::install_custom_certificate::steps(planning, host, draft);
    }
    let before = host_certificate::leaf_on_443(host)?;
    match planning.case.policy.renew_by {
        RenewBy::Auto | RenewBy::Vcenter => {
            let stage = if host.is_away() { Stage::Connection } else { Stage::HostCertificate };
            let timeout = planning.case.policy.step_timeout_seconds;
            let [disconnect, reconnect] = host_certificate::reconnect(host, &before, None, false, timeout);
            if host.connection.value() != Some(&ConnectionState::Disconnected) {
                draft.add(stage, disconnect);
            }
            draft.add(stage, reconnect);
            host_certificate::must_be_vmca(planning)?;
        }
        RenewBy::Shell => host_certificate::by_shell(planning, host, &before, draft)?,
    }
    host_certificate::afterwards(planning, host, draft)
}
