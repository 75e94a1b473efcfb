//! The table: one row for each trace that a known trouble leaves.
//!
//! Where a text is a vendor's but its reading is ours, the grade is the reading's. A new row needs a sample that matches
//! and one that nearly does, in the tests of `samples.rs`.

mod esxi;
mod events;
mod other_services;
mod storage_profile_service;

use std::sync::LazyLock;

use super::head::Level;
use super::signature::{Grade, Log, Signature};

/// Every row, sorted by id.
pub(super) static SIGNATURES: LazyLock<Vec<Signature>> = LazyLock::new(|| {
    let files =
        [events::EVENTS, esxi::ESXI, storage_profile_service::STORAGE_PROFILE_SERVICE, other_services::OTHER_SERVICES];
    let mut rows = files.concat();
    rows.sort_by_key(|row| row.id);
    rows
});

/// What a row is unless it says otherwise.
const ROW: Signature = Signature {
    id: "",
    log: Log::Any,
    level: Level::Trace,
    class: None,
    literals: &[],
    pattern: "",
    also: None,
    implied_by: &[],
    ends_story: false,
    begins_story: false,
    least: 1,
    meaning: "",
    source: "",
    grade: Grade::D,
};
