//! The inventory tree: root folder, one datacenter, its folders, clusters and hosts.

use super::alarms;
use crate::soap::value::{Object, Reference, Value};
use crate::world::World;
use crate::world::host::Connection;

/// The root folder's id, the same in every vCenter.
pub(crate) const ROOT: &str = "group-d1";
const DATACENTER: &str = "datacenter-3";
const HOST_FOLDER: &str = "group-h5";
/// Folders that the lab has and that hold nothing.
const EMPTY_FOLDERS: [(&str, &str); 3] = [("group-v4", "vm"), ("group-s6", "datastore"), ("group-n7", "network")];

/// Whether the folder, datacenter, cluster or host exists.
pub(crate) fn exists(world: &World, object: &Reference) -> bool {
    match object.kind.as_str() {
        "Folder" => folder_name(&object.id).is_some(),
        "Datacenter" => object.id == DATACENTER,
        "ClusterComputeResource" | "ComputeResource" => cluster(world, &object.id).is_some(),
        "HostSystem" => world.hosts.iter().any(|host| host.moref == object.id),
        _ => false,
    }
}

/// What is directly below an entity.
pub(crate) fn children(world: &World, parent: &Reference) -> Vec<Reference> {
    match (parent.kind.as_str(), parent.id.as_str()) {
        ("Folder", ROOT) => vec![Reference::new("Datacenter", DATACENTER)],
        ("Folder", HOST_FOLDER) => {
            world.clusters.iter().map(|cluster| Reference::new("ClusterComputeResource", &cluster.moref)).collect()
        }
        ("Datacenter", _) => {
            let folders = [HOST_FOLDER].into_iter().chain(EMPTY_FOLDERS.map(|(id, _)| id));
            folders.map(|id| Reference::new("Folder", id)).collect()
        }
        ("ClusterComputeResource", id) => {
            world.hosts_of(id).map(|host| Reference::new("HostSystem", &host.moref)).collect()
        }
        _ => Vec::new(),
    }
}

/// A property of a folder, the datacenter or a cluster.
pub(crate) fn property(world: &World, object: &Reference, name: &str) -> Option<Value> {
    match (object.kind.as_str(), name) {
        (_, "overallStatus" | "configStatus") => Some("green".into()),
        (_, "triggeredAlarmState") => Some(alarms::triggered_below(world, object).into()),
        (_, "declaredAlarmState" | "disabledMethod" | "recentTask" | "tag" | "customValue") => {
            Some(Value::List("xsd:anyType", Vec::new()))
        }
        ("Folder", "name") => folder_name(&object.id).map(Value::from),
        ("Folder", "parent") => (object.id != ROOT).then(|| Reference::new("Datacenter", DATACENTER).into()),
        ("Folder", "childEntity") => Some(children(world, object).into()),
        ("Datacenter", "name") => Some("Datacenter".into()),
        ("Datacenter", "parent") => Some(Reference::new("Folder", ROOT).into()),
        ("Datacenter", "hostFolder") => Some(Reference::new("Folder", HOST_FOLDER).into()),
        ("Datacenter", "vmFolder") => Some(Reference::new("Folder", "group-v4").into()),
        ("Datacenter", "datastoreFolder") => Some(Reference::new("Folder", "group-s6").into()),
        ("Datacenter", "networkFolder") => Some(Reference::new("Folder", "group-n7").into()),
        ("ClusterComputeResource", name) => cluster_property(world, object, name),
        _ => None,
    }
}

fn cluster_property(world: &World, object: &Reference, name: &str) -> Option<Value> {
    let cluster = cluster(world, &object.id)?;
    match name {
        "name" => Some((&cluster.name).into()),
        "parent" => Some(Reference::new("Folder", HOST_FOLDER).into()),
        "host" => Some(children(world, object).into()),
        "summary" => Some(cluster_summary(world, &object.id).into()),
        "configurationEx" => Some(cluster_configuration(world, &object.id).into()),
        _ => None,
    }
}

fn cluster_summary(world: &World, id: &str) -> Object {
    let hosts = count(world.hosts_of(id).count());
    let serving = |host: &&crate::world::host::Host| host.connection == Connection::Connected && !host.maintenance;
    let effective = count(world.hosts_of(id).filter(serving).count());
    Object::new("ClusterComputeResourceSummary")
        .with("totalCpu", hosts * 20_000)
        .with("totalMemory", i64::from(hosts) << 37)
        .with("numCpuCores", hosts * 16)
        .with("numCpuThreads", hosts * 32)
        .with("effectiveCpu", effective * 20_000)
        .with("effectiveMemory", i64::from(effective) << 17)
        .with("numHosts", hosts)
        .with("numEffectiveHosts", effective)
        .with("overallStatus", "green")
        .with("currentFailoverLevel", 0)
        .with("numVmotions", 0)
}

/// vSAN is said per cluster; a cluster with a vSAN host has it on.
fn cluster_configuration(world: &World, id: &str) -> Object {
    let vsan = Object::new("VsanClusterConfigInfo").with("enabled", world.hosts_of(id).any(|host| host.vsan));
    Object::new("ClusterConfigInfoEx")
        .with("vmSwapPlacement", "vmDirectory")
        .with("dasConfig", Object::new("ClusterDasConfigInfo").with("enabled", false))
        .with("drsConfig", Object::new("ClusterDrsConfigInfo").with("enabled", false))
        .with("vsanConfigInfo", vsan)
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn cluster<'a>(world: &'a World, id: &str) -> Option<&'a crate::world::Cluster> {
    world.clusters.iter().find(|cluster| cluster.moref == id)
}

fn folder_name(id: &str) -> Option<&'static str> {
    match id {
        ROOT => Some("Datacenters"),
        HOST_FOLDER => Some("host"),
        other => EMPTY_FOLDERS.iter().find(|(id, _)| *id == other).map(|(_, name)| *name),
    }
}
