//! A running lab: start it, look into it, and drop it to stop everything.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use russh::keys::HashAlg;
use russh::keys::ssh_key::LineEnding;
use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};
use tokio::runtime::Runtime;

use crate::calls::{Call, Calls, Incoming};
use crate::control;
use crate::edge::doors::{Doors, Network, claim_network};
use crate::edge::openssh::{self, private_file};
use crate::edge::ssh::{CLIENT, key_of};
use crate::error::LabError;
use crate::faults::{Faults, Rule, What};
use crate::pki::sha256_with_colons;
use crate::ready::{Ready, ReadyHost, SshDoor};
use crate::scenario::{Ports, Scenario};
use crate::world::World;
use crate::world::build::vcenter_address;

/// A running lab. It has threads of its own, so a test need not be asynchronous.
#[derive(Debug)]
pub struct Lab {
    state: Shared,
    runtime: Option<Runtime>,
    folder: PathBuf,
    /// Held for as long as the lab lives, so that no other takes its addresses.
    claim: Option<TcpListener>,
}

impl Lab {
    /// Starts a lab and returns when every port listens. Fails when the scenario contradicts itself, or when this machine
    /// refuses a port, a file or a process.
    pub fn start(scenario: Scenario) -> Result<Self, LabError> {
        allow_many_files();
        let mut ports = scenario.ports;
        let https = *ports.https.get_or_insert(if geteuid().is_root() { 443 } else { 8443 });
        let Network { number, https, claim } = claim_network(https)?;
        let world = World::build(&scenario, number, ports)?;
        let folder = new_folder()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .thread_name("lab")
            .build()
            .map_err(LabError::io("start the lab's threads"))?;
        let state = Arc::new(LabState::new(world, Faults::new(scenario.faults)));
        let lab = Self { state, runtime: Some(runtime), folder, claim: Some(claim) };
        lab.open(scenario.seed, ports, number, https)?;
        Ok(lab)
    }

    /// How to reach everything.
    pub fn ready(&self) -> Option<&Ready> {
        self.state.ready()
    }

    /// The world as JSON.
    pub fn state(&self) -> serde_json::Value {
        self.state.world().view()
    }

    /// Every call received so far.
    pub fn calls(&self) -> Vec<Call> {
        self.state.calls()
    }

    /// Adds a fault rule.
    pub fn add_fault(&self, rule: Rule) {
        self.state.faults().add(rule);
    }

    /// What the lab's servers share: the world itself, for tests that change it by hand.
    pub fn shared(&self) -> &Shared {
        &self.state
    }

