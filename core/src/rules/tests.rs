//! What holds for all rules together, and the reference that is made of them.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "the reference is a file; a test fails by panicking"
)]

use std::fmt::Write;

use super::testing::{Fleet, seen};
use super::*;
use crate::facts::Facts;
use crate::gates::GATES;
use crate::remedies;

#[test]
fn a_healthy_fleet_has_no_finding_and_no_open_question() {
    let judgement = Fleet::healthy().judge();
    assert_eq!(judgement.findings, []);
    assert_eq!(judgement.unanswered, []);
}

#[test]
fn nothing_seen_is_not_fine() {
    let facts = Facts::nothing_yet("vc.lab.test:443", testing::NOW);
    let judgement = judge(&facts, &crate::policy::Policy::default());
    assert_eq!(judgement.findings, []);
    assert!(!judgement.unanswered.is_empty());
}

#[test]
fn rules_are_sorted_and_can_be_found() {
    assert!(RULES.is_sorted_by(|one, next| one.code < next.code));
    assert!(RULES.iter().all(|rule| find(rule.code).is_some_and(|found| found.code == rule.code)));
    assert!(find("no-such-code").is_none());
}

#[test]
fn what_a_rule_explains_exists_and_is_further_from_the_root() {
    for rule in RULES {
        assert!(rule.explains.is_sorted(), "{}", rule.code);
        for code in rule.explains {
            let explained = find(code).unwrap_or_else(|| unreachable!("`{}` explains `{code}`", rule.code));
            assert!(rule.rank < explained.rank, "`{}` does not come before `{code}`", rule.code);
        }
    }
    assert!(KIN.iter().flat_map(|(of, kin)| kin.iter().chain([of])).all(|code| find(code).is_some()));
}

#[test]
fn every_rule_has_a_whole_page_a_title_and_a_cure() {
    for rule in RULES {
        let page = page::page(rule);
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, PAGE, "{}", rule.code);
        assert!(page.contains("(grade") || page.contains("(grades"), "{}", rule.code);
        assert!(!rule.title.ends_with('.') && !rule.title.is_empty(), "{}", rule.code);
        match rule.cure {
            Cure::Remedy(name) => {
                assert!(remedies::exists(name), "`{}` names remedy `{name}`", rule.code);
                assert!(page.contains(&format!("The remedy `{name}` does this")), "{}", rule.code);
            }
            Cure::ByHand(help) => assert!(!help.is_empty() && !help.ends_with('.'), "{}", rule.code),
        }
    }
    for gate in GATES {
        let page = gate.page();
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings, ["## What it looks at", "## Why it holds", "## Sources"], "{}", gate.name);
    }
}

#[test]
fn a_file_is_named_as_its_code() {
    for rule in RULES {
        assert!(rule.source.contains(&format!("code: \"{}\"", rule.code)), "{}", rule.code);
        assert!(rule.source.contains(&format!("{}.rs\"", rule.code.replace('-', "_"))), "{}", rule.code);
    }
}

#[test]
fn the_same_facts_give_the_same_judgement() {
    let mut fleet = Fleet::ending_in(-1);
    fleet.host(2).ca_store = seen(Vec::new());
    let json = serde_json::to_string(&fleet.facts).unwrap();
    let again: Facts = serde_json::from_str(&json).unwrap();
    assert_eq!(again, fleet.facts);
    assert_eq!(judge(&again, &fleet.policy), fleet.judge());
}

#[test]
fn the_reference_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/RULES.md");
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(path, reference()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == reference(), "`core/RULES.md` is not what the rules say; run the tests with UPDATE=1");
}

/// The faces with types list the codes, so that a program that matches on one is checked.
#[test]
fn every_face_lists_the_same_codes() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let codes = || RULES.iter().map(|rule| rule.code);
    let quoted: String = codes().flat_map(|code| ["    \"", code, "\",\n"]).collect();
    let python = format!(
        "\"\"\"What findings and notes are called. Made of the rules by the test `every_face_lists_the_same_codes`.\"\"\"\n\n\
         from typing import Literal\n\n\
         Code = Literal[\n{quoted}]\n\
         \"\"\"A code, once released, never changes its meaning.\"\"\"\n"
    );
    let listed: String = codes().flat_map(|code| ["  /// `", code, "`\n"]).collect();
    let wit = format!("{root}/wit/types.wit");
    let text = std::fs::read_to_string(&wit).unwrap();
    let (head, rest) = text.split_once("  /// (codes)\n").unwrap();
    let (_, tail) = rest.split_once("  /// (end of codes)\n").unwrap();
    let written = format!("{head}  /// (codes)\n{listed}  /// (end of codes)\n{tail}");
    let stubs = format!("{root}/bindings-python/python/iofilter_certs/_codes.py");
    for (path, text) in [(wit, written), (stubs, python)] {
        if std::env::var("UPDATE").is_ok() {
            std::fs::write(&path, &text).unwrap();
        }
        assert!(
            std::fs::read_to_string(&path).unwrap() == text,
            "`{path}` is not current; run the tests with UPDATE=1"
        );
    }
}

const PAGE: [&str; 5] = ["## What it finds", "## Why it hurts", "## How it shows", "## What cures it", "## Sources"];

fn reference() -> String {
    let mut text = String::from(
        "# Rules\n\nMade of the source files by the test `the_reference_is_up_to_date`; run it with `UPDATE=1` to make it anew.\n\n",
    );
    text.push_str("| code | severity | confidence | rank | title | cure |\n| --- | --- | --- | --- | --- | --- |\n");
    for rule in RULES {
        let cure = match rule.cure {
            Cure::Remedy(name) => format!("`{name}`"),
            Cure::ByHand(_) => "by hand".to_owned(),
        };
        let Rule { code, severity, grade, title, rank, .. } = rule;
        let confidence = Confidence::of(*grade).word();
        writeln!(text, "| [{code}](#{code}) | {severity} | {confidence} | {rank} | {title} | {cure} |").unwrap();
    }
    for rule in RULES {
        let explains: Vec<String> = rule.all_explained().iter().map(|code| format!("[{code}](#{code})")).collect();
        write!(text, "\n<a id=\"{}\"></a>\n\n{}", rule.code, deeper(&page::page(rule))).unwrap();
        if !explains.is_empty() {
            write!(text, "\n### What follows from it\n\n{}\n", explains.join(", ")).unwrap();
        }
    }
    text.push_str("\n# Gates\n\n| gate | holds | open when |\n| --- | --- | --- |\n");
    for gate in GATES {
        let holds: Vec<&str> = gate.holds.iter().map(|touched| touched.word()).collect();
        writeln!(text, "| [{0}](#gate-{0}) | {1} | {2} |", gate.name, holds.join(", "), gate.title).unwrap();
    }
    for gate in GATES {
        write!(text, "\n<a id=\"gate-{}\"></a>\n\n{}", gate.name, deeper(&gate.page())).unwrap();
    }
    text
}

/// A page with its headings one level further down.
fn deeper(page: &str) -> String {
    let mut text = String::new();
    for line in page.lines() {
        if line.starts_with('#') {
            text.push('#');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}
