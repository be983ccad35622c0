//! The clients of the vendors, as a process is set up with them.

use adapters::base::{BaseConfig, BaseCredentials};
use adapters::http::HttpClient;
use adapters::notify::ChatworkNotifier;
use adapters::spapi::SpApiConfig;
use shared::domain::quota::WindowQuota;
use shared::ports::notifier::Notifier;
use std::sync::Arc;

/// The channel of notices.
pub fn chatwork(http: HttpClient, base_url: String) -> Arc<dyn Notifier> {
    Arc::new(ChatworkNotifier {
        http,
        base_url,
        token: "token".into(),
        room_id: "1".to_owned(),
    })
}

/// BASE, with the shops of `accounts`.
pub fn base_config(
    http: HttpClient,
    url: &str,
    accounts: Vec<BaseCredentials>,
    quota: WindowQuota,
) -> BaseConfig {
    BaseConfig {
        http,
        base_url: url.to_owned(),
        quota,
        accounts,
        renewal: BaseConfig::RENEWAL,
    }
}

/// Amazon.
pub fn amazon_config(http: HttpClient, url: &str) -> SpApiConfig {
    SpApiConfig {
        http,
        base_url: url.to_owned(),
        lwa_url: url.to_owned(),
        marketplace_id: SpApiConfig::JAPAN.to_owned(),
        client_id: "amzn1.application-oa2-client.example".to_owned(),
        client_secret: "amzn1.oa2-cs.v1.example".into(),
        refresh_token: "Atzr|example".into(),
    }
}
