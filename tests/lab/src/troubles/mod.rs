//! Makes troubles come true in the state of the world, by finding code. Each leaves all else as it was.

mod castore;
mod certificate;
mod files;
mod gates;
mod happenings;
mod others;
mod provider;
mod state;
mod vecs;

use time::Duration;

use crate::error::LabError;
use crate::world::World;

/// A trouble of one host: its code, and what makes it true.
type HostTrouble = (&'static str, fn(&mut World, &str) -> Result<(), LabError>);
/// A trouble of the vCenter.
type VCenterTrouble = (&'static str, Make);

/// What makes a trouble of the vCenter true.
enum Make {
    /// It cannot fail.
    Surely(fn(&mut World)),
    /// It issues a certificate, which can.
    Perhaps(fn(&mut World) -> Result<(), LabError>),
}

/// Gives a host a trouble. Fails for a code that the lab cannot make true on a host.
pub fn trouble_host(world: &mut World, host: &str, code: &str) -> Result<(), LabError> {
    let found = HOST_TROUBLES.iter().find(|(known, _)| *known == code);
    let (_, make) =
        found.ok_or_else(|| LabError::scenario(format!("`{code}` is not a trouble the lab can give a host")))?;
    make(world, host)
}

/// Gives the vCenter a trouble. Fails for a code that the lab cannot make true there.
pub fn trouble_vcenter(world: &mut World, code: &str) -> Result<(), LabError> {
    let found = VCENTER_TROUBLES.iter().find(|(known, _)| *known == code);
    let (_, make) =
        found.ok_or_else(|| LabError::scenario(format!("`{code}` is not a trouble the lab can give the vCenter")))?;
    match make {
        Make::Surely(make) => make(world),
        Make::Perhaps(make) => make(world)?,
    }
    Ok(())
}

/// Codes that a host can be given, in order of code.
pub fn host_codes() -> impl Iterator<Item = &'static str> {
    HOST_TROUBLES.iter().map(|(code, _)| *code)
}

/// Codes that the vCenter can be given, in order of code.
pub fn vcenter_codes() -> impl Iterator<Item = &'static str> {
    VCENTER_TROUBLES.iter().map(|(code, _)| *code)
}

const HOST_TROUBLES: &[HostTrouble] = &[
    ("alarm-residual", happenings::alarm_residual),
    ("castore-empty", castore::empty),
    ("castore-malformed", others::castore_malformed),
    ("castore-missing-sms", castore::missing_sms),
    ("castore-missing-vmca-root", castore::missing_vmca_root),
    ("castore-stale-sms", castore::stale_sms),
    ("castore-wiped-after-refresh", happenings::wiped_after_refresh),
    ("cert-not-yet-valid", certificate::not_yet_valid),
    ("dns-mismatch", state::name_leads_elsewhere),
    ("esx9-client-untrusted", castore::missing_vmca_root),
    ("filter-disabled", happenings::filter_disabled),
    ("filter-install-failed", happenings::filter_install_failed),
    ("gate-autodeploy", gates::autodeploy),
    ("gate-filter-in-use", gates::filter_in_use),
    ("gate-lockdown", gates::lockdown),
    ("gate-lockdown-strict", gates::lockdown_strict),
    ("gate-maintenance", state::maintenance),
    ("gate-trust-authority", gates::trust_authority),
    ("gate-vsan", gates::vsan),
    ("host-cert-expired", certificate::expired),
    ("host-cert-expiring-hard", certificate::expiring_hard),
    ("host-cert-expiring-soft", certificate::expiring_soft),
    ("host-cert-foreign-ca", certificate::foreign_ca),
    ("host-cert-missing", files::certificate_missing),
    ("host-cert-name-mismatch", certificate::name_mismatch),
    ("host-cert-old-vmca-root", certificate::old_vmca_root),
    ("host-cert-self-signed", certificate::self_signed),
    ("host-disconnected", state::disconnected),
    ("host-key-mismatch", files::key_mismatch),
    ("host-maintenance", state::maintenance),
    ("host-not-responding", state::not_responding),
    ("only-esx9-down", provider::newer_down),
    ("provider-cert-cached-stale", provider::cached_stale),
    ("provider-disconnected", provider::disconnected),
    ("provider-duplicate", provider::duplicate),
    ("provider-missing", provider::missing),
    ("provider-offline", provider::offline),
    ("provider-orphan", provider::orphan),
    ("provider-registration-failed", happenings::registration_failed),
    ("provider-unregistration-failed", happenings::unregistration_failed),
    ("single-cluster-down", provider::cluster_down),
    ("ssh-stopped", state::ssh_stopped),
    ("thumbprint-entry-leftover", vecs::entry_leftover),
    ("thumbprint-entry-missing", vecs::entry_missing),
    ("thumbprint-entry-stale", vecs::entry_stale),
    ("tls-interception", certificate::intercepted),
    ("vc-host-clock-skew", state::clock_skew),
    ("vcdb-thumbprint-mismatch", others::recorded_other),
    ("vp-cert-expired", certificate::vp_expired),
    ("vp-cert-expiring-hard", certificate::vp_expiring_hard),
    ("vp-cert-expiring-soft", certificate::vp_expiring_soft),
    ("vp-cert-stale", certificate::vp_stale),
    ("vp-no-certificate", provider::no_certificate),
    ("vp-port-filtered", others::port_filtered),
    ("vp-port-refused", provider::port_refused),
    ("vp-ruleset-disabled", others::rule_set_disabled),
    ("vp-ruleset-restricted", others::rule_set_restricted),
    ("vp-tls-handshake-failed", provider::no_common_cipher),
    ("vp-version-xml-error", provider::page_broken),
    ("vsan-provider-offline", others::vsan_provider),
    ("vvol-client-cert-failed", happenings::vasa_client_failed),
];

