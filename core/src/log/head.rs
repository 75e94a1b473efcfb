//! The line grammars: where a record begins, and what its first line says about itself.
//!
//! A record is a head line and all lines up to the next head: a Java stack, or lines continued by `-->`. Heads
//! are known by their time stamp; a published sample may mask it (`yyyy-dd-mm…`, `#####`).

use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::pattern::pattern;
use crate::time::UnixTime;

/// How bad the writer of a line thought it was. The names of all grammars are folded into these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// `TRACE`, `trivia`.
    Trace,
    /// `DEBUG`, `verbose`, `Db(167)`.
    Debug,
    /// `INFO`, `In(166)`, and a notice.
    Info,
    /// `WARN`, `warning`, `Wa(164)`.
    Warn,
    /// `ERROR`, `Er(163)`.
    Error,
    /// `FATAL`, `panic`, and whatever syslog ranks above an error.
    Fatal,
}

/// What the first line of a record says about itself. Whatever is missing, empty or masked is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Head {
    pub(super) level: Option<Level>,
    pub(super) thread: Option<String>,
    /// Name and number of the process, in the logs that name no thread. It works on many things at once, so it tells
    /// nothing about what belongs together.
    pub(super) process: Option<String>,
    pub(super) op_id: Option<String>,
    /// The Java class, as logged.
    pub(super) class: Option<String>,
}

impl Head {
    /// Reads a head line; a line of no known grammar gives an empty head.
    pub(super) fn read(line: &[u8]) -> Self {
        GRAMMARS.iter().find_map(|grammar| grammar.captures(line)).map_or_else(Self::default, |found| Self {
            level: field(&found, "level").and_then(|name| level(&name)),
            thread: field(&found, "thread"),
            process: field(&found, "process"),
            op_id: field(&found, "opid"),
            class: field(&found, "class"),
        })
    }
}

/// Whether a line begins a record: it starts with a time stamp, or with what masks one.
pub(super) fn begins_record(line: &[u8]) -> bool {
    let mut shape = line.iter().copied();
    match line.first() {
        Some(b'0'..=b'9') => b"dddd-dd-ddT".iter().all(|&expected| {
            shape.next().is_some_and(|byte| match expected {
                b'd' => byte.is_ascii_digit(),
                b'T' => byte == b'T' || byte == b' ',
                other => byte == other,
            })
        }),
        Some(b'y' | b'Y' | b'#') => MASKED_HEAD.iter().any(|grammar| grammar.is_match(line)),
        _ => false,
    }
}

/// Whether a line can only go on with what stands before it, even where no head was seen.
pub(super) fn continues_record(line: &[u8]) -> bool {
    line.first().is_none_or(u8::is_ascii_whitespace)
        || CONTINUATIONS.iter().any(|beginning| line.starts_with(beginning.as_bytes()))
}

/// The time at the start of a head line. `None` when it is masked or is no instant of the calendar.
pub(super) fn time_of(line: &[u8]) -> Option<UnixTime> {
    let found = TIME.iter().find_map(|grammar| grammar.captures(line))?;
    let part = |name| found.name(name).and_then(|part| std::str::from_utf8(part.as_bytes()).ok());
    let (date, clock, zone) = (part("date")?, part("clock")?, part("zone").unwrap_or("Z"));
    // `+0200` is written by log4j and syslog alike; RFC 3339 wants the colon.
    let zone = match (zone.len(), zone.split_at_checked(3)) {
        (5, Some((hours, minutes))) => format!("{hours}:{minutes}"),
        _ => zone.to_owned(),
    };
    UnixTime::parse(&format!("{date}T{clock}{zone}"))
}

fn field(found: &Captures<'_>, name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(found.name(name)?.as_bytes()).into_owned();
    let masked =
        text.contains("##") || text.contains(char::is_control) || !text.contains(|c: char| c.is_ascii_alphanumeric());
    // INVARIANT: what is kept of a head is bounded, as everything else in the state is.
    (!masked && text.len() <= 128).then_some(text)
}

fn level(name: &str) -> Option<Level> {
    Some(match name.to_ascii_lowercase().as_str() {
        "trace" | "trivia" => Level::Trace,
        "debug" | "verbose" | "db" => Level::Debug,
        "info" | "in" | "no" => Level::Info,
        "warn" | "warning" | "wa" => Level::Warn,
        "error" | "er" => Level::Error,
        "fatal" | "panic" | "cr" | "al" | "em" => Level::Fatal,
        _ => return None,
    })
}

/// Lines that go on with a record. Stacks copied out of a web page have lost their indentation.
const CONTINUATIONS: &[&str] = &["at ", "Caused by:", "Suppressed:", "... ", "-->"];

static TIME: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    pattern(r"^(?P<date>\d{4}-\d\d-\d\d)[T ](?P<clock>\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?P<zone>Z|[+-]\d\d:?\d\d)?(?:\s|$)")
});

