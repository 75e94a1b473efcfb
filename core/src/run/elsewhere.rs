//! That what was looked at is the vCenter that the plan was made for: on another one the same ids are other hosts.

use super::{Ending, Phase, Run, evidence};
use crate::plan::HostRef;

impl Run {
    /// Why this is not where the plan's steps belong, if so.
    pub(super) fn elsewhere(&self) -> Option<String> {
        let vcenter = &self.inquiry.facts.vcenter;
        let (own, planned) = (&vcenter.authority, &self.plan.vcenter);
        match (vcenter.instance_uuid.value(), &self.plan.instance_uuid) {
            (Some(seen), Some(wanted)) if !seen.eq_ignore_ascii_case(wanted) => Some(format!(
                "`{own}` is another vCenter than the plan's: its instance uuid is `{seen}`, and that of the plan's, `{planned}`, is `{wanted}`; name the plan's vCenter"
            )),
            (None, _) | (_, None) if !own.eq_ignore_ascii_case(planned) => Some(format!(
                "whether `{own}` is the plan's vCenter cannot be told, because the instance uuid is not known of both; name it as the plan does, `{planned}`"
            )),
            // A plan of which nothing was begun is made anew where a host is called otherwise by now.
            _ if self.status.is_empty() => None,
            _ => self.renamed().map(|(host, name)| {
                format!(
                    "ESXi host `{}` of the plan is not the one that `{own}` has by its id `{}`, which is called `{name}`; look whether it is the same host, and plan again",
                    host.name, host.id.0
                )
            }),
        }
    }

    fn renamed(&self) -> Option<(&HostRef, &str)> {
        let hosts = &self.inquiry.facts.hosts;
        let named = evidence::touched(&self.plan).into_iter().filter_map(|host| Some((host, hosts.get(&host.id)?)));
        let mut others = named.filter(|(host, seen)| !seen.name.eq_ignore_ascii_case(&host.name));
        others.next().map(|(host, seen)| (host, seen.name.as_str()))
    }

    /// Does nothing here, and leaves the journal as it is: the run goes on where it belongs.
    pub(super) fn turn_away(&mut self, why: String) {
        self.ending = Some(Ending::Refused { why });
        self.phase = Phase::Over;
    }
}
