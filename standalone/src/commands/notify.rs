//! `notify`: shows the notification channels and events, and sends test messages.

use crate::cli::NotifyArgs;
use crate::database::CommandStore;
use crate::output::CommandOutput;
use app::config::Settings;
use app::wiring;
use chrono::TimeDelta;
use producer::notices::{NotificationPolicy, Notifications, WaitingNotices};
use shared::ports::notifier::{Notifier, NotifyError};
use std::sync::Arc;
use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::layout::amount;
use ui::message::{Lang, Text, text};
use ui::notices;

/// Prints the channels and the events; with `--test` sends a test message to each channel, and what
/// waits in `store` for a channel that accepts it. [`Exit::Failed`] when a channel does not accept it.
///
/// # Errors
///
/// [`CommandError::Usage`] for a test without a channel; a database that stops answering.
pub async fn notify(
    args: NotifyArgs,
    settings: &Settings,
    store: &CommandStore,
    out: &mut CommandOutput<'_>,
) -> Result<Exit, CommandError> {
    if !args.test {
        out.line(&channels_message(settings))?;
        out.line(&events_message(settings))?;
        return Ok(Exit::Done);
    }
    let channels = wiring::channels(settings)?;
    if channels.is_empty() {
        return Err(CommandError::Usage(text!(
            "送り先がありません。CHATWORK_TOKEN と CHATWORK_ROOM_ID、または NOTIFY_WEBHOOK_URL を設定してください",
            "no channel is configured: set CHATWORK_TOKEN and CHATWORK_ROOM_ID, or NOTIFY_WEBHOOK_URL"
        )));
    }
    let waiting = waiting(settings, store, &channels).await;
    let mut exit = Exit::Done;
    for channel in &channels {
        let name = channel.name();
        match channel.post(&notices::test_message(out.lang)).await {
            Ok(()) => {
                out.line(&text!("ok  {name}: 送りました", "ok  {name}: sent"))?;
                send_waiting(&**channel, waiting.as_ref(), out).await?;
            }
            Err(error) => {
                exit = Exit::Failed;
                let Text { ja, en } = advice(&error);
                out.line(&text!("NG  {name}: {ja}", "NG  {name}: {en}"))?;
            }
        }
    }
    Ok(exit)
}

/// What sends the notices that wait in the database; `None` where there is none yet, or where it does
/// not answer: somebody tests the settings of a channel.
async fn waiting(
    settings: &Settings,
    store: &CommandStore,
    channels: &[Arc<dyn Notifier>],
) -> Option<Notifications> {
    let store = match store.existing().await {
        Ok(store) => Arc::new(store.clone()),
        Err(failure) => {
            tracing::info!(%failure, "no notices that wait can be sent");
            return None;
        }
    };
    let policy = NotificationPolicy {
        gather: TimeDelta::zero(),
        ..NotificationPolicy::from_settings(settings)
    };
    let clock = store.clock();
    Some(Notifications::new(store, clock, channels.to_vec(), policy))
}

/// Sends what a channel has refused until now, instead of at the time of the next attempt.
async fn send_waiting(
    channel: &dyn Notifier,
    waiting: Option<&Notifications>,
    out: &mut CommandOutput<'_>,
) -> Result<(), CommandError> {
    let Some(notifications) = waiting else {
        return Ok(());
    };
    let told = match notifications.send_waiting(channel).await? {
        WaitingNotices::None => return Ok(()),
        WaitingNotices::Sent(count) => text!(
            "    待っていたお知らせ{count}件も送りました",
            "    and {count} that waited",
            count = amount(count, "notice", "notices"),
        ),
        WaitingNotices::Waiting => text!(
            "    待っているお知らせは、まだ送れていません。店番が動いていれば、自動でもう一度送ります",
            "    notices still wait; they will be tried again while Miseban runs"
        ),
        WaitingNotices::GivenUp => text!(
            "    待っていたお知らせは、届いていないかもしれません。もう一度は送りません。miseban status で確かめてください",
            "    notices that waited may not have arrived, and are not sent again: see miseban status"
        ),
    };
    out.line(&told)
}

/// The configured channels.
pub fn channels_message(settings: &Settings) -> Text {
    let mut names: Vec<Text> = Vec::new();
    if let Some(chatwork) = &settings.chatwork {
        let room = &chatwork.room_id;
        names.push(text!("Chatwork(ルーム {room})", "Chatwork (room {room})"));
    }
    if settings.webhook.is_some() {
        names.push(text!("Webhook", "webhook"));
    }
    if names.is_empty() {
        return text!(
            "送り先がないため、送りません(CHATWORK_TOKEN と CHATWORK_ROOM_ID、または NOTIFY_WEBHOOK_URL)",
            "no channel is configured, so nothing is sent (set CHATWORK_TOKEN and CHATWORK_ROOM_ID, or NOTIFY_WEBHOOK_URL)"
        );
    }
    let all = |of: fn(&Text) -> &str, and: &str| names.iter().map(of).collect::<Vec<_>>().join(and);
    let (ja, en) = (all(|one| &one.ja, "、"), all(|one| &one.en, ", "));
    text!(
        "送り先: {ja}。試すには miseban notify --test",
        "sent to {en}; test it with miseban notify --test"
    )
}

fn events_message(settings: &Settings) -> Text {
    let all = |lang: Lang| {
        let kinds = settings.notify_events.kinds();
        let named =
            kinds.map(|kind| format!("  {}: {}", kind.as_str(), notices::event(kind).of(lang)));
        named.collect::<Vec<_>>().join("\n")
    };
    let (ja, en) = (all(Lang::Ja), all(Lang::En));
    text!(
        "通知する出来事(NOTIFY_EVENTS):\n{ja}",
        "events (NOTIFY_EVENTS):\n{en}"
    )
}

fn advice(error: &NotifyError) -> Text {
    match error {
        NotifyError::Later { .. } => text!(
            "今は受け付けられません({error})。少し待ってからもう一度試してください",
            "not accepted now ({error}): wait a moment and try again",
            error = cause(&error),
        ),
        NotifyError::Forbidden(_) => text!(
            "断られました({error})。CHATWORK_TOKEN、CHATWORK_ROOM_ID(そのルームに書き込めるか)、または NOTIFY_WEBHOOK_URL を確かめてください",
            "rejected ({error}): check CHATWORK_TOKEN, CHATWORK_ROOM_ID (and the right to post in that room), or NOTIFY_WEBHOOK_URL",
            error = cause(&error),
        ),
        NotifyError::Rejected(_) => text!(
            "受け付けられない形です({error})。NOTIFY_WEBHOOK_URL がSlack形式のものか確かめてください(Discordは末尾に /slack)",
            "the format is not accepted ({error}): check that NOTIFY_WEBHOOK_URL accepts Slack messages (for Discord, add /slack to the URL)",
            error = cause(&error),
        ),
        NotifyError::Unknown(_) => text!(
            "送りましたが、応答がありません({error})。届いたか、送り先を確認してください",
            "sent, but there was no response ({error}): check in the channel whether it arrived",
            error = cause(&error),
        ),
    }
}