    fn open(&self, seed: u64, ports: Ports, network: u8, https: TcpListener) -> Result<(), LabError> {
        let Some(runtime) = &self.runtime else { return Ok(()) };
        let control =
            TcpListener::bind((Ipv4Addr::LOCALHOST, ports.control)).map_err(LabError::io("listen for control"))?;
        let control_address = control.local_addr().map_err(LabError::io("tell the control address"))?;
        control.set_nonblocking(true).map_err(LabError::io("serve the control URL"))?;
        let entered = runtime.enter();
        let control = tokio::net::TcpListener::from_std(control).map_err(LabError::io("serve the control URL"))?;
        drop(entered);
        let settings = openssh::Settings { folder: self.folder.clone(), control: control_address, seed };
        let doors = Doors::new(&self.state, runtime.handle().clone(), settings)?;
        {
            let world = self.state.world();
            doors.open_vcenter(https, &world)?;
            doors.align(&world)?;
        }
        let _ = self.state.doors.set(doors);
        runtime.spawn(control::listen(Arc::downgrade(&self.state), control));
        let ready = describe(&self.state.world(), network, control_address, &self.folder)?;
        let log = ready.sps_log.clone();
        let _ = self.state.ready.set(ready);
        let _ = self.state.log_file.set(Mutex::new((log, 0)));
        // Taking and giving back the world writes what sps.log has so far.
        drop(self.state.world());
        Ok(())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if let Some(doors) = self.state.doors() {
            doors.close();
        }
        if let Some(runtime) = self.runtime.take() {
            // Waiting is not allowed inside another runtime, so a thread waits until every socket is closed, and only then
            // gives the network free for another lab.
            let claim = self.claim.take();
            std::thread::spawn(move || {
                runtime.shutdown_timeout(Duration::from_secs(5));
                drop(claim);
            });
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What every server of the lab shares.
pub type Shared = Arc<LabState>;

/// The world, the faults and the calls of one lab.
#[derive(Debug)]
pub struct LabState {
    world: Mutex<World>,
    faults: Mutex<Faults>,
    calls: Mutex<Calls>,
    soap_objects: Mutex<crate::soap::Objects>,
    doors: OnceLock<Doors>,
    ready: OnceLock<Ready>,
    log_file: OnceLock<Mutex<(PathBuf, usize)>>,
}

/// The world in one's hands. Giving it back opens and closes ports, and writes sps.log, as it now says.
#[derive(Debug)]
pub struct WorldGuard<'a> {
    lab: &'a LabState,
    world: MutexGuard<'a, World>,
}

impl Deref for WorldGuard<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for WorldGuard<'_> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

impl Drop for WorldGuard<'_> {
    fn drop(&mut self) {
        if self.world.doors_moved
            && let Some(doors) = self.lab.doors()
        {
            self.world.doors_moved = false;
            // A port that another process took meanwhile stays closed; whoever connects finds that out.
            let _ = doors.align(&self.world);
        }
        if let Some(log) = self.lab.log_file.get() {
            let (path, written) = &mut *locked(log);
            if let Some(fresh) = self.world.sps.log.get(*written..).filter(|fresh| !fresh.is_empty() || *written == 0) {
                let _ = append(path, fresh);
                *written = self.world.sps.log.len();
            }
        }
    }
}

impl LabState {
    /// Puts a world under the care of a lab, without any socket.
    pub fn new(world: World, faults: Faults) -> Self {
        Self {
            world: Mutex::new(world),
            faults: Mutex::new(faults),
            calls: Mutex::default(),
            soap_objects: Mutex::default(),
            doors: OnceLock::new(),
            ready: OnceLock::new(),
            log_file: OnceLock::new(),
        }
    }

    /// The world, settled at the present. Do not hold it across an await.
    pub fn world(&self) -> WorldGuard<'_> {
        let mut world = locked(&self.world);
        world.settle();
        WorldGuard { lab: self, world }
    }

    /// Writes a call down and answers the fault to play on it, if a rule says so.
    /// `SessionExpired` is for the caller to play: forget the session the call came with, then go on.
    pub fn receive(&self, incoming: &Incoming<'_>) -> Option<What> {
        let (at, names, host) = self.names_of(incoming);
        let borrowed: Vec<&str> = names.iter().map(String::as_str).collect();
        let fault = locked(&self.faults).strike(incoming.method, &borrowed);
        locked(&self.calls).record(Call {
            seq: 0,
            at,
            endpoint: incoming.endpoint.into(),
            method: incoming.method.into(),
            object: incoming.object.map(Into::into),
            host,
            changes: incoming.changes,
            fault: fault.clone().map(Into::into),
        });
        fault
    }

