//! `accounts authorize`: leads a person through BASE's authorisation, from the address to the
//! stored tokens.
//!
//! Source: BASE API documentation, `oauth/authorize` and `oauth/token`. The code appears in no log,
//! no message and no command line.

use super::advice;
use super::callback::CallbackListener;
use super::prompt::{invite, wait_for_response};
use super::response::AuthorizationResponse;
use super::tools::AccountsTools;
use crate::cli::AuthorizeArgs;
use crate::output::CommandOutput;
use app::accounts::AccountEntry;
use app::config::environment;
use app::program::in_container;
use app::signal::Signals;
use shared::domain::account::REFRESH_TOKEN_LIVES;
use shared::ports::shop::ShopError;
use std::pin::pin;
use std::time::Duration;
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::layout::when;
use ui::message::{Text, text};
use url::Url;

/// To read the shop's name, and to read and edit its items.
const SCOPES: &str = "read_users read_items write_items";

/// Authorises one shop.
///
/// # Errors
///
/// A shop without `redirect_uri`, no response in time, an authorisation that was denied, a code
/// that BASE rejects.
pub(super) async fn authorize(
    tools: &AccountsTools<'_>,
    args: &AuthorizeArgs,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    let mut stop = pin!(Signals::listen()?.first());
    let file = tools.file;
    let account = file.account(&args.id)?;
    let id = &account.id;
    let (redirect, listen_at) = redirect_uri(account)?;
    let credentials = file.credentials_of(id, &environment)?;
    let shops = tools.shops(credentials).await?;
    let state = format!("{:032x}", rand::random::<u128>());
    let mut listener = open_listener(&listen_at, &state, out).await?;
    let address = authorization_url(&tools.settings.base.base_url, account, redirect, &state);
    invite(&address, listener.is_some(), out)?;
    let timeout = Duration::from_secs(args.within);
    let response = tokio::select! {
        stopped = &mut stop => return stopped,
        response = wait_for_response(&mut listener, &state, out) => response?,
        () = tokio::time::sleep(timeout) => return Err(timed_out(args.within)),
    };
    if let Some(listener) = listener {
        listener.close().await;
    }
    let code = match response {
        AuthorizationResponse::Code(code) => code,
        AuthorizationResponse::Denied(why) => return Err(denied(&why)),
    };
    let done = shops.base.authorise(id, code, redirect).await;
    let since = done.map_err(|error| CommandError::Failed(rejected(account, &error)))?;
    let until = when(since + REFRESH_TOKEN_LIVES);
    out.line(&text!(
        "ショップ {id} を連携し、トークンを保存しました({until} まで有効、使えば延びます)。miseban accounts check {id} で確かめられます",
        "account {id} is authorised and its tokens are stored (valid until {until}, longer with use); test them with miseban accounts check {id}"
    ))?;
    Ok(Exit::Done)
}

/// The redirect URI as it is written, since BASE compares it character by character, and parsed.
fn redirect_uri(account: &AccountEntry) -> Result<(&str, Url), CommandError> {
    let id = &account.id;
    let written = account.redirect_uri.as_deref().unwrap_or_default();
    let parsed = Url::parse(written).ok().filter(Url::has_host);
    parsed.map(|url| (written, url)).ok_or_else(|| {
        CommandError::Usage(text!(
            "ショップ {id} の redirect_uri がないか、アドレスではありません。BASEのアプリに登録したものと同じアドレスを、ショップ一覧に書いてください(例 http://127.0.0.1:8123/callback)",
            "redirect_uri of account {id} is missing or not a URL: write the URL registered with the application at BASE into the accounts file, such as http://127.0.0.1:8123/callback"
        ))
    })
}

fn authorization_url(
    base_url: &str,
    account: &AccountEntry,
    redirect: &str,
    state: &str,
) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("client_id", account.client_id()),
        ("redirect_uri", redirect),
        ("scope", SCOPES),
        ("state", state),
    ]);
    let query = query.finish();
    format!("{base_url}/1/oauth/authorize?{query}")
}

/// Without a free port, or in a container, the person has to paste the address.
async fn open_listener(
    redirect: &Url,
    state: &str,
    out: &mut CommandOutput<'_>,
) -> Result<Option<CallbackListener>, CommandError> {
    if in_container() {
        return Ok(None);
    }
    match CallbackListener::open(redirect, state).await {
        Ok(listener) => Ok(listener),
        Err(error) => {
            let port = redirect.port_or_known_default().unwrap_or_default();
            out.line(&text!(
                "ポート {port} を使えません({error})。ブラウザーが最後に表示したアドレスを貼り付けてください",
                "port {port} cannot be used ({error}): paste the address the browser ends at",
                error = cause(&error),
            ))?;
            Ok(None)
        }
    }
}

fn timed_out(seconds: u64) -> CommandError {
    CommandError::Failed(text!(
        "{seconds}秒待ちましたが、応答がありませんでした。もう一度実行してください",
        "no response within {seconds} s: run the command again"
    ))
}

fn denied(why: &str) -> CommandError {
    CommandError::Failed(text!(
        "BASEで許可されませんでした({why})。何も変わっていません",
        "access was denied at BASE ({why}); nothing was changed"
    ))
}

fn rejected(account: &AccountEntry, error: &ShopError) -> Text {
    let mut message = advice::of(&account.id, error);
    if matches!(error, ShopError::Refused(_)) {
        message
            .ja
            .push_str("。code は1度だけ、短い間しか使えません。もう一度実行してください");
        message
            .en
            .push_str(". A code works once and only for a short time: run the command again");
    }
    message
}
