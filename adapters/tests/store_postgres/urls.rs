//! The ways in which a URL names a server, and several of which one accepts writes.

use crate::store_fixture::server::{Server, command};
use crate::world::*;
use adapters::store::SqlStore;
use shared::ports::store::{LeaseStore as _, StoreError};
use sqlx::{AnyConnection, Connection as _, Row as _};

fn port_of(url: &str) -> u16 {
    let (_, rest) = url.rsplit_once(':').expect("a port");
    let (port, _) = rest.split_once('/').expect("a database");
    port.parse().expect("a number")
}

async fn ask(url: &str, question: &'static str) -> String {
    sqlx::any::install_default_drivers();
    let mut on = AnyConnection::connect(url).await.expect("a connection");
    let row = sqlx::query(question).fetch_one(&mut on).await;
    row.expect("a row").get(0)
}

async fn write(store: &SqlStore) -> Result<bool, StoreError> {
    store.take_lease("test", "holder", at(0), at(10)).await
}

#[tokio::test]
async fn every_way_of_libpq_to_name_a_server_opens_it() {
    let server = Server::start();
    let port = port_of(&server.url);
    let sockets = ask(&server.url, "SHOW unix_socket_directories").await;
    let encoded = sockets.replace('/', "%2F");

    for place in [
        format!("postgres://miseban@[::1]:{port}/postgres"),
        format!("postgresql://miseban:secret@[::1]:{port}/postgres?sslmode=disable"),
        format!("postgres://miseban@/postgres?host=::1&port={port}"),
        format!("postgres://miseban@localhost:{port}/postgres?host=::1"),
        format!("postgres://miseban@/postgres?hostaddr=::1&port={port}"),
        format!("postgres://127.0.0.%31:{port}/postgres?user=miseban"),
        format!("postgres://:{port}/postgres?user=miseban&host=127.0.0.1"),
        format!("postgres:///postgres?user=miseban&host={sockets}&port={port}"),
        format!("postgres://miseban@{encoded}:{port}/postgres"),
        format!("postgres://miseban@127.0.0.1:{port}?dbname=postgres"),
        format!("postgres://miseban@127.0.0.1:1,127.0.0.1:{port}/postgres"),
        format!("postgres://miseban@127.0.0.1,[::1]:{port}/postgres?port=1,{port}"),
        format!("postgres:///postgres?user=miseban&host=127.0.0.1,{sockets}&port=1,{port}"),
        format!("postgres://miseban@127.0.0.1:{port}/postgres?target_session_attrs=read-write"),
        format!("postgres://miseban@127.0.0.1:{port}/postgres?channel_binding=prefer"),
    ] {
        let store = SqlStore::open(&place).await;

        let store = store.unwrap_or_else(|error| panic!("{place}: {error}"));
        write(&store)
            .await
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        store.close().await;
    }
}

#[tokio::test]
async fn of_several_servers_the_one_that_accepts_writes_is_used() {
    let mut primary = Server::start();
    SqlStore::open(&primary.url)
        .await
        .expect("a store")
        .close()
        .await;
    let replica = primary.start_replica();
    let ports = (port_of(&replica), port_of(&primary.url));
    let both = format!(
        "postgres://miseban@127.0.0.1:{},127.0.0.1:{}/postgres",
        ports.0, ports.1
    );
    let store = SqlStore::open(&both).await.expect("the primary");
    write(&store).await.expect("the primary takes it");

    // The replica takes over; the connections to the old primary stay.
    let only = "ALTER SYSTEM SET default_transaction_read_only = on".to_owned();
    command(&primary.url, only).await;
    command(&primary.url, "SELECT pg_reload_conf()".to_owned()).await;
    primary.promote_replica();

    let mut refused = Vec::new();
    while let Err(error) = write(&store).await {
        refused.push(error);
        assert!(refused.len() < 10, "{refused:?}");
    }
    assert_eq!(
        ask(&replica, "SELECT CAST(COUNT(*) AS TEXT) FROM leases").await,
        "1"
    );

    // And again when it has died.
    primary.stop();
    write(&store).await.expect("the new primary takes it");
}

#[tokio::test]
async fn servers_of_which_none_accepts_writes_are_away_and_named() {
    let refused = SqlStore::open("postgres://u:hush@127.0.0.1:1,[::1]:2/db").await;

    let Err(StoreError::Unavailable(text)) = refused else {
        panic!("not as away");
    };
    assert!(
        text.contains("127.0.0.1:1") && text.contains("[::1]:2"),
        "{text}"
    );
    assert!(!text.contains("hush"), "{text}");
}