const VCENTER_TROUBLES: &[VCenterTrouble] = &[
    ("alarm-backup-store", Make::Perhaps(vecs::expired_backup)),
    ("docroot-out-of-sync", Make::Surely(vecs::roots_not_published)),
    ("gate-autodeploy", Make::Surely(gates::auto_deploy_runs)),
    ("gate-elm", Make::Surely(gates::linked_mode)),
    ("gate-no-backup", Make::Surely(gates::no_backup)),
    ("gate-vcf", Make::Surely(gates::vcf)),
    ("gate-vcha", Make::Surely(gates::high_availability)),
    ("privilege-missing-view", Make::Surely(happenings::no_view)),
    ("privilege-missing-write", Make::Surely(happenings::no_write)),
    ("refresh-ca-failed-event", Make::Surely(happenings::refresh_failed)),
    // The world's clock is set ahead when it is built; nothing is left to do.
    ("scanner-clock-skew", Make::Surely(|_| ())),
    ("sms-cert-missing", Make::Surely(provider::client_certificate_missing)),
    ("sms-cert-renew-failed", Make::Perhaps(happenings::sms_renewal_failed)),
    ("sms-store-missing", Make::Surely(vecs::store_missing)),
    ("sms-store-permission", Make::Surely(vecs::store_not_writable)),
    ("sps-extension-expired", Make::Perhaps(vecs::extension_expired)),
    ("sps-extension-missing", Make::Surely(vecs::extension_missing)),
    ("sps-service-stopped", Make::Surely(provider::service_stopped)),
    ("thumbprint-log-flood", Make::Surely(vecs::log_flood)),
    ("vvol-provider-expired", Make::Perhaps(others::array_provider)),
    ("whole-fleet-down", Make::Perhaps(castore::fleet_without_sms)),
];

/// How far a skewed clock is ahead: more than the five minutes that block a change.
pub(crate) const CLOCK_SKEW: Duration = Duration::minutes(10);

/// The host of a trouble; the builder has made it before.
fn host<'a>(world: &'a mut World, key: &str) -> Result<&'a mut crate::world::host::Host, LabError> {
    world.host_mut(key).ok_or_else(|| LabError::scenario(format!("no host `{key}`")))
}
