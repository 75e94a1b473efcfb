//! The lab's SSH, asked by a client of its own kind; served by the lab, or by the system's OpenSSH where it is installed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use iofilter_certs_lab::edge::openssh::installed;
use iofilter_certs_lab::faults::{Rule, What};
use iofilter_certs_lab::{Lab, Ready, Scenario};
use russh::ChannelMsg;
use russh::client::{Config, Handle, Handler, connect};
use russh::keys::{PrivateKeyWithHashAlg, PublicKeyOrCertificate, load_secret_key};

/// Accepts exactly the host key that the lab announced.
struct Pinned(String);

impl Handler for Pinned {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        Ok(key.to_openssh().unwrap().starts_with(&self.0))
    }
}

fn lab(toml: &str) -> (Lab, Ready) {
    let mut scenario = Scenario::parse(toml).unwrap();
    scenario.ports.https = Some(8443);
    let lab = Lab::start(scenario).unwrap();
    let ready = lab.ready().unwrap().clone();
    (lab, ready)
}

async fn dial(address: &str, port: u16, host_key: &str) -> Result<Handle<Pinned>, russh::Error> {
    connect(Arc::new(Config::default()), (address, port), Pinned(host_key.into())).await
}

/// Comes in as root by the lab's client key.
async fn root(ready: &Ready, host: usize) -> Result<Handle<Pinned>, russh::Error> {
    let host = &ready.hosts[host];
    let mut session = dial(&host.address, host.ssh_port, &host.ssh_host_key).await?;
    let key = PrivateKeyWithHashAlg::new(Arc::new(load_secret_key(&ready.ssh_key, None).unwrap()), None);
    let admitted = session.authenticate_publickey("root", key).await?.success();
    if admitted { Ok(session) } else { Err(russh::Error::NotAuthenticated) }
}

/// Runs a command: exit status, output, error text.
async fn run(session: &Handle<Pinned>, line: &str) -> Result<(Option<u32>, String, String), russh::Error> {
    let mut channel = session.channel_open_session().await?;
    channel.exec(true, line).await?;
    let (mut status, mut out, mut complaint) = (None, Vec::new(), Vec::new());
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => out.extend_from_slice(&data),
            ChannelMsg::ExtendedData { data, .. } => complaint.extend_from_slice(&data),
            ChannelMsg::ExitStatus { exit_status } => status = Some(exit_status),
            _ => {}
        }
    }
    Ok((status, String::from_utf8(out).unwrap(), String::from_utf8(complaint).unwrap()))
}

#[tokio::test]
async fn root_repairs_a_host_by_hand() {
    let (lab, ready) = lab("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\ntroubles = [\"vp-cert-expired\"]\n");
    let session = root(&ready, 0).await.unwrap();
    let (status, shown, _) = run(&session, "cat /etc/vmware/ssl/iofiltervp.pem").await.unwrap();
    assert_eq!((status, shown.contains("BEGIN CERTIFICATE")), (Some(0), true));
    assert_eq!(run(&session, "/etc/init.d/iofiltervpd restart").await.unwrap().0, Some(0));
    let (_, renewed, _) = run(&session, "cat /etc/vmware/ssl/iofiltervp.pem").await.unwrap();
    assert_ne!(shown, renewed);
    let state = lab.state();
    assert_eq!(state["hosts"][0]["certificate_443"], state["hosts"][0]["certificate_9080"]);
    let (status, _, complaint) = run(&session, "reboot").await.unwrap();
    assert_eq!((status, complaint.as_str()), (Some(127), "sh: reboot: not found\n"));
}

#[tokio::test]
async fn the_appliance_shows_its_store_and_its_log() {
    let (_lab, ready) = lab("[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\ntroubles = [\"castore-missing-sms\"]\n");
    let door = &ready.vcenter_ssh;
    let mut session = dial(&door.address, door.port, &door.host_key).await.unwrap();
    assert!(!session.authenticate_password("root", "wrong").await.unwrap().success());
    assert!(session.authenticate_password("root", &ready.root_password).await.unwrap().success());
    let vecs = "/usr/lib/vmware-vmafd/bin/vecs-cli entry getcert --store SMS --alias sms_self_signed";
    assert!(run(&session, vecs).await.unwrap().1.starts_with("-----BEGIN CERTIFICATE-----"));
    let (_, log, _) = run(&session, "cat /var/log/vmware/vmware-sps/sps.log").await.unwrap();
    assert!(log.contains("AxisFault: self signed certificate"));
    let (_, end, _) = run(&session, "tail -c +11 /var/log/vmware/vmware-sps/sps.log").await.unwrap();
    assert!(log.ends_with(&end) && end.len() + 10 == log.len());
}

#[tokio::test]
async fn nobody_comes_in_where_ssh_is_stopped_or_the_host_locked_down() {
    let hosts = "[[clusters]]\nname = \"a\"\ncount = 3\n[[hosts]]\nname = \"esx02\"\ntroubles = [\"ssh-stopped\"]\n\
                 [[hosts]]\nname = \"esx03\"\ntroubles = [\"gate-lockdown\"]\n";
    let (lab, ready) = lab(hosts);
    assert!(root(&ready, 0).await.is_ok());
    assert!(matches!(root(&ready, 1).await, Err(russh::Error::IO(_))), "nothing listens");
    assert!(matches!(root(&ready, 2).await, Err(russh::Error::NotAuthenticated)));
    lab.shared().world().set_service("esx02.lab.example", "TSM-SSH", true).unwrap();
    assert!(root(&ready, 1).await.is_ok(), "the service was started");
}

#[tokio::test]
async fn faults_hit_a_command_or_the_whole_door() {
    let (lab, ready) = lab("");
    let rule = |call: &str, what: What| Rule { call: call.into(), object: None, nth: 1, times: Some(1), what };
    let session = root(&ready, 0).await.unwrap();
    lab.add_fault(rule("/sbin/generate-certificates", What::Reset));
    assert_ne!(run(&session, "/sbin/generate-certificates").await.ok().and_then(|(status, ..)| status), Some(0));
    lab.add_fault(rule("ssh", What::Refused));
    assert!(root(&ready, 0).await.is_err());
    assert!(root(&ready, 0).await.is_ok());
}

/// Without OpenSSH installed the lab must say what is missing; with it, the same world answers behind it.
#[tokio::test]
async fn openssh_can_stand_in_front_of_the_same_world() {
    let scenario = "[ports]\nhttps = 8443\n[[hosts]]\nname = \"esx01\"\ncluster = \"a\"\nssh = \"openssh\"\ntroubles = [\"vp-cert-stale\"]\n";
    let started = Lab::start(Scenario::parse(scenario).unwrap());
    if installed().is_none() {
        assert!(started.unwrap_err().to_string().contains("openssh-server"));
        return;
    }
    let lab = started.unwrap();
    let ready = lab.ready().unwrap().clone();
    let session = root(&ready, 0).await.unwrap();
    let (status, out, complaint) = run(&session, "/etc/init.d/iofiltervpd restart").await.unwrap();
    assert_eq!((status, out.as_str(), complaint.as_str()), (Some(0), "iofiltervpd started\n", ""));
    let (status, _, complaint) = run(&session, "reboot now").await.unwrap();
    assert_eq!((status, complaint.as_str()), (Some(127), "sh: reboot now: not found\n"));
    let state = lab.state();
    assert_eq!(state["hosts"][0]["certificate_443"], state["hosts"][0]["certificate_9080"]);
}
