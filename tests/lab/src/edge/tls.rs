//! TLS as the lab's machines serve it: one leaf, chosen anew for each connection, no session resumed.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};

use crate::error::LabError;
use crate::pki::{Identity, Keys};

/// Makes server configurations of the lab's pairs.
#[derive(Debug)]
pub struct Tls {
    provider: Arc<CryptoProvider>,
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
        Ok(Self { provider, keys })
    }

    /// The configuration that serves this pair. Sessions are not resumed, so a changed certificate shows at once.
    pub fn serving(&self, identity: &Identity) -> Result<Arc<ServerConfig>, LabError> {
        let key = self.keys.get(identity.key).ok_or_else(|| LabError::certificate("a pair without a key"))?;
        let chain = vec![CertificateDer::from(identity.certificate.der.clone())];
        let resolver: Arc<dyn ResolvesServerCert> =
            Arc::new(SingleCertAndKey::from(CertifiedKey::new(chain, Arc::clone(key))));
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(LabError::certificate)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Arc::new(config))
    }
}
