//! The listening ports of all machines: opened and closed as the world says, each served by a task, none by a thread.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::process::Child;
use std::sync::{Mutex, Weak};

use std::time::Duration;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use super::tls::Tls;
use super::{esxi, http, openssh, ssh, vcenter};
use crate::calls::Incoming;
use crate::error::LabError;
use crate::faults::What;
use crate::lab::{LabState, Shared, locked};
use crate::pki::Identity;
use crate::scenario::Ssh;
use crate::shell::Machine;
use crate::world::World;
use crate::world::build::vcenter_address;
use crate::world::host::{Door, ProviderHealth};

/// All doors of a lab.
#[derive(Debug)]
pub struct Doors {
    lab: Weak<LabState>,
    runtime: Handle,
    tls: Tls,
    openssh: openssh::Settings,
    open: Mutex<BTreeMap<(Ipv4Addr, Door), Doorkeeper>>,
}

/// Who serves a door; dropping it closes the door.
#[derive(Debug)]
enum Doorkeeper {
    Task(AbortHandle),
    Process(Child),
}

impl Drop for Doorkeeper {
    fn drop(&mut self) {
        match self {
            Self::Task(task) => task.abort(),
            Self::Process(child) => {
                let _ = child.kill();
                let _ = child.wait();
            }
        }
    }
}

impl Doors {
    /// No door open yet.
    pub fn new(lab: &Shared, runtime: Handle, openssh: openssh::Settings) -> Result<Self, LabError> {
        let tls = Tls::new(lab.world().pki.keys())?;
        Ok(Self { lab: std::sync::Arc::downgrade(lab), runtime, tls, openssh, open: Mutex::default() })
    }

    /// Opens vCenter's doors: its HTTPS listener, bound before anything else, and SSH.
    pub fn open_vcenter(&self, https: TcpListener, world: &World) -> Result<(), LabError> {
        let address = address_of(&https)?;
        self.serve(https, address, Door::Https, Machine::VCenter)?;
        self.bind(address, Door::Ssh, Machine::VCenter, world)
    }

    /// Opens what should be open and closes what should not.
    pub fn align(&self, world: &World) -> Result<(), LabError> {
        for host in &world.hosts {
            for door in [Door::Https, Door::Provider, Door::Ssh] {
                let is_open = locked(&self.open).contains_key(&(host.address, door));
                match (host.is_open(door), is_open) {
                    (true, false) if door == Door::Ssh && host.ssh == Ssh::Openssh => {
                        let child = self.openssh.start(host.address, world.ports.ssh, &host.moref)?;
                        locked(&self.open).insert((host.address, door), Doorkeeper::Process(child));
                    }
                    (true, false) => self.bind(host.address, door, Machine::Esxi(host.moref.clone()), world)?,
                    (false, true) => drop(locked(&self.open).remove(&(host.address, door))),
                    (true, true) | (false, false) => {}
                }
            }
        }
        Ok(())
    }

    /// Closes all doors.
    pub fn close(&self) {
        locked(&self.open).clear();
    }

    fn bind(&self, address: Ipv4Addr, door: Door, machine: Machine, world: &World) -> Result<(), LabError> {
        let port = port_of(door, world);
        let listener =
            TcpListener::bind((address, port)).map_err(LabError::io(format!("listen on {address}:{port}")))?;
        self.serve(listener, address, door, machine)
    }

    fn serve(&self, listener: TcpListener, address: Ipv4Addr, door: Door, machine: Machine) -> Result<(), LabError> {
        let failed = |cause| LabError::io(format!("serve {address}"))(cause);
        listener.set_nonblocking(true).map_err(failed)?;
        let entered = self.runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener).map_err(failed)?;
        drop(entered);
        let lab = self.lab.clone();
        let task = self.runtime.spawn(async move {
            loop {
                let accepted = listener.accept().await;
                let Some(lab) = lab.upgrade() else { return };
                match accepted {
                    Ok((stream, _)) => drop(tokio::spawn(admit(lab, stream, door, machine.clone()))),
                    // Too many open files, most likely; connections that end give some back.
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        });
        locked(&self.open).insert((address, door), Doorkeeper::Task(task.abort_handle()));
        Ok(())
    }
}

/// Takes one connection: writes it down, plays the fault that a rule has for it, then serves it.
async fn admit(lab: Shared, stream: TcpStream, door: Door, machine: Machine) {
    if door == Door::Provider && is_filtered(&lab.world(), &stream, &machine) {
        // A filtered port says nothing at all. Userland cannot but accept; nothing is ever sent or read.
        return std::future::pending().await;
    }
    let _ = stream.set_nodelay(true);
    let place = stream.local_addr().map(|address| address.to_string()).unwrap_or_default();
    let host = if let Machine::Esxi(host) = &machine { Some(host.as_str()) } else { None };
    let kind = if door == Door::Ssh { "ssh" } else { "tls" };
    let incoming = Incoming { endpoint: kind, method: kind, object: Some(&place), host, changes: false };
    match lab.receive(&incoming) {
        None => {}
        Some(What::Timeout) => return std::future::pending().await,
        Some(What::Garbage) => {
            let mut stream = stream;
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"\0\0 this is neither TLS nor SSH \0\0").await;
            return;
        }
        Some(_) => return reset(&stream),
    }
    match door {
        Door::Ssh => ssh::serve(lab, stream, machine).await,
        Door::Https | Door::Provider => serve_tls(lab, stream, door, machine).await,
    }
}

