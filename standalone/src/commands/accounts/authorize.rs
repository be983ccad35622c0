//! `accounts authorize`: leads a person through BASE's authorisation, from the address to the stored
//! tokens.
//!
//! Source: BASE API documentation, `oauth/authorize` and `oauth/token`. The code stands in no log, no
//! message and no command line.

use super::advice;
use super::browser::Catcher;
use crate::cli::AuthorizeArgs;
use crate::page::Page;
use app::accounts::{Account, AccountsFile};
use app::config::values::word;
use app::config::{Settings, environment};
use app::signal::Signals;
use app::wiring;
use secrecy::SecretString;
use shared::domain::account::REFRESH_TOKEN_LIVES;
use shared::ports::shop::ShopError;
use std::fmt::Write as _;
use std::io::{BufRead as _, Read as _};
use std::pin::pin;
use std::time::Duration;
use subtle::ConstantTimeEq as _;
use tokio::sync::mpsc;
use ui::command_error::{CommandError, Exit};
use ui::layout::{clean, when};
use ui::message::{Text, text};
use url::Url;

/// To know the shop's name, to read items, to edit them.
const SCOPES: &str = "read_users read_items write_items";
/// More than a person pastes.
const LONGEST_PASTE: u64 = 64 * 1024;

/// What BASE answered.
#[derive(Debug)]
pub enum Answer {
    /// The code to exchange.
    Code(SecretString),
    /// The person said no, or BASE did; its word for it.
    Denied(String),
}

/// Authorises one shop.
///
/// # Errors
///
/// A shop without `redirect_uri`, no answer in time, an answer that is not the one to this question, a
/// code that BASE refuses.
pub(super) async fn authorize(
    file: &AccountsFile,
    args: &AuthorizeArgs,
    settings: &Settings,
    page: &mut Page<'_>,
) -> Result<Exit, CommandError> {
    let mut stop = pin!(Signals::listen()?.first());
    let account = file.account(&args.id)?;
    let id = &account.id;
    let (back, listen_at) = redirect_uri(account)?;
    let credentials = file.credentials_of(id, &environment)?;
    let shops = wiring::shops(settings, file, credentials).await?;
    let state = format!("{:032x}", rand::random::<u128>());
    let mut catcher = open_catcher(&listen_at, &state, page).await?;
    invite(
        &address(&settings.base.base_url, account, back, &state),
        catcher.is_some(),
        page,
    )?;
    let patience = Duration::from_secs(args.within);
    let answer = tokio::select! {
        stopped = &mut stop => return stopped,
        answer = answered(&mut catcher, &state, page) => answer?,
        () = tokio::time::sleep(patience) => return Err(too_late(args.within)),
    };
    if let Some(catcher) = catcher {
        catcher.close().await;
    }
    let code = match answer {
        Answer::Code(code) => code,
        Answer::Denied(why) => return Err(denied(&why)),
    };
    let done = shops.base.authorise(id, code, back).await;
    let since = done.map_err(|error| CommandError::Failed(refused(account, &error)))?;
    let until = when(since + REFRESH_TOKEN_LIVES);
    page.line(&text!(
        "ショップ {id} を認可し、トークンを保存しました({until} まで有効、使えば延びます)。miseban accounts check {id} で確かめられます",
        "account {id} is authorised and its tokens are stored (good until {until}, longer with use); miseban accounts check {id} tries them"
    ))?;
    Ok(Exit::Done)
}

/// As it is written, since BASE compares it letter by letter, and as an address.
fn redirect_uri(account: &Account) -> Result<(&str, Url), CommandError> {
    let id = &account.id;
    let written = account.redirect_uri.as_deref().unwrap_or_default();
    let parsed = Url::parse(written).ok().filter(Url::has_host);
    parsed.map(|url| (written, url)).ok_or_else(|| {
        CommandError::Usage(text!(
            "ショップ {id} の redirect_uri がないか、アドレスではありません。BASEのアプリに登録したものと同じアドレスを、ショップ一覧に書いてください(例 http://127.0.0.1:8123/callback)",
            "redirect_uri of account {id} is missing or no address: write the one that is registered with the application at BASE into the accounts file, such as http://127.0.0.1:8123/callback"
        ))
    })
}

fn address(base_url: &str, account: &Account, back: &str, state: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("response_type", "code"),
        ("client_id", account.client_id()),
        ("redirect_uri", back),
        ("scope", SCOPES),
        ("state", state),
    ]);
    let query = query.finish();
    format!("{base_url}/1/oauth/authorize?{query}")
}

/// A port that is taken leaves the other way: the answer is pasted.
async fn open_catcher(
    back: &Url,
    state: &str,
    page: &mut Page<'_>,
) -> Result<Option<Catcher>, CommandError> {
    match Catcher::open(back, state).await {
        Ok(catcher) => Ok(catcher),
        Err(error) => {
            let port = back.port_or_known_default().unwrap_or_default();
            page.line(&text!(
                "ポート {port} を使えません({error})。ブラウザーが最後に表示したアドレスを貼り付けてください",
                "port {port} cannot be used ({error}): paste the address that the browser ends at"
            ))?;
            Ok(None)
        }
    }
}

fn invite(address: &str, caught: bool, page: &mut Page<'_>) -> Result<(), CommandError> {
    page.line(&text!(
        "このアドレスをブラウザーで開き、ショップのオーナーとしてログインして認可してください:\n\n{address}\n",
        "Open this address in a browser, log in as the owner of the shop, and authorise:\n\n{address}\n"
    ))?;
    page.line(&if caught {
        text!(
            "答えはこのPCで受け取ります。別のPCのブラウザーなら、最後に表示されたアドレスをここに貼り付けてください。やめるには Ctrl+C",
            "The answer is caught on this computer; from a browser elsewhere, paste the address that it ends at here. Ctrl+C gives up"
        )
    } else {
        text!(
            "ブラウザーが最後に表示したアドレス(または、その中の code の値)をここに貼り付けて、Enterを押してください。やめるには Ctrl+C",
            "Paste the address that the browser ends at, or the code in it, here, and press Enter. Ctrl+C gives up"
        )
    })
}

