//! Connections that close early: the server is unavailable, whatever it had sent until then.

use crate::store_fixture::server::Server;
use adapters::store::SqlStore;
use shared::ports::store::StoreError;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::{TcpListener, TcpStream};

/// The parts before and after the port in the URL of a local server.
fn around_port(url: &str) -> (&str, u16, &str) {
    let (before, after) = url.split_once("127.0.0.1:").expect("this machine");
    let (port, database) = after.split_once('/').expect("a database");
    (before, port.parse().expect("a port"), database)
}

/// The URL of a proxy to `server`, whose first connection closes cleanly after that many bytes of the
/// server's answers. The others are forwarded.
async fn ends_after(server: &str, bytes: u64) -> String {
    let (before, port, database) = around_port(server);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        let mut limit = bytes;
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(("127.0.0.1", port)).await;
            let bytes = std::mem::replace(&mut limit, u64::MAX);
            tokio::spawn(pass_on(client, server.expect("the server"), bytes));
        }
    });
    format!("{before}{here}/{database}")
}

async fn pass_on(client: TcpStream, server: TcpStream, bytes: u64) {
    let (mut questions, mut to_client) = client.into_split();
    let (answers, mut to_server) = server.into_split();
    let answer = async {
        let _ = copy(&mut answers.take(bytes), &mut to_client).await;
        let _ = to_client.shutdown().await;
    };
    let ask = async {
        let _ = copy(&mut questions, &mut to_server).await;
        let _ = to_server.shutdown().await;
    };
    tokio::join!(answer, ask);
}

#[tokio::test]
async fn a_connection_that_closes_at_any_point_of_its_start_is_unavailable() {
    let server = Server::start();
    for sslmode in ["disable", "prefer", "require"] {
        let mut away = 0;
        for bytes in (0..40).chain((40..).step_by(97)) {
            let street = ends_after(&server.url, bytes).await;
            let url = format!("{street}?sslmode={sslmode}");
            match SqlStore::open_existing(&url).await {
                Ok(_) => break,
                Err(StoreError::Unavailable(told)) => {
                    assert!(told.contains("127.0.0.1:"), "{told}");
                }
                Err(error) => panic!("{sslmode}, after {bytes} bytes: {error}"),
            }
            away += 1;
        }
        assert!(away > 40, "{sslmode}: {away}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_postgresql_is_refused_as_such() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = listener.local_addr().unwrap();
    let url = format!("postgres://u:hush@{here}/db");
    let another = async {
        let (mut stream, _) = listener.accept().await.expect("a guest");
        let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        stream.write_all(answer).await.expect("it listens");
        let _ = stream.read_to_end(&mut Vec::new()).await;
    };

    let (opened, ()) = tokio::join!(SqlStore::open_existing(&url), another);

    let told = opened.err().expect("no store").to_string();
    let names = told.contains("not PostgreSQL") && told.contains(&here.to_string());
    assert!(names && !told.contains("hush"), "{told}");
}
