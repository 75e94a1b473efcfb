//! A plan in words: what is done where, what it disturbs, how it is taken back, and what is left alone.

use iofilter_certs::plan::{HostSteps, Plan, Refusal, Step, Undo};
use iofilter_certs::policy::Safety;

use super::report::whereabouts;
use super::style::{self, paint};
use super::{count, names};

/// The whole plan.
pub(crate) fn plan(plan: &Plan) -> String {
    let mut text = format!(
        "{} for vCenter `{}`, from what was seen {}: {}\n",
        paint(style::STRONG, "plan"),
        plan.vcenter,
        plan.facts_at,
        plan.summary()
    );
    text += &fleet("first, on vCenter", &plan.first);
    if let Some(canary) = &plan.canary {
        let name = paint(style::STRONG, &canary.name);
        text += &format!("\n{name} goes first, alone; no other host is begun until it was seen to be well\n");
    }
    for lane in &plan.lanes {
        text += &format!(
            "\n{}, one ESXi host after the other\n",
            paint(style::STRONG, &format!("cluster `{}`", lane.cluster))
        );
        text.extend(lane.hosts.iter().map(host));
    }
    text += &fleet("at the end, on vCenter", &plan.last);
    if !plan.cures.is_empty() {
        let cures = names(plan.cures.iter().map(|cure| cure.code.as_str()));
        text += &format!("\nthe steps on vCenter cure {cures}\n");
    }
    text += &refused(&plan.refused);
    if !plan.notes.is_empty() {
        text += &format!("\n{}\n", paint(style::STRONG, "notes:"));
        text.extend(plan.notes.iter().map(|note| format!("  {note}\n")));
    }
    if plan.is_empty() {
        return text + "\nthere is no step to carry out\n";
    }
    text + &format!("\ndigest {}\n", plan.digest())
}

fn fleet(title: &str, steps: &[Step]) -> String {
    if steps.is_empty() {
        return String::new();
    }
    // These stand under no host's name, and may be for one all the same.
    let whose = |step: &Step| step.host.as_ref().map(|host| format!(" for {}", host.name)).unwrap_or_default();
    let steps: String = steps.iter().map(|one| step(one, &whose(one))).collect();
    format!("\n{}\n{steps}", paint(style::STRONG, title))
}

/// One host's steps.
pub(crate) fn host(host: &HostSteps) -> String {
    let cures = names(host.cures.iter().map(String::as_str));
    let steps: String = host.steps.iter().map(|one| step(one, "")).collect();
    format!("  {}, cures {cures}\n{steps}", paint(style::STRONG, &host.host.name))
}

/// One step; `whose` stands behind its title.
pub(crate) fn step(step: &Step, whose: &str) -> String {
    let class = match step.safety {
        Safety::Safe => String::new(),
        Safety::Disturbs => format!("  {}", paint(style::WARNING, "disturbs")),
        Safety::AskFirst => format!("  {}", paint(style::BAD, "asks first")),
    };
    let mut text = format!("  {:>3}  {}{whose}{class}\n", number(step), step.act.title());
    let below = [
        ("disturbs:", &step.disturbs),
        ("done when:", &step.done_when.in_words()),
        ("undo:", &undo(&step.undo)),
        ("needs:", &step.privilege),
    ];
    for (what, seen) in below.into_iter().filter(|(_, seen)| !seen.is_empty()) {
        text += &format!("       {} {seen}\n", paint(style::FAINT, what));
    }
    text
}

/// Counted from 1, for people.
pub(crate) fn number(step: &Step) -> u32 {
    step.id.0.saturating_add(1)
}

fn undo(undo: &Undo) -> String {
    match undo {
        Undo::By { act, .. } => act.title(),
        Undo::PutBackCaStore => {
            "take out of the CA store what was added, and put back what was there just before".to_owned()
        }
        Undo::Nothing(why) => format!("nothing to take back: {why}"),
    }
}

fn refused(all: &[Refusal]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut text =
        format!("\n{}\n", paint(style::STRONG, &format!("{} left alone:", count(all.len() as u64, "finding"))));
    for one in all {
        let code = paint(style::WARNING, &one.code);
        text += &format!("  {code} at {}: {}\n", whereabouts(&one.place), one.why);
        if !one.gates.is_empty() {
            text += &format!(
                "       {} {}\n",
                paint(style::FAINT, "held by:"),
                names(one.gates.iter().map(String::as_str))
            );
        }
    }
    text
}
