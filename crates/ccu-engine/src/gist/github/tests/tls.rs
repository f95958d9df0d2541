//! Certificates, and proxies that see none of what passes.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::server::{Server, Stream, answer, proxy};
use super::{ID, TOKEN, client, gist, options, short};
use crate::auth::token::Token;
use crate::gist::github::{ConnectionFailure, GitHub, GitHubSetupError};
use crate::gist::{Remote, RemoteError};
use crate::hidden::Hidden;

/// Who signs certificates, and a directory for the file that says so.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: TempDir,
}

impl Authority {
    fn new(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        Authority { issuer, directory: TempDir::new().unwrap() }
    }

    /// The file that a user names in `ca_bundle`.
    fn bundle(&self) -> PathBuf {
        self.file(&format!("# The company's\n{}", self.issuer.pem()))
    }

    #[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
    fn file(&self, text: &str) -> PathBuf {
        let path = self.directory.path().join("ca.pem");
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A server that answers every request with a Gist, under a name.
    fn server(&self, name: &str, change: impl Fn(&mut CertificateParams)) -> Server {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let config = Arc::new(config);
        let wrap = move |stream: TcpStream| -> Box<dyn Stream> {
            Box::new(StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream))
        };
        Server::with_stream(|_| answer(200, &[], &gist(&[]).to_string()), wrap)
    }
}

fn https(server: &Server) -> String {
    format!("https://localhost:{}", server.address().port())
}

fn read(api_url: &str, ca_bundle: Option<PathBuf>) -> Result<(), RemoteError> {
    let mut options = options(api_url);
    options.ca_bundle = ca_bundle;
    client(options).read(ID, None).map(drop)
}

#[test]
fn the_certificates_of_the_user_are_trusted() {
    let authority = Authority::new("company");
    let server = authority.server("localhost", |_| {});
    read(&https(&server), Some(authority.bundle())).unwrap();
    assert_eq!(server.seen()[0].header("authorization"), Some("Bearer ghp_sesame"));
}

#[test]
fn other_certificates_are_not() {
    let (authority, stranger) = (Authority::new("company"), Authority::new("stranger"));
    let check = |server: Server, bundle: PathBuf, expected: &str| {
        let error = read(&https(&server), Some(bundle)).unwrap_err();
        let reason = format!("unreachable: its certificate is not trusted: {expected}");
        assert_eq!(short(&error), reason);
        assert!(matches!(ConnectionFailure::of(&error), Some(ConnectionFailure::Distrusted(_))));
        assert!(server.seen().is_empty());
    };
    let unknown = "nobody whom this system trusts has signed it";
    check(authority.server("localhost", |_| {}), stranger.bundle(), unknown);
    check(authority.server("ghe.example", |_| {}), authority.bundle(), "it is that of another host");
    let expired = |params: &mut CertificateParams| params.not_after = date_time_ymd(2020, 1, 1);
    check(authority.server("localhost", expired), authority.bundle(), "it has expired");
    let early = |params: &mut CertificateParams| params.not_before = date_time_ymd(4000, 1, 1);
    check(authority.server("localhost", early), authority.bundle(), "it is not valid yet");
}

#[test]
fn the_system_does_not_trust_a_certificate_of_our_own() {
    let server = Authority::new("company").server("localhost", |_| {});
    let error = read(&https(&server), None).unwrap_err();
    assert!(ConnectionFailure::of(&error).is_some(), "{error:?}");
    assert!(server.seen().is_empty());
}

#[test]
fn who_speaks_no_tls_is_not_reached() {
    let greet = |mut stream: TcpStream| -> Box<dyn Stream> {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        Box::new(stream)
    };
    let server = Server::with_stream(|_| answer(200, &[], ""), greet);
    let error = read(&https(&server), Some(Authority::new("company").bundle())).unwrap_err();
    assert!(matches!(ConnectionFailure::of(&error), Some(ConnectionFailure::Connection(_))), "{error:?}");
}

#[test]
fn what_holds_no_certificate_is_refused() {
    let authority = Authority::new("company");
    let setup = |path: PathBuf| {
        let mut options = options("https://ghe.example");
        options.ca_bundle = Some(path);
        GitHub::new(Token::new(TOKEN).unwrap(), options, Arc::new(|| false)).unwrap_err()
    };
    let missing = setup(authority.directory.path().join("missing.pem"));
    assert!(matches!(missing, GitHubSetupError::CaBundle { .. }), "{missing}");
    let broken = "-----BEGIN CERTIFICATE-----\nno base64!\n-----END CERTIFICATE-----\n";
    for text in ["", "no PEM", broken, &authority.issuer.key().serialize_pem()] {
        let error = setup(authority.file(text));
        assert!(matches!(error, GitHubSetupError::NoCertificate { .. }), "{text}: {error}");
    }
}

fn by_proxy(ca_bundle: PathBuf, proxy: SocketAddr) -> Result<(), RemoteError> {
    let mut options = options("https://ghe.example/api/v3");
    options.ca_bundle = Some(ca_bundle);
    options.proxy.https_proxy = Some(Hidden::new(format!("http://me:open%20sesame@{proxy}")));
    client(options).read(ID, None).map(drop)
}

#[test]
fn a_proxy_connects_and_sees_nothing() {
    let authority = Authority::new("company");
    let server = authority.server("ghe.example", |_| {});
    let (address, heads) = proxy(server.address(), 200);
    by_proxy(authority.bundle(), address).unwrap();
    assert_eq!(server.seen()[0].path, format!("/api/v3/gists/{ID}"));
    let heads = heads.lock().unwrap();
    assert_eq!(heads.len(), 1);
    assert!(heads[0].starts_with("CONNECT ghe.example:443 HTTP/1.1\r\n"), "{}", heads[0]);
    // printf 'me:open sesame' | base64
    assert!(heads[0].contains("Proxy-Authorization: Basic bWU6b3BlbiBzZXNhbWU=\r\n"), "{}", heads[0]);
    assert!(heads[0].contains("User-Agent: ccu/"), "{}", heads[0]);
    assert!(!heads[0].contains("Bearer"), "{}", heads[0]);
}

#[test]
fn a_proxy_may_refuse() {
    let authority = Authority::new("company");
    let server = authority.server("ghe.example", |_| {});
    let (address, _) = proxy(server.address(), 407);
    let error = by_proxy(authority.bundle(), address).unwrap_err();
    assert!(matches!(ConnectionFailure::of(&error), Some(ConnectionFailure::Proxy(_))), "{error:?}");
    assert!(short(&error).contains("407"), "{error:?}");
    assert!(!format!("{error:?}").contains("sesame"));
}

#[test]
fn this_computer_is_reached_directly() {
    let authority = Authority::new("company");
    let server = authority.server("localhost", |_| {});
    let (address, heads) = proxy(server.address(), 200);
    let mut options = options(&https(&server));
    options.ca_bundle = Some(authority.bundle());
    options.proxy.all_proxy = Some(Hidden::new(format!("http://{address}")));
    client(options).read(ID, None).unwrap();
    assert_eq!(server.seen().len(), 1);
    assert!(heads.lock().unwrap().is_empty());
}
