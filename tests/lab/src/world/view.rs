//! The world as JSON, for tests and for `GET /state`. It shows no key, password or session.

use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::World;
use super::host::{FileContent, Host};
use super::provider::Provider;
use super::task::Task;
use crate::pki::Certificate;

impl World {
    /// All of the state.
    pub fn view(&self) -> Value {
        json!({
            "now": stamp(self.now()),
            "vcenter": {
                "name": self.vcenter.name,
                "version": self.vcenter.version,
                "mode": self.mode().as_str(),
                "options": self.vcenter.options,
                "machine_ssl": certificate(&self.vcenter.machine_ssl.certificate),
                "trusted_roots": self.vcenter.trusted_roots.iter().map(|root| certificate(root)).collect::<Vec<_>>(),
                "vecs": self.vcenter.vecs.stores.keys().map(|name| (name.clone(), self.store(name)))
                    .collect::<serde_json::Map<_, _>>(),
                "published_roots": self.vcenter.published_roots().iter().map(|root| certificate(root)).collect::<Vec<_>>(),
                "sps_stderr": self.vcenter.vecs.sps_stderr,
                "backups": self.vcenter.backups,
                "nodes": self.vcenter.nodes,
                "high_availability": self.vcenter.high_availability,
                "machines": self.vcenter.machines,
                "auto_deploy": self.vcenter.auto_deploy,
                "extensions": self.vcenter.extensions,
                "open_sessions": self.vcenter.sessions.count(),
                "events": self.vcenter.events,
                "alarms": self.vcenter.alarms,
                "denied_privileges": self.vcenter.denied_privileges,
                "sps": self.sps.state,
            },
            "clusters": self.clusters,
            "hosts": self.hosts.iter().map(host).collect::<Vec<_>>(),
            "providers": self.providers.iter().map(provider).collect::<Vec<_>>(),
            "tasks": self.tasks.values().map(task).collect::<Vec<_>>(),
        })
    }

    /// A store of VECS: its entries by alias, a certificate or nothing, and who may do what.
    fn store(&self, name: &str) -> Value {
        let entries: serde_json::Map<_, _> = self
            .vcenter
            .entries_of(name)
            .unwrap_or_default()
            .iter()
            .map(|(alias, entry)| {
                (alias.clone(), entry.certificate.as_ref().map_or(Value::Null, |one| certificate(one)))
            })
            .collect();
        let store = self.vcenter.vecs.stores.get(name);
        json!({
            "entries": entries,
            "readers": store.map(|store| &store.readers),
            "writers": store.map(|store| &store.writers),
        })
    }
}

fn host(host: &Host) -> Value {
    json!({
        "name": host.name,
        "moref": host.moref,
        "uuid": host.uuid,
        "cluster": host.cluster,
        "address": host.address,
        "version": host.version,
        "build": host.build,
        "connection": host.connection,
        "maintenance": host.maintenance,
        "lockdown": host.lockdown,
        "services": host.services,
        "filters": host.filters,
        "disks_in_use": host.disks_in_use,
        "certificate_443": certificate(&host.machine.certificate),
        "certificate_9080": certificate(&host.provider.certificate),
        "forged": host.forged.as_ref().map(|forged| certificate(&forged.certificate)),
        "provider_health": host.provider_health,
        "agents_serve": host.agents_serve,
        "resolves_to": host.resolves_to,
        "files": host.files.iter().map(|(name, content)| (name.clone(), file(content))).collect::<serde_json::Map<_, _>>(),
        "castore": host.castore.iter().map(|entry| certificate(entry)).collect::<Vec<_>>(),
        "clock_offset_seconds": host.clock_offset.whole_seconds(),
        "provider_daemon": host.provider_daemon,
        "recorded": host.recorded.fingerprint,
        "vsan": host.vsan,
        "stateless": host.stateless,
        "rule_set": host.rule_set,
        "filtered": host.filtered,
        "time_servers": host.time_servers,
        "attested": host.attested,
        "vasa_client": host.vasa_client.as_ref().map(|client| certificate(client)),
        "castore_junk": host.castore_junk,
    })
}

fn provider(provider: &Provider) -> Value {
    json!({
        "uid": provider.uid,
        "moref": provider.moref,
        "name": provider.name,
        "url": provider.url,
        "vasa_version": provider.vasa_version,
        "certificate": certificate(&provider.certificate),
        "status": provider.status,
        "status_fault": provider.status_fault.as_ref().map(|fault| &fault.name),
        "certificate_status": provider.certificate_status,
        "last_sync": stamp(provider.last_sync),
        "link": provider.link,
        "kind": provider.kind,
    })
}

fn task(task: &Task) -> Value {
    json!({
        "id": task.id(),
        "method": task.operation.method(),
        "object": task.operation.object(),
        "state": task.state,
        "error": task.error.as_ref().map(|fault| &fault.name),
        "result": task.result,
    })
}

fn certificate(certificate: &Certificate) -> Value {
    json!({
        "sha256": certificate.fingerprint,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "names": certificate.names,
        "not_before": stamp(certificate.not_before),
        "not_after": stamp(certificate.not_after),
    })
}

fn file(content: &FileContent) -> Value {
    match content {
        FileContent::Certificate(certificate) => json!({ "certificate": certificate.fingerprint }),
        FileContent::Key(number) => json!({ "key": number }),
        FileContent::Nothing => json!({}),
    }
}

fn stamp(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).unwrap_or_default()
}
