//! Opening a database on a server, errors with advice, and servers that restart.

use crate::store_fixture::server::{Server, command, elsewhere, url};
use crate::world::*;
use adapters::store::SqlStore;
use shared::ports::store::{CatalogueStore, RunQueries, StoreError};
use sqlx::{AnyConnection, Connection, Row};

fn said(refusal: Result<SqlStore, StoreError>) -> String {
    match refusal {
        Err(StoreError::Unusable(text)) => text,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let home = home().await;
    home.store().await.close().await;
    let newer = "INSERT INTO _sqlx_migrations
        (version, description, success, checksum, execution_time) VALUES (99, 'new', true, '', 1)";
    command(&home.url, newer.to_owned()).await;

    for refused in [
        SqlStore::open(&home.url).await,
        SqlStore::open_existing(&home.url).await,
    ] {
        let Err(StoreError::Newer { found, known }) = refused else {
            panic!("it was not refused as newer");
        };
        assert_eq!((found, known), (99, SqlStore::known_version()));
    }
}

#[tokio::test]
async fn a_database_that_is_missing_is_named() {
    let missing = elsewhere(url(), None, "miseban_nowhere");

    let text = said(SqlStore::open(&missing).await);

    assert!(
        text.contains("miseban_nowhere") && text.contains("createdb"),
        "{text}"
    );
}

#[tokio::test]
async fn an_unreachable_server_is_unavailable() {
    let refused = SqlStore::open("postgres://u:hush@127.0.0.1:1/db").await;

    let Err(StoreError::Unavailable(text)) = refused else {
        panic!("not as away");
    };
    assert!(
        text.contains("127.0.0.1:1/db") && !text.contains("hush"),
        "{text}"
    );
}

#[tokio::test]
async fn a_missing_privilege_is_refused_with_advice() {
    let home = home().await;
    let make = "DO $$ BEGIN CREATE ROLE onlooker LOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";
    command(&home.url, make.to_owned()).await;
    let (_, database) = home.url.rsplit_once('/').unwrap();

    let text = said(SqlStore::open(&elsewhere(&home.url, Some("onlooker"), database)).await);

    assert!(text.contains("grant"), "{text}");
}

#[tokio::test]
async fn a_read_only_database_is_refused() {
    let home = home().await;
    let (_, database) = home.url.rsplit_once('/').unwrap();
    let only = format!("ALTER DATABASE {database} SET default_transaction_read_only = on");
    command(&home.url, only).await;

    let text = said(SqlStore::open(&home.url).await);

    assert!(text.contains("the primary"), "{text}");
}

#[tokio::test]
async fn texts_sort_by_their_bytes_whatever_the_database_was_made_with() {
    let home = home().await;
    let store = home.store().await;
    shop(&store, "a", 1).await;
    let others = "SELECT COUNT(*) FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'
        AND data_type = 'text' AND COALESCE(collation_name, '') <> 'C'";
    let mut on = AnyConnection::connect(&home.url).await.unwrap();

    let row = sqlx::query(others).fetch_one(&mut on).await.unwrap();

    assert_eq!(row.get::<i64, _>(0), 0);
}

#[tokio::test]
async fn a_process_opens_no_more_connections_than_its_limit() {
    let home = home().await;
    let store = SqlStore::open(&format!("{}?max_connections=2", home.url))
        .await
        .unwrap();
    let asked = (0..20).map(|_| store.listed_asins(None));

    let answers = futures::future::join_all(asked).await;

    assert!(answers.iter().all(Result::is_ok));
    let mut on = AnyConnection::connect(&home.url).await.unwrap();
    let held = "SELECT COUNT(*) FROM pg_stat_activity
        WHERE application_name = 'miseban' AND datname = current_database()";
    let row = sqlx::query(held).fetch_one(&mut on).await.unwrap();
    assert!((1..=2).contains(&row.get::<i64, _>(0)));
}

#[tokio::test]
async fn passwords_are_checked_and_never_shown() {
    let server = Server::start();
    let make = "CREATE ROLE guarded SUPERUSER LOGIN PASSWORD 'right-pass'";
    command(&server.url, make.to_owned()).await;
    let with = |password: &str| {
        elsewhere(
            &server.url,
            Some(&format!("guarded:{password}")),
            "postgres",
        )
    };

    let text = said(SqlStore::open(&with("wrong-pass")).await);

    assert!(text.contains("the password in DATABASE_URL"), "{text}");
    assert!(!text.contains("wrong-pass"), "{text}");
    SqlStore::open(&with("right-pass")).await.unwrap();
    let unfit = SqlStore::open("postgres://u:hush-hush@host:port/db").await;
    assert!(!said(unfit).contains("hush-hush"));
}

#[tokio::test]
async fn a_connection_is_encrypted_when_sslmode_requires_it() {
    let server = Server::start();
    let required = format!("{}?sslmode=require", server.url);
    let store = SqlStore::open(&required).await.unwrap();
    store.listed_asins(None).await.unwrap();
    let mut on = AnyConnection::connect(&server.url).await.unwrap();
    let encrypted = "SELECT COUNT(*) FROM pg_stat_ssl AS s
        INNER JOIN pg_stat_activity AS a ON a.pid = s.pid
        WHERE a.application_name = 'miseban' AND s.ssl";

    let row = sqlx::query(encrypted).fetch_one(&mut on).await.unwrap();

    assert!(row.get::<i64, _>(0) > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_and_restarted_server_ends_no_process() {
    let mut server = Server::start();
    let store = server.home().await.store().await;
    shop(&store, "a", 3).await;
    let run = started(&store, 3).await;
    let asked = (0..8).map(|_| store.listed_asins(None));
    futures::future::join_all(asked).await;

    for _ in 0..2 {
        server.restart();

        let first = store.run(run).await;
        assert!(
            matches!(first, Ok(_) | Err(StoreError::Unavailable(_))),
            "{first:?}"
        );
        let later = futures::future::join_all((0..20).map(|_| store.listed_asins(None))).await;
        for answer in later {
            assert_eq!(answer.unwrap().len(), 3);
        }
        assert!(store.run(run).await.unwrap().is_some());
    }
}