static MASKED_HEAD: LazyLock<Vec<Regex>> =
    LazyLock::new(|| pattern(r"^(?:[yY]{4}-[dDmM]{2,3}-[dDmM]{2,3}\S*|#{3,}\S*)(?:\s|$)"));

/// sps.log; vpxd, hostd, vpxa and vvold up to 7; the same from 8 on; plain syslog. The first that fits is taken.
static GRAMMARS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"^\S+(?: \d\d:\d\d:\d\d\S*)?\s+\[(?P<thread>[^\]\n]+)\]\s+(?P<level>TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\s+(?:opId=(?P<opid>\S*)\s+)?(?P<class>[\w.$]+) - ",
        r"^\S+\s+(?P<level>[a-z]+)\s+(?P<process>[\w-]+\[[^\]\n]*\])\s+(?:\[Originator@\d+(?:\s+sub=[^\s\]]+)?(?:\s+op[iI][dD]=(?P<opid>[^\s\]]+))?)?",
        r"^\S+\s+(?P<level>[A-Z][a-z])\(\d+\)\s+(?P<process>[\w-]+\[[^\]\n]*\]):\s+(?:\[Originator@\d+(?:\s+sub=[^\s\]]+)?(?:\s+Op[iI][dD]=(?P<opid>[^\s\]]+))?)?",
        r"^\S+\s+(?:\S+\s+)?(?P<process>[\w-]+\[\d+\]):\s",
    ]
    .iter()
    .flat_map(|grammar| pattern(grammar))
    .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!((TIME.len(), MASKED_HEAD.len(), GRAMMARS.len()), (1, 1, 4));
    }

    #[test]
    fn a_record_begins_with_a_time_stamp_even_a_masked_one() {
        for line in [
            "2025-03-04T05:06:07.101Z [Thread-12] ERROR",
            "2025-03-04 05:06:07,101 x",
            "yyyy-dd-mmT00:11:34.197Z [Thread-17] ERROR",
            "YYYY-MM-DD 00:11:34 x",
            "##### [Thread-17] ERROR",
        ] {
            assert!(begins_record(line.as_bytes()), "{line}");
        }
        for line in ["", "\tat com.x", "2025 bottles", "2025-03-0", "yes, it failed", "# a comment", "-->  2025-03-04T"]
        {
            assert!(!begins_record(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn a_stack_goes_on_with_what_stands_before_it() {
        for line in ["", "\tat com.x", "at com.x", "Caused by: y", "    ... 12 more", "... 12 more", "-->"] {
            assert!(continues_record(line.as_bytes()), "{line}");
        }
        assert!(!continues_record(b"java.lang.InterruptedException: x"));
        assert!(!continues_record(b"attention"));
    }

    #[test]
    fn time_is_read_with_and_without_fraction_and_zone() {
        let expected = Some(UnixTime(1_741_064_767));
        for text in [
            "2025-03-04T05:06:07Z x",
            "2025-03-04T05:06:07.101Z x",
            "2025-03-04T05:06:07 x",
            "2025-03-04 05:06:07",
            "2025-03-04T07:06:07.101234+02:00 x",
            "2025-03-04T07:06:07+0200 x",
        ] {
            assert_eq!(time_of(text.as_bytes()), expected, "{text}");
        }
        for text in ["2025-13-41T05:06:07Z x", "yyyy-dd-mmT05:06:07Z x", "2025-03-04T05:06", "2025-03-04T05:06:07é"] {
            assert_eq!(time_of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn each_grammar_gives_what_it_has() {
        let read = |line: &str| {
            let head = Head::read(line.as_bytes());
            (head.level, head.thread.or(head.process), head.op_id, head.class)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            read("2025-03-04T05:07:01 [pool-3-thread-4] WARN  opId=sps-Main-1-4 com.x.VersionHandler - text"),
            (Some(Level::Warn), some("pool-3-thread-4"), some("sps-Main-1-4"), some("com.x.VersionHandler"))
        );
        assert_eq!(
            read("2025-03-04T05:07:01Z [Thread-1] INFO opId= com.x.Y - text"),
            (Some(Level::Info), some("Thread-1"), None, some("com.x.Y"))
        );
        assert_eq!(
            read("yyyy-dd-mmT##### [Thread-##] ERROR opId=##### com.x.Y - text"),
            (Some(Level::Error), None, None, some("com.x.Y"))
        );
        assert_eq!(
            read("2025-03-04T05:07:01Z error vpxd[01234] [Originator@6876 sub=Main opID=Check-0a] text"),
            (Some(Level::Error), some("vpxd[01234]"), some("Check-0a"), None)
        );
        assert_eq!(
            read("2025-03-04T05:07:01Z Er(163) VVold[21]: [Originator@6876 sub=Default OpId=Session] text"),
            (Some(Level::Error), some("VVold[21]"), some("Session"), None)
        );
        assert_eq!(
            read("2025-03-04T05:07:01Z esx01 iofiltervpd[20]: text"),
            (None, some("iofiltervpd[20]"), None, None)
        );
        assert_eq!(read("nothing of the kind"), (None, None, None, None));
    }
}
