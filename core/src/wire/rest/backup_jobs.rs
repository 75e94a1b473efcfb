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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::wire::testing::{look, response, vcenter};

    #[test]
    fn finds_the_newest_success_in_both_styles() {
        assert_eq!(look(request(&vcenter())).path, "/api/appliance/recovery/backup/job/details");
        let job =
            |status: &str, end: &str| format!(r#"{{"location":"sftp://b","status":"{status}","end_time":{end}}}"#);
        let (old, new) =
            (job("SUCCEEDED", "\"2026-09-13T08:55:01.000Z\""), job("FAILED", "\"2026-09-14T08:55:01.000Z\""));
        let running = job("RUNNING", "null");
        let bodies = [
            format!(r#"{{"b":{old},"a":{new},"c":{running}}}"#),
            format!(
                r#"{{"value":[{{"key":"b","value":{old}}},{{"key":"a","value":{new}}},{{"key":"c","value":{running}}}]}}"#
            ),
        ];
        for body in bodies {
            let jobs = parse(&response(200, body)).unwrap();
            assert_eq!(jobs.iter().map(|job| job.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
            assert_eq!(newest_success(&jobs), Some(UnixTime(1_789_289_701)));
        }
        for none in ["{}", r#"{"value":[]}"#] {
            assert_eq!(newest_success(&parse(&response(200, none)).unwrap()), None);
        }
    }
}
