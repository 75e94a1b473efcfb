//! TLS as the lab's machines serve it: one leaf, chosen anew for each connection, no session resumed.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};
use rustls::version::TLS12;

use crate::error::LabError;
use crate::pki::{Identity, Keys};

/// Makes server configurations of the lab's pairs.
#[derive(Debug)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
    only_ecdsa: Arc<CryptoProvider>,
    keys: Vec<Arc<dyn SigningKey>>,
}

impl Tls {
    /// Reads every key once.
    pub fn new(keys: &Keys) -> Result<Self, LabError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let load = |number| {
            let pkcs8 = keys.pkcs8(number).unwrap_or_default();
            let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pkcs8));
            provider.key_provider.load_private_key(der).map_err(LabError::certificate)
        };
        let keys = (0..keys.count()).map(load).collect::<Result<_, _>>()?;
        let mut only_ecdsa = rustls::crypto::ring::default_provider();
        only_ecdsa.cipher_suites.retain(|suite| format!("{:?}", suite.suite()).contains("ECDSA"));
        Ok(Self { provider, only_ecdsa: Arc::new(only_ecdsa), keys })
    }

    /// The configuration that serves this pair. Sessions are not resumed, so a changed certificate shows at once.
    /// `only_ecdsa` offers no suite that an RSA key could be used with, and all the lab's keys are RSA.
    pub fn serving(&self, identity: &Identity, only_ecdsa: bool) -> Result<Arc<ServerConfig>, LabError> {
        let key = self.keys.get(identity.key).ok_or_else(|| LabError::certificate("a pair without a key"))?;
        let chain = vec![CertificateDer::from(identity.certificate.der.clone())];
        let resolver: Arc<dyn ResolvesServerCert> =
            Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, Arc::clone(key))));
        let provider = if only_ecdsa { Arc::clone(&self.only_ecdsa) } else { Arc::clone(&self.provider) };
        let versions = if only_ecdsa { &[&TLS12][..] } else { rustls::DEFAULT_VERSIONS };
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(LabError::certificate)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Arc::new(config))
    }
}
