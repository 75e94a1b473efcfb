//! Names, addresses and TCP connections, for TLS peeks, SSH and HTTPS alike.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::{TcpStream, lookup_host};

use super::failure::{bad_authority, connect_failure, name_unknown};
use crate::request::Failure;

/// `host:port`, taken apart; an IPv6 address without its brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Authority<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
}

impl<'a> Authority<'a> {
    /// Reads `name:port`, `192.0.2.1:port` or `[2001:db8::1]:port`, and nothing that could mean more than that.
    pub(super) fn parse(text: &'a str) -> Result<Self, Failure> {
        let parsed = text.rsplit_once(':').and_then(|(host, port)| {
            let port = port.parse().ok()?;
            match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
                Some(address) => address.parse::<IpAddr>().ok().map(|_| Self { host: address, port }),
                None => is_name_or_ipv4(host).then_some(Self { host, port }),
            }
        });
        parsed.ok_or_else(|| bad_authority(text))
    }
}

/// Connects to the first address that answers.
pub(super) async fn connect(authority: &str) -> Result<TcpStream, Failure> {
    let Authority { host, port } = Authority::parse(authority)?;
    let addresses = resolve(host, port).await.map_err(|error| name_unknown(host, &error))?;
    let mut last = io::Error::from(io::ErrorKind::HostUnreachable);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A handshake is a few small messages; waiting to fill packets would only delay it.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(connect_failure(authority, &last))
}

/// The addresses of a name, or the address that the text already is.
pub(super) async fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(lookup_host((host, port)).await?.collect())
}

fn is_name_or_ipv4(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_both_kinds_of_address() {
        for (text, host, port) in [
            ("vc.example.com:443", "vc.example.com", 443),
            ("192.0.2.1:9080", "192.0.2.1", 9080),
            ("[2001:db8::1]:22", "2001:db8::1", 22),
        ] {
            assert_eq!(Authority::parse(text), Ok(Authority { host, port }), "{text}");
        }
    }

    #[test]
    fn refuses_what_could_mean_more_than_a_host_and_a_port() {
        for text in
            ["vc", "vc:", ":443", "user@vc:443", "vc/path:443", "2001:db8::1:22", "[vc]:443", "vc:99999", "a b:1"]
        {
            assert!(Authority::parse(text).is_err(), "{text}");
        }
    }
}
