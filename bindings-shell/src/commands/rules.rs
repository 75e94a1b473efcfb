//! `rules`: everything that can be found.

use iofilter_certs::rules::{Confidence, Cure, RULES, Rule};
use serde_json::json;

use crate::screen::Screen;
use crate::show::style;
use crate::show::table::{self, Cell};

/// Always succeeds.
pub(crate) fn run(screen: Screen) -> u8 {
    let rules: Vec<_> = RULES.iter().map(document).collect();
    screen.result(&json!({ "rules": rules }), in_words);
    0
}

fn document(rule: &Rule) -> serde_json::Value {
    let (remedy, by_hand) = match rule.cure {
        Cure::Remedy(name) => (Some(name), None),
        Cure::ByHand(what) => (None, Some(what)),
    };
    json!({
        "code": rule.code,
        "severity": rule.severity,
        "grade": rule.grade,
        "confidence": Confidence::of(rule.grade),
        "title": rule.title,
        "explains": rule.explains,
        "remedy": remedy,
        "by_hand": by_hand,
    })
}

fn in_words() -> String {
    let title = |text: &str| Cell::styled(style::FAINT, text);
    let mut rows = vec![[title("CODE"), title("SEVERITY"), title("CONFIDENCE"), title("CURE"), title("TITLE")]];
    rows.extend(RULES.iter().map(|rule| {
        let cure = match rule.cure {
            Cure::Remedy(name) => name,
            Cure::ByHand(_) => "by hand",
        };
        [
            Cell::styled(style::STRONG, rule.code),
            Cell::styled(style::of_severity(rule.severity), rule.severity.to_string()),
            Cell::new(Confidence::of(rule.grade).word()),
            Cell::new(cure),
            Cell::new(rule.title),
        ]
    }));
    table::lines(&rows).into_iter().map(|line| line + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_stands_in_the_table_and_in_the_document() {
        let text = anstream::adapter::strip_str(&in_words()).to_string();
        assert_eq!(text.lines().count(), RULES.len() + 1);
        for (rule, line) in RULES.iter().zip(text.lines().skip(1)) {
            assert!(line.starts_with(rule.code) && line.ends_with(rule.title), "{line}");
            let document = document(rule);
            assert_eq!(document.get("remedy").is_some_and(|one| !one.is_null()), matches!(rule.cure, Cure::Remedy(_)));
        }
    }
}
