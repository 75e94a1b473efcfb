//! Makes a healthy world of a scenario, then lets its troubles come true.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

use super::alarm;
use super::clock::Clock;
use super::host::{Connection, Filter, Host, Lockdown, ProviderHealth, RuleSet, SSH_SERVICE, Service};
use super::sps::{Sps, SpsState};
use super::vcenter::{Backup, MODE_OPTION, Machine, MachineSnapshot, Node, Sessions, VCenter};
use super::vecs::{Entry, Vecs};
use super::{Cluster, World};
use crate::error::LabError;
use crate::pki::{Identity, Keys, LeafPlan, MACHINE_SSL_KEY, Pki, Signer, hex};
use crate::scenario::{HostNames, HostPlan, MachinePlan, Mode, Ports, Scenario, SnapshotPlan, Ssh, VCenterPlan};
use crate::troubles;

impl World {
    /// Builds the world of a scenario. `network` is B in the addresses 127.B.x.y; `ports.https` must be set.
    /// Fails when the scenario contradicts itself.
    pub fn build(scenario: &Scenario, network: u8, ports: Ports) -> Result<Self, LabError> {
        let mut now = start_time(scenario)?;
        if scenario.vcenter.troubles.iter().any(|code| code == "scanner-clock-skew") {
            now += troubles::CLOCK_SKEW;
        }
        let mut pki = Pki::new(Arc::new(Keys::load()?), scenario.seed, &scenario.vcenter.name, now)?;
        let vcenter = vcenter(&scenario.vcenter, scenario.seed, &mut pki, network, now)?;
        let mut world = Self {
            clock: Clock::starting_at(now),
            pki,
            vcenter,
            clusters: Vec::new(),
            hosts: Vec::new(),
            providers: Vec::new(),
            sps: Sps::new(SpsState::Started),
            tasks: BTreeMap::new(),
            switches: scenario.switches,
            delays: scenario.delays,
            ports,
            seed: scenario.seed,
            numbers: 0,
            due_tasks: std::collections::BTreeSet::new(),
            host_keys: BTreeMap::new(),
            doors_moved: true,
            moment: now,
        };
        world.recreate_client_certificates(Duration::days(400));
        let plans = host_plans(scenario)?;
        for plan in &plans {
            world.add_host(plan, scenario.host_names, network)?;
        }
        for plan in &scenario.clusters {
            if let Some(cluster) = world.clusters.iter_mut().find(|cluster| cluster.name == plan.name) {
                cluster.failover = plan.failover;
            }
        }
        world.register_missing();
        world.vcenter.events.clear();
        world.mature(now);
        for plan in &plans {
            for code in &plan.troubles {
                let host = world.host_key(plan, scenario.host_names)?;
                troubles::trouble_host(&mut world, &host, code)?;
            }
        }
        for code in &scenario.vcenter.troubles {
            troubles::trouble_vcenter(&mut world, code)?;
        }
        // SPS may have looked while the troubles were made: what it tells must be of after the last of them.
        world.sps.look_soon();
        world.settle();
        world.add_happenings(&scenario.vcenter);
        Ok(world)
    }

    /// Providers of a healthy world have been registered and read for long.
    fn mature(&mut self, now: OffsetDateTime) {
        self.sps.log.clear();
        for provider in &mut self.providers {
            provider.last_sync = now;
        }
    }

    fn host_key(&self, plan: &HostPlan, names: HostNames) -> Result<String, LabError> {
        let number = self.hosts.iter().position(|host| match names {
            HostNames::Name => host.name == plan.name,
            HostNames::Address => host.uuid == uuid_of(self.seed, &plan.name),
        });
        let host = number.and_then(|number| self.hosts.get(number));
        host.map(|host| host.moref.clone()).ok_or_else(|| LabError::scenario(format!("no host `{}`", plan.name)))
    }

    fn add_host(&mut self, plan: &HostPlan, names: HostNames, network: u8) -> Result<(), LabError> {
        let index = self.hosts.len();
        let address = host_address(network, index)?;
        let name = match names {
            HostNames::Name => plan.name.clone(),
            HostNames::Address => address.to_string(),
        };
        let cluster = self.cluster_named(plan.cluster.as_deref().unwrap_or("cluster-001"));
        let machine = self.first_certificate(&name, index)?;
        let version = plan.version.clone().unwrap_or_else(|| "8.0.3".into());
        let mut castore = self.vcenter.trusted_roots.clone();
        castore.extend(self.sms_certificate().map(Arc::clone));
        let mut host = Host {
            moref: format!("host-{}", 11 + index),
            uuid: uuid_of(self.seed, &plan.name),
            name,
            cluster,
            address,
            build: plan.build.clone().unwrap_or_else(|| build_of(&version).into()),
            version,
            connection: Connection::Connected,
            maintenance: false,
            lockdown: Lockdown::Disabled,
            services: services(plan.ssh_running.unwrap_or(true)),
            filters: vec![storage_io_control()],
            disks_in_use: Vec::new(),
            provider: machine.clone(),
            recorded: Arc::clone(&machine.certificate),
            machine: machine.clone(),
            files: BTreeMap::new(),
            castore,
            crls: self.vcenter.crls.clone(),
            clock_offset: Duration::ZERO,
            provider_daemon: true,
            provider_health: ProviderHealth::Well,
            agents_serve: true,
            resolves_to: address,
            forged: None,
            vsan: false,
            rule_set: RuleSet::open(),
            filtered: false,
            time_servers: vec!["pool.ntp.example".into()],
            attested: false,
            vasa_client: None,
            castore_junk: Vec::new(),
            stateless: false,
            ssh: plan.ssh,
            turns: 0,
        };
        host.install(machine);
        host.refresh_provider_copy();
        if self.mode() == Mode::Thumbprint {
            let url = self.provider_url(&host.name);
            self.vcenter.put_sms_entry(&url, Entry::trusted(Arc::clone(&host.provider.certificate)));
        }
        for key in [host.moref.clone(), host.name.to_ascii_lowercase(), host.address.to_string()] {
            self.host_keys.insert(key, index);
        }
        self.hosts.push(host);
        Ok(())
    }

