//! What a connection and a body cost in memory. One test in a process of its own: it counts every allocation.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

use katydid_http::{BodyMode, Client, Pool, Request, ResponseBody, Url};

/// Counts the bytes that are allocated, and the most there ever were.
struct Counting;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// Sound: only counts, and hands everything on.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(live, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const GIGABYTE: u64 = 1 << 30;

#[test]
fn memory_stays_small() {
    let address = serve();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        an_idle_connection_holds_less_than_a_kilobyte(address).await;
        a_large_body_leaves_memory_flat(address).await;
    });
}

async fn an_idle_connection_holds_less_than_a_kilobyte(address: SocketAddr) {
    const USERS: usize = 200;
    let client = Client::default();
    let url = Url::parse(&format!("http://{address}/small")).unwrap();
    let mut pools = Vec::with_capacity(USERS);
    let mut before = 0;
    for user in 0..USERS + 20 {
        // The first ones fill the free list and tables that all share.
        if user == 20 {
            before = LIVE.load(Relaxed);
        }
        let pool = Pool::default();
        let response = client
            .send(&pool, Request::get(url.clone()), Instant::now())
            .await
            .unwrap();
        assert_eq!(response.bytes().as_ref(), b"ok");
        drop(response);
        assert_eq!(pool.idle_count(), 1);
        pools.push(pool);
    }
    let each = (LIVE.load(Relaxed) - before) / USERS;
    println!("{each} bytes for each idle connection");
    // The figure has the server's side in it too: a thread's list entry for each connection.
    assert!(each < 1_000, "{each} bytes for each idle connection");
}

async fn a_large_body_leaves_memory_flat(address: SocketAddr) {
    let (client, pool) = (Client::default(), Pool::default());
    let url = Url::parse(&format!("http://{address}/large")).unwrap();
    let before = LIVE.load(Relaxed);
    PEAK.store(before, Relaxed);

    let request = Request {
        mode: BodyMode::Discard,
        ..Request::get(url.clone())
    };
    let response = client.send(&pool, request, Instant::now()).await.unwrap();
    assert_eq!(response.wire_body_length, GIGABYTE);

    let request = Request {
        mode: BodyMode::Stream,
        ..Request::get(url)
    };
    let response = client.send(&pool, request, Instant::now()).await.unwrap();
    assert!(response.reused);
    let ResponseBody::Stream(mut body) = response.body else {
        panic!("no stream")
    };
    while body.chunk().await.unwrap().is_some() {}
    assert_eq!(body.body_length(), GIGABYTE);

    let grown = PEAK.load(Relaxed) - before;
    println!("{grown} bytes more at most");
    assert!(grown < 256 * 1024, "{grown} bytes more at most");
}

/// Answers in threads without a runtime, so that the client's memory is nearly all there is.
fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut small = Vec::with_capacity(1_000);
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            if read_head(&mut stream).contains("/large") {
                std::thread::spawn(move || serve_large(stream));
            } else {
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    .unwrap();
                small.push(stream);
            }
        }
    });
    address
}

fn serve_large(mut stream: TcpStream) {
    let piece = [b'x'; 65_536];
    loop {
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {GIGABYTE}\r\n\r\n").unwrap();
        for _ in 0..GIGABYTE / piece.len() as u64 {
            stream.write_all(&piece).unwrap();
        }
        if read_head(&mut stream).is_empty() {
            return;
        }
    }
}

fn read_head(stream: &mut TcpStream) -> String {
    let mut head = [0; 1024];
    let mut length = 0;
    while !head[..length].ends_with(b"\r\n\r\n") {
        match stream.read(&mut head[length..]) {
            Ok(0) | Err(_) => return String::new(),
            Ok(count) => length += count,
        }
    }
    String::from_utf8_lossy(&head[..length]).into_owned()
}
