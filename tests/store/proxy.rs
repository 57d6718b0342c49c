//! A proxy between a build and a server, which does what networks and servers do.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What becomes of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Every piece of an answer comes late.
    Slow,
    /// The connection ends in the middle of an answer.
    Cut,
    /// The connection is closed before anything is answered.
    Closed,
    /// Nothing is ever answered.
    Silent,
    /// A status and nothing else.
    Status(u16),
    /// A refusal of a server whose clock is two hours ahead.
    Skewed,
    /// One byte of an answer is another one.
    Flipped,
    /// Half of what is sent is stored.
    Half,
    /// Of a pack, the answer's head and one byte arrive, and then nothing.
    Stalled,
    /// Of a pack, one byte arrives at a time.
    Dripping,
    /// What is sent to be stored is taken and never answered.
    Deaf,
}

/// Those that a random run has.
pub(crate) const ALL: &[Fault] = &[
    Fault::None,
    Fault::Slow,
    Fault::Cut,
    Fault::Closed,
    Fault::Silent,
    Fault::Status(403),
    Fault::Status(500),
    Fault::Status(503),
    Fault::Skewed,
    Fault::Flipped,
    Fault::Half,
];

/// Pseudo-random numbers (xorshift), so that a run can be run again.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    /// Seed of the faults of the connections to come; 0: none.
    seed: Arc<AtomicU64>,
    ends: Arc<AtomicBool>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Proxy {
    /// Stands before the server at `port`.
    pub(crate) fn before(port: u16) -> Self {
        Self::doing(Fault::None, port)
    }

    /// Stands before the server at `port`, and does this to each connection until it has a seed.
    pub(crate) fn doing(always: Fault, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            seed: Arc::default(),
            ends: Arc::default(),
        };
        let (seed, ends) = (Arc::clone(&proxy.seed), Arc::clone(&proxy.ends));
        thread::spawn(move || {
            for (number, client) in listener.incoming().enumerate() {
                if ends.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(client) = client else { continue };
                let seed = seed.load(Ordering::Relaxed);
                let fault = if seed == 0 {
                    always
                } else {
                    let mut dice = Dice(seed.wrapping_mul(31).wrapping_add(number as u64 + 1) | 1);
                    for _ in 0..8 {
                        dice.roll(2);
                    }
                    // Half of the connections are well.
                    let at = dice.roll(ALL.len() * 2);
                    ALL.get(at).copied().unwrap_or(Fault::None)
                };
                thread::spawn(move || serve(client, port, fault));
            }
        });
        proxy
    }

    /// From now on connections have the faults of this seed.
    pub(crate) fn seed(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
    }
}

fn serve(mut client: TcpStream, port: u16, fault: Fault) {
    let patience = Some(Duration::from_secs(10));
    let _ = client.set_read_timeout(patience);
    match fault {
        Fault::Closed => return,
        Fault::Silent => {
            let mut buffer = [0; 4096];
            while matches!(client.read(&mut buffer), Ok(read) if read > 0) {}
            return;
        }
        Fault::Status(_) | Fault::Skewed => {
            let mut buffer = [0; 4096];
            let _ = client.read(&mut buffer);
            let (status, date) = match fault {
                Fault::Status(status) => (status, ""),
                _ => (403, "date: Fri, 01 Jan 2100 00:00:00 GMT\r\n"),
            };
            let answer = format!(
                "HTTP/1.1 {status} Odd\r\n{date}content-length: 0\r\nconnection: close\r\n\r\n"
            );
            let _ = client.write_all(answer.as_bytes());
            return;
        }
        _ => {}
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else {
        return;
    };
    let _ = server.set_read_timeout(patience);
    let (mut up, mut from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let is_of_pack = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&is_of_pack);
    let upwards = thread::spawn(move || {
        let mut sent = 0;
        let mut buffer = [0; 16384];
        while let Ok(read) = from.read(&mut buffer) {
            if read == 0 {
                break;
            }
            let line = buffer[..read].split(|byte| *byte == b'\r').next();
            let line = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
            let is_get = line.starts_with("GET ");
            let is_pack = line.contains("-frames") || line.contains("/blobs/sha256");
            asked.store(is_get && is_pack, Ordering::Relaxed);
            if fault == Fault::Deaf && !is_get {
                while matches!(from.read(&mut buffer), Ok(read) if read > 0) {}
                break;
            }
            // Requests of some hundred bytes get through; a tree does not.
            if fault == Fault::Half && sent + read > 900 {
                let _ = up.write_all(&buffer[..read / 2]);
                break;
            }
            sent += read;
            if up.write_all(&buffer[..read]).is_err() {
                break;
            }
        }
        let _ = up.shutdown(Shutdown::Write);
    });
    downwards(server, &mut client, fault, &is_of_pack);
    let _ = client.shutdown(Shutdown::Both);
    let _ = upwards.join();
}

fn downwards(mut server: TcpStream, client: &mut TcpStream, fault: Fault, is_of_pack: &AtomicBool) {
    let mut buffer = [0; 512];
    let (mut answered, mut is_body) = (0, false);
    while let Ok(read) = server.read(&mut buffer) {
        if read == 0 {
            return;
        }
        let mut piece = buffer[..read].to_vec();
        match fault {
            Fault::Stalled | Fault::Dripping if is_of_pack.load(Ordering::Relaxed) => {
                let end = piece.windows(4).position(|bytes| bytes == b"\r\n\r\n");
                let head = if is_body {
                    Some(0)
                } else {
                    end.map(|at| at + 4)
                };
                if let Some(head) = head.filter(|head| *head < piece.len()) {
                    held_back(client, &piece, head, fault);
                    return;
                }
                is_body = head.is_some();
            }
            Fault::Slow => thread::sleep(Duration::from_millis(40)),
            Fault::Cut if answered + read > 300 => {
                let _ = client.write_all(&piece[..piece.len() / 2]);
                return;
            }
            Fault::Flipped => {
                if let Some(last) = piece.last_mut() {
                    *last ^= 1;
                }
            }
            _ => {}
        }
        answered += read;
        if client.write_all(&piece).is_err() {
            return;
        }
    }
}

/// Gives the head of an answer, and of its body as little as the fault says. Ends when the client
/// has gone; the client is never told that this is all.
fn held_back(client: &mut TcpStream, piece: &[u8], head: usize, fault: Fault) {
    let (head, body) = piece.split_at(head);
    if client.write_all(head).is_err() {
        return;
    }
    let most = if fault == Fault::Stalled {
        1
    } else {
        body.len()
    };
    for byte in body.iter().take(most) {
        if client.write_all(&[*byte]).is_err() {
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    // The client is read elsewhere; what is left to see is whether it still takes something.
    let until = Instant::now() + Duration::from_mins(1);
    let mut buffer = [0];
    while Instant::now() < until {
        match client.peek(&mut buffer) {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
        thread::sleep(Duration::from_millis(50));
    }
}
