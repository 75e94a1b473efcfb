//! The private keys that every lab shares.
//!
//! Twelve RSA-2048 pairs lie in `keys/`. They are published on purpose and protect nothing: making an RSA key costs a second, a lab of two
//! thousand ESXi hosts needs two thousand certificates, and the same scenario must give the same lab. Each host has a certificate of its
//! own; the keys are shared between hosts.

use rcgen::{KeyPair, PublicKeyData as _};

use super::{Certificate, public_key_digest};
use crate::error::LabError;

/// The lab's fixed private keys.
#[derive(Debug)]
pub struct Keys {
    pairs: Vec<KeyPair>,
}

/// Keys of authorities and of vCenter come first; the rest are hosts'.
pub(super) const VMCA_KEY: usize = 0;
pub(super) const OLD_VMCA_KEY: usize = 1;
pub(super) const CUSTOMER_KEY: usize = 2;
/// The key of vCenter's machine SSL certificate.
pub const MACHINE_SSL_KEY: usize = 3;
/// The key of `sms_self_signed`.
pub const SMS_KEY: usize = 4;
/// The key of `sps-extension`.
pub const SPS_EXTENSION_KEY: usize = 5;
const FIRST_HOST_KEY: usize = 6;
/// The key of a firewall that breaks TLS open, the last one.
pub(super) const GATEWAY_KEY: usize = 11;

const KEY_PEMS: [&str; 12] = [
    include_str!("../../keys/00.pem"),
    include_str!("../../keys/01.pem"),
    include_str!("../../keys/02.pem"),
    include_str!("../../keys/03.pem"),
    include_str!("../../keys/04.pem"),
    include_str!("../../keys/05.pem"),
    include_str!("../../keys/06.pem"),
    include_str!("../../keys/07.pem"),
    include_str!("../../keys/08.pem"),
    include_str!("../../keys/09.pem"),
    include_str!("../../keys/10.pem"),
    include_str!("../../keys/11.pem"),
];

impl Keys {
    /// Reads the keys that ship with the lab.
    pub fn load() -> Result<Self, LabError> {
        let pairs = KEY_PEMS
            .iter()
            .map(|pem| KeyPair::from_pkcs8_pem_and_sign_algo(pem, &rcgen::PKCS_RSA_SHA256))
            .collect::<Result<_, _>>()
            .map_err(LabError::certificate)?;
        Ok(Self { pairs })
    }

    /// PKCS #8 bytes of a key, to serve TLS with.
    pub fn pkcs8(&self, number: usize) -> Option<Vec<u8>> {
        self.pairs.get(number).map(KeyPair::serialize_der)
    }

    /// The number of the key with this public half, as the DER of `SubjectPublicKeyInfo`.
    pub(super) fn number_of(&self, public_key: &[u8]) -> Option<usize> {
        self.pairs.iter().position(|pair| pair.subject_public_key_info() == public_key)
    }

    /// Is this the certificate of that key?
    pub fn fits(&self, number: usize, certificate: &Certificate) -> bool {
        self.pairs.get(number).is_some_and(|pair| pair.subject_public_key_info() == certificate.public_key())
    }

    /// The digest of its public half as `openssl pkey -pubout | openssl dgst -sha256` prints it; empty without such a key.
    pub fn public_key_digest(&self, number: usize) -> String {
        self.pairs.get(number).map(|pair| public_key_digest(&pair.subject_public_key_info())).unwrap_or_default()
    }

    /// How many keys there are.
    pub fn count(&self) -> usize {
        self.pairs.len()
    }

    /// The key of the `turn`th certificate of host number `index`; two turns in a row never share one.
    pub fn of_host(&self, index: usize, turn: u64) -> usize {
        let hosts = GATEWAY_KEY - FIRST_HOST_KEY;
        let turn = usize::try_from(turn).unwrap_or(0);
        FIRST_HOST_KEY + (index + turn) % hosts
    }

    /// A key by its number.
    pub(super) fn pair(&self, number: usize) -> Result<&KeyPair, LabError> {
        self.pairs.get(number).ok_or_else(|| LabError::certificate(format!("no key number {number}")))
    }
}
