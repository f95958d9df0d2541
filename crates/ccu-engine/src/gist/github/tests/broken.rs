//! Connections that end too early, too late, or never.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::server::{Reply, Server, answer, bytes};
use super::{ID, TOKEN, changes, client, file, gist, github, options, short};
use crate::auth::token::Token;
use crate::gist::github::{ConnectionFailure, GitHub};
use crate::gist::{Reading, Remote, RemoteError};

/// What a read and a write make of a server that always does the same.
fn both(reply: impl Fn() -> Reply + Send + Sync + 'static, deadline: Duration) -> [String; 2] {
    let server = Server::new(move |_| reply());
    let mut options = options(&server.url());
    options.deadline = deadline;
    let github = client(options);
    let read = short(&github.read(ID, None).unwrap_err());
    let written = short(&github.patch(ID, &changes(&[("a", Some("x"))])).unwrap_err());
    assert_eq!(server.seen().len(), 2, "nothing is tried twice");
    [read, written]
}

const PLENTY: Duration = Duration::from_secs(20);
/// Long enough for a request to arrive at a busy computer.
const SOON: Duration = Duration::from_millis(500);

#[test]
fn cut_connections_leave_the_outcome_open() {
    let whole = bytes(200, &[], gist(&[]).to_string().as_bytes());
    let cuts: [(&str, Vec<u8>); 4] = [
        ("nothing", Vec::new()),
        ("half a head", b"HTTP/1.1 200 O".to_vec()),
        ("half a body", whole[..whole.len() - 9].to_vec()),
        ("no HTTP", b"SSH-2.0-OpenSSH_9.7\r\n\r\n".to_vec()),
    ];
    for (what, bytes) in cuts {
        for shown in both(move || Reply::Last(bytes.clone()), PLENTY) {
            assert!(shown.starts_with("unanswered: "), "{what}: {shown}");
        }
    }
}

#[test]
fn an_answer_without_length_may_be_cut_unseen() {
    let body = gist(&[]).to_string();
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    let reply = format!("{head}{}", &body[..body.len() - 1]);
    let expected = "unanswered: the answer was cut off (200 OK)";
    assert_eq!(both(move || Reply::Last(reply.clone().into_bytes()), PLENTY), [expected, expected]);
}

#[test]
fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let github = github(&url);
    for error in [github.read(ID, None).unwrap_err(), github.patch(ID, &changes(&[("a", Some("x"))])).unwrap_err()] {
        assert!(matches!(ConnectionFailure::of(&error), Some(ConnectionFailure::Connection(_))), "{error:?}");
        assert_eq!(error.to_string(), format!("cannot reach {}", url.strip_prefix("http://").unwrap()));
    }
}

#[test]
fn silence_ends_at_the_deadline() {
    let expected = "unanswered: it took too long";
    assert_eq!(both(|| Reply::Silence, SOON), [expected, expected]);
}

#[test]
fn a_trickle_ends_at_the_deadline() {
    let started = Instant::now();
    let trickle = || {
        let bytes = bytes(200, &[], gist(&[]).to_string().as_bytes());
        Reply::Trickle { bytes, at_a_time: 1, pause: Duration::from_millis(20) }
    };
    let expected = "unanswered: it took too long";
    assert_eq!(both(trickle, SOON), [expected, expected]);
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_slow_line_that_moves_is_no_fault() {
    let content = "x".repeat(200_000);
    let body = gist(&[("a.json", file("https://raw.example", &content))]).to_string();
    let server = Server::new(move |_| {
        let bytes = bytes(200, &[], body.as_bytes());
        Reply::Trickle { bytes, at_a_time: 20_000, pause: Duration::from_millis(80) }
    });
    let mut options = options(&server.url());
    options.deadline = SOON;
    let Reading::Gist(gist) = client(options).read(ID, None).unwrap() else { panic!() };
    assert_eq!(gist.files["a.json"].content.as_deref(), Some(content.as_str()));
}

#[test]
fn a_request_after_one_that_took_too_long_is_answered() {
    let is_slow = AtomicBool::new(true);
    let server = Server::new(move |_| match is_slow.swap(false, Ordering::SeqCst) {
        true => Reply::Silence,
        false => answer(200, &[], &gist(&[]).to_string()),
    });
    let mut options = options(&server.url());
    options.deadline = SOON;
    let github = client(options);
    assert_eq!(short(&github.read(ID, None).unwrap_err()), "unanswered: it took too long");
    assert!(github.read(ID, None).is_ok());
}

#[test]
fn an_interrupt_ends_the_wait_and_closes_the_connection() {
    let is_asked = Arc::new(AtomicBool::new(false));
    // The user loses patience when the request has arrived: before its answer, or in the middle of it.
    let server = Server::new({
        let is_asked = Arc::clone(&is_asked);
        move |request| {
            is_asked.store(true, Ordering::SeqCst);
            match request.method.as_str() {
                "GET" => Reply::Silence,
                _ => Reply::Trickle {
                    bytes: bytes(200, &[], &[b' '; 100_000]),
                    at_a_time: 100,
                    pause: Duration::from_millis(5),
                },
            }
        }
    });
    let interrupt = Arc::clone(&is_asked);
    let is_interrupted = Arc::new(move || interrupt.load(Ordering::SeqCst));
    let github = GitHub::new(Token::new(TOKEN).unwrap(), options(&server.url()), is_interrupted).unwrap();
    let started = Instant::now();
    assert!(matches!(github.read(ID, None), Err(RemoteError::Interrupted)));
    is_asked.store(false, Ordering::SeqCst);
    assert!(matches!(github.patch(ID, &changes(&[("a", Some("x"))])), Err(RemoteError::Interrupted)));
    server.wait_until_closed();
    assert!(started.elapsed() < Duration::from_secs(10));
    // Whoever is interrupted sends nothing more.
    let n_connections = server.n_connections();
    assert!(matches!(github.account(), Err(RemoteError::Interrupted)));
    assert_eq!(server.n_connections(), n_connections);
}
