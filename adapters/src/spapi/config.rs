//! Where Amazon's API is, and the credentials of one application.

use crate::http::HttpClient;
use secrecy::SecretString;

/// Hosts, marketplace and credentials.
#[derive(Debug, Clone)]
pub struct SpApiConfig {
    /// The client of [`crate::http::client`].
    pub http: HttpClient,
    /// `https://sellingpartnerapi-fe.amazon.com` for Japan, without a slash at the end.
    pub base_url: String,
    /// `https://api.amazon.com`, without a slash at the end.
    pub lwa_url: String,
    /// `A1VC38T7YXB528` for Amazon.co.jp.
    pub marketplace_id: String,
    /// Id of the application; part of the lane's name.
    pub client_id: String,
    /// Secret of the application; Amazon lets it expire from time to time.
    pub client_secret: SecretString,
    /// The seller's consent; does not rotate.
    pub refresh_token: SecretString,
}

impl SpApiConfig {
    /// Host of the far east region (source: "SP-API endpoints").
    pub const BASE_URL: &str = "https://sellingpartnerapi-fe.amazon.com";
    /// Host of Login with Amazon (source: "Connecting to the Selling Partner API").
    pub const LWA_URL: &str = "https://api.amazon.com";
    /// Amazon.co.jp (source: "Marketplace IDs").
    pub const JAPAN: &str = "A1VC38T7YXB528";
}
