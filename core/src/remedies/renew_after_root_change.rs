//! The host certificate was signed by a root that VMCA had before: have the host trust the present roots (A6, A8), then
//! renew its certificate (A7).

use super::{HostDraft, Remedy, Scope};
use crate::facts::Host;
use crate::plan::Planning;

pub(super) const REMEDY: Remedy = Remedy {
    name: "renew-after-root-change",
    help: "have vCenter push its trusted roots to the host, then renew the host certificate and restart the provider daemon",
    scope: Scope::Host(steps),
};

fn steps(planning: &Planning<'_>, host: &Host, draft: &mut HostDraft) -> Result<(), String> {
    super::refresh_ca_certificates::push(planning, host, draft)?;
    super::renew_host_certificate::steps(planning, host, draft)
}
