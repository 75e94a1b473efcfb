//! Backups of the vCenter appliance, one of which should exist before anything is changed.

use serde::{Deserialize, Serialize};

use crate::request::{HttpResponse, Look, Method};
use crate::time::UnixTime;
use crate::wire::{VCenter, WireError, json};

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupJob {
    /// Its id, such as `20260913-085501-24022515`.
    pub id: String,
    /// `PENDING`, `RUNNING`, `BLOCKED`, `SUCCEEDED` or `FAILED`.
    pub status: String,
    /// When it ended, by vCenter's clock; `None` while it runs.
    pub end_time: Option<UnixTime>,
}

/// Asks for every backup that the appliance remembers.
pub fn request(vcenter: &VCenter) -> Look {
    Look::Http(json::call(vcenter, Method::Get, "/appliance/recovery/backup/job/details"))
}

/// Reads the answer, ordered by id.
pub fn parse(response: &HttpResponse) -> Result<Vec<BackupJob>, WireError> {
    let mut jobs = Vec::new();
    for (id, info) in json::answer(response, "GET appliance/recovery/backup/job/details")?.entries()? {
        jobs.push(BackupJob { id, status: info.required_text("status")?, end_time: info.time("end_time")? });
    }
    jobs.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(jobs)
}

/// When the newest backup that succeeded ended.
pub fn newest_success(jobs: &[BackupJob]) -> Option<UnixTime> {
    jobs.iter().filter(|job| job.status == "SUCCEEDED").filter_map(|job| job.end_time).max()
}
