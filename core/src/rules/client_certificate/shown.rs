//! The two certificates that SPS shows to hosts, and what is wrong with either of them in the same way.

use super::{Case, PROVIDE, Verdict};
use crate::case::BY_APPLIANCE_SHELL;
use crate::case::{Reach, certificate_seen, known, span};
use crate::certificate::{Certificate, Fingerprint, Validity};
use crate::facts::{Host, Missing, MissingReason, Observed};
use crate::time::DAY_SECONDS;

/// A certificate that SPS shows to hosts as a client (KB 440183).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientCertificate {
    /// `sms_self_signed`, for hosts below 9.0.
    SmsSelfSigned,
    /// `sps-extension`, for hosts from 9.0 on and for arrays.
    SpsExtension,
}

impl ClientCertificate {
    /// Its alias in the store `SMS`.
    pub(crate) fn alias(self) -> &'static str {
        match self {
            Self::SmsSelfSigned => "sms_self_signed",
            Self::SpsExtension => "sps-extension",
        }
    }

    /// The hosts that it is shown to.
    pub(super) fn reach(self) -> Reach {
        match self {
            Self::SmsSelfSigned => Reach::BelowNine,
            Self::SpsExtension => Reach::FromNine,
        }
    }

    pub(super) fn fact<'a>(self, case: &Case<'a>) -> &'a Observed<Fingerprint> {
        match self {
            Self::SmsSelfSigned => &case.facts.vcenter.sms.sms_self_signed,
            Self::SpsExtension => &case.facts.vcenter.sms.sps_extension,
        }
    }

    /// The certificate. The other verdict when it is not known: that it does not exist is told by rules of its own; and
    /// it is not asked for where no host is shown it, nor, since no file can be given for it, `sps-extension` while the
    /// hosts that are shown it are well.
    pub(super) fn read<'a>(self, case: &Case<'a>) -> Result<&'a Certificate, Verdict> {
        let missing = match self.fact(case).known() {
            Ok(fingerprint) => return case.certificate(fingerprint).map_err(Verdict::from),
            Err(missing) => missing,
        };
        let hosts = &case.facts.hosts;
        let is_shown = |host: &&Host| self.reach().covers(host);
        let may_matter = match self {
            Self::SmsSelfSigned => hosts.is_empty() || hosts.values().any(|host| is_shown(&host)),
            Self::SpsExtension => {
                hosts.values().filter(is_shown).any(|host| host.is_connected() && case.is_unwell(host))
            }
        };
        if missing.reason == MissingReason::Gone || !may_matter {
            return Err(Verdict::NotApplicable);
        }
        let help = if self == Self::SmsSelfSigned { PROVIDE } else { BY_APPLIANCE_SHELL };
        Err(Verdict::Unknown(Missing { help: help.to_owned(), ..missing.clone() }))
    }

    /// Found when it has expired.
    pub(super) fn expired(self, case: &Case<'_>) -> Verdict {
        let shown = known!(self.read(case));
        let Validity::Expired { seconds } = case.validity(shown) else { return Verdict::Fine };
        let message =
            format!("certificate `{}` expired {} ago (not after {})", self.alias(), span(seconds), shown.not_after);
        Verdict::found(message, vec![certificate_seen(self.seen_as(), shown)]).reaching(self.reach())
    }

    /// What it is called in evidence.
    pub(super) fn seen_as(self) -> &'static str {
        match self {
            Self::SmsSelfSigned => "SMS certificate",
            Self::SpsExtension => "certificate `sps-extension`",
        }
    }
}

/// Within how many seconds of its end SPS ought to have renewed one of them: vCenter renews its other certificates 60
/// days ahead (KB 427937), and no shorter limit is written of these.
pub(super) const SOON_SECONDS: i64 = 60 * DAY_SECONDS;

/// True when `sms_self_signed` has ended or ends soon: only then does it matter whether SPS can renew it.
pub(crate) fn is_due(case: &Case<'_>) -> bool {
    let Ok(shown) = ClientCertificate::SmsSelfSigned.read(case) else { return false };
    shown.not_after.seconds_since(case.now) <= SOON_SECONDS
}
