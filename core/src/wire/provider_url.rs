//! What a provider's URL and array id say.

use serde::{Deserialize, Serialize};

/// The port of the I/O filter provider on an ESXi host.
pub const PROVIDER_PORT: u16 = 9080;

/// The path of the I/O filter provider on an ESXi host.
pub const PROVIDER_PATH: &str = "/version.xml";

/// A provider's URL, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderUrl {
    /// A DNS name in lower case, an IPv4 address, or an IPv6 address without brackets, as it was registered.
    pub host: String,
    /// The port; 443 when the URL names none.
    pub port: u16,
    /// Path and query; `/` when the URL names none.
    pub path: String,
}

impl ProviderUrl {
    /// Reads an `https` URL. `None` for anything else, and for a URL that holds a user.
    pub fn parse(url: &str) -> Option<Self> {
        let url = url.trim();
        let (scheme, rest) = url.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("https") {
            return None;
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (host, port) = split_authority(authority)?;
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        Some(Self { host, port, path })
    }

    /// `host:port`, an IPv6 address in brackets: where a request or a TLS peek goes.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// True for the URL of an I/O filter provider: `https://<host>:9080/version.xml`.
    pub fn is_io_filter_provider(&self) -> bool {
        self.port == PROVIDER_PORT && self.path.eq_ignore_ascii_case(PROVIDER_PATH)
    }
}

/// The URL by which vCenter registers the I/O filter provider of `host`.
pub fn provider_url(host: &str) -> String {
    let authority =
        ProviderUrl { host: host.to_owned(), port: PROVIDER_PORT, path: PROVIDER_PATH.to_owned() }.authority();
    format!("https://{authority}{PROVIDER_PATH}")
}

/// The UUID of the host in an array id `IOFILTERS:<UUID>`, in lower case. `None` for an array of another kind.
pub fn io_filter_host(array_id: &str) -> Option<String> {
    let uuid = array_id.trim().strip_prefix("IOFILTERS:")?;
    (!uuid.is_empty()).then(|| uuid.to_ascii_lowercase())
}

fn split_authority(authority: &str) -> Option<(String, u16)> {
    if authority.contains('@') {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            let port = if after.is_empty() { None } else { Some(after.strip_prefix(':')?) };
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    if host.is_empty() || !host.chars().all(allowed) {
        return None;
    }
    let port = match port {
        None => 443,
        Some(text) => text.parse().ok().filter(|port| *port != 0)?,
    };
    Some((host.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn takes_urls_apart() {
        let cases = [
            ("https://esx01.lab.test:9080/version.xml", "esx01.lab.test:9080", "/version.xml", true),
            (" HTTPS://ESX01:9080/version.xml ", "esx01:9080", "/version.xml", true),
            ("https://10.0.0.1:9080/version.xml", "10.0.0.1:9080", "/version.xml", true),
            ("https://[fe80::1]:9080/version.xml", "[fe80::1]:9080", "/version.xml", true),
            ("https://[fe80::1]/a", "[fe80::1]:443", "/a", false),
            ("https://array.example:8443/vasa/services?x=1#f", "array.example:8443", "/vasa/services?x=1", false),
            ("https://array.example", "array.example:443", "/", false),
            ("https://array.example:9080?x", "array.example:9080", "/?x", false),
        ];
        for (url, authority, path, io_filter) in cases {
            let parsed = ProviderUrl::parse(url).unwrap();
            assert_eq!((parsed.authority().as_str(), parsed.path.as_str()), (authority, path), "{url}");
            assert_eq!(parsed.is_io_filter_provider(), io_filter, "{url}");
        }
    }

    #[test]
    fn refuses_what_is_no_url_of_a_provider() {
        let bad = [
            "",
            "esx01",
            "http://esx01:9080/",
            "https://",
            "https://user@esx01/",
            "https://esx01:99999/",
            "https://esx01:0/",
            "https://esx01:/",
            "https://[fe80::1",
            "https://[nonsense]/",
            "https://fe80::1/",
            "https://a b/",
            "https://a\r\nb/",
            "https://[fe80::1]9080/",
        ];
        for url in bad {
            assert_eq!(ProviderUrl::parse(url), None, "{url}");
        }
    }

    #[test]
    fn names_the_host_of_an_array() {
        assert_eq!(io_filter_host("IOFILTERS:4C4C-0A").as_deref(), Some("4c4c-0a"));
        for other in ["IOFILTERS:", "VVOL:4c4c", ""] {
            assert_eq!(io_filter_host(other), None, "{other}");
        }
        assert_eq!(provider_url("fe80::1"), "https://[fe80::1]:9080/version.xml");
        assert!(ProviderUrl::parse(&provider_url("esx01")).unwrap().is_io_filter_provider());
    }
}
