//! Whom to trust: the system's certificates, or those in a file of the user's.

use std::path::Path;
use std::sync::Arc;

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::options::GitHubSetupError;

/// Trusts what the system does, or only what the file holds: as with curl's and Git's settings of that kind, the file stands
/// in the place of the system's certificates.
///
/// **Errors**: when the file cannot be read or holds no certificate.
pub(super) fn trust(ca_bundle: Option<&Path>) -> Result<TlsConfig, GitHubSetupError> {
    let roots = match ca_bundle {
        None => RootCerts::PlatformVerifier,
        Some(path) => read_bundle(path)?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(TlsConfig::builder().unversioned_rustls_crypto_provider(provider).root_certs(roots).build())
}

fn read_bundle(path: &Path) -> Result<RootCerts, GitHubSetupError> {
    let pem = std::fs::read(path).map_err(|source| GitHubSetupError::CaBundle { path: path.to_owned(), source })?;
    let no_certificate = || GitHubSetupError::NoCertificate { path: path.to_owned() };
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        // Some bundles hold keys beside the certificates.
        if let PemItem::Certificate(certificate) = item.map_err(|_| no_certificate())? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(no_certificate());
    }
    Ok(RootCerts::from(certificates))
}
