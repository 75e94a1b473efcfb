//! What cures troubles.

/// What a person can do, for the remedy with this name; empty for a name that is not in the table.
pub fn help(name: &str) -> String {
    let found = HELP.binary_search_by(|(known, _)| (*known).cmp(name)).ok().and_then(|index| HELP.get(index));
    found.map(|(_, help)| (*help).to_owned()).unwrap_or_default()
}

/// Whether a remedy of this name exists.
pub fn exists(name: &str) -> bool {
    HELP.binary_search_by(|(known, _)| (*known).cmp(name)).is_ok()
}

const HELP: &[(&str, &str)] = &[
    ("reconnect-host", "disconnect and reconnect the host in vCenter; in mode `vmca` this issues a new certificate"),
    ("reconnect-provider", "synchronise the storage provider, then let SMS reconnect to it"),
    ("refresh-ca-certificates", "push vCenter's trusted roots to the host, then add the SMS certificate again"),
    (
        "register-provider",
        "wait for the provider to be registered by itself; if it is not, restart the service `sps` once",
    ),
    (
        "renew-host-certificate",
        "renew the host certificate, restart the provider daemon, then synchronise the provider",
    ),
    (
        "reregister-provider",
        "synchronise and reconnect the provider; if it stays wrong, unregister it and let it register again",
    ),
    (
        "restart-provider-daemon",
        "restart `iofiltervpd` on the host so that it serves the present certificate, then synchronise",
    ),
    ("start-profile-service", "start the service `sps` on vCenter and look again once it is healthy"),
    ("synchronise-provider", "synchronise the storage provider and look again"),
    (
        "trust-sms-certificate",
        "add the SMS certificate to the CA certificates of the host, keep all others, then reconnect the provider",
    ),
    ("unregister-provider", "unregister this storage provider"),
];
