//! What vCenter raised about a place, and what ends soon there.

use super::Case;
use crate::facts::{Provider, VCenterEvent, VecsEntry};

impl<'a> Case<'a> {
    /// Events that name a provider, and those about its host.
    pub(crate) fn events_of(&self, provider: &Provider) -> Vec<&'a VCenterEvent> {
        let of_host = self.host_of(provider).map_or(&[][..], |host| self.happenings.of_host(host));
        self.happenings.of_provider(provider).iter().chain(of_host).copied().collect()
    }
}

impl Case<'_> {
    /// True when the entry of a store holds a certificate that has expired.
    pub(crate) fn has_expired(&self, entry: &VecsEntry) -> bool {
        self.expires_within(entry, -1)
    }

    /// True when the entry of a store holds a certificate with at most so many seconds left.
    pub(crate) fn expires_within(&self, entry: &VecsEntry, seconds: i64) -> bool {
        let held = entry.certificate.and_then(|held| self.certificate(&held).ok());
        held.is_some_and(|held| held.not_after.seconds_since(self.now) <= seconds)
    }
}
