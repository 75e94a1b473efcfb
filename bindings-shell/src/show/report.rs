//! A report in words: the verdict, the one finding to begin with, then all causes; what follows only on request.

use std::collections::{BTreeMap, BTreeSet};

use iofilter_certs::case::{Place, PlaceKind};
use iofilter_certs::facts::Missing;
use iofilter_certs::gates::{GateReading, GateState};
use iofilter_certs::report::{Report, Verdict};
use iofilter_certs::rules::{Finding, Unanswered};

use super::style::{self, paint};
use super::table::{self, Cell};
use super::{count, names};

/// How much is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Causes only.
    Causes,
    /// What follows from them too, and what each finding rests on.
    All,
}

/// The whole report, without its plan.
pub(crate) fn report(report: &Report, depth: Depth) -> String {
    let mut text = head(report);
    if let Some(stopped) = &report.stopped {
        text += &format!("\n{} {}\n", paint(style::BAD, "error:"), stopped.message);
        if !stopped.help.is_empty() {
            text += &format!("{} {}\n", paint(style::STRONG, "help:"), stopped.help);
        }
        return text;
    }
    text += &verdict(report);
    text += &lead(report);
    text += &findings(report, depth);
    text += &notes(&report.notes, depth);
    text += &unanswered(&report.unanswered);
    text += &unread(&report.unread);
    text + &gates(&report.gates)
}

fn head(report: &Report) -> String {
    format!(
        "vCenter `{}`, {}, {}, looked at {}\n",
        report.vcenter,
        count(u64::from(report.hosts), "ESXi host"),
        count(u64::from(report.providers), "IOFilter provider"),
        report.checked_at
    )
}

/// The one thing to begin with, at all its places.
fn lead(report: &Report) -> String {
    let Some(lead) = report.lead() else { return String::new() };
    let alike: Vec<&Finding> =
        report.root_causes().filter(|cause| cause.diagnostic.code == lead.diagnostic.code).collect();
    let explains: u64 = alike.iter().map(|cause| u64::from(cause.explains)).sum();
    let explains =
        if explains == 0 { String::new() } else { format!(", explains {}", count(explains, "other finding")) };
    let places = match lead.place.kind {
        PlaceKind::Vcenter => "vCenter".to_owned(),
        _ => names(alike.iter().map(|cause| cause.place.name.as_str())),
    };
    let code = format!("`{}`", lead.diagnostic.code);
    format!("begin with {} at {places}{explains}\n", paint(style::STRONG, &code))
}

fn findings(report: &Report, depth: Depth) -> String {
    let shown: Vec<&Finding> =
        report.findings.iter().filter(|finding| depth == Depth::All || finding.follows_from.is_none()).collect();
    if shown.is_empty() {
        return String::new();
    }
    let title = |text: &str| Cell::styled(style::FAINT, text);
    let mut rows = vec![[title("SEVERITY"), title("CONFIDENCE"), title("CODE"), title("WHERE"), title("WHAT")]];
    rows.extend(shown.iter().map(|finding| {
        [
            Cell::styled(style::of_severity(finding.severity()), finding.severity().to_string()),
            Cell::new(finding.confidence.word()),
            Cell::styled(style::STRONG, finding.diagnostic.code.clone()),
            Cell::new(whereabouts(&finding.place)),
            Cell::new(finding.diagnostic.message.clone()),
        ]
    }));
    let mut text = String::from("\n");
    let mut lines = table::lines(&rows).into_iter();
    text += &format!("{}\n", lines.next().unwrap_or_default());
    for (index, (line, finding)) in lines.zip(&shown).enumerate() {
        text += &format!("{line}\n");
        let next = shown.get(index.saturating_add(1)).copied();
        text += &below(finding, next, depth);
    }
    text
}

/// What stands below a finding: what it rests on, what follows from it, and the cure, once for all places of one code.
fn below(finding: &Finding, next: Option<&Finding>, depth: Depth) -> String {
    let mut text = String::new();
    if depth == Depth::All {
        for evidence in &finding.diagnostic.evidence {
            text += &format!("          {} {}\n", paint(style::FAINT, &format!("{}:", evidence.what)), evidence.seen);
        }
    }
    if let Some(cause) = &finding.follows_from {
        return text + &format!("          follows from `{cause}`\n");
    }
    if finding.explains > 0 {
        text += &format!("          explains {}\n", count(u64::from(finding.explains), "other finding"));
    }
    let same_cure = |next: &Finding| {
        next.follows_from.is_none()
            && next.diagnostic.code == finding.diagnostic.code
            && next.diagnostic.help == finding.diagnostic.help
    };
    if !finding.diagnostic.help.is_empty() && !next.is_some_and(same_cure) {
        text += &format!("          {} {}\n", paint(style::GOOD, "cure:"), finding.diagnostic.help);
    }
    text
}

