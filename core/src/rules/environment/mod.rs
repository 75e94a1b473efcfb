//! The vCenter, the clocks, and whether hosts can be asked at all.

pub(super) mod host_disconnected;
pub(super) mod host_maintenance;
pub(super) mod host_not_responding;
pub(super) mod scanner_clock_skew;
pub(super) mod sms_endpoint_down;
pub(super) mod sps_service_stopped;
pub(super) mod vc_host_clock_skew;
pub(crate) mod whole_fleet_down;
