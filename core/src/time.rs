//! Time as the core knows it: a number that the host program hands in.
//!
//! Three clocks are kept apart by name: *now* (the host program's), *certificate time* (`not_before`,
//! `not_after`), and *vCenter's clock* (what `CurrentTime` answered). All are UTC.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Seconds since 1970-01-01T00:00:00Z, UTC. Negative before that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnixTime(pub i64);

/// Seconds in one day, the unit that people and vCenter's thresholds speak in.
pub const DAY_SECONDS: i64 = 86_400;

impl UnixTime {
    /// Reads what vSphere writes: RFC 3339 with 0 to 9 fraction digits and `Z` or an offset.
    /// `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let parsed = OffsetDateTime::parse(text, &Rfc3339)
            // vSphere's string-typed dates sometimes lack the zone; they are UTC then.
            .or_else(|_| OffsetDateTime::parse(&format!("{text}Z"), &Rfc3339));
        parsed.ok().map(|time| Self(time.unix_timestamp()))
    }

    /// Whole seconds from `earlier` to `self`; negative when `earlier` is the later one.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whole days from `earlier` to `self`, rounded towards zero.
    pub fn days_since(self, earlier: Self) -> i64 {
        self.seconds_since(earlier) / DAY_SECONDS
    }

    /// This instant, `seconds` later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// `2026-11-22`, for messages.
    pub fn date(self) -> String {
        self.to_string().chars().take_while(|&c| c != 'T').collect()
    }
}

/// `2026-11-22T11:08:42Z`. An instant that no calendar can show is shown as its number of seconds.
impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = OffsetDateTime::from_unix_timestamp(self.0).ok().and_then(|time| time.format(&Rfc3339).ok());
        match shown {
            Some(text) => f.write_str(&text),
            None => write!(f, "{} s", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_that_vsphere_writes() {
        let expected = Some(UnixTime(1_789_289_701));
        for text in [
            "2026-09-13T08:55:01Z",
            "2026-09-13T08:55:01.681525Z",
            "2026-09-13T10:55:01.123456789+02:00",
            "2026-09-13T08:55:01",
        ] {
            assert_eq!(UnixTime::parse(text), expected, "{text}");
        }
        assert_eq!(UnixTime::parse("yesterday"), None);
    }

    #[test]
    fn shows_itself_as_a_person_would_write_it() {
        assert_eq!(UnixTime(1_789_289_701).to_string(), "2026-09-13T08:55:01Z");
        assert_eq!(UnixTime(1_789_289_701).date(), "2026-09-13");
        assert_eq!(UnixTime(i64::MAX).to_string(), "9223372036854775807 s");
    }
}
