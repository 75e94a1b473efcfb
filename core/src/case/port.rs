//! The ports of a host that show a certificate.

use crate::facts::{Host, Observed, Presented};

/// One of the two ports on which a host shows a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Port {
    /// 443, the host's own.
    Host,
    /// 9080, the IOFilter provider's.
    Provider,
}

impl Port {
    /// `certificate on port 443`, for messages and evidence.
    pub(crate) fn certificate(self) -> &'static str {
        match self {
            Self::Host => "certificate on port 443",
            Self::Provider => "certificate on port 9080",
        }
    }

    /// What was shown there.
    pub(crate) fn of(self, host: &Host) -> &Observed<Presented> {
        match self {
            Self::Host => &host.on_443,
            Self::Provider => &host.on_9080,
        }
    }
}
