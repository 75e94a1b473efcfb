//! What a person does by hand where a run came to its end and the trouble did not.

use std::collections::BTreeSet;

use super::Run;
use crate::facts::{CertificateMode, Facts, HostId};
use crate::plan::{Act, HostSteps};
use crate::request::SshChange;

/// The steps for these hosts, each as it is typed or clicked, in order; last the way of KB 320568, where it applies.
pub(super) fn of(run: &Run, facts: &Facts, hosts: &BTreeSet<HostId>) -> Vec<String> {
    let mut lines = Vec::new();
    for host in run.plan().hosts().filter(|host| hosts.contains(&host.host.id)) {
        let last = run.plan().last.iter().filter(|step| step.host.as_ref() == Some(&host.host));
        lines.extend(host.steps.iter().chain(last).map(|step| step.act.by_hand(&host.host.name)));
        if facts.vcenter.mode.value() == Some(&CertificateMode::Vmca) && is_for_the_shell(host) {
            lines.extend(shell(host));
        }
    }
    lines.push("then run `iofilter-certs check`".to_owned());
    let mut seen = BTreeSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    lines
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
