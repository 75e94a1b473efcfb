//! SSH commands against a small server: logging in, knowing the server, and what is known when the connection breaks.

use std::borrow::Cow;
use std::sync::{Arc, Mutex};

use iofilter_certs::native::{Host, HostBuilder, HostKeys, Perform as _, Secrets};
use iofilter_certs::request::{
    Change, Failure, FailureKind, Look, Response, SshChange, SshLook, SshOutput, SshRequest, Work,
};
use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use russh::keys::ssh_key::private::{KeypairData, RsaKeypair};
use russh::keys::{HashAlg, PrivateKey, PublicKey, decode_secret_key};
use russh::server::{self, Auth, ChannelOpenHandle, Handler, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet};

use crate::servers::{PASSWORD, Server, silence, tcp};

/// What the server does when it is asked to run a command.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// Prints the command's own text, complains, and ends with 3.
    Echo,
    /// Prints 300,000 bytes and ends with 0.
    Chatter,
    /// Breaks the connection off without an exit code.
    Vanish,
    /// Never ends.
    Hang,
    /// Refuses to run commands.
    Refuse,
    /// Asks for the password as a question, as ESXi does, and refuses it otherwise; then as `Echo`.
    AskForPassword,
}

#[derive(Clone)]
struct Esx {
    manner: Manner,
    user_key: Option<PublicKey>,
    commands: Arc<Mutex<Vec<String>>>,
}

