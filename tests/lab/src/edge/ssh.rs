//! SSH on every machine of the lab: root by password or by the lab's own client key, one command per channel.

use std::sync::Arc;
use std::time::Duration;

use russh::keys::ssh_key::private::{Ed25519Keypair, KeypairData};
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;

use crate::error::LabError;
use crate::faults::What;
use crate::lab::Shared;
use crate::shell::{self, Machine};

/// The host key of a machine, by the lab's seed and the machine's name.
pub fn key_of(seed: u64, name: &str) -> Result<PrivateKey, LabError> {
    let seed: [u8; 32] = Sha256::digest(format!("ssh {seed} {name}")).into();
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed)), name).map_err(LabError::certificate)
}

/// Name of the machine in [`key_of`].
pub(crate) fn key_name(machine: &Machine) -> &str {
    match machine {
        Machine::VCenter => "vcenter",
        Machine::Esxi(host) => host,
    }
}

/// Name of the client's key in [`key_of`].
pub(crate) const CLIENT: &str = "client";

/// Serves one connection until it ends.
pub async fn serve(lab: Shared, stream: TcpStream, machine: Machine) {
    let seed = lab.world().seed;
    let Ok(key) = key_of(seed, key_name(&machine)) else { return };
    let config = Config {
        keys: vec![key],
        methods: MethodSet::from([MethodKind::Password, MethodKind::PublicKey].as_slice()),
        auth_rejection_time: Duration::ZERO,
        inactivity_timeout: Some(Duration::from_mins(5)),
        ..Config::default()
    };
    let client = key_of(seed, CLIENT).ok().map(|key| key.public_key().clone());
    if let Ok(session) =
        russh::server::run_stream(Arc::new(config), stream, Visitor { lab, machine, client, waiting: None }).await
    {
        let _ = session.await;
    }
}

struct Visitor {
    lab: Shared,
    machine: Machine,
    client: Option<PublicKey>,
    /// A command that reads its standard input, and what came of that.
    waiting: Option<(String, Vec<u8>)>,
}

impl Handler for Visitor {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        let admitted = shell::admits_password(&self.lab.world(), &self.machine, user, password);
        Ok(if admitted { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        let known = self.client.as_ref().is_some_and(|client| client.key_data() == key.public_key.key_data());
        let admitted = known && shell::admits(&self.lab.world(), &self.machine, user);
        Ok(if admitted { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        _: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Self::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        let line = String::from_utf8_lossy(data);
        if line.starts_with("IFS= read -r ") {
            self.waiting = Some((line.into_owned(), Vec::new()));
            return Ok(());
        }
        self.run(channel, &line, "", session)
    }

    async fn data(&mut self, _: ChannelId, data: &[u8], _: &mut Session) -> Result<(), Self::Error> {
        if let Some((_, input)) = &mut self.waiting {
            input.extend_from_slice(data);
        }
        Ok(())
    }

    async fn channel_eof(&mut self, channel: ChannelId, session: &mut Session) -> Result<(), Self::Error> {
        match self.waiting.take() {
            Some((line, input)) => self.run(channel, &line, &String::from_utf8_lossy(&input), session),
            None => Ok(()),
        }
    }
}

impl Visitor {
    fn run(&self, channel: ChannelId, line: &str, input: &str, session: &mut Session) -> Result<(), russh::Error> {
        match shell::run(&self.lab, &self.machine, line, input) {
            Ok(outcome) => {
                session.data(channel, outcome.stdout)?;
                session.extended_data(channel, 1, outcome.stderr.into_bytes())?;
                session.exit_status_request(channel, outcome.status)?;
            }
            Err(What::Timeout) => return Ok(()),
            Err(What::Reset | What::Refused) => return Err(russh::Error::Disconnect),
            Err(What::Garbage) => session.data(channel, vec![0xff; 4096])?,
            Err(_) => session.exit_status_request(channel, 255)?,
        }
        session.eof(channel)?;
        session.close(channel)
    }
}
