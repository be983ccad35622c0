//! Sealed tokens: encrypted on disk, opened with the key, and never overwritten without it.

use crate::world::*;
use adapters::store::{SqlStore, TokenKey, TokenKeys};
use secrecy::{ExposeSecret, SecretBox};
use shared::ports::store::{StoreError, StoredToken, TokenStore};
use std::sync::Arc;

fn key(byte: u8) -> TokenKey {
    let bytes = SecretBox::new(Box::new([byte; 32]));
    TokenKey::new(Arc::new(bytes))
}

fn keys(newest: TokenKey, old: Option<TokenKey>) -> TokenKeys {
    let newest = Some(newest);
    TokenKeys { newest, old }
}

fn token(text: &str) -> StoredToken {
    StoredToken {
        access_token: format!("access-{text}").into(),
        refresh_token: format!("refresh-{text}").into(),
        access_expires_at: at(3600),
        refreshed_at: at(0),
        seed: "seed".to_owned(),
    }
}

async fn refresh_token(store: &SqlStore, owner: &str) -> Result<String, StoreError> {
    let found = store.token(owner).await?;
    Ok(found
        .expect("a token")
        .refresh_token
        .expose_secret()
        .to_owned())
}

#[tokio::test]
async fn a_sealed_token_opens_only_with_its_key() {
    let home = home().await;
    let store = home.store().await.with_token_keys(keys(key(1), None));

    store.save_token("base/a", &token("1")).await.unwrap();

    assert_eq!(refresh_token(&store, "base/a").await.unwrap(), "refresh-1");
    let other = home.store().await.with_token_keys(keys(key(2), None));
    let none = home.store().await;
    for (wrong, another) in [(&other, true), (&none, false)] {
        let sealed = |result: StoreError| matches!(result, StoreError::Sealed { another: other } if other == another);
        assert!(sealed(wrong.token("base/a").await.unwrap_err()));
        assert!(sealed(wrong.seal_tokens().await.unwrap_err()));
        let saved = wrong.save_token("base/a", &token("2")).await;
        assert!(sealed(saved.unwrap_err()));
    }
    assert_eq!(refresh_token(&store, "base/a").await.unwrap(), "refresh-1");
    assert_eq!(other.token_ages().await.unwrap().len(), 1);
}

#[tokio::test]
async fn plain_tokens_are_read_and_are_sealed_once_a_key_is_set() {
    let home = home().await;
    let plain = home.store().await;
    plain.save_token("base/a", &token("a")).await.unwrap();
    plain.save_token("base/b", &token("b")).await.unwrap();
    assert_eq!(plain.seal_tokens().await.unwrap(), 0);
    let store = home.store().await.with_token_keys(keys(key(1), None));
    assert_eq!(refresh_token(&store, "base/a").await.unwrap(), "refresh-a");

    let sealed = store.seal_tokens().await.unwrap();

    assert_eq!(sealed, 2);
    assert_eq!(store.seal_tokens().await.unwrap(), 0);
    assert_eq!(refresh_token(&store, "base/b").await.unwrap(), "refresh-b");
    assert!(plain.token("base/b").await.is_err());
}

#[tokio::test]
async fn a_key_is_replaced_by_configuring_the_old_one_once() {
    let home = home().await;
    let first = home.store().await.with_token_keys(keys(key(1), None));
    first.save_token("base/a", &token("a")).await.unwrap();
    let both = home
        .store()
        .await
        .with_token_keys(keys(key(2), Some(key(1))));

    assert_eq!(both.seal_tokens().await.unwrap(), 1);

    let second = home.store().await.with_token_keys(keys(key(2), None));
    assert_eq!(refresh_token(&second, "base/a").await.unwrap(), "refresh-a");
    assert!(first.token("base/a").await.is_err());
}
