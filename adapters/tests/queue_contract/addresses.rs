//! Where Redis is: TLS with a CA of our own, sockets of Unix, and what is refused in plain words. Sentinels
//! are in `standalone/tests/servers`.

use crate::server::{Server, free_port, own_prefix};
use adapters::redis::{RedisFault, RedisSettings, connect};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Makes a CA, `NAME.pem`, and by it the certificate of a server on 127.0.0.1, `NAME-server.pem`.
const MAKE: &str = r#"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" \
        -keyout "$1.key" -out "$1.pem"
    openssl req -newkey rsa:2048 -nodes -subj /CN=server -keyout "$1-server.key" -out "$1.csr"
    printf 'subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n' >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA "$1.pem" -CAkey "$1.key" -CAcreateserial -days 2 \
        -extfile "$1.ext" -out "$1-server.pem"
"#;

fn make_ca(folder: &Path, name: &str) -> PathBuf {
    let made = Command::new("sh")
        .args(["-ec", MAKE, "sh", name])
        .current_dir(folder)
        .output();
    let made = made.expect("sh runs");
    assert!(made.status.success(), "openssl must be in PATH: {made:?}");
    folder.join(format!("{name}.pem"))
}

async fn opened(url: &str, ca_file: Option<PathBuf>) -> Result<(), RedisFault> {
    let settings = RedisSettings {
        prefix: own_prefix(),
        ca_file,
        ..RedisSettings::new(url)
    };
    connect(&settings).await?.check().await
}

async fn refusal(url: &str, ca_file: Option<PathBuf>) -> String {
    let fault = opened(url, ca_file).await.expect_err("a fault");
    assert!(!fault.is_transient(), "{fault:?}");
    fault.message()
}

#[tokio::test]
async fn a_server_with_a_certificate_of_an_own_ca_is_trusted_by_its_file() {
    let folder = TempDir::new().expect("a folder");
    let (own, another) = (
        make_ca(folder.path(), "own"),
        make_ca(folder.path(), "another"),
    );
    let path = |name: &str| folder.path().join(name).display().to_string();
    let port = free_port();
    let _server = Server::start_with(
        &[
            ["--tls-port", &port.to_string()],
            ["--tls-cert-file", &path("own-server.pem")],
            ["--tls-key-file", &path("own-server.key")],
            ["--tls-ca-cert-file", &path("own.pem")],
            ["--tls-auth-clients", "no"],
        ]
        .concat(),
    );
    let url = format!("rediss://127.0.0.1:{port}");

    opened(&url, Some(own.clone())).await.expect("trusted");

    for stranger in [None, Some(another)] {
        let refused = refusal(&url, stranger).await;
        assert!(refused.contains("set REDIS_CA_FILE"), "{refused}");
    }
    let refused = refusal(&format!("redis://127.0.0.1:{port}"), Some(own)).await;
    assert!(refused.contains("write rediss://"), "{refused}");
}

#[tokio::test]
async fn a_ca_file_that_cannot_be_used_is_named() {
    let folder = TempDir::new().expect("a folder");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").expect("written");
    for (file, why) in [
        (folder.path().join("missing.pem"), "No such file"),
        (empty, "no certificate in PEM form"),
    ] {
        let refused = refusal("rediss://127.0.0.1", Some(file.clone())).await;

        assert!(refused.contains(&file.display().to_string()), "{refused}");
        assert!(refused.contains(why), "{refused}");
    }
}

#[tokio::test]
async fn a_socket_of_unix_works_with_a_password() {
    let folder = TempDir::new().expect("a folder");
    let socket = folder.path().join("redis.sock").display().to_string();
    let server = Server::start_with(&["--unixsocket", &socket]);
    server.send("CONFIG SET requirepass word");

    for scheme in ["unix", "redis+unix"] {
        let url = format!("{scheme}://{socket}?pass=word&db=1");
        opened(&url, None).await.expect("opened");
    }

    let refused = refusal(&format!("unix://{socket}"), None).await;
    assert!(refused.contains("refuses user or password"), "{refused}");
}

#[tokio::test]
async fn a_valkey_has_a_scheme_of_its_own() {
    let server = Server::start();
    let url = server.url().replace("redis://", "valkey://");

    opened(&url, None).await.expect("opened");
}

#[tokio::test]
async fn a_cluster_is_refused_in_plain_words() {
    let bus = free_port().to_string();
    let server = Server::start_with(&["--cluster-enabled", "yes", "--cluster-port", &bus]);
    let slots = server.send("CLUSTER ADDSLOTSRANGE 0 16383");
    assert_eq!(slots.as_deref(), Some("+OK\r\n"));

    let refused = refusal(&server.url(), None).await;

    assert!(refused.contains("is a Redis Cluster"), "{refused}");
    assert!(refused.contains("Sentinel"), "{refused}");
}

#[tokio::test]
async fn an_address_that_is_not_valid_says_what_is() {
    for (url, word) in [
        ("redis://:word@one:6379,two:6379/0", "several hosts"),
        ("redis://one,two", "several hosts"),
        ("redis+sentinel://one:26379,two:26379", "/service"),
        ("redis+sentinel://one:26379/", "/service"),
        ("redis+sentinel://one/shop?password=word", "/service"),
        ("redis+sentinel://one:port/shop", "/service"),
        ("redis+sentinel://one/shop/first", "/service"),
        ("redis://one:port", "redis://[user"),
        ("http+sentinel://one/shop", "redis://[user"),
    ] {
        let refused = refusal(url, None).await;

        assert!(refused.contains(word), "{url}: {refused}");
        assert!(!refused.contains(":word@"), "{refused}");
        assert!(!refused.contains("=word"), "{refused}");
    }
}
