//! Where redirects lead, and what goes along.

use super::server::{Server, answer};
use super::{ID, changes, gist, github, remote_file, short};
use crate::gist::{Reading, Remote};

fn redirect(status: u16, location: String) -> Server {
    Server::new(move |_| answer(status, &[("Location", &location)], ""))
}

#[test]
fn reading_follows_and_the_token_stays_at_home() {
    for status in [301, 302, 307, 308] {
        let elsewhere = Server::new(|_| answer(200, &[("ETag", "\"2\"")], &gist(&[]).to_string()));
        let server = redirect(status, format!("{}/moved?x=1", elsewhere.url()));
        let Reading::Gist(gist) = github(&server.url()).read(ID, Some("\"1\"")).unwrap() else { panic!() };
        assert_eq!(gist.id, ID);
        assert_eq!(server.seen()[0].header("authorization"), Some("Bearer ghp_sesame"));
        let stray = &elsewhere.seen()[0];
        assert_eq!((stray.header("authorization"), stray.header("if-none-match")), (None, None));
        assert_eq!(stray.path, "/moved?x=1");
    }
}

#[test]
fn on_the_same_host_the_token_goes_along() {
    let server = Server::new(|request| match request.path.as_str() {
        "/moved" => answer(200, &[], &gist(&[]).to_string()),
        _ => answer(301, &[("Location", "/moved")], "<html>Moved"),
    });
    assert!(github(&server.url()).read(ID, None).is_ok());
    assert_eq!(server.seen()[1].header("authorization"), Some("Bearer ghp_sesame"));
    assert_eq!(server.n_connections(), 1);
}

#[test]
fn who_comes_home_from_a_stranger_has_no_token() {
    let (sender, receiver) = std::sync::mpsc::channel::<String>();
    let receiver = std::sync::Mutex::new(receiver);
    let stranger = Server::new(move |_| {
        let home = receiver.lock().unwrap().recv().unwrap();
        answer(302, &[("Location", &format!("{home}/user"))], "")
    });
    let stranger_url = stranger.url();
    let server = Server::new(move |request| match request.path.as_str() {
        "/user" => answer(200, &[], &gist(&[]).to_string()),
        _ => answer(302, &[("Location", &stranger_url)], ""),
    });
    sender.send(server.url()).unwrap();
    assert!(github(&server.url()).read(ID, None).is_ok());
    assert_eq!(server.seen()[1].header("authorization"), None);
}

#[test]
fn writing_follows_with_its_method_and_body_on_the_same_host() {
    for status in [307, 308] {
        let server = Server::new(move |request| match request.path.as_str() {
            "/moved" => answer(200, &[], &gist(&[]).to_string()),
            _ => answer(status, &[("Location", "/moved")], ""),
        });
        github(&server.url()).patch(ID, &changes(&[("a", Some("x"))])).unwrap();
        let seen = server.seen();
        assert_eq!((seen[1].method.as_str(), seen[1].body.as_str()), ("PATCH", seen[0].body.as_str()));
        assert!(seen[1].body.contains("content"));
        assert_eq!(seen[1].header("authorization"), Some("Bearer ghp_sesame"));
    }
}

#[test]
fn writing_goes_nowhere_else() {
    let elsewhere = Server::new(|_| answer(200, &[], &gist(&[]).to_string()));
    for (status, location) in [(301, "/moved".to_owned()), (302, "/moved".to_owned()), (307, elsewhere.url())] {
        let server = redirect(status, location);
        let shown = short(&github(&server.url()).patch(ID, &changes(&[("a", Some("x"))])).unwrap_err());
        assert!(shown.starts_with(&format!("unexpected: a redirect that is not followed ({status}")), "{shown}");
        assert_eq!(server.seen().len(), 1);
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn unprotected_hosts_and_endless_redirects_are_not_followed() {
    for location in ["http://raw.example/", "ftp://raw.example/", "moved", "", "https://u@raw.example/"] {
        let server = redirect(302, location.to_owned());
        let shown = short(&github(&server.url()).read(ID, None).unwrap_err());
        assert!(shown.starts_with("unexpected: a redirect that is not followed"), "{location}: {shown}");
    }
    let server = redirect(302, "/again".to_owned());
    assert_eq!(short(&github(&server.url()).read(ID, None).unwrap_err()), "unexpected: more than 5 redirects");
    assert_eq!(server.seen().len(), 6);
}

#[test]
fn a_file_may_be_elsewhere() {
    let elsewhere = Server::new(|_| answer(200, &[], "content"));
    let server = redirect(302, format!("{}/x", elsewhere.url()));
    let file = remote_file(&server.url(), "content");
    assert_eq!(github(&server.url()).fetch("a.json", &file).unwrap(), "content");
    assert_eq!(elsewhere.seen()[0].header("authorization"), None);
}