/// A place as people call it.
pub(crate) fn whereabouts(place: &Place) -> String {
    match place.kind {
        PlaceKind::Vcenter => "vCenter".to_owned(),
        PlaceKind::Host => place.name.clone(),
        PlaceKind::Provider => format!("provider {}", place.name),
    }
}

/// Files that were given and say nothing, with the reason.
fn unread(all: &[Missing]) -> String {
    let mut text = String::new();
    for missing in all {
        text += &format!("{} {}\n", paint(style::WARNING, "not read:"), missing.message);
        if !missing.help.is_empty() {
            text += &format!("          {} {}\n", paint(style::STRONG, "help:"), missing.help);
        }
    }
    if text.is_empty() { text } else { format!("\n{text}") }
}

/// What is worth knowing, once for each code. What the notes on gates tell, the gates below tell too.
fn notes(all: &[Finding], depth: Depth) -> String {
    let mut by_code: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for note in all.iter().filter(|note| depth == Depth::All || !note.diagnostic.code.starts_with("gate-")) {
        by_code.entry(&note.diagnostic.code).or_default().push(note);
    }
    if by_code.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint(style::STRONG, "worth knowing:"));
    for (code, notes) in by_code {
        let first = notes.first().map_or("", |note| note.diagnostic.message.as_str());
        let others = names(notes.iter().skip(1).map(|note| note.place.name.as_str()));
        let others = if others.is_empty() { others } else { format!("; also at {others}") };
        text += &format!("  {code}: {first}{others}\n");
    }
    text
}

/// What could not be told, once for each reason.
fn unanswered(all: &[Unanswered]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint(style::STRONG, "could not be told:"));
    for Unanswered { missing, codes, places } in all {
        text += &format!("  {}\n", missing.message);
        text += &format!(
            "    at {}; so nobody knows about {}\n",
            names(places.iter().map(String::as_str)),
            names(codes.iter().map(String::as_str))
        );
        if !missing.help.is_empty() {
            text += &format!("    {} {}\n", paint(style::STRONG, "help:"), missing.help);
        }
    }
    text
}

/// Gates that are not open, once for each reason.
fn gates(all: &[GateReading]) -> String {
    let mut by_reason: BTreeMap<(&str, &str, Option<&str>), BTreeSet<&str>> = BTreeMap::new();
    for gate in all.iter().filter(|gate| !matches!(gate.state, GateState::Open(_))) {
        let waived = gate.waived.as_deref().filter(|_| gate.passes());
        by_reason.entry((&gate.gate, gate.reason(), waived)).or_default().insert(&gate.place.name);
    }
    if by_reason.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", paint(style::STRONG, "closed gates, which hold changes back:"));
    for ((gate, reason, waived), places) in by_reason {
        text += &format!("  {} at {}: {reason}\n", paint(style::WARNING, gate), names(places));
        if let Some(waived) = waived {
            text += &format!("    waived: {waived}\n");
        }
    }
    text
}

fn verdict(report: &Report) -> String {
    let style = match report.verdict {
        Verdict::Healthy => style::GOOD,
        Verdict::Findings | Verdict::Stopped => style::BAD,
        Verdict::Incomplete => style::WARNING,
    };
    let mut parts: Vec<String> =
        report.causes.iter().rev().map(|(severity, many)| format!("{many} {severity}")).collect();
    let followers = report.findings.iter().filter(|finding| finding.follows_from.is_some()).count();
    match followers {
        0 => {}
        1 => parts.push("1 finding follows from them".to_owned()),
        many => parts.push(format!("{many} findings follow from them")),
    }
    if !report.unanswered.is_empty() {
        parts.push(format!("{} why something could not be told", count(report.unanswered.len() as u64, "reason")));
    }
    let verdict = match report.verdict {
        Verdict::Healthy => "healthy: everything was asked, and nothing is wrong",
        Verdict::Findings => "something is wrong",
        Verdict::Incomplete => "nothing was found, but not everything could be asked, so nobody can say `healthy`",
        Verdict::Stopped => "the vCenter could not be asked",
    };
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{}{parts}\n", paint(style, verdict))
}
