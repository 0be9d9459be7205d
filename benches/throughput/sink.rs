//! The operator: a process with one thread that answers 201 to each order, and knows when it did.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use http_body::Body as _;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;

use crate::machine::now_micros;

/// The sink, as seen from outside.
pub(crate) struct Sink {
    process: Child,
    address: String,
}

impl Sink {
    pub(crate) fn start() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut process = command.arg("sink").stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { process, address: address.trim().to_owned() }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}/onapi/2.6/", self.address)
    }

    /// When each order was answered; an order that came twice is a fault of ours.
    pub(crate) fn answered(&self) -> HashMap<usize, u64> {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.write_all(b"GET /answered HTTP/1.1\r\nconnection: close\r\n\r\n").unwrap();
        let mut told = String::new();
        connection.read_to_string(&mut told).unwrap();
        let (_, lines) = told.split_once("\r\n\r\n").unwrap();
        let mut answered = HashMap::new();
        for line in lines.lines() {
            let (order, at) = line.split_once(' ').unwrap();
            let before = answered.insert(order.parse().unwrap(), at.parse().unwrap());
            assert!(before.is_none(), "an order was sent twice");
        }
        answered
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

static ANSWERED: Mutex<Vec<(String, u64)>> = Mutex::new(Vec::new());

/// The process itself.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        std::io::stdout().flush().unwrap();
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            connection.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let server = hyper::server::conn::http1::Builder::new();
                // A client that goes away in the middle is none of the sink's business.
                let _ = server.serve_connection(TokioIo::new(connection), service_fn(answer)).await;
            });
        }
    });
}

async fn answer(request: Request<Incoming>) -> Result<Response<String>, Infallible> {
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let body = collect(request.into_body()).await;
    let (status, told) = match (method, path.as_str()) {
        (Method::POST, "/onapi/2.6/orders/") => {
            let text = String::from_utf8_lossy(&body);
            let service = text.split_once(r#""service":"BB-"#).unwrap().1;
            let order = service.split('"').next().unwrap().to_owned();
            let told =
                format!(r#"{{"orderId":"KO-{order}","operation":"ACTIVATE","state":"RECEIVED"}}"#);
            ANSWERED.lock().unwrap().push((order, now_micros()));
            (201, told)
        }
        (_, "/answered") => {
            let answered = ANSWERED.lock().unwrap();
            let lines = answered.iter().map(|(order, at)| format!("{order} {at}\n"));
            (200, lines.collect())
        }
        (_, "/onapi/2.6/orderevents/") => (200, "[]".to_owned()),
        _ => (404, "{}".to_owned()),
    };
    let response = Response::builder().status(status).header("content-type", "application/json");
    Ok(response.body(told).unwrap())
}

async fn collect(mut body: Incoming) -> Vec<u8> {
    let mut all = Vec::new();
    while let Some(frame) =
        std::future::poll_fn(|context| std::pin::Pin::new(&mut body).poll_frame(context)).await
    {
        let data: Bytes = frame.unwrap().into_data().unwrap_or_default();
        all.extend_from_slice(&data);
    }
    all
}
