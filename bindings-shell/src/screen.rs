//! Standard output and standard error: results on the one, everything else on the other.

use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;

use crate::failure::Failure;
use crate::options::named;
use crate::show::style;

/// The exit code of every failure.
pub(crate) const FAILED: u8 = 1;

/// What the user wants to read, and where. Writing to a pipe that was closed is no failure: nobody reads any more.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    json: bool,
    quiet: bool,
}

impl Screen {
    pub(crate) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    /// Whether standard output is one JSON document.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Whether progress is to be kept back.
    pub(crate) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// The result: `document` as JSON, or `words`.
    pub(crate) fn result<T: Serialize>(self, document: &T, words: impl FnOnce() -> String) {
        if self.json {
            let text = serde_json::to_string_pretty(document).unwrap_or_default();
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        } else {
            self.words(&words());
        }
    }

    /// Words that belong to the result: on standard output, or on standard error when that is kept for JSON.
    pub(crate) fn words(self, words: &str) {
        if self.json {
            self.aside(words);
        } else {
            let _ = write!(anstream::stdout().lock(), "{}", named(words));
        }
    }

    /// Something beside the result, on standard error.
    pub(crate) fn aside(self, words: &str) {
        if !self.quiet {
            self.tell(words);
        }
    }

    /// What must be known however quiet it is to be, on standard error.
    #[expect(clippy::unused_self, reason = "whatever is told is told by the screen")]
    pub(crate) fn tell(self, words: &str) {
        let _ = write!(anstream::stderr().lock(), "{}", named(words));
    }

    /// Tells a failure, and says the exit code.
    pub(crate) fn fail(self, failure: &Failure) -> u8 {
        if self.json {
            self.result(&serde_json::json!({ "error": failure }), String::new);
        }
        self.complain(failure);
        FAILED
    }

    /// Tells of a failure beside a result that stands.
    pub(crate) fn complain(self, failure: &Failure) {
        self.tell(&in_words(failure));
    }
}

/// Whether a person can be asked: questions go to standard error, answers come from standard input.
pub(crate) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn in_words(failure: &Failure) -> String {
    let mut text = format!("{} {}\n", style::paint(style::BAD, "error:"), failure.message);
    if !failure.help.is_empty() {
        text += &format!("{} {}\n", style::paint(style::STRONG, "help:"), failure.help);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_with_what_to_do() {
        let failure = Failure::usage("the name of the vCenter is missing", "give `--hostname`");
        let text = anstream::adapter::strip_str(&in_words(&failure)).to_string();
        assert_eq!(text, "error: the name of the vCenter is missing\nhelp: give `--hostname`\n");
    }
}
