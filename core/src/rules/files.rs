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

#[cfg(test)]
mod tests {
    use crate::facts::{HostId, SavedFile};
    use crate::rules::Confidence;
    use crate::rules::testing::Fleet;

    #[test]
    fn what_rests_on_the_file_of_the_provider_is_inferred() {
        let mut fleet = Fleet::copy_of_one_ending_in(-1);
        let told = |fleet: &Fleet| {
            let judgement = fleet.judge();
            judgement.causes().map(|cause| (cause.diagnostic.code.clone(), cause.confidence)).collect::<Vec<_>>()
        };
        let before = told(&fleet);
        assert!(before.iter().all(|(_, confidence)| *confidence > Confidence::Low), "{before:?}");
        let file = |taken_for: &str| {
            vec![SavedFile {
                path: "esx01/x.pem".to_owned(),
                host: Some(HostId("host-1".to_owned())),
                taken_for: taken_for.to_owned(),
            }]
        };
        fleet.facts.files = file("CA certificates of the host");
        assert_eq!(told(&fleet), before);
        fleet.facts.files = file("certificate on port 9080");
        let after = told(&fleet);
        assert!(after.iter().all(|(_, confidence)| *confidence == Confidence::Low), "{after:?}");
    }
}
