//! What a finding says of files that stand for what nobody looked at.

use crate::case::{Case, Found, Place};
use crate::diagnostic::Evidence;

/// A line for each file that the finding rests on, as far as its text tells.
pub(super) fn evidence(case: &Case<'_>, place: &Place, found: &Found) -> Vec<Evidence> {
    let rests_on = |taken_for: &str| {
        found.message.contains(taken_for) || found.evidence.iter().any(|evidence| evidence.what.contains(taken_for))
    };
    let files = case.files(place.host.as_deref()).iter().filter(|file| rests_on(&file.taken_for));
    files
        .map(|file| {
            let seen = format!("taken for the {}; what is served may be older than the file", file.taken_for);
            Evidence::new(format!("file `{}`", file.path), seen)
        })
        .collect()
}
