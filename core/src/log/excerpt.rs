//! Makes a piece of a log fit to be shown: one line, short, without control characters and without secrets.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::pattern::pattern;

/// The line of `record` in which `start` lies, at most 300 characters of it, around `start`.
pub(super) fn excerpt(record: &[u8], start: usize) -> String {
    let (before, after) = record.split_at_checked(start).unwrap_or((record, &[]));
    let line_before = before.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let line_after = after.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let (masked, focus) = mask(&[line_before, line_after].concat(), line_before.len());
    shorten(&masked, focus, EXCERPT_CHARACTERS)
}

/// A short piece of a log, such as the reason that a line gives.
pub(super) fn short(text: &str) -> String {
    let (masked, _) = mask(text.as_bytes(), 0);
    shorten(&masked, 0, DETAIL_CHARACTERS)
}

/// The line with every secret replaced, and where `focus` has moved to by that.
fn mask(line: &[u8], focus: usize) -> (Vec<u8>, usize) {
    SECRETS.iter().fold((line.to_vec(), focus), |(line, focus), secret| mask_one_kind(secret, line, focus))
}

fn mask_one_kind(secret: &Regex, line: Vec<u8>, focus: usize) -> (Vec<u8>, usize) {
    let (mut masked, mut done, mut moved_focus) = (Vec::new(), 0, None);
    for found in secret.captures_iter(&line) {
        let Some(value) = found.name("value").or_else(|| found.name("run").filter(|run| is_random(run.as_bytes())))
        else {
            continue;
        };
        if focus < value.end() {
            moved_focus.get_or_insert(masked.len() + focus.min(value.start()).saturating_sub(done));
        }
        masked.extend_from_slice(line.get(done..value.start()).unwrap_or_default());
        masked.extend_from_slice(b"***");
        done = value.end();
    }
    if done == 0 {
        return (line, focus);
    }
    let moved_focus = moved_focus.unwrap_or(masked.len() + focus.saturating_sub(done));
    masked.extend_from_slice(line.get(done..).unwrap_or_default());
    (masked, moved_focus)
}

/// Keys, tokens and Base64 are strewn with digits; class and method names of that length are not.
fn is_random(run: &[u8]) -> bool {
    run.iter().filter(|byte| byte.is_ascii_digit()).count() >= 4 || run.iter().any(|byte| matches!(byte, b'+' | b'='))
}

fn shorten(line: &[u8], focus: usize, limit: usize) -> String {
    let (before, after) = line.split_at_checked(focus).unwrap_or((line, &[]));
    let mut shown: Vec<char> = readable(before).collect();
    let focus = shown.len();
    shown.extend(readable(after));
    if shown.len() <= limit {
        return shown.into_iter().collect::<String>().trim().to_owned();
    }
    // Two characters are for the marks of what was left out.
    let room = limit.saturating_sub(2);
    let from = focus.saturating_sub(room / 3).min(shown.len().saturating_sub(room));
    let to = from + room;
    let mark = |left_out: bool| if left_out { "…" } else { "" };
    let middle: String = shown.iter().skip(from).take(room).collect();
    format!("{}{}{}", mark(from > 0), middle.trim(), mark(to < shown.len()))
}

/// Characters as they may be shown: what steers a terminal or turns the direction of writing is made visible.
fn readable(bytes: &[u8]) -> impl Iterator<Item = char> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    text.chars()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|character| if character == '\t' { ' ' } else { visible(character) })
}

/// A character, or the mark of one that must not be shown.
pub(crate) fn visible(character: char) -> char {
    match character {
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
            '\u{fffd}'
        }
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}

const EXCERPT_CHARACTERS: usize = 300;
const DETAIL_CHARACTERS: usize = 120;

