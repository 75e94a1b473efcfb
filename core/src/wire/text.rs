//! Bytes to text. Everything that vSphere sends is UTF-8; what says or is otherwise is refused, not guessed at.

use super::error::WireError;

/// Reads UTF-8, without the byte order mark that it may begin with.
pub(super) fn utf8<'a>(body: &'a [u8], what: &str) -> Result<&'a str, WireError> {
    if body.starts_with(&[0xFF, 0xFE]) || body.starts_with(&[0xFE, 0xFF]) || body.iter().take(4).any(|b| *b == 0) {
        return Err(wrong(what, "it is UTF-16 or UTF-32, not UTF-8"));
    }
    let body = body.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(body);
    std::str::from_utf8(body)
        .map_err(|error| wrong(what, &format!("it is not UTF-8 from byte {} on", error.valid_up_to())))
}

/// Refuses the charset that an XML declaration names unless it is UTF-8 or a part of it.
pub(super) fn accept_charset(named: Option<&str>, what: &str) -> Result<(), WireError> {
    match named {
        None => Ok(()),
        Some(name) if ["utf-8", "utf8", "us-ascii"].contains(&name.to_ascii_lowercase().as_str()) => Ok(()),
        Some(name) => {
            let name: String = name.chars().take(40).collect();
            Err(wrong(what, &format!("it says that its charset is `{name}`, not UTF-8")))
        }
    }
}

fn wrong(what: &str, why: &str) -> WireError {
    WireError::Malformed { what: what.to_owned(), place: "/".to_owned(), why: why.to_owned() }
}
