//! Runs one command of the closed lists over SSH; one connection a command, on servers that are known.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::{HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate, decode_secret_key};
use russh::{Channel, ChannelMsg, Disconnect, MethodKind, Preferred, Sig};
use zeroize::Zeroizing;

use super::effect::Effect;
use super::failure::timed_out;
use super::host_keys::{HostKeys, Known};
use super::network::{Authority, connect};
use super::secrets::{KeyFile, Secrets};
use crate::request::{Failure, FailureKind, SshOutput, SshRequest};

/// More questions than any server asks for a password.
const MOST_QUESTIONS: usize = 10;

/// Logs in, runs the command's text and gives back what it printed.
pub(super) async fn run<Command>(
    request: SshRequest<Command>,
    text: fn(Command) -> &'static str,
    effect: Effect,
    secrets: &Secrets,
    host_keys: &HostKeys,
) -> Result<SshOutput, Failure> {
    let SshRequest { authority, user, credential, command, input, max_output_bytes, deadline_seconds } = request;
    let started = AtomicBool::new(false);
    let known = host_keys.of(Authority::parse(&authority)?)?;
    let work = async {
        let mut session = open(&authority, known).await?;
        log_in(&mut session, &authority, &user, &credential, secrets).await?;
        let output = execute(&session, &authority, text(command), input, max_output_bytes, &started).await;
        // Only politeness; the output is here, or there is none.
        let _ = session.disconnect(Disconnect::ByApplication, "", "").await;
        output
    };
    match tokio::time::timeout(Duration::from_secs(deadline_seconds.into()), work).await {
        Ok(output) => output,
        Err(_) if effect == Effect::Change && started.load(Ordering::SeqCst) => {
            Err(unknown(&authority, &format!("did not finish the command within {deadline_seconds} s")))
        }
        Err(_) => Err(timed_out(&authority, deadline_seconds)),
    }
}

async fn open(authority: &str, known: Known) -> Result<Handle<Judge>, Failure> {
    let stream = connect(authority).await?;
    let mut preferred = Preferred::default();
    preferred.key = Cow::Owned(known.preferred(&preferred.key));
    let config = client::Config { preferred, nodelay: true, ..client::Config::default() };
    let refusal = Arc::new(Mutex::new(None));
    let judge = Judge { authority: authority.to_owned(), known, refusal: Arc::clone(&refusal) };
    let opened = client::connect_stream(Arc::new(config), stream, judge).await;
    opened.map_err(|error| {
        let refused = refusal.lock().unwrap_or_else(PoisonError::into_inner).take();
        refused.unwrap_or_else(|| handshake_failure(authority, &error))
    })
}

/// Judges the server's key and remembers why it was refused.
struct Judge {
    authority: String,
    known: Known,
    refusal: Arc<Mutex<Option<Failure>>>,
}

impl client::Handler for Judge {
    type Error = russh::Error;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let judged = match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } => self.known.judge(&self.authority, key),
            // None was asked for, so none may come.
            PublicKeyOrCertificate::Certificate(_) => {
                let message = format!("`{}` showed an ssh certificate in place of its host key", self.authority);
                Err(Failure::new(FailureKind::HostKey, message))
            }
        };
        let trusted = judged.is_ok();
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = judged.err();
        Ok(trusted)
    }
}

async fn log_in(
    session: &mut Handle<Judge>,
    authority: &str,
    user: &str,
    credential: &str,
    secrets: &Secrets,
) -> Result<(), Failure> {
    let broken = |error: russh::Error| handshake_failure(authority, &error);
    if let Some(file) = secrets.key_file(credential) {
        let key = Arc::new(read_key(file)?);
        // RSA with SHA-1 is never offered: servers that know nothing else are older than any supported ESXi.
        let hash = match session.best_supported_rsa_hash().await.map_err(broken)? {
            Some(Some(hash)) => hash,
            Some(None) | None => HashAlg::Sha256,
        };
        let key = PrivateKeyWithHashAlg::new(key, Some(hash));
        return match session.authenticate_publickey(user, key).await.map_err(broken)? {
            AuthResult::Success => Ok(()),
            AuthResult::Failure { .. } => Err(refused(authority, user, "the private key")),
        };
    }
    let password = secrets.text(credential)?;
    match session.authenticate_password(user, password.as_str()).await.map_err(broken)? {
        AuthResult::Success => Ok(()),
        AuthResult::Failure { remaining_methods, .. }
            if remaining_methods.contains(&MethodKind::KeyboardInteractive) =>
        {
            answer_questions(session, authority, user, &password).await
        }
        AuthResult::Failure { .. } => Err(refused(authority, user, "the password")),
    }
}

/// ESXi may ask for the password as a question, by PAM, and then refuses it as a password.
async fn answer_questions(
    session: &mut Handle<Judge>,
    authority: &str,
    user: &str,
    password: &Zeroizing<String>,
) -> Result<(), Failure> {
    let broken = |error: russh::Error| handshake_failure(authority, &error);
    let mut reply = session.authenticate_keyboard_interactive_start(user, None::<String>).await.map_err(broken)?;
    for _ in 0..MOST_QUESTIONS {
        let prompts = match reply {
            KeyboardInteractiveAuthResponse::Success => return Ok(()),
            KeyboardInteractiveAuthResponse::Failure { .. } => break,
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => prompts,
        };
        // A question whose answer would be shown on the screen is not the one for the password.
        let answer = |echo: bool| if echo { String::new() } else { password.to_string() };
        let answers = prompts.iter().map(|prompt| answer(prompt.echo)).collect();
        reply = session.authenticate_keyboard_interactive_respond(answers).await.map_err(broken)?;
    }
    Err(refused(authority, user, "the password"))
}

