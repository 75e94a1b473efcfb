//! A rule's public page: the doc comment at the head of its own source file.

use super::Confidence;
use super::rule::{Cure, Rule};

/// The page as Markdown: the rule's title, its code, and the file's doc comment.
pub fn page(rule: &Rule) -> String {
    let body = body(rule.source);
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

/// The doc comment that a source file begins with.
pub fn body(source: &str) -> String {
    let lines = source.lines().take_while(|line| line.starts_with("//!"));
    let text: Vec<&str> =
        lines.map(|line| line.trim_start_matches("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    text.join("\n").trim().to_owned()
}
