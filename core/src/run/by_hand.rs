//! What a person does by hand where a run came to its end and the trouble did not.

use std::collections::BTreeSet;

use super::Run;
use super::left::Left;
use crate::case::PlaceKind;
use crate::facts::{CertificateMode, Facts};
use crate::plan::{Act, FleetCure, HostSteps, Step};
use crate::request::SshChange;

/// The steps for what is left, each as it is typed or clicked, in order: on the vCenter, then on these hosts, last the way
/// of KB 320568, where it applies; and what helps against what is new.
pub(super) fn of(run: &Run, facts: &Facts, left: &Left) -> Vec<String> {
    let fleet = || run.plan().first.iter().chain(&run.plan().last);
    let on_vcenter = left.cures.iter().flat_map(|cure| fleet().filter(|step| is_for(step, cure)));
    let mut lines: Vec<String> = on_vcenter.map(|step| step.act.by_hand("vCenter")).collect();
    for host in run.plan().hosts().filter(|host| left.hosts.contains(&host.host.id)) {
        let last = run.plan().last.iter().filter(|step| step.host.as_ref() == Some(&host.host));
        lines.extend(host.steps.iter().chain(last).map(|step| step.act.by_hand(&host.host.name)));
        if facts.vcenter.mode.value() == Some(&CertificateMode::Vmca) && is_for_the_shell(host) {
            lines.extend(shell(host));
        }
    }
    lines.extend(left.help.iter().cloned());
    lines.push("then run `iofilter-certs check`".to_owned());
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    lines
}

/// Whether a step on the vCenter is for this cure.
fn is_for(step: &Step, cure: &FleetCure) -> bool {
    match &step.act {
        Act::UnregisterProvider { provider } => provider.0 == cure.place.id,
        _ => cure.place.kind == PlaceKind::Vcenter && step.host.is_none(),
    }
}

/// The knowledge base's way is for certificates of a host and of its provider, issued by VMCA.
fn is_for_the_shell(host: &HostSteps) -> bool {
    let kinds = ["host-cert-", "vp-cert-", "provider-cert-"];
    host.cures.iter().any(|code| kinds.iter().any(|kind| code.starts_with(kind)))
}

fn shell(host: &HostSteps) -> Vec<String> {
    let name = &host.host.name;
    let id = || host.host.id.clone();
    let commands =
        [SshChange::SetHostCertificateAside, SshChange::GenerateHostCertificate, SshChange::RestartManagementAgents];
    let mut lines = vec![format!("if that does not help, `{name}` by the way of KB 320568, as root on its shell:")];
    lines.extend(commands.map(|command| format!("  {}", command.by_hand())));
    let acts = [Act::DisconnectHost { host: id() }, Act::ReconnectHost { host: id(), accept_shown_certificate: false }];
    lines.extend(acts.iter().map(|act| format!("  {}", act.by_hand(name))));
    lines.push(format!(
        "  in the vSphere Client, Configure > Storage Providers, remove the provider of `{name}`; {}",
        Act::RestartSps.by_hand(name)
    ));
    lines
}