/// What looks like a secret, one pass each: all that follows a header's name that carries one; the value after a telling
/// name, in XML and in text or JSON; the credential after `Basic` or `Bearer`; the password in an address; a web token;
/// a UUID, which is how sessions look; and long runs of Base64 or hexadecimal digits. It errs on the side of hiding.
static SECRETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let name = "(?i:pass(?:word|wd|phrase)?|pwd|secret|token|session(?:[-_ ]?(?:id|key))?|api[-_]?key|credential)s?";
    let value = r#""(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|\S+"#;
    let hex = "[0-9A-Fa-f]";
    [
        r#"(?i:cookie|authorization)["']?\s*[:=]\s*(?P<value>.+)"#.to_owned(),
        format!(r"<(?:\w+:)?{name}\b[^<>]*>(?P<value>[^<]+)"),
        format!(r#"{name}["']?\s*[:=]\s*(?:(?i:basic|bearer)\s+)?(?P<value>{value})"#),
        r"\b(?i:basic|bearer)\s+(?P<value>[A-Za-z0-9+/=._~-]{8,})".to_owned(),
        r"://[^/\s:@]+:(?P<value>[^/\s@]+)@".to_owned(),
        r"\b(?P<value>eyJ[\w.-]{16,})".to_owned(),
        format!(r"\b(?P<value>{hex}{{8}}-{hex}{{4}}-{hex}{{4}}-{hex}{{4}}-{hex}{{12}})\b"),
        "(?P<run>[A-Za-z0-9+/=_]{32,})".to_owned(),
    ]
    .iter()
    .flat_map(|text| pattern(text))
    .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str) -> String {
        excerpt(line.as_bytes(), 0)
    }

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(SECRETS.len(), 8);
    }

    #[test]
    fn secrets_are_hidden() {
        let cases = [
            ("login password=hunter2 ok", "login password=*** ok"),
            ("{\"password\": \"hun \\\" ter2\", \"x\": 1}", "{\"password\": ***, \"x\": 1}"),
            ("{\"password\": \"hunter2 cut off", "{\"password\": ***"),
            ("<ns1:password xsi:type='s'>hun ter2</ns1:password>", "<ns1:password xsi:type='s'>***</ns1:password>"),
            (
                "theVeryLongNameOfThePropertyThatHoldsThePassword: hunter2",
                "theVeryLongNameOfThePropertyThatHoldsThePassword: ***",
            ),
            ("Cookie: a=1; vmware_soap_session=\"hunter2\"; x", "Cookie: ***"),
            ("sessionId = hunter2", "sessionId = ***"),
            ("VMware-Api-Session-Id: hunter2", "VMware-Api-Session-Id: ***"),
            ("Authorization: Basic aHVudGVyMg==", "Authorization: ***"),
            ("sent Bearer hunter2hunter2", "sent Bearer ***"),
            ("https://root:hunter2@esx01/x", "https://root:***@esx01/x"),
            ("saw eyJhbGciOi.hunter2hunter2.x end", "saw *** end"),
            ("of 52e1c2aa-0000-1111-2222-333344445555.", "of ***."),
            ("[MIIBhunter2hunter2hunter2hunter2hunter2+/=", "[***"),
        ];
        for (line, expected) in cases {
            assert_eq!(shown(line), expected);
        }
    }

    #[test]
    fn what_is_no_secret_stays() {
        for line in [
            "at com.vmware.vim.sms.VersionHandler.retrieveVersionAndVirtualHostInfoInfoFromUrl(VersionHandler.java:101)",
            "https://esx01.lab.example:9080/version.xml: certificate_unknown(46)",
            "[Originator@6876 sub=Default OpId=Session] failed",
        ] {
            assert_eq!(shown(line), line);
        }
    }

    #[test]
    fn only_the_line_of_the_match_is_shown_and_its_neighbourhood_if_it_is_long() {
        assert_eq!(excerpt(b"first\nsecond\nthird", 8), "second");
        assert_eq!(excerpt(b"first", 99), "first");
        let line = format!("{}password=hunter2 FOUND {}", "a ".repeat(5000), "b ".repeat(5000));
        let cut = excerpt(line.as_bytes(), 10_017);
        assert!(cut.starts_with('…') && cut.ends_with('…') && cut.contains("password=*** FOUND b"), "{cut}");
        assert!((290..=300).contains(&cut.chars().count()), "{cut}");
        let start = excerpt(line.as_bytes(), 0);
        assert!(start.starts_with("a a") && start.ends_with('…') && start.chars().count() <= 300, "{start}");
    }

    #[test]
    fn a_match_inside_a_secret_shows_nothing_of_it() {
        assert_eq!(excerpt(b"password=sps-extension-expired next", 13), "password=*** next");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(
            excerpt(b"a\x1b[31m\tb\x00c\xff\r \xe2\x80\xae", 0),
            "a\u{fffd}[31m b\u{fffd}c\u{fffd}\u{fffd} \u{fffd}"
        );
        assert_eq!(short("why\u{7}"), "why\u{fffd}");
        assert_eq!(short(&"x".repeat(500)).chars().count(), 119);
    }
}