/// Does a firewall, the host's own or one on the way, keep this connection from the provider's port?
fn is_filtered(world: &World, stream: &TcpStream, machine: &Machine) -> bool {
    let Machine::Esxi(host) = machine else { return false };
    let from = match stream.peer_addr().map(|address| address.ip()) {
        Ok(IpAddr::V4(address)) => address,
        Ok(IpAddr::V6(_)) | Err(_) => return false,
    };
    world.host(host).is_some_and(|host| host.filtered || !host.rule_set.admits(from))
}

async fn serve_tls(lab: Shared, stream: TcpStream, door: Door, machine: Machine) {
    // The guard of the world must not live across an await.
    let (identity, health) = {
        let world = lab.world();
        (identity_of(&world, door, &machine), health_of(&world, door, &machine))
    };
    let Some(identity) = identity else { return reset(&stream) };
    if health == ProviderHealth::NoCertificate {
        return hang_up(stream).await;
    }
    let only_ecdsa = health == ProviderHealth::NoCommonCipher;
    let Some(config) = lab.doors().and_then(|doors| doors.tls.serving(&identity, only_ecdsa).ok()) else { return };
    let Ok(stream) = TlsAcceptor::from(config).accept(stream).await else { return };
    http::serve(stream, |request| {
        let (lab, machine) = (lab.clone(), machine.clone());
        async move {
            let date = date_of(&lab.world(), &machine);
            let reply = match (machine, door) {
                (Machine::VCenter, _) => vcenter::answer(&lab, request).await,
                (Machine::Esxi(host), Door::Provider) => esxi::answer_provider(&lab, &host, &request),
                (Machine::Esxi(host), _) => esxi::answer(&lab, &host, &request),
            };
            reply.dated(date)
        }
    })
    .await;
}

/// What the machine's own clock shows.
fn date_of(world: &World, machine: &Machine) -> time::OffsetDateTime {
    match machine {
        Machine::VCenter => world.now(),
        Machine::Esxi(host) => world.host(host).map_or(world.now(), |host| host.clock(world.now())),
    }
}

fn identity_of(world: &World, door: Door, machine: &Machine) -> Option<Identity> {
    match machine {
        Machine::VCenter => Some(world.vcenter.machine_ssl.clone()),
        Machine::Esxi(host) => {
            let host = world.host(host).filter(|host| host.is_open(door))?;
            let own = if door == Door::Provider { &host.provider } else { &host.machine };
            Some(host.forged.as_ref().unwrap_or(own).clone())
        }
    }
}

fn health_of(world: &World, door: Door, machine: &Machine) -> ProviderHealth {
    match machine {
        Machine::Esxi(host) if door == Door::Provider => {
            world.host(host).map_or(ProviderHealth::Well, |host| host.provider_health)
        }
        Machine::VCenter | Machine::Esxi(_) => ProviderHealth::Well,
    }
}

/// Reads a greeting and leaves without a word.
async fn hang_up(mut stream: TcpStream) {
    let mut greeting = [0_u8; 4096];
    let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut greeting).await;
    let _ = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
}

/// Ends a connection with RST instead of FIN.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}

fn port_of(door: Door, world: &World) -> u16 {
    match door {
        Door::Https => world.ports.https.unwrap_or(443),
        Door::Provider => world.ports.provider,
        Door::Ssh => world.ports.ssh,
    }
}

/// A network 127.B.0.0/16 that no other lab has.
#[derive(Debug)]
pub struct Network {
    /// The B.
    pub number: u8,
    /// vCenter's HTTPS listener.
    pub https: TcpListener,
    /// A listener at a fixed place, whatever ports a lab uses: who holds it has the network.
    pub claim: TcpListener,
}

/// Takes the first network that no lab has claimed and whose vCenter address is free on this port.
pub fn claim_network(port: u16) -> Result<Network, LabError> {
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    for number in FIRST_NETWORK..=LAST_NETWORK {
        let address = vcenter_address(number);
        let claim = TcpListener::bind((Ipv4Addr::new(127, number, 255, 254), CLAIM_PORT));
        match claim.and_then(|claim| Ok((claim, TcpListener::bind((address, port))?))) {
            Ok((claim, https)) => return Ok(Network { number, https, claim }),
            Err(cause) if cause.kind() == std::io::ErrorKind::AddrInUse => last = cause,
            Err(cause) => {
                return Err(LabError::io(format!("listen on {address}:{port}; without root, give ports above 1023"))(
                    cause,
                ));
            }
        }
    }
    Err(LabError::io(format!("find a network 127.B.0.0/16 where port {port} is free"))(last))
}

fn address_of(listener: &TcpListener) -> Result<Ipv4Addr, LabError> {
    match listener.local_addr().map(|address: SocketAddr| address.ip()) {
        Ok(IpAddr::V4(address)) => Ok(address),
        Ok(IpAddr::V6(_)) => Err(LabError::scenario("vCenter listens on an IPv4 address only")),
        Err(cause) => Err(LabError::io("tell vCenter's address")(cause)),
    }
}

/// 127.0 is everyone's; the lab begins well above it.
const FIRST_NETWORK: u8 = 44;
const LAST_NETWORK: u8 = 250;
/// The port of a claim; it means nothing.
const CLAIM_PORT: u16 = 44_044;