async fn execute(
    session: &Handle<Judge>,
    authority: &str,
    text: &'static str,
    input: String,
    max_output_bytes: u32,
    started: &AtomicBool,
) -> Result<SshOutput, Failure> {
    let broken = |error: russh::Error| handshake_failure(authority, &error);
    let mut channel = session.channel_open_session().await.map_err(broken)?;
    started.store(true, Ordering::SeqCst);
    if channel.exec(true, text).await.is_err() {
        return Err(unknown(authority, "closed the connection as the command was sent"));
    }
    if !input.is_empty() {
        let sent = async {
            channel.data(input.as_bytes()).await?;
            channel.eof().await
        };
        sent.await.map_err(|_| unknown(authority, "closed the connection before it had read the command's input"))?;
    }
    read_output(&mut channel, authority, max_output_bytes).await
}

async fn read_output(channel: &mut Channel<client::Msg>, authority: &str, limit: u32) -> Result<SshOutput, Failure> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut output = SshOutput { exit_code: 0, stdout: Vec::new(), stderr: Vec::new(), truncated: false };
    let mut exit_code = None;
    while let Some(message) = channel.wait().await {
        match message {
            ChannelMsg::Data { data } => output.truncated |= take(&mut output.stdout, &data, limit),
            ChannelMsg::ExtendedData { data, .. } => output.truncated |= take(&mut output.stderr, &data, limit),
            ChannelMsg::ExitStatus { exit_status } => exit_code = Some(exit_status.cast_signed()),
            ChannelMsg::ExitSignal { signal_name, .. } => exit_code = Some(signal_code(&signal_name)),
            ChannelMsg::Failure => {
                let message = format!("`{authority}` does not let commands be run over ssh");
                return Err(Failure::new(FailureKind::Authentication, message));
            }
            _ => {}
        }
    }
    match exit_code {
        Some(exit_code) => Ok(SshOutput { exit_code, ..output }),
        None => Err(unknown(authority, "closed the connection before the command's end")),
    }
}

/// Adds what fits, and says whether something did not.
fn take(kept: &mut Vec<u8>, data: &[u8], limit: usize) -> bool {
    let room = limit.saturating_sub(kept.len());
    let (fits, rest) = data.split_at_checked(room).unwrap_or((data, &[]));
    kept.extend_from_slice(fits);
    !rest.is_empty()
}

/// As a shell says it: 128 and the signal's number.
fn signal_code(signal: &Sig) -> i32 {
    128 + match signal {
        Sig::HUP => 1,
        Sig::INT => 2,
        Sig::QUIT => 3,
        Sig::ILL => 4,
        Sig::ABRT => 6,
        Sig::FPE => 8,
        Sig::KILL => 9,
        Sig::USR1 => 10,
        Sig::SEGV => 11,
        Sig::PIPE => 13,
        Sig::ALRM => 14,
        Sig::TERM => 15,
        Sig::Custom(_) => 0,
    }
}

fn read_key(file: &KeyFile) -> Result<PrivateKey, Failure> {
    let path = file.path.display();
    let unusable = |why: &str| Failure::new(FailureKind::Authentication, format!("the private key `{path}` {why}"));
    let text = std::fs::read_to_string(&file.path).map(Zeroizing::new);
    let text = text.map_err(|_| unusable("cannot be read; give a file that this user may read"))?;
    let passphrase = file.passphrase.as_ref().map(|text| text.as_str());
    decode_secret_key(&text, passphrase).map_err(|error| match error {
        russh::keys::Error::KeyIsEncrypted => unusable("needs a passphrase; give it"),
        _ => unusable("cannot be used: it is no private key, or the passphrase is wrong"),
    })
}

fn refused(authority: &str, user: &str, what: &str) -> Failure {
    let message = format!("`{authority}` refused {what} of `{user}`; check the account, and whether it is locked");
    Failure::new(FailureKind::Authentication, message)
}

/// What went wrong before the command was sent.
fn handshake_failure(authority: &str, error: &russh::Error) -> Failure {
    use russh::Error as E;
    let (kind, what) = match error {
        E::NoCommonAlgo { .. } => (FailureKind::Protocol, "offers no ssh algorithm that is in use today"),
        E::Version => (FailureKind::Protocol, "answered with something that is not ssh"),
        E::ChannelOpenFailure(_) => (FailureKind::Authentication, "does not open a session for this account"),
        E::IO(_) | E::HUP | E::Disconnect | E::SendError | E::ConnectionTimeout | E::KeepaliveTimeout => {
            (FailureKind::Unreachable, "closed the ssh connection before the command was sent")
        }
        _ => (FailureKind::Protocol, "breaks the rules of the ssh handshake"),
    };
    Failure::new(kind, format!("`{authority}` {what}"))
}

fn unknown(authority: &str, what: &str) -> Failure {
    let message = format!("`{authority}` {what}; it was sent and may have been carried out");
    Failure::new(FailureKind::OutcomeUnknown, message)
}
