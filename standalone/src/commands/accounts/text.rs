//! The shops of the accounts file as text: one line each, then what a person has to do.

use super::view::{AccountView, AccountsView, TokenStatus};
use ui::causes::cause;
use ui::labels;
use ui::layout::{amount, clean, grouped, table, when};
use ui::message::{Lang, Text, text};

/// All shops.
pub fn render(view: &AccountsView, lang: Lang) -> String {
    let rows: Vec<_> = view.accounts.iter().map(|shop| row(shop, lang)).collect();
    let mut text = table(&rows, &[]);
    for todo in view.accounts.iter().flat_map(todos) {
        text.push_str(todo.of(lang));
        text.push('\n');
    }
    text
}

fn row(shop: &AccountView, lang: Lang) -> Vec<String> {
    let active = if shop.active {
        lang.pick("有効", "active")
    } else {
        lang.pick("停止中", "inactive")
    };
    let listed = grouped(shop.listed);
    let listed = text!("出品中 {listed}件", "{listed} listed");
    let pending = grouped(shop.pending);
    let pending = text!("登録待ち {pending}件", "{pending} pending");
    let parked = shop.parked_until.map(when).map(|until| {
        let text = text!("{until} まで待機", "paused until {until}");
        text.of(lang).to_owned()
    });
    let proxy = shop.proxy.as_deref().map(|proxy| {
        let text = text!("プロキシ {proxy}", "proxy {proxy}");
        text.of(lang).to_owned()
    });
    vec![
        shop.id.to_string(),
        shop.name.clone(),
        active.to_owned(),
        tokens(shop).of(lang).to_owned(),
        listed.of(lang).to_owned(),
        pending.of(lang).to_owned(),
        proxy.unwrap_or_default(),
        parked.unwrap_or_default(),
    ]
}

fn tokens(shop: &AccountView) -> Text {
    let token = &shop.token;
    let (age, ends) = (
        token.age_days.unwrap_or_default(),
        token.ends_at.map(when).unwrap_or_default(),
    );
    match token.state {
        TokenStatus::None => text!("未連携", "not authorised yet"),
        TokenStatus::Unused => text!("トークン未使用", "tokens not used yet"),
        TokenStatus::Good | TokenStatus::Ending => text!(
            "トークン有効(更新から{age}日、{ends} まで)",
            "tokens valid (refreshed {age} ago, until {ends})",
            age = amount(age.unsigned_abs(), "day", "days"),
        ),
        TokenStatus::Ended => text!("トークン期限切れ({ends})", "tokens expired ({ends})"),
        TokenStatus::Reauthorise => text!("再連携が必要", "must be authorised again"),
    }
}

fn todos(shop: &AccountView) -> Vec<Text> {
    let id = &shop.id;
    let proxy = shop.proxy_failed_since.map(when).map(|since| {
        text!(
            "{id}: {since} からプロキシが使えません(プロキシを通さずに送ることはしません)。直したら miseban accounts check {id} で確かめてください",
            "{id}: the proxy has failed since {since}, and Miseban sends nothing without it; once it is repaired: miseban accounts check {id}"
        )
    });
    let refused = shop.token.refused_since.map(when).map(|since| {
        text!(
            "{id}: {since} からBASEがトークンを受け付けません。自動で試し続け、30分たっても直らなければお知らせします",
            "{id}: BASE has rejected the tokens since {since}; Miseban retries automatically and notifies you if this lasts 30 minutes"
        )
    });
    let barred = shop.refused_since.map(when).zip(shop.refused.as_ref());
    let barred = barred.map(|(since, refusal)| {
        let why: String = clean(&refusal.why).chars().take(200).collect();
        let todo = labels::refusal(refusal.party, id);
        let (ja, en) = (todo.ja, todo.en);
        text!(
            "{id}: {since} からBASEに断られています(理由: {why})。{ja}。直したら miseban accounts check {id} で確かめてください",
            "{id}: BASE has refused it since {since} ({why}): {en}; then miseban accounts check {id}",
            why = cause(&why),
        )
    });
    let more = refused.into_iter().chain(proxy).chain(barred);
    todo(shop).into_iter().chain(more).collect()
}

fn todo(shop: &AccountView) -> Option<Text> {
    let (id, token) = (&shop.id, &shop.token);
    match token.state {
        TokenStatus::Unused | TokenStatus::Good => None,
        TokenStatus::Ending => Some(text!(
            "{id}: トークンがまもなく切れます。miseban accounts refresh {id} で延ばせます",
            "{id}: the tokens expire soon; extend them with miseban accounts refresh {id}"
        )),
        TokenStatus::None => {
            let Text { ja, en } = labels::never_authorised(id);
            Some(text!("{id}: {ja}", "{id}: {en}"))
        }
        TokenStatus::Ended => Some(text!(
            "{id}: トークンの期限が切れました。miseban accounts authorize {id} で再連携してください",
            "{id}: the tokens have expired: authorise the shop again with miseban accounts authorize {id}"
        )),
        TokenStatus::Reauthorise => {
            let since = token.reauthorise_since.map(when).unwrap_or_default();
            let why = token.reauthorise_why.as_deref().unwrap_or("?");
            let why: String = clean(why).chars().take(200).collect();
            Some(text!(
                "{id}: {since} から止まっています(理由: {why})。miseban accounts authorize {id} で再連携してください",
                "{id}: stopped since {since} ({why}); authorise the shop again with miseban accounts authorize {id}",
                why = cause(&why),
            ))
        }
    }
}
