//! Colours. They end where standard output is no terminal, and where NO_COLOR is set.

use anstyle::{AnsiColor, Style};
use iofilter_certs::diagnostic::Severity;

/// Broken, failed.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// Well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// To be heeded.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// Headings, and names that lead a line.
pub(crate) const STRONG: Style = Style::new().bold();
/// Beside the point.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Without colour.
pub(crate) const PLAIN: Style = Style::new();

/// The text in this style.
pub(crate) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The colour of a severity.
pub(crate) fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => WARNING,
        Severity::Low | Severity::Info => PLAIN,
    }
}
