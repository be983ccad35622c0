//! A running simulator and an HTTP client for it.

use std::sync::Once;

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use simulator::{Config, Simulator};

pub const MARKETPLACE: &str = "A1VC38T7YXB528";
pub const BATCH: &str = "/batches/products/pricing/v0/itemOffers";

static PROVIDER: Once = Once::new();

/// A simulator whose time is stopped at 10:30 in Japan, and an HTTP client.
pub struct Fixture {
    pub simulator: Simulator,
    pub client: Client,
}

/// A response with its whole body.
#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub limit: Option<String>,
    pub request_id: Option<String>,
    pub text: String,
}

impl TestResponse {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub fn error(&self) -> String {
        self.json()["error"].as_str().unwrap_or_default().to_owned()
    }

    pub fn message(&self) -> String {
        self.json()["errors"][0]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

pub fn stopped_clock() -> Config {
    Config {
        catalog: 60,
        time_scale: 0.0,
        start: Some("2026-11-02T01:30:00Z".parse().unwrap()),
        ..Config::default()
    }
}

impl Fixture {
    pub async fn new() -> Self {
        Self::with(stopped_clock()).await
    }

    pub async fn with(config: Config) -> Self {
        Self::of(Simulator::start(config).await.unwrap())
    }

    pub fn of(simulator: Simulator) -> Self {
        PROVIDER.call_once(|| {
            rustls::crypto::ring::default_provider()
                .install_default()
                .unwrap();
        });
        Self {
            simulator,
            client: Client::builder().no_proxy().build().unwrap(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client
            .request(method, format!("{}{path}", self.simulator.url()))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    pub async fn amazon_token(&self) -> String {
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", "Atzr|example"),
            ("client_id", "amzn1.application-oa2-client.example"),
            ("client_secret", "amzn1.oa2-cs.v1.example"),
        ];
        let answer = read(self.post("/auth/o2/token").form(&form)).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Requests the offers of the products with these numbers.
    pub async fn batch(&self, token: &str, numbers: &[usize]) -> TestResponse {
        let entries = numbers
            .iter()
            .map(|number| entry(&self.simulator.asin(*number)))
            .collect();
        self.batch_of(token, entries).await
    }

    pub async fn batch_of(&self, token: &str, entries: Vec<Value>) -> TestResponse {
        let body = json!({ "requests": entries });
        read(
            self.post(BATCH)
                .header("x-amz-access-token", token)
                .json(&body),
        )
        .await
    }

    /// Client id, client secret and first refresh token of `shop-1`.
    pub fn credentials(&self) -> [String; 3] {
        let file = self.simulator.accounts_toml();
        ["client_id", "client_secret", "refresh_token"].map(|name| {
            let line = file.lines().find(|line| line.starts_with(name)).unwrap();
            line.split('"').nth(1).unwrap().to_owned()
        })
    }

    pub async fn refresh(&self, refresh_token: &str) -> TestResponse {
        let [id, secret, _] = self.credentials();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &id),
            ("client_secret", &secret),
            ("refresh_token", refresh_token),
        ];
        read(self.post("/1/oauth/token").form(&form)).await
    }

    pub async fn base_token(&self) -> String {
        let [_, _, refresh_token] = self.credentials();
        let answer = self.refresh(&refresh_token).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn base(&self, token: &str, call: &str, form: &[(&str, &str)]) -> TestResponse {
        read(
            self.post(&format!("/1/{call}"))
                .bearer_auth(token)
                .form(form),
        )
        .await
    }
}

pub fn entry(asin: &str) -> Value {
    json!({
        "uri": format!("/products/pricing/v0/items/{asin}/offers"),
        "method": "GET",
        "MarketplaceId": MARKETPLACE,
        "ItemCondition": "New",
    })
}

pub async fn read(request: RequestBuilder) -> TestResponse {
    let response = request.send().await.unwrap();
    let header = |name: &str| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    TestResponse {
        status: response.status(),
        limit: header("x-amzn-ratelimit-limit"),
        request_id: header("x-amzn-requestid"),
        text: response.text().await.unwrap(),
    }
}
