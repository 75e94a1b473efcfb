//! Hosts, backups, the single sign-on domain, vCenter HA and the appliance's release.

use serde_json::{Value, json};

use super::{Answer, Call, Payload, Refusal, localizable, stamp};
use crate::world::World;
use crate::world::host::Connection;
use crate::world::vcenter::Backup;

/// Answers whatever is neither a service nor a certificate.
pub(super) fn answer(world: &mut World, call: &Call<'_>) -> Answer {
    match (call.method, call.path.as_slice()) {
        ("GET", ["vcenter", "host"]) => Ok(Payload::Value(hosts(world))),
        ("POST", ["vcenter", "host", host]) => connect(world, host, call.action.unwrap_or_default()),
        ("POST", ["vcenter", "host", host, action]) => connect(world, host, action),
        ("GET", ["vcenter", "topology", "nodes"]) => Ok(Payload::Value(nodes(world))),
        ("GET", ["vcenter", "topology", "replication-status"]) => Ok(Payload::Value(json!([]))),
        ("POST", ["vcenter", "vcha", "cluster"]) if call.action == Some("get") => {
            Ok(Payload::Value(high_availability(world)))
        }
        ("GET", ["appliance", "system", "version"]) => Ok(Payload::Value(version(world))),
        ("GET", ["appliance", "networking", "interfaces"]) => Ok(Payload::Value(interfaces(world))),
        (method, ["appliance", "recovery", "backup", rest @ ..]) => backup(world, method, rest),
        _ => Err(Refusal::not_found("the operation")),
    }
}

fn hosts(world: &World) -> Value {
    let host = |host: &crate::world::host::Host| {
        let state = match host.connection {
            Connection::Connected => "CONNECTED",
            Connection::NotResponding => "NOT_RESPONDING",
            Connection::Disconnected => "DISCONNECTED",
        };
        let mut summary = json!({ "host": host.moref, "name": host.name, "connection_state": state });
        // Only of a connected host is it known whether it is powered on (the SDK refuses the field otherwise).
        if host.connection == Connection::Connected
            && let Some(fields) = summary.as_object_mut()
        {
            fields.insert("power_state".into(), json!("POWERED_ON"));
        }
        summary
    };
    Value::Array(world.hosts.iter().map(host).collect())
}

fn connect(world: &mut World, host: &str, action: &str) -> Answer {
    let connection = world.host(host).map(|host| host.connection).ok_or_else(|| Refusal::not_found("the host"))?;
    let outcome = match (action, connection) {
        ("connect", Connection::Connected) | ("disconnect", Connection::Disconnected) => {
            return Err(Refusal::new(400, "ALREADY_IN_DESIRED_STATE", "the host is in that state already"));
        }
        ("connect", _) => world.reconnect_host(host),
        ("disconnect", _) => world.disconnect_host(host),
        _ => return Err(Refusal::not_found("the operation")),
    };
    outcome.map(|()| Payload::Nothing).map_err(|fault| Refusal::new(500, "ERROR", fault.message))
}

fn nodes(world: &World) -> Value {
    let node = |node: &crate::world::vcenter::Node| json!({ "node": node.name, "type": "VCSA_EMBEDDED", "replication_partners": node.partners });
    Value::Array(world.vcenter.nodes.iter().map(node).collect())
}

fn high_availability(world: &World) -> Value {
    let state = if world.vcenter.high_availability { "CONFIGURED" } else { "NOT_CONFIGURED" };
    let mut info = json!({ "config_state": state });
    if world.vcenter.high_availability
        && let Some(fields) = info.as_object_mut()
    {
        fields.insert("mode".into(), json!("ENABLED"));
        fields.insert("health_state".into(), json!("HEALTHY"));
    }
    info
}

fn version(world: &World) -> Value {
    json!({
        "version": format!("{}.00000", world.vcenter.version),
        "product": "VMware vCenter Server",
        "build": world.vcenter.build,
        "type": "vCenter Server with an embedded Platform Services Controller",
        "summary": "a lab",
        "releasedate": "June 25, 2024",
        "install_time": stamp(world.pki.vmca.not_before),
    })
}

fn interfaces(world: &World) -> Value {
    json!([{
        "name": "nic0", "status": "up", "mac": "00:50:56:60:00:00",
        "ipv4": {
            "configurable": true, "mode": "STATIC", "address": world.vcenter.address, "prefix": 8,
            "default_gateway": "127.0.0.1",
        },
    }])
}

fn backup(world: &World, method: &str, rest: &[&str]) -> Answer {
    let jobs = &world.vcenter.backups;
    match (method, rest) {
        ("GET", ["job"]) => Ok(Payload::Value(json!(jobs.iter().map(|job| &job.id).collect::<Vec<_>>()))),
        ("GET", ["job", "details"]) => {
            Ok(Payload::Map(jobs.iter().map(|job| (job.id.clone(), details(world, job))).collect()))
        }
        ("GET", ["job", id]) => {
            let job = jobs.iter().find(|job| job.id == *id).ok_or_else(|| Refusal::not_found("the job"))?;
            Ok(Payload::Value(json!({
                "id": job.id, "state": job.status, "messages": [], "progress": 100,
                "start_time": stamp(job.start), "end_time": stamp(job.end),
            })))
        }
        ("GET", ["schedules"]) => {
            Ok(Payload::Map(jobs.first().map(|_| ("default".into(), schedule())).into_iter().collect()))
        }
        _ => Err(Refusal::not_found("the operation")),
    }
}

fn details(world: &World, job: &Backup) -> Value {
    json!({
        "location": "sftp://backup.lab.example/vc", "location_user": "backup", "type": "SCHEDULED",
        "status": job.status, "cancelable": false, "messages": [],
        "build": { "version_name": world.vcenter.version, "version": world.vcenter.version, "build_number": world.vcenter.build },
        "description": localizable("backup"), "service": "com.vmware.appliance.recovery.backup.job", "operation": "create",
        "duration": (job.end - job.start).whole_seconds(), "size": 1_048_576,
        "progress": { "total": 100, "completed": 100, "message": localizable("done") },
        "start_time": stamp(job.start), "end_time": stamp(job.end),
    })
}

fn schedule() -> Value {
    json!({
        "parts": ["common", "seat"], "location": "sftp://backup.lab.example/vc", "enable": true,
        "recurrence_info": { "minute": 59, "hour": 23 },
    })
}