    /// The certificate a host has had for four hundred days, signed by whoever signs in this mode.
    fn first_certificate(&mut self, name: &str, index: usize) -> Result<Identity, LabError> {
        let signer = match self.mode() {
            Mode::Vmca => Signer::Vmca,
            Mode::Custom => Signer::Customer,
            Mode::Thumbprint => Signer::Oneself,
        };
        let now = self.now();
        self.pki.issue(&LeafPlan {
            common_name: name.into(),
            names: vec![name.into()],
            unit: "VMware Engineering",
            signer,
            key: self.pki.keys().of_host(index, 0),
            not_before: now - Duration::days(401),
            not_after: now + Duration::days(1825 - 400),
            client: false,
        })
    }

    fn cluster_named(&mut self, name: &str) -> String {
        if let Some(known) = self.clusters.iter().find(|cluster| cluster.name == name) {
            return known.moref.clone();
        }
        let moref = format!("domain-c{}", 1001 + self.clusters.len());
        self.clusters.push(Cluster { moref: moref.clone(), name: name.into(), failover: None });
        moref
    }
}

/// Who makes up the host list: those that clusters count, then those named, which may say more about a counted one.
fn host_plans(scenario: &Scenario) -> Result<Vec<HostPlan>, LabError> {
    let mut plans: Vec<HostPlan> = Vec::new();
    for cluster in &scenario.clusters {
        for _ in 0..cluster.count {
            plans.push(HostPlan {
                name: format!("esx{:02}.{DOMAIN}", plans.len() + 1),
                cluster: Some(cluster.name.clone()),
                version: cluster.version.clone(),
                troubles: cluster.troubles.clone(),
                ..HostPlan::default()
            });
        }
    }
    for plan in &scenario.hosts {
        let mut plan = plan.clone();
        if !plan.name.contains('.') {
            plan.name = format!("{}.{DOMAIN}", plan.name);
        }
        match plans.iter_mut().find(|known| known.name == plan.name) {
            Some(known) => refine(known, plan),
            None if plan.cluster.is_some() => plans.push(plan),
            None => {
                return Err(LabError::scenario(format!("host `{}` is in no cluster: give its `cluster`", plan.name)));
            }
        }
    }
    if plans.is_empty() && scenario.clusters.is_empty() {
        let three = |index| HostPlan { name: format!("esx{index:02}.{DOMAIN}"), ..HostPlan::default() };
        plans.extend((1..=3).map(three));
    }
    Ok(plans)
}

fn refine(known: &mut HostPlan, said: HostPlan) {
    known.cluster = said.cluster.or(known.cluster.take());
    known.version = said.version.or(known.version.take());
    known.build = said.build.or(known.build.take());
    known.ssh_running = said.ssh_running.or(known.ssh_running);
    known.troubles.extend(said.troubles);
    if said.ssh != Ssh::Builtin {
        known.ssh = said.ssh;
    }
}

fn start_time(scenario: &Scenario) -> Result<OffsetDateTime, LabError> {
    let now = match &scenario.now {
        None => OffsetDateTime::now_utc(),
        Some(text) => OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| LabError::scenario(format!("now = `{text}` is not a time such as 2026-01-15T10:00:00Z")))?,
    };
    Ok(now.to_offset(time::UtcOffset::UTC))
}

