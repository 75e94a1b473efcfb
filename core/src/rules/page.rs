//! A rule's public page: the doc comment at the head of its own source file.

use super::Confidence;
use super::rule::{Cure, Rule};
use crate::diagnostic::Severity;

/// The page as Markdown: the rule's title, its code, and the file's doc comment.
pub fn page(rule: &Rule) -> String {
    let body = body(rule.source);
    let body = match who_cures(rule) {
        Some(who) => body.replacen(SOURCES, &format!("{who}\n\n{SOURCES}"), 1),
        None => body,
    };
    let cure = match rule.cure {
        Cure::Remedy(name) => format!("by remedy `{name}`"),
        Cure::ByHand(what) => format!("by hand: {what}"),
    };
    format!(
        "# {}: {}\n\nseverity {}, confidence {} (facts of grade {:?}), cured {}\n\n{}\n",
        rule.code,
        rule.title,
        rule.severity,
        Confidence::of(rule.grade).word(),
        rule.grade,
        cure,
        body
    )
}

/// Whether the cure is ours to carry out. A note has nothing to be cured.
fn who_cures(rule: &Rule) -> Option<String> {
    match rule.cure {
        Cure::Remedy(name) => Some(format!(
            "The remedy `{name}` does this: `iofilter-certs plan` shows its steps and what holds them back, `apply` carries them out."
        )),
        Cure::ByHand(_) if rule.severity == Severity::Info => None,
        Cure::ByHand(_) => Some("No remedy of this program does it.".to_owned()),
    }
}

/// The doc comment that a source file begins with.
pub fn body(source: &str) -> String {
    let lines = source.lines().take_while(|line| line.starts_with("//!"));
    let text: Vec<&str> =
        lines.map(|line| line.trim_start_matches("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    text.join("\n").trim().to_owned()
}

/// What comes after the cure.
const SOURCES: &str = "## Sources";
