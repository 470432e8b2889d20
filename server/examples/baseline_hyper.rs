//! Baseline for pages: a bare hyper server that returns the bytes and headers of one page of the real server for every
//! request, from memory. Without routing, pipeline and access log.
//!
//! `baseline_hyper LISTEN REAL_SERVER PATH`

use std::convert::Infallible;
use std::error::Error;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, DATE, HOST, TRANSFER_ENCODING};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(listen), Some(real), Some(path)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: baseline_hyper LISTEN REAL_SERVER PATH".into());
    };
    let (headers, body) = fetch(&real, &path).await?;
    let listener = TcpListener::bind(&listen).await?;
    println!("{} bytes and {} headers of {path} on {listen}", body.len(), headers.len());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (headers, body) = (headers.clone(), body.clone());
        tokio::spawn(async move {
            let service = service_fn(move |_: Request<Incoming>| {
                let mut response = Response::new(Full::new(body.clone()));
                response.headers_mut().clone_from(&headers);
                async move { Ok::<_, Infallible>(response) }
            });
            // A broken connection is the load generator's problem.
            let _ =
                server::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The page as the real server returns it, without the headers that hyper adds by itself.
async fn fetch(real: &str, path: &str) -> Result<(HeaderMap, Bytes), Box<dyn Error>> {
    let stream = TcpStream::connect(real).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request =
        Request::get(path).header(HOST, real).header(ACCEPT_ENCODING, "br, gzip").body(Empty::<Bytes>::new())?;
    let (mut parts, body) = sender.send_request(request).await?.into_parts();
    for name in [CONNECTION, CONTENT_LENGTH, DATE, TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    Ok((parts.headers, body.collect().await?.to_bytes()))
}
