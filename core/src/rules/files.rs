//! What a finding says of files that stand for what nobody looked at.

use crate::case::{Case, Found, Place, Port};
use crate::diagnostic::Evidence;

/// A line for each file that the finding rests on, as far as its text tells.
pub(super) fn evidence(case: &Case<'_>, place: &Place, found: &Found) -> Vec<Evidence> {
    let files = case.files(place.host.as_deref()).iter().filter(|file| rests_on(found, &file.taken_for));
    files
        .map(|file| {
            let seen = format!("taken for the {}; what is served may be older than the file", file.taken_for);
            Evidence::new(format!("file `{}`", file.path), seen)
        })
        .collect()
}

/// True when a finding rests on the file that the provider's daemon reads, and nobody has seen what the daemon serves.
pub(super) fn rests_on_copy(case: &Case<'_>, place: &Place, found: &Found) -> bool {
    let served = Port::Provider.certificate();
    let is_copy = case.files(place.host.as_deref()).iter().any(|file| file.taken_for == served);
    is_copy && rests_on(found, served)
}

fn rests_on(found: &Found, taken_for: &str) -> bool {
    found.message.contains(taken_for) || found.evidence.iter().any(|evidence| evidence.what.contains(taken_for))
}
