//! The vCenter, the clocks, and whether hosts can be asked at all.

pub(super) mod dns_mismatch;
pub(super) mod host_disconnected;
pub(super) mod host_maintenance;
pub(super) mod host_not_responding;
pub(super) mod host_version_unknown;
pub(super) mod privilege_missing_view;
pub(super) mod privilege_missing_write;
pub(super) mod scanner_clock_skew;
pub(super) mod sms_endpoint_down;
pub(super) mod sms_session_invalid;
pub(super) mod sps_service_stopped;
pub(super) mod tls_interception;
pub(super) mod vc_host_clock_skew;
pub(super) mod vc_login_denied;
pub(super) mod vc_unreachable;
pub(super) mod vcenter_older_than_host;
