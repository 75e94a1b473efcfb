//! Whether a certificate is within its dates.

use serde::{Deserialize, Serialize};

use super::Certificate;
use crate::time::UnixTime;

/// Where `now` lies in a certificate's time. All lengths are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum Validity {
    /// It is not good yet: a clock is wrong, or it was made ahead of time.
    NotYetValid {
        /// Until it will be; at least 1.
        seconds: i64,
    },
    /// It is good.
    Valid {
        /// Until its last second, which is 0.
        seconds_left: i64,
    },
    /// It is no longer good.
    Expired {
        /// Since its last second; at least 1.
        seconds: i64,
    },
}

impl Certificate {
    /// Where `now` lies between `not_before` and `not_after`, both of which are good (RFC 5280, 4.1.2.5). A
    /// certificate whose dates are the wrong way round is never valid.
    pub fn validity(&self, now: UnixTime) -> Validity {
        if now > self.not_after {
            Validity::Expired { seconds: now.seconds_since(self.not_after) }
        } else if now < self.not_before {
            Validity::NotYetValid { seconds: self.not_before.seconds_since(now) }
        } else {
            Validity::Valid { seconds_left: self.not_after.seconds_since(now) }
        }
    }
}

impl Validity {
    /// Whether it is good.
    pub fn is_valid(self) -> bool {
        matches!(self, Self::Valid { .. })
    }
}
