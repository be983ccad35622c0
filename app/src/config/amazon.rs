//! The settings of Amazon's Selling Partner API.

use super::found::looked_for;
use super::reader::Reader;
use super::table as t;
use super::values::{Rate, address, is_host_of};
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use ui::command_error::CommandError;
use ui::message::{Text, text};

/// Amazon's Selling Partner API.
#[derive(Debug, Clone)]
pub struct Amazon {
    /// The address of the API, without a slash at the end.
    pub base_url: String,
    /// The address that issues access tokens, without a slash at the end.
    pub lwa_base_url: String,
    /// The marketplace; Amazon.co.jp by default.
    pub marketplace_id: String,
    /// `getItemOffersBatch` requests a second. 0.1 is what Amazon publishes; it may change.
    pub item_offers_rate: Rate,
    /// `searchCatalogItems` requests a second. 2 is what Amazon publishes; it may change.
    pub catalog_items_rate: Rate,
    /// The credentials; `None` while one of the three is missing.
    pub credentials: Option<AmazonCredentials>,
    /// Names of the settings of missing credentials.
    pub missing: Vec<&'static str>,
    /// The settings file in which they were looked for.
    pub file: Option<PathBuf>,
}

/// The three credentials of a private application.
#[derive(Debug, Clone)]
pub struct AmazonCredentials {
    /// `LWA_APP_ID`.
    pub app_id: String,
    /// `LWA_CLIENT_SECRET`.
    pub client_secret: SecretString,
    /// `REFRESH_TOKEN`.
    pub refresh_token: SecretString,
}

impl Amazon {
    pub(super) fn read(reader: &mut Reader<'_>, file: Option<&Path>) -> Self {
        let base_url = reader.read(&t::SP_API_BASE_URL);
        let lwa_base_url = reader.read(&t::LWA_BASE_URL);
        let marketplace_id = reader.read(&t::SP_API_MARKETPLACE_ID);
        let real = is_host_of(&base_url, "amazon.com") && !reader.is_refused(&t::SP_API_BASE_URL);
        let mut rate = |setting| match reader.read(setting) {
            Rate::PerSecond(rate) if !reader.is_given(setting) => Rate::Published(rate),
            Rate::Unlimited if real => {
                reader.reject(setting);
                Rate::Unlimited
            }
            rate => rate,
        };
        let item_offers_rate = rate(&t::SP_API_ITEM_OFFERS_RATE);
        let catalog_items_rate = rate(&t::SP_API_CATALOG_ITEMS_RATE);
        let app_id = reader.optional(&t::LWA_APP_ID);
        let client_secret = reader.optional(&t::LWA_CLIENT_SECRET);
        let refresh_token = reader.optional(&t::REFRESH_TOKEN);
        let required: [&t::Setting; 3] = [&t::REFRESH_TOKEN, &t::LWA_APP_ID, &t::LWA_CLIENT_SECRET];
        let missing = required
            .into_iter()
            .filter(|setting| !reader.is_given(setting))
            .map(|setting| setting.name)
            .collect();
        let credentials = app_id.zip(client_secret).zip(refresh_token).map(
            |((app_id, client_secret), refresh_token)| AmazonCredentials {
                app_id,
                client_secret,
                refresh_token,
            },
        );
        Self {
            base_url: address(&base_url),
            lwa_base_url: address(&lwa_base_url),
            marketplace_id,
            item_offers_rate,
            catalog_items_rate,
            credentials,
            missing,
            file: file.map(Path::to_owned),
        }
    }

    /// The credentials, for a command that needs them.
    ///
    /// # Errors
    ///
    /// [`CommandError::Usage`] with the names of the missing ones.
    pub fn credentials(&self) -> Result<&AmazonCredentials, CommandError> {
        self.credentials.as_ref().ok_or_else(|| {
            let names = self.missing.join(", ");
            let Text { ja, en } = looked_for(self.file.as_deref());
            CommandError::Usage(text!(
                "Amazonに問い合わせるための設定がありません: {names}(探したのは{ja})。環境変数か設定ファイルに書いてください(見本は .env.example)",
                "settings that are needed to call Amazon are missing: {names} (looked in {en}); set them in the environment or the settings file (see .env.example)"
            ))
        })
    }
}
