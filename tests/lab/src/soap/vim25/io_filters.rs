//! `IoFilterManager`: which filters a cluster has, and which disks use one.

use std::collections::BTreeMap;

use crate::soap::context::{Answer, Context};
use crate::soap::fault;
use crate::soap::value::{Fault, Object, Reference};

/// `QueryIoFilterInfo`: every filter on any host of the cluster, once.
pub(crate) fn query_info(context: &Context<'_>) -> Answer {
    let cluster = cluster(context)?;
    let hosts = context.world.hosts_of(&cluster);
    let filters: BTreeMap<_, _> = hosts.flat_map(|host| &host.filters).map(|filter| (&filter.id, filter)).collect();
    let answers = filters.into_values().map(|filter| {
        Object::new("ClusterIoFilterInfo")
            .with("id", &filter.id)
            .with("name", &filter.name)
            .with("vendor", &filter.vendor)
            .with("version", &filter.version)
            .with("type", &filter.kind)
            .with("opType", "install")
    });
    Ok(Some(answers.collect::<Vec<_>>().into()))
}

/// `QueryDisksUsingFilter`. A filter that the cluster does not have is `NotFound`.
pub(crate) fn query_disks(context: &Context<'_>) -> Answer {
    let (cluster, wanted) = (cluster(context)?, context.text("filterId").trim().to_owned());
    let hosts = || context.world.hosts_of(&cluster);
    if !hosts().flat_map(|host| &host.filters).any(|filter| filter.id == wanted) {
        return Err(Fault::new("NotFound", format!("the cluster has no filter {wanted}")));
    }
    let disks = hosts().flat_map(|host| &host.disks_in_use).filter(|disk| disk.filter == wanted).map(|disk| {
        Object::new("VirtualDiskId")
            .with("vm", Reference::new("VirtualMachine", &disk.machine))
            .with("diskId", disk.disk)
    });
    Ok(Some(disks.collect::<Vec<_>>().into()))
}

fn cluster(context: &Context<'_>) -> Result<String, Fault> {
    let cluster = context.parameters().reference("compRes").ok_or_else(|| fault::invalid_argument("compRes"))?;
    if context.exists(&cluster) { Ok(cluster.id) } else { Err(fault::not_found(&cluster)) }
}
