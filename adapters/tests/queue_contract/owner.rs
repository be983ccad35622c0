//! Whose keys are under a prefix, when several programs ask.

use crate::server::{Server, link, link_beside};

#[tokio::test]
async fn of_two_installations_that_start_at_once_one_has_the_prefix() {
    let server = Server::start();
    for _ in 0..20 {
        let one = link(&server.url()).await;
        let other = link_beside(&server.url(), &one).await;

        let (one, other) = tokio::join!(one.take_prefix("one"), other.take_prefix("other"));

        assert_eq!(one.unwrap(), other.unwrap());
    }
}

#[tokio::test]
async fn a_prefix_that_is_taken_is_known_while_redis_accepts_no_writes() {
    let server = Server::start();
    let link = link(&server.url()).await;
    assert_eq!(link.take_prefix("one").await.unwrap(), "one");
    assert_eq!(
        server.send("CONFIG SET maxmemory 1").as_deref(),
        Some("+OK\r\n")
    );

    assert_eq!(link.take_prefix("one").await.unwrap(), "one");
    assert_eq!(link.take_prefix("other").await.unwrap(), "one");
}
