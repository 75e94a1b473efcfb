//! The inventory tree: root folder, one datacenter, its folders, clusters and hosts.

use super::alarms;
use crate::soap::value::{Object, Reference, Value};
use crate::world::host::Connection;
use crate::world::vcenter::{Machine, MachineSnapshot};
use crate::world::{Cluster, World};

/// The root folder's id, the same in every vCenter.
pub(crate) const ROOT: &str = "group-d1";
const DATACENTER: &str = "datacenter-3";
const HOST_FOLDER: &str = "group-h5";
const MACHINE_FOLDER: &str = "group-v4";
/// The other folders; the lab has nothing but vCenters' machines to put into them.
const FOLDERS: [(&str, &str); 3] = [(MACHINE_FOLDER, "vm"), ("group-s6", "datastore"), ("group-n7", "network")];

/// Whether the folder, datacenter, cluster or host exists.
pub(crate) fn exists(world: &World, object: &Reference) -> bool {
    match object.kind.as_str() {
        "Folder" => folder_name(&object.id).is_some(),
        "Datacenter" => object.id == DATACENTER,
        "ClusterComputeResource" | "ComputeResource" => cluster(world, &object.id).is_some(),
        "HostSystem" => world.hosts.iter().any(|host| host.moref == object.id),
        "VirtualMachine" => machine(world, &object.id).is_some(),
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
        ("Folder", MACHINE_FOLDER) => {
            world.vcenter.machines.iter().map(|machine| Reference::new("VirtualMachine", &machine.moref)).collect()
        }
        ("Datacenter", _) => {
            let folders = [HOST_FOLDER].into_iter().chain(FOLDERS.map(|(id, _)| id));
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
        ("VirtualMachine", name) => machine_property(machine(world, &object.id)?, name),
        _ => None,
    }
}

/// The machines of this name or address, as they call themselves.
pub(crate) fn machines_called(world: &World, name: &str) -> Vec<Reference> {
    let own_address = world.vcenter.address.to_string();
    let is_called = |machine: &&Machine| {
        machine.node.eq_ignore_ascii_case(name)
            || (name == own_address && machine.node.eq_ignore_ascii_case(&world.vcenter.name))
    };
    let found = world.vcenter.machines.iter().filter(is_called);
    found.map(|machine| Reference::new("VirtualMachine", &machine.moref)).collect()
}

fn machine<'a>(world: &'a World, id: &str) -> Option<&'a Machine> {
    world.vcenter.machines.iter().find(|machine| machine.moref == id)
}

fn machine_property(machine: &Machine, name: &str) -> Option<Value> {
    match name {
        "name" => Some((&machine.node).into()),
        "parent" => Some(Reference::new("Folder", MACHINE_FOLDER).into()),
        "snapshot" => {
            let tree = snapshot_tree(machine, 1, &machine.snapshots)?;
            Some(Object::new("VirtualMachineSnapshotInfo").with("rootSnapshotList", vec![tree]).into())
        }
        _ => None,
    }
}

/// The first snapshot, and in it all that were taken of it.
fn snapshot_tree(machine: &Machine, number: i32, snapshots: &[MachineSnapshot]) -> Option<Object> {
    let (first, rest) = snapshots.split_first()?;
    let children: Vec<Object> = snapshot_tree(machine, number + 1, rest).into_iter().collect();
    let tree = Object::new("VirtualMachineSnapshotTree")
        .with("snapshot", Reference::new("VirtualMachineSnapshot", format!("snapshot-{number}")))
        .with("vm", Reference::new("VirtualMachine", &machine.moref))
        .with("name", &first.name)
        .with("description", "")
        .with("id", number)
        .with("createTime", first.taken)
        .with("state", if first.powered_off { "poweredOff" } else { "poweredOn" })
        .with("quiesced", false)
        .with("childSnapshotList", children);
    Some(tree)
}

fn cluster_property(world: &World, object: &Reference, name: &str) -> Option<Value> {
    let cluster = cluster(world, &object.id)?;
    match name {
        "name" => Some((&cluster.name).into()),
        "parent" => Some(Reference::new("Folder", HOST_FOLDER).into()),
        "host" => Some(children(world, object).into()),
        "summary" => Some(cluster_summary(world, cluster).into()),
        "configuration" => {
            let drs = Object::new("ClusterDrsConfigInfo").with("enabled", false);
            Some(Object::new("ClusterConfigInfo").with("dasConfig", failover(cluster)).with("drsConfig", drs).into())
        }
        "configurationEx" => Some(cluster_configuration(world, cluster).into()),
        _ => None,
    }
}

fn cluster_summary(world: &World, cluster: &Cluster) -> Object {
    let id = cluster.moref.as_str();
    let present = cluster.failover.map(|plan| plan.present);
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
        .with("currentFailoverLevel", present.unwrap_or_default())
        .with_some(
            "admissionControlInfo",
            present.map(|level| {
                Object::new("ClusterFailoverLevelAdmissionControlInfo").with("currentFailoverLevel", level)
            }),
        )
        .with("numVmotions", 0)
}

/// How HA is configured; a cluster without a plan has it off.
fn failover(cluster: &Cluster) -> Object {
    let policy = cluster
        .failover
        .map(|plan| Object::new("ClusterFailoverLevelAdmissionControlPolicy").with("failoverLevel", plan.wanted));
    Object::new("ClusterDasConfigInfo")
        .with("enabled", policy.is_some())
        .with("admissionControlEnabled", policy.is_some())
        .with_some("admissionControlPolicy", policy)
}

/// vSAN is said per cluster; a cluster with a vSAN host has it on.
fn cluster_configuration(world: &World, cluster: &Cluster) -> Object {
    let vsan =
        Object::new("VsanClusterConfigInfo").with("enabled", world.hosts_of(&cluster.moref).any(|host| host.vsan));
    Object::new("ClusterConfigInfoEx")
        .with("vmSwapPlacement", "vmDirectory")
        .with("dasConfig", failover(cluster))
        .with("drsConfig", Object::new("ClusterDrsConfigInfo").with("enabled", false))
        .with("vsanConfigInfo", vsan)
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn cluster<'a>(world: &'a World, id: &str) -> Option<&'a Cluster> {
    world.clusters.iter().find(|cluster| cluster.moref == id)
}

fn folder_name(id: &str) -> Option<&'static str> {
    match id {
        ROOT => Some("Datacenters"),
        HOST_FOLDER => Some("host"),
        other => FOLDERS.iter().find(|(id, _)| *id == other).map(|(_, name)| *name),
    }
}