impl Handler for Esx {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        let right = user == "root" && password == PASSWORD && self.manner != Manner::AskForPassword;
        Ok(if right { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        _: &str,
        _: &str,
        response: Option<server::Response<'a>>,
    ) -> Result<Auth, russh::Error> {
        if self.manner != Manner::AskForPassword {
            return Ok(Auth::reject());
        }
        Ok(match response {
            None => Auth::Partial {
                name: Cow::Borrowed(""),
                instructions: Cow::Borrowed(""),
                prompts: Cow::Owned(vec![(Cow::Borrowed("Password: "), false)]),
            },
            Some(mut answers) => {
                let right = answers.next().is_some_and(|answer| answer == PASSWORD);
                if right { Auth::Accept } else { Auth::reject() }
            }
        })
    }

    async fn auth_publickey(&mut self, _: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        let right = self.user_key.as_ref().is_some_and(|known| known.key_data() == key.public_key.key_data());
        Ok(if right { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        text: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.commands.lock().unwrap().push(String::from_utf8_lossy(text).into_owned());
        let exit_code = match self.manner {
            Manner::Refuse => return session.channel_failure(channel),
            Manner::Vanish => return Err(russh::Error::Disconnect),
            Manner::Hang => return session.channel_success(channel),
            Manner::Chatter => {
                session.channel_success(channel)?;
                session.data(channel, vec![b'x'; 300_000])?;
                0
            }
            Manner::Echo | Manner::AskForPassword => {
                session.channel_success(channel)?;
                session.data(channel, text.to_vec())?;
                session.extended_data(channel, 1, b"a complaint".to_vec())?;
                3
            }
        };
        session.exit_status_request(channel, exit_code)?;
        session.eof(channel)?;
        session.close(channel)
    }
}

/// A running server and what a test may want to know of it.
struct Lab {
    server: Server,
    keys: Vec<PublicKey>,
    commands: Arc<Mutex<Vec<String>>>,
}

impl Lab {
    async fn new(manner: Manner) -> Self {
        Self::with(manner, vec![ed25519()], None).await
    }

    async fn with(manner: Manner, keys: Vec<PrivateKey>, user_key: Option<PublicKey>) -> Self {
        let public = keys.iter().map(|key| key.public_key().clone()).collect();
        let methods = [MethodKind::Password, MethodKind::PublicKey, MethodKind::KeyboardInteractive];
        let config = server::Config {
            keys,
            methods: MethodSet::from(methods.as_slice()),
            auth_rejection_time: std::time::Duration::ZERO,
            auth_rejection_time_initial: Some(std::time::Duration::ZERO),
            ..server::Config::default()
        };
        let commands = Arc::new(Mutex::new(Vec::new()));
        let esx = Esx { manner, user_key, commands: Arc::clone(&commands) };
        let config = Arc::new(config);
        let server = tcp(move |stream| {
            let (config, esx) = (Arc::clone(&config), esx.clone());
            async move {
                if let Ok(session) = server::run_stream(config, stream, esx).await {
                    let _ = session.await;
                }
            }
        });
        Self { server: server.await, keys: public, commands }
    }

    fn fingerprint(&self) -> String {
        self.keys.first().unwrap().fingerprint(HashAlg::Sha256).to_string()
    }

    fn pinned(&self) -> HostKeys {
        HostKeys { pinned: vec![self.fingerprint()], known_hosts: vec![] }
    }

    fn request<C>(&self, command: C) -> SshRequest<C> {
        SshRequest {
            authority: self.server.authority.clone(),
            user: "root".into(),
            credential: "esxi.ssh".into(),
            command,
            input: String::new(),
            max_output_bytes: 100_000,
            deadline_seconds: 60,
        }
    }

    async fn look(&self, host: &Host) -> Result<SshOutput, Failure> {
        let request = self.request(SshLook::ListHostCertificateFolder);
        output(host.perform(Look::Ssh(request)).await)
    }

    async fn change(&self, host: &Host, deadline_seconds: u32) -> Result<SshOutput, Failure> {
        let request = SshRequest { deadline_seconds, ..self.request(SshChange::RestartProviderDaemon) };
        output(host.perform(Work::Change { step: 1, idempotent: true, change: Change::Ssh(request) }).await)
    }
}

fn output(answer: Result<Response, Failure>) -> Result<SshOutput, Failure> {
    match answer {
        Ok(Response::Ssh(output)) => Ok(output),
        Ok(other) => panic!("not an ssh answer: {other:?}"),
        Err(failure) => {
            assert!(!failure.message.contains("hush"), "{}", failure.message);
            Err(failure)
        }
    }
}

fn ed25519() -> PrivateKey {
    let key = rcgen::KeyPair::generate_for(&PKCS_ED25519).unwrap();
    decode_secret_key(&key.serialize_pem(), None).unwrap()
}

fn ecdsa() -> PrivateKey {
    let key = rcgen::KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    decode_secret_key(&key.serialize_pem(), None).unwrap()
}

fn rsa() -> PrivateKey {
    let key = RsaKeypair::random(&mut rand::rng(), 2048).unwrap();
    PrivateKey::new(KeypairData::Rsa(key), "").unwrap()
}

fn host(host_keys: HostKeys) -> Host {
    let secrets = Secrets::new().with("esxi.ssh", PASSWORD);
    HostBuilder { secrets, host_keys, ..HostBuilder::default() }.build().unwrap()
}

#[tokio::test]
async fn a_command_gives_its_text_its_outputs_and_its_exit_code() {
    for manner in [Manner::Echo, Manner::AskForPassword] {
        let lab = Lab::new(manner).await;
        let expected = SshOutput {
            exit_code: 3,
            stdout: b"/etc/init.d/iofiltervpd restart".to_vec(),
            stderr: b"a complaint".to_vec(),
            truncated: false,
        };
        assert_eq!(lab.change(&host(lab.pinned()), 60).await.unwrap(), expected);
        assert_eq!(*lab.commands.lock().unwrap(), ["/etc/init.d/iofiltervpd restart"]);
    }
}

#[tokio::test]
async fn output_beyond_the_limit_is_cut_and_said() {
    let lab = Lab::new(Manner::Chatter).await;
    let output = lab.look(&host(lab.pinned())).await.unwrap();
    assert_eq!((output.stdout.len(), output.truncated, output.exit_code), (100_000, true, 0));
}

#[tokio::test]
async fn an_unknown_server_gets_no_password_and_its_fingerprint_is_said() {
    let lab = Lab::new(Manner::Echo).await;
    let other =
        HostKeys { pinned: vec![ed25519().public_key().fingerprint(HashAlg::Sha256).to_string()], known_hosts: vec![] };
    for keys in [HostKeys::default(), other] {
        let failure = lab.look(&host(keys)).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::HostKey);
        assert!(
            failure.message.contains(&lab.fingerprint()) && failure.message.contains("not known"),
            "{}",
            failure.message
        );
    }
    assert!(lab.commands.lock().unwrap().is_empty());
}

/// A line of `known_hosts` for a server that listens at `authority`.
fn known_line(authority: &str, key: &PublicKey) -> String {
    let (address, port) = authority.rsplit_once(':').unwrap();
    format!("[{address}]:{port} {}\n", key.to_openssh().unwrap())
}

#[tokio::test]
async fn known_hosts_decides_and_a_changed_key_is_told_from_an_unknown_one() {
    // The server prefers ed25519; only its ECDSA key is known, and that one must be asked for.
    let lab = Lab::with(Manner::Echo, vec![ed25519(), ecdsa()], None).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known_hosts");
    let keys = HostKeys { known_hosts: vec![folder.path().join("missing"), path.clone()], pinned: vec![] };
    let write =
        |text: String| std::io::Write::write_all(&mut std::fs::File::create(&path).unwrap(), text.as_bytes()).unwrap();
    write(known_line(&lab.server.authority, lab.keys.last().unwrap()));
    assert_eq!(lab.look(&host(keys.clone())).await.unwrap().exit_code, 3);
    write(known_line(&lab.server.authority, ecdsa().public_key()));
    let failure = lab.look(&host(keys.clone())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::HostKey);
    assert!(
        failure.message.contains("has changed") && failure.message.contains("known_hosts:1"),
        "{}",
        failure.message
    );
    write(known_line("192.0.2.1:22", lab.keys.last().unwrap()));
    let failure = lab.look(&host(keys)).await.unwrap_err();
    assert!(failure.message.contains("not known"), "{}", failure.message);
}

#[tokio::test]
async fn keys_of_every_kind_log_in_and_rsa_host_keys_are_known() {
    let (server_key, folder) = (rsa(), tempfile::tempdir().unwrap());
    for (name, key) in [("ed25519", ed25519()), ("ecdsa", ecdsa()), ("rsa", server_key.clone())] {
        let lab = Lab::with(Manner::Echo, vec![server_key.clone()], Some(key.public_key().clone())).await;
        let path = folder.path().join(name);
        key.write_openssh_file(&path, russh::keys::ssh_key::LineEnding::LF).unwrap();
        let secrets = Secrets::new().with_key_file("esxi.ssh", &path, None);
        let host = HostBuilder { secrets, host_keys: lab.pinned(), ..HostBuilder::default() }.build().unwrap();
        assert_eq!(lab.look(&host).await.map(|output| output.exit_code), Ok(3), "{name}");
    }
}

#[tokio::test]
async fn every_login_that_fails_is_said_without_the_secret() {
    let lab = Lab::new(Manner::Echo).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    ed25519().write_openssh_file(&path, russh::keys::ssh_key::LineEnding::LF).unwrap();
    let cases = [
        Secrets::new().with("esxi.ssh", "hush but wrong"),
        Secrets::new(),
        Secrets::new().with_key_file("esxi.ssh", &path, None),
        Secrets::new().with_key_file("esxi.ssh", folder.path().join("missing"), Some("hush".into())),
    ];
    for secrets in cases {
        let host = HostBuilder { secrets, host_keys: lab.pinned(), ..HostBuilder::default() }.build().unwrap();
        let failure = lab.look(&host).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Authentication, "{}", failure.message);
    }
    assert!(lab.commands.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_command_that_was_sent_and_never_ended_has_an_unknown_outcome() {
    let lab = Lab::new(Manner::Vanish).await;
    let failure = lab.change(&host(lab.pinned()), 60).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::OutcomeUnknown, "{}", failure.message);
    let lab = Lab::new(Manner::Hang).await;
    let failure = lab.change(&host(lab.pinned()), 3).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::OutcomeUnknown, "{}", failure.message);
    assert_eq!(lab.commands.lock().unwrap().len(), 1, "nothing is ever sent twice");
}

#[tokio::test]
async fn what_was_never_sent_is_told_apart() {
    let refusing = Lab::new(Manner::Refuse).await;
    let failure = refusing.change(&host(refusing.pinned()), 60).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Authentication, "{}", failure.message);
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string();
    let closing = tcp(|stream| async move { drop(stream) }).await;
    let silent = tcp(silence).await;
    let cases = [
        (closed, 60, FailureKind::Refused),
        (closing.authority.clone(), 60, FailureKind::Unreachable),
        (silent.authority.clone(), 1, FailureKind::TimedOut),
    ];
    for (authority, deadline_seconds, kind) in cases {
        let request =
            SshRequest { authority, deadline_seconds, ..refusing.request(SshChange::RestartManagementAgents) };
        let work = Work::Change { step: 1, idempotent: true, change: Change::Ssh(request) };
        let failure = output(host(HostKeys::default()).perform(work).await).unwrap_err();
        assert_eq!(failure.kind, kind, "{}", failure.message);
    }
}
