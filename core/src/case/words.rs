//! How rules put lengths of time and certificates into words.

use crate::certificate::Certificate;
use crate::diagnostic::Evidence;
use crate::time::DAY_SECONDS;

/// A length of time in its largest whole unit: `3 days`, `1 hour`, `59 seconds`. The sign is dropped.
pub(crate) fn span(seconds: i64) -> String {
    let seconds = seconds.saturating_abs();
    let (count, unit) = match seconds {
        DAY_SECONDS.. => (seconds / DAY_SECONDS, "day"),
        3600.. => (seconds / 3600, "hour"),
        60.. => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// What was seen of a certificate, on one line.
pub(crate) fn certificate_seen(what: &str, certificate: &Certificate) -> Evidence {
    let seen = format!(
        "`{}` issued by `{}`, good from {} to {}, SHA-256 {}",
        certificate.subject,
        certificate.issuer,
        certificate.not_before,
        certificate.not_after,
        certificate.fingerprint.short()
    );
    Evidence::new(what, seen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_said_in_their_largest_unit() {
        let cases = [(1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (-7200, "2 hours"), (86_400, "1 day")];
        for (seconds, words) in cases {
            assert_eq!(span(seconds), words);
        }
        assert_eq!(span(259_199), "2 days");
    }
}
