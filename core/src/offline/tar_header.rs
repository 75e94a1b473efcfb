//! What stands in the headers of a tar archive: numbers, names, and the records of POSIX.

use std::borrow::Cow;

/// The sum of all bytes, its own field taken for spaces.
pub(super) fn checksum(block: &[u8]) -> u64 {
    let counted = |(place, &byte): (usize, &u8)| u64::from(if (148..156).contains(&place) { b' ' } else { byte });
    block.iter().enumerate().map(counted).sum()
}

/// Octal digits, or, after a byte with its highest bit set, a number in base 256.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    if let Some((&first @ 0x80.., rest)) = field.split_first() {
        return rest.iter().try_fold(u64::from(first & 0x7f), |sum, &byte| {
            sum.checked_mul(256).and_then(|sum| sum.checked_add(u64::from(byte)))
        });
    }
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches(|c: char| c == '\0' || c == ' ');
    if digits.is_empty() { Some(0) } else { u64::from_str_radix(digits, 8).ok() }
}

/// The name, behind the prefix of POSIX where there is one; GNU keeps other things there.
pub(super) fn path(block: &[u8]) -> String {
    let field = |from: usize, length: usize| text(block.get(from..from + length).unwrap_or_default());
    let (name, prefix) = (field(0, 100), field(345, 155));
    let is_posix = block.get(257..263) == Some(b"ustar\0");
    if is_posix && !prefix.is_empty() { format!("{prefix}/{name}") } else { name.into_owned() }
}

/// Up to the first NUL.
pub(super) fn text(field: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(field.split(|&byte| byte == 0).next().unwrap_or_default())
}

/// The value of `key` in records of the form `length key=value`, each with a final line feed.
pub(super) fn extended(mut records: &[u8], key: &str) -> Option<String> {
    let mut value = None;
    while !records.is_empty() {
        let space = records.iter().position(|&byte| byte == b' ')?;
        let length: usize = std::str::from_utf8(records.get(..space)?).ok()?.parse().ok()?;
        let record = records.get(space + 1..length)?.strip_suffix(b"\n")?;
        let equals = record.iter().position(|&byte| byte == b'=')?;
        if record.get(..equals)? == key.as_bytes() {
            value = Some(String::from_utf8_lossy(record.get(equals + 1..)?).into_owned());
        }
        records = records.get(length..)?;
    }
    value
}