fn vcenter(
    plan: &VCenterPlan,
    seed: u64,
    pki: &mut Pki,
    network: u8,
    now: OffsetDateTime,
) -> Result<VCenter, LabError> {
    let mut trusted_roots = vec![Arc::clone(&pki.vmca)];
    if plan.mode == Mode::Custom {
        trusted_roots.push(Arc::clone(&pki.customer));
    }
    Ok(VCenter {
        name: plan.name.clone(),
        address: vcenter_address(network),
        uuid: uuid_of(seed, "vcenter"),
        version: plan.version.clone(),
        build: plan.build.clone(),
        username: plan.username.clone(),
        password: plan.password.clone(),
        root_password: plan.root_password.clone(),
        options: options(plan),
        machine_ssl: machine_ssl(plan, pki, network, now)?,
        crls: vec![pki.revocation_list(now)?],
        trusted_roots,
        vecs: Vecs::healthy(now, &plan.version),
        kept_files: BTreeMap::new(),
        backups: vec![Backup {
            id: "20260101-010203-24022515".into(),
            status: "SUCCEEDED".into(),
            start: now - Duration::hours(8),
            end: now - Duration::hours(8) + Duration::minutes(9),
        }],
        nodes: vec![Node { name: plan.name.clone(), partners: Vec::new() }],
        high_availability: false,
        auto_deploy: false,
        machines: plan.machines.iter().zip(11..).map(|(plan, number)| machine(plan, number, now)).collect(),
        extensions: vec!["com.vmware.vim.sps".into(), "com.vmware.vim.sms".into()],
        sessions: Sessions::with_idle_limit(Duration::minutes(i64::from(plan.session_minutes))),
        events: Vec::new(),
        alarm_definitions: alarm::definitions(&plan.alarms),
        alarms: Vec::new(),
        denied_privileges: plan.denied_privileges.iter().cloned().collect(),
    })
}

fn machine(plan: &MachinePlan, number: u32, now: OffsetDateTime) -> Machine {
    let snapshot = |plan: &SnapshotPlan| MachineSnapshot {
        name: plan.name.clone(),
        taken: now - Duration::minutes(i64::from(plan.minutes_ago)),
        powered_off: plan.powered_off,
    };
    let snapshots = plan.snapshots.iter().map(snapshot).collect();
    Machine { moref: format!("vm-{number}"), node: plan.node.clone(), snapshots }
}

fn machine_ssl(plan: &VCenterPlan, pki: &mut Pki, network: u8, now: OffsetDateTime) -> Result<Identity, LabError> {
    pki.issue(&LeafPlan {
        common_name: plan.name.clone(),
        names: vec![plan.name.clone(), "localhost".into(), vcenter_address(network).to_string()],
        unit: "VMware Engineering",
        signer: Signer::Vmca,
        key: MACHINE_SSL_KEY,
        not_before: now - Duration::days(300),
        not_after: now + Duration::days(430),
        client: false,
    })
}

fn options(plan: &VCenterPlan) -> BTreeMap<String, String> {
    let mut options: BTreeMap<String, String> =
        CERTIFICATE_OPTIONS.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    options.insert("VirtualCenter.FQDN".into(), plan.name.clone());
    options.insert(MODE_OPTION.into(), plan.mode.as_str().into());
    options.extend(plan.options.clone());
    options
}

/// The vCenter's address.
pub(crate) fn vcenter_address(network: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, network, 0, 1)
}

fn host_address(network: u8, index: usize) -> Result<Ipv4Addr, LabError> {
    let third =
        u8::try_from(1 + index / 250).map_err(|_| LabError::scenario("more hosts than one lab has addresses"))?;
    let fourth = u8::try_from(1 + index % 250).unwrap_or(1);
    Ok(Ipv4Addr::new(127, network, third, fourth))
}

fn services(ssh_running: bool) -> BTreeMap<String, Service> {
    let service =
        |label: &str, running: bool, policy: &str| Service { label: label.into(), running, policy: policy.into() };
    BTreeMap::from([
        (SSH_SERVICE.to_owned(), service("SSH", ssh_running, "off")),
        ("TSM".to_owned(), service("ESXi Shell", false, "off")),
        ("ntpd".to_owned(), service("NTP Daemon", true, "on")),
        ("vpxa".to_owned(), service("VMware vCenter Agent", true, "on")),
    ])
}

fn storage_io_control() -> Filter {
    Filter {
        id: "VMW_spm_1.0.0".into(),
        name: "spm".into(),
        vendor: "VMW".into(),
        version: "1.0.230".into(),
        kind: "datastoreIoControl".into(),
        available: true,
    }
}

fn build_of(version: &str) -> &'static str {
    match version.get(..2) {
        Some("9.") => "24755229",
        Some("7.") => "22348816",
        _ => "24022510",
    }
}

/// A uuid that follows from a seed and a word.
pub(crate) fn uuid_of(seed: u64, word: &str) -> String {
    let digits = hex(&Sha256::digest(format!("uuid {seed} {word}")));
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().to_owned();
    format!("{}-{}-4{}-a{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
}

/// The domain of hosts that are named without one.
const DOMAIN: &str = "lab.example";

/// Advanced settings with the vendor's defaults (documentation, "Change the Default Certificate Settings").
const CERTIFICATE_OPTIONS: [(&str, &str); 5] = [
    ("vpxd.certmgmt.certs.daysValid", "1825"),
    ("vpxd.certmgmt.certs.softThreshold", "240"),
    ("vpxd.certmgmt.certs.hardThreshold", "30"),
    ("vpxd.certmgmt.certs.pollIntervalDays", "5"),
    ("vpxd.certmgmt.certs.minutesBefore", "1440"),
];
