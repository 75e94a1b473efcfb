//! Size and beginning of a log, as `stat` and `date` print them.

use crate::facts::LogGrowth;

/// Reads what [`MeasureSpsErrors`](crate::request::SshLook::MeasureSpsErrors) prints: `<bytes> <begun>`, then the time
/// there, both in seconds since 1970. `Err` says what is missing.
pub(crate) fn parse(text: &str) -> Result<LogGrowth, &'static str> {
    let mut words = text.split_whitespace();
    let bytes = words.next().and_then(|word| word.parse().ok()).ok_or("its size was not printed")?;
    let begun: u64 = match words.next() {
        Some("0" | "-" | "?") => return Err("the file system of the appliance does not keep when it was begun"),
        word => word.and_then(|word| word.parse().ok()).ok_or("its beginning was not printed")?,
    };
    let now: u64 = words.next().and_then(|word| word.parse().ok()).ok_or("the time there was not printed")?;
    Ok(LogGrowth { bytes, seconds: now.saturating_sub(begun) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_how_much_was_written_over_how_long() {
        assert_eq!(parse("48211 1766743200\n1766829600\n"), Ok(LogGrowth { bytes: 48_211, seconds: 86_400 }));
        // A clock that was set back since.
        assert_eq!(parse("1 20\n10\n"), Ok(LogGrowth { bytes: 1, seconds: 0 }));
    }

    #[test]
    fn what_was_not_printed_is_not_made_up() {
        for text in ["", "x", "1", "1 0\n10\n", "1 -\n10\n", "1 20\n", "-1 20\n10\n", "1 20\nnoon\n"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
