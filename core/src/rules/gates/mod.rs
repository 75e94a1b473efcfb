//! Gates as notes: what a fleet is like that stands in the way of some repairs. They classify, and none is a trouble, so
//! a fleet with all of them is healthy. Each is read by the gate itself; what that does not know is no note, since the
//! gate says so where it counts, before a change.

pub(super) mod gate_autodeploy;
pub(super) mod gate_custom_mode;
pub(super) mod gate_elm;
pub(super) mod gate_filter_in_use;
pub(super) mod gate_lockdown;
pub(super) mod gate_maintenance;
pub(super) mod gate_mode_unknown;
pub(super) mod gate_no_backup;
pub(super) mod gate_trust_authority;
pub(super) mod gate_vcf;
pub(super) mod gate_vcha;
pub(super) mod gate_vsan;
