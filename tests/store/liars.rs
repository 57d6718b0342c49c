//! Servers that speak HTTP and mean harm: answers without an end, redirects in circles, compressed bombs, escapes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::team::Team;

/// What a server sends, whatever it is asked, and what it sends after that until the client has enough.
struct Liar {
    name: &'static str,
    answer: &'static [u8],
    without_end: &'static [u8],
}

const LIARS: &[Liar] = &[
    Liar {
        name: "a body without an end",
        answer: b"HTTP/1.1 200 OK\r\n\r\n",
        without_end: &[b'A'; 8192],
    },
    Liar {
        name: "a chunk of 2^64 bytes",
        answer: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        without_end: &[b'A'; 8192],
    },
    Liar {
        name: "a length of 2^63 bytes",
        answer: b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n",
        without_end: &[b'A'; 8192],
    },
    Liar {
        name: "headers without an end",
        answer: b"HTTP/1.1 200 OK\r\nX-A: ",
        without_end: b"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\nX-B: ",
    },
    Liar {
        name: "more to come, time after time",
        answer: b"",
        without_end: b"HTTP/1.1 100 Continue\r\n\r\n",
    },
    Liar {
        name: "a redirect to itself",
        answer: b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n",
        without_end: b"",
    },
    Liar {
        name: "a redirect to a file",
        answer: b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
        without_end: b"",
    },
    Liar {
        name: "escapes and commands of a log",
        answer: b"HTTP/1.1 500 \x1b[31mred\x1b]0;t\x07\r\nContent-Length: 26\r\n\r\n\x1b[2J\r\n::error::x\r\n<script>",
        without_end: b"",
    },
    Liar {
        name: "a page of something else",
        answer: b"HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n<html><p>::set-output x=y</p>",
        without_end: b"",
    },
];

fn lie(mut client: TcpStream, liar: &Liar) {
    let mut head = [0; 4096];
    let _ = client.read(&mut head);
    let mut goes_on = client.write_all(liar.answer).is_ok() && !liar.without_end.is_empty();
    while goes_on {
        goes_on = client.write_all(liar.without_end).is_ok();
    }
}

/// The port of one that lies to whoever comes.
fn listening(liar: &'static Liar) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(move || lie(client, liar));
        }
    });
    port
}

#[test]
fn a_build_goes_on_without_a_server_that_lies() {
    for liar in LIARS {
        let port = listening(liar);
        for url in [
            "s3://caches/team".to_owned(),
            format!("oci+http://127.0.0.1:{port}/team"),
        ] {
            let built = Team::with(&url, port)
                .set("SLUGSMITH_STORE_WAIT", "5")
                .build("one")
                .well();
            let said = format!("{}{}", built.ran.stdout, built.ran.stderr);
            assert!(said.contains("MISS, first build"), "{}: {said}", liar.name);
            assert!(said.contains("is left aside"), "{}: {said}", liar.name);
            let of_theirs = ["\u{1b}", "::error", "::set-output", "<script>", "root:"];
            for text in of_theirs {
                assert!(!said.contains(text), "{}: {said}", liar.name);
            }
            assert!(!built.tree.is_empty(), "{}", liar.name);
        }
    }
}
