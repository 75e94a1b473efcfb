//! What can be wrong, one file each, and the judging of facts by all of them.
//!
//! A rule's file begins with its public page, as a doc comment; then come `RULE`, its check, and its tests. The table
//! of all rules is [`RULES`], sorted by code. There is no other registration.
//!
//! A new rule is a file, a line in its group's `mod.rs`, a row in [`RULES`], and its code in the `explains` of what
//! causes it. Its rank puts it below those and above what it explains; tests hold both.

#[cfg(test)]
mod absurd;
#[cfg(test)]
mod broken_facts;
#[cfg(test)]
pub(crate) mod cases;
mod events;
mod files;
mod finding;
mod fold;
mod judge;
mod log;
#[cfg(test)]
mod mix;
pub mod page;
pub mod rule;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

mod client_certificate;
pub(crate) mod environment;
pub(crate) mod fleet;
mod gates;
pub(crate) mod host_certificate;
pub(crate) mod provider;
mod reach;
mod related;

pub(crate) use events::event_seen;
pub use finding::{Confidence, Finding, Judgement, Unanswered};
pub use judge::judge;
pub use rule::{Check, Cure, Grade, Rule};

use std::collections::BTreeSet;

/// Every rule, sorted by code.
pub const RULES: &[Rule] = &[
    provider::alarm_backup_store::RULE,
    provider::alarm_residual::RULE,
    host_certificate::auto_renew_race::RULE,
    client_certificate::castore_bloat::RULE,
    client_certificate::castore_empty::RULE,
    client_certificate::castore_malformed::RULE,
    client_certificate::castore_missing_machine_issuer::RULE,
    client_certificate::castore_missing_sms::RULE,
    client_certificate::castore_missing_vmca_root::RULE,
    client_certificate::castore_stale_sms::RULE,
    client_certificate::castore_unreadable::RULE,
    client_certificate::castore_wiped_after_refresh::RULE,
    host_certificate::cert_not_yet_valid::RULE,
    environment::dns_mismatch::RULE,
    host_certificate::docroot_out_of_sync::RULE,
    client_certificate::esx9_client_untrusted::RULE,
    related::filter_disabled::RULE,
    related::filter_install_failed::RULE,
    gates::gate_autodeploy::RULE,
    gates::gate_custom_mode::RULE,
    gates::gate_elm::RULE,
    gates::gate_filter_in_use::RULE,
    gates::gate_lockdown::RULE,
    gates::gate_maintenance::RULE,
    gates::gate_mode_unknown::RULE,
    gates::gate_no_backup::RULE,
    gates::gate_trust_authority::RULE,
    gates::gate_vcf::RULE,
    gates::gate_vcha::RULE,
    gates::gate_vsan::RULE,
    host_certificate::host_cert_capped_by_root::RULE,
    host_certificate::host_cert_chain_incomplete::RULE,
    host_certificate::host_cert_expired::RULE,
    host_certificate::host_cert_expiring_hard::RULE,
    host_certificate::host_cert_expiring_soft::RULE,
    host_certificate::host_cert_foreign_ca::RULE,
    host_certificate::host_cert_missing::RULE,
    host_certificate::host_cert_name_mismatch::RULE,
    host_certificate::host_cert_no_san::RULE,
    host_certificate::host_cert_old_vmca_root::RULE,
    host_certificate::host_cert_self_signed::RULE,
    host_certificate::host_cert_self_signed_custom::RULE,
    host_certificate::host_cert_untrusted_custom::RULE,
    host_certificate::host_cert_weak::RULE,
    host_certificate::host_cert_wildcard::RULE,
    environment::host_disconnected::RULE,
    host_certificate::host_key_mismatch::RULE,
    environment::host_maintenance::RULE,
    environment::host_not_responding::RULE,
    environment::host_version_unknown::RULE,
    host_certificate::machine_ssl_expired::RULE,
    provider::mode_thumbprint::RULE,
    fleet::only_esx9_down::RULE,
    environment::privilege_missing_view::RULE,
    environment::privilege_missing_write::RULE,
    provider::provider_cache_wedged::RULE,
    provider::provider_cert_cached_stale::RULE,
    provider::provider_cert_expired::RULE,
    provider::provider_cert_hard::RULE,
    provider::provider_cert_invalid::RULE,
    provider::provider_cert_soft::RULE,
    provider::provider_connected_unsynced::RULE,
    provider::provider_disconnected::RULE,
    provider::provider_duplicate::RULE,
    provider::provider_missing::RULE,
    provider::provider_offline::RULE,
    provider::provider_offline_transient::RULE,
    provider::provider_online_valid::RULE,
    provider::provider_orphan::RULE,
    provider::provider_registration_failed::RULE,
    provider::provider_status_unknown::RULE,
    provider::provider_syncerror::RULE,
    provider::provider_unregistration_failed::RULE,
    provider::provider_url_form::RULE,
    provider::refresh_ca_failed_event::RULE,
    provider::register_exists::RULE,
    provider::register_invalid_cert::RULE,
    provider::reregister_not_trusted::RULE,
    reach::reverse_proxy_down::RULE,
    host_certificate::roots_expired_leftover::RULE,
    host_certificate::roots_unparseable::RULE,
    environment::scanner_clock_skew::RULE,
    fleet::single_cluster_down::RULE,
    client_certificate::sms_cert_expired::RULE,
    client_certificate::sms_cert_expiring::RULE,
    client_certificate::sms_cert_missing::RULE,
    client_certificate::sms_cert_renew_failed::RULE,
    environment::sms_endpoint_down::RULE,
    client_certificate::sms_regenerated_fleet_pending::RULE,
    environment::sms_session_invalid::RULE,
    client_certificate::sms_store_missing::RULE,
    client_certificate::sms_store_permission::RULE,
    client_certificate::sps_extension_expired::RULE,
    client_certificate::sps_extension_missing::RULE,
    client_certificate::sps_extension_old_root::RULE,
    environment::sps_service_stopped::RULE,
    provider::thumbprint_entry_leftover::RULE,
    provider::thumbprint_entry_missing::RULE,
    provider::thumbprint_entry_stale::RULE,
    provider::thumbprint_log_flood::RULE,
    environment::tls_interception::RULE,
    environment::vc_host_clock_skew::RULE,
    environment::vc_login_denied::RULE,
    host_certificate::vc_status_lag::RULE,
    environment::vc_unreachable::RULE,
    host_certificate::vcdb_thumbprint_mismatch::RULE,
    environment::vcenter_older_than_host::RULE,
    host_certificate::vmca_root_expired::RULE,
    host_certificate::vmca_root_expiring::RULE,
    host_certificate::vmca_root_too_new::RULE,
    host_certificate::vp_cert_expired::RULE,
    host_certificate::vp_cert_expiring_hard::RULE,
    host_certificate::vp_cert_expiring_soft::RULE,
    host_certificate::vp_cert_newer_than_host::RULE,
    host_certificate::vp_cert_stale::RULE,
    reach::vp_no_certificate::RULE,
    reach::vp_port_filtered::RULE,
    reach::vp_port_refused::RULE,
    reach::vp_ruleset_disabled::RULE,
    reach::vp_ruleset_restricted::RULE,
    reach::vp_tls_handshake_failed::RULE,
    reach::vp_version_xml_error::RULE,
    related::vsan_provider_offline::RULE,
    related::vvol_client_cert_failed::RULE,
    related::vvol_provider_expired::RULE,
    related::vvol_setcontext_storm::RULE,
    fleet::whole_fleet_down::RULE,
];

/// Codes that say of the same thing more than the first does: who explains the first explains them as well.
const KIN: &[(&str, &[&str])] = &[
    (
        "provider-missing",
        &["provider-registration-failed", "register-exists", "register-invalid-cert", "reregister-not-trusted"],
    ),
    ("provider-offline", &["provider-offline-transient", "refresh-ca-failed-event"]),
];

impl Rule {
    /// All codes that follow from this one, sorted.
    pub fn all_explained(&self) -> BTreeSet<&'static str> {
        let kin = |code: &&str| KIN.iter().find(|(of, _)| of == code).map(|(_, kin)| *kin).into_iter().flatten();
        let further = |code: &&str| find(code).is_some_and(|rule| rule.rank > self.rank);
        let kin = self.explains.iter().flat_map(kin).copied().filter(further);
        self.explains.iter().copied().chain(kin).collect()
    }
}

/// The rule with this code.
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|rule| rule.code.cmp(code)).ok().and_then(|index| RULES.get(index))
}