    /// What sessions own on the SOAP server. Whoever needs the world too takes that first.
    pub(crate) fn soap_objects(&self) -> MutexGuard<'_, crate::soap::Objects> {
        locked(&self.soap_objects)
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        locked(&self.calls).all().to_vec()
    }

    /// The rules in force, to add to or clear.
    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        locked(&self.faults)
    }

    /// How to reach everything; nothing before the lab is open.
    pub fn ready(&self) -> Option<&Ready> {
        self.ready.get()
    }

    pub(crate) fn doors(&self) -> Option<&Doors> {
        self.doors.get()
    }

    /// All names that a rule may know the call's object by, and the host it concerns by managed object id.
    fn names_of(&self, incoming: &Incoming<'_>) -> (time::OffsetDateTime, Vec<String>, Option<String>) {
        let world = self.world();
        let mut names: Vec<String> = incoming.object.map(str::to_owned).into_iter().collect();
        let host = incoming.host.and_then(|key| world.host(key));
        let host = host.or_else(|| incoming.object.and_then(|object| world.host(object)));
        let host = host.or_else(|| {
            let provider = incoming.object.and_then(|object| world.provider(object))?;
            world.host_of_provider(provider)
        });
        if let Some(host) = host {
            names.extend([host.moref.clone(), host.name.clone(), host.address.to_string()]);
        }
        (world.now(), names, host.map(|host| host.moref.clone()))
    }
}

/// A lock; a thread that panicked while it held one is a failed test already.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn describe(world: &World, network: u8, control: SocketAddr, folder: &Path) -> Result<Ready, LabError> {
    let (https, ssh_port) = (world.ports.https.unwrap_or(443), world.ports.ssh);
    let address = vcenter_address(network);
    let (host_key, host_key_fingerprint) = host_key(world, "vcenter")?;
    let mut known = vec![format!("[{address}]:{ssh_port} {host_key}")];
    let mut hosts = Vec::with_capacity(world.hosts.len());
    for host in &world.hosts {
        let (ssh_host_key, ssh_host_key_fingerprint) = self::host_key(world, &host.moref)?;
        known.push(format!("[{}]:{ssh_port},[{}]:{ssh_port} {ssh_host_key}", host.address, host.name));
        hosts.push(ReadyHost {
            name: host.name.clone(),
            moref: host.moref.clone(),
            address: host.address.to_string(),
            https_port: https,
            provider_port: world.ports.provider,
            ssh_port,
            ssh_host_key,
            ssh_host_key_fingerprint,
        });
    }
    let file = |name: &str, content: String, mode: u32| {
        let path = folder.join(name);
        private_file(&path, content.as_bytes(), mode).map(|()| path)
    };
    let roots = world.vcenter.trusted_roots.iter().map(|root| root.pem.as_str()).collect();
    let client = key_of(world.seed, CLIENT)?.to_openssh(LineEnding::LF).map_err(LabError::certificate)?;
    Ok(Ready {
        vcenter_url: format!("https://{address}:{https}"),
        vcenter: format!("{address}:{https}"),
        vcenter_name: world.vcenter.name.clone(),
        username: world.vcenter.username.clone(),
        password: world.vcenter.password.clone(),
        ca_file: file("ca.pem", roots, 0o644)?,
        vcenter_thumbprint_sha256: sha256_with_colons(&world.vcenter.machine_ssl.certificate.der),
        vcenter_ssh: SshDoor {
            address: address.to_string(),
            port: ssh_port,
            user: "root".into(),
            host_key,
            host_key_fingerprint,
        },
        hosts,
        root_password: world.vcenter.root_password.clone(),
        known_hosts: file("known_hosts", format!("{}\n", known.join("\n")), 0o644)?,
        hosts_file: file("hosts", world.hosts_file(), 0o644)?,
        ssh_key: file("client_key", client.to_string(), 0o600)?,
        control_url: format!("http://{control}"),
        sps_log: folder.join("sps.log"),
    })
}

fn host_key(world: &World, name: &str) -> Result<(String, String), LabError> {
    let key = key_of(world.seed, name)?;
    let public = key.public_key();
    let data = public.key_data().clone();
    let line = russh::keys::PublicKey::from(data).to_openssh().map_err(LabError::certificate)?;
    Ok((line, public.fingerprint(HashAlg::Sha256).to_string()))
}

fn new_folder() -> Result<PathBuf, LabError> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let name = format!("iofilter-certs-lab-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).map_err(LabError::io(format!("make the folder `{}`", folder.display())))?;
    Ok(folder)
}

fn append(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    std::fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

/// Three sockets a host are soon more than the usual limit of open files allows.
fn allow_many_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