/// From the browser or from the person, whichever comes first.
async fn answered(
    catcher: &mut Option<Catcher>,
    state: &str,
    page: &mut Page<'_>,
) -> Result<Answer, CommandError> {
    let mut lines = pasted();
    let mut listening = true;
    loop {
        let line = tokio::select! {
            Some(answer) = caught(catcher) => return Ok(answer),
            line = lines.recv(), if listening => line,
        };
        match line.as_deref().map(|line| Answer::of_paste(line, state)) {
            Some(Ok(answer)) => return Ok(answer),
            Some(Err(problem)) => page.line(&problem)?,
            // Nobody types here; the browser may still answer.
            None if catcher.is_some() => listening = false,
            None => return Err(no_input()),
        }
    }
}

async fn caught(catcher: &mut Option<Catcher>) -> Option<Answer> {
    match catcher {
        Some(catcher) => catcher.caught().await,
        None => std::future::pending().await,
    }
}

/// Lines of stdin. The thread is left behind at the end: nothing can take a read of a terminal back.
fn pasted() -> mpsc::UnboundedReceiver<String> {
    let (send, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let stdin = std::io::stdin().lock().take(LONGEST_PASTE);
        for line in stdin.lines().map_while(Result::ok) {
            if !line.trim().is_empty() && send.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

impl Answer {
    /// Reads the query of the address that BASE has sent the browser to.
    ///
    /// # Errors
    ///
    /// A text for the person: it bears another state, or neither a code nor an error.
    pub fn of_query(query: &str, expected: &str) -> Result<Self, Text> {
        let find = |name: &str| {
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            let found = pairs.find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        let state = find("state").unwrap_or_default();
        if !bool::from(state.as_bytes().ct_eq(expected.as_bytes())) {
            return Err(text!(
                "これは今回の認可の答えではありません。表示されたアドレスを、もう一度ブラウザーで開いてください",
                "this is not the answer to this authorisation: open the address that was shown once more"
            ));
        }
        if let Some(error) = find("error") {
            return Ok(Self::Denied(clean(&error).chars().take(60).collect()));
        }
        find("code")
            .and_then(|code| word(&code))
            .map(|code| Self::Code(code.into()))
            .ok_or_else(no_code)
    }

    /// Reads what a person has pasted: a whole address, or the code alone.
    fn of_paste(line: &str, expected: &str) -> Result<Self, Text> {
        let line = line.trim();
        match line.split_once('?') {
            Some((_, query)) => {
                let query = query.split('#').next().unwrap_or_default();
                Self::of_query(query, expected)
            }
            None if line.contains("://") => Err(no_code()),
            None => word(line)
                .map(|code| Self::Code(code.into()))
                .ok_or_else(no_code),
        }
    }
}

fn no_code() -> Text {
    text!(
        "code が見つかりません。ブラウザーのアドレス欄の全体を貼り付けてください",
        "there is no code in it: paste the whole address of the browser"
    )
}

fn no_input() -> CommandError {
    CommandError::Usage(text!(
        "code が入力されないまま、入力が終わりました。端末から実行するか、ショップ一覧の redirect_uri を http://127.0.0.1:ポート/... にしてください",
        "the input ended without a code: run it in a terminal, or use a redirect_uri of http://127.0.0.1:PORT/... in the accounts file"
    ))
}

fn too_late(seconds: u64) -> CommandError {
    CommandError::Failed(text!(
        "{seconds}秒待ちましたが、答えがありませんでした。もう一度実行してください",
        "no answer within {seconds} seconds: run it again"
    ))
}

fn denied(why: &str) -> CommandError {
    CommandError::Failed(text!(
        "BASEで認可されませんでした({why})。何も変わっていません",
        "it was not authorised at BASE ({why}); nothing was changed"
    ))
}

fn refused(account: &Account, error: &ShopError) -> Text {
    let mut said = advice::of(&account.id, error);
    if matches!(error, ShopError::Refused(_)) {
        let _ = write!(
            said.ja,
            "。code は1度だけ、短い間しか使えません。もう一度実行してください"
        );
        let _ = write!(
            said.en,
            ". A code is good once and not for long: run it again"
        );
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    fn code(answer: Result<Answer, Text>) -> String {
        match answer.unwrap() {
            Answer::Code(code) => code.expose_secret().to_owned(),
            Answer::Denied(why) => panic!("denied: {why}"),
        }
    }

    #[test]
    fn a_code_is_taken_alone_or_out_of_the_address() {
        assert_eq!(code(Answer::of_paste(" abc123 ", "s")), "abc123");
        let address = "https://shop.example/back?x=1&code=abc123&state=s#top";
        assert_eq!(code(Answer::of_paste(address, "s")), "abc123");
    }

    #[test]
    fn an_answer_with_another_state_or_without_a_code_is_not_taken() {
        for paste in [
            "https://shop.example/back?code=abc123&state=other",
            "https://shop.example/back?code=abc123",
            "https://shop.example/back?state=s",
            "https://shop.example/back",
            "two words",
        ] {
            assert!(Answer::of_paste(paste, "s").is_err(), "{paste}");
        }
    }

    #[test]
    fn a_refusal_is_told_with_its_word() {
        let answer = Answer::of_query("error=access_denied&state=s", "s").unwrap();

        assert!(matches!(answer, Answer::Denied(why) if why == "access_denied"));
    }
}
