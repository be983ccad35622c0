//! The commands that show what is stored, over a real database.

use crate::fixture::{
    Captured, RUN, account, asin, at, failure, open_run, product, settings, shop,
};
use adapters::store::SqlStore;
use chrono::{DateTime, TimeDelta, Utc};
use insta::assert_snapshot;
use shared::domain::notice::Notice;
use shared::domain::rate::LanePace;
use shared::domain::report::Report;
use shared::ports::cache::Cache;
use shared::ports::store::{
    AccountStore, LaneMemory, LaneRefusals, LaneStore, NewNotice, NoticeClaim, NoticeStore,
    ReauthoriseMark, ReportStore, RunStore,
};
use standalone::commands::programs::LivePrograms;
use standalone::commands::status::StatusSources;
use standalone::commands::{explain, report, status, validate};
use standalone::output::CommandOutput;
use ui::command_error::Exit;
use ui::message::Lang;
use uuid::Uuid;

/// The status of a store on which nobody works.
async fn show_status(store: &SqlStore, now: DateTime<Utc>, output: &mut CommandOutput<'_>) {
    assert_eq!(status_with(&[], store, now, output).await, Exit::Done);
}

/// The same, with these settings.
async fn status_with(
    set: &[(&str, &str)],
    store: &SqlStore,
    now: DateTime<Utc>,
    output: &mut CommandOutput<'_>,
) -> Exit {
    let lanes = store.lanes().await.unwrap();
    let sources = StatusSources {
        lanes: &lanes,
        programs: LivePrograms::OneProcess(None),
        first_tokens: None,
        warned_before: TimeDelta::days(7),
        schedule: &settings(set).work.schedule,
    };
    status::status(store, sources, now, output).await.unwrap()
}

#[tokio::test]
async fn the_newest_report_is_shown_without_a_run_id() {
    let store = shop().await;
    let id = open_run(&store).await;
    let mut output = Captured::new();

    let exit = report::report(&store, None, at(12), &mut output.json())
        .await
        .unwrap();

    let shown: Report = serde_json::from_value(output.object()).unwrap();
    assert_eq!(exit, Exit::Done);
    assert_eq!(Some(shown), store.report(id, at(12)).await.unwrap());
}

#[tokio::test]
async fn an_unknown_run_is_wrong_usage() {
    let store = shop().await;
    open_run(&store).await;

    for wrong in ["yesterday", "01939c1e-7c00-7000-8000-00000000ffff"] {
        let mut output = Captured::new();
        let shown = report::report(&store, Some(wrong), at(12), &mut output.json()).await;

        let (message, exit) = failure(shown);
        assert!(message.contains(wrong), "{message}");
        assert_eq!(exit, Exit::Usage);
        assert_eq!(output.read(), "");
    }
}

#[tokio::test]
async fn before_the_first_run_the_report_says_how_to_start_one() {
    let store = shop().await;

    let shown = report::report(&store, None, at(12), &mut Captured::new().json()).await;

    let (message, exit) = failure(shown);
    assert!(message.contains("miseban run price-stock"), "{message}");
    assert_eq!(exit, Exit::Failed);
}

#[tokio::test]
async fn an_asin_is_explained_with_every_offer_and_listing() {
    let store = shop().await;
    open_run(&store).await;
    for (lang, number, name) in [
        (Lang::Ja, 1, "explained_in_japanese"),
        (Lang::En, 1, "explained_in_english"),
        (Lang::Ja, 2, "explained_while_held"),
        (Lang::Ja, 3, "explained_without_an_answer"),
    ] {
        let mut output = Captured::new();

        let asked = asin(number).to_string().to_lowercase();
        let exit = explain::explain(&store, &asked, &mut output.text(lang)).await;

        assert_eq!(exit.unwrap(), Exit::Done);
        assert_snapshot!(name, output.read());
    }
}

#[tokio::test]
async fn an_explanation_as_json_has_the_verdict_of_every_offer() {
    let store = shop().await;
    open_run(&store).await;
    let mut output = Captured::new();

    explain::explain(&store, asin(1).as_str(), &mut output.json())
        .await
        .unwrap();

    let object = output.object();
    assert_eq!(object["product"]["price"]["value"], 1200);
    assert_eq!(object["seen"][0]["offers"][1]["verdict"]["won"], 1148);
    assert_eq!(object["listings"][0]["desired"]["state"]["price"], 1560);
    assert_eq!(object["updates"][0]["state"], "queued");
}

#[tokio::test]
async fn an_unknown_asin_fails_and_an_invalid_one_is_wrong_usage() {
    let store = shop().await;

    let unknown = explain::explain(&store, "B00NOWHERE", &mut Captured::new().json()).await;
    let wrong = explain::explain(&store, "B00", &mut Captured::new().json()).await;

    assert_eq!(failure(unknown).1, Exit::Failed);
    assert_eq!(failure(wrong).1, Exit::Usage);
}

async fn busy_shop() -> SqlStore {
    let store = shop().await;
    open_run(&store).await;
    let (main, second) = (account("main"), account("second"));
    store.park(&main, at(60)).await.unwrap();
    let mark = Some(ReauthoriseMark {
        since: at(5),
        why: "invalid_request",
        seed: "",
        pair_at: None,
    });
    store.set_reauthorise(&second, mark).await.unwrap();
    let offers = LaneMemory {
        pace: LanePace {
            configured: 10_000_000,
            period: 10_000_000,
            ..LanePace::default()
        },
        ..LaneMemory::default()
    };
    store
        .save_lane("spapi/app/item-offers", &offers)
        .await
        .unwrap();
    let base = LaneMemory {
        hour_ms: at(0).timestamp_millis(),
        hour_used: 5_000,
        day_ms: at(-540).timestamp_millis(),
        day_used: 41_234,
        closed_until_ms: at(60).timestamp_millis(),
        ..LaneMemory::default()
    };
    store.save_lane("base/main", &base).await.unwrap();
    store
}

#[tokio::test]
async fn the_status_reads_well() {
    let store = busy_shop().await;
    for (lang, name) in [
        (Lang::Ja, "status_in_japanese"),
        (Lang::En, "status_in_english"),
    ] {
        let mut output = Captured::new();

        show_status(&store, at(12), &mut output.text(lang)).await;

        assert_snapshot!(name, output.read());
    }
}

#[tokio::test]
async fn the_status_counts_the_waiting_updates_of_a_shop() {
    let store = busy_shop().await;
    let mut output = Captured::new();

    show_status(&store, at(12), &mut output.json()).await;

    let waiting = |shop: usize| output.object()["accounts"][shop]["waiting"].clone();
    assert_eq!((waiting(0), waiting(1)), (1.into(), 0.into()));
}

#[tokio::test]
async fn a_notification_that_may_have_been_sent_is_shown_with_its_cause() {
    let store = shop().await;
    claim_by_dead_process(&store).await;
    let message = async |lang| {
        let mut output = Captured::new();
        let page = &mut output.text(lang);
        show_status(&store, at(12), page).await;
        output.read()
    };

    let (japanese, english) = (message(Lang::Ja).await, message(Lang::En).await);

    let cause = "届いたか不明 1件、応答が来る前にプログラムが終わりました";
    assert!(japanese.contains(cause), "{japanese}");
    let cause = "possibly sent 1, the program ended before it knew the answer";
    assert!(english.contains(cause), "{english}");
}

/// A notification whose sender died before it knew the result.
async fn claim_by_dead_process(store: &SqlStore) {
    let notice = Notice::Parked {
        account: account("main"),
        name: "本店".to_owned(),
        until: at(60),
    };
    let new = NewNotice {
        event: notice.event(),
        notice: Some(notice),
        at: at(1),
    };
    let channels = ["chatwork".to_owned()];
    store.write_notices(&channels, &[new]).await.unwrap();
    let claim = NoticeClaim {
        message: Uuid::now_v7(),
        now: at(2),
        until: at(3),
        gather: TimeDelta::zero(),
        most: 1,
    };
    let claimed = store.claim_notices("chatwork", &claim).await.unwrap();
    assert_eq!(claimed.notices.len(), 1);
    store.tidy_notices(at(9), at(-9), at(-99)).await.unwrap();
}

#[tokio::test]
async fn expired_states_are_not_shown() {
    let store = busy_shop().await;
    let mut output = Captured::new();

    status_with(&[], &store, at(61), &mut output.json()).await;

    let object = output.object();
    assert_eq!(
        object["accounts"][0]["parked_until"],
        serde_json::Value::Null
    );
    assert_eq!(object["lanes"][0]["closed_until"], serde_json::Value::Null);
    assert_eq!(object["lanes"][0]["used_this_hour"], 0);
    assert_eq!(object["open_runs"][0]["run_id"], RUN);
}

#[tokio::test]
async fn an_empty_database_has_a_status() {
    let store = SqlStore::open("sqlite::memory:").await.unwrap();
    let mut output = Captured::new();

    show_status(&store, at(0), &mut output.text(Lang::En)).await;

    assert_eq!(output.read().matches("  none").count(), 4);
}

#[tokio::test]
async fn a_run_that_is_overdue_is_told_and_fails_the_status() {
    let store = shop().await;
    let status = async |set: &[(&str, &str)], minutes| {
        let mut output = Captured::new();
        let page = &mut output.text(Lang::En);
        let exit = status_with(set, &store, at(minutes), page).await;
        (exit, output.read())
    };
    // Before the first run none is overdue.
    assert_eq!(status(&[], 7 * 60).await.0, Exit::Done);
    let run = open_run(&store).await;
    store.fail_run(run, "cut off", at(30)).await.unwrap();

    let in_time = status(&[], 190).await;
    let late = status(&[], 7 * 60).await;
    let six_hours = status(&[("RUN_EVERY_HOURS", "6")], 6 * 60).await;
    // 09:00 in Japan is before the run, 15:00 seven hours after it.
    let clock = status(&[("RUN_AT", "09:00,15:00")], 6 * 60 + 5).await;
    let missed = status(&[("RUN_AT", "09:00,15:00")], 6 * 60 + 11).await;

    assert_eq!(in_time.0, Exit::Done);
    assert!(
        in_time.1.contains("next run  2026-11-22 12:10"),
        "{}",
        in_time.1
    );
    assert_eq!(late.0, Exit::Failed);
    assert!(
        late.1
            .contains("A run is overdue: none since 2026-11-22 09:30"),
        "{}",
        late.1
    );
    assert!(!late.1.contains("next run starts when"), "{}", late.1);
    assert_eq!((six_hours.0, clock.0), (Exit::Done, Exit::Done));
    assert_eq!(missed.0, Exit::Failed);
}

#[tokio::test]
async fn a_schedule_that_waits_for_an_open_run_names_it() {
    let store = shop().await;
    let run = open_run(&store).await;
    let mut output = Captured::new();

    let page = &mut output.text(Lang::En);
    let exit = status_with(&[], &store, at(7 * 60), page).await;

    let text = output.read();
    assert_eq!(exit, Exit::Done);
    assert!(
        text.contains(&format!("The next run starts when run {run} has ended")),
        "{text}"
    );
    assert!(text.contains(&format!("miseban cancel {run}")), "{text}");
}

#[tokio::test]
async fn the_cache_is_compared_with_the_database() {
    let store = shop().await;
    open_run(&store).await;
    let cache = store.cache();
    let ttls = shared::domain::freshness::Ttls::default();
    let other = [product(2, 999, at(11))];
    cache
        .put(&[product(1, 1_200, at(11))], at(11))
        .await
        .unwrap();
    cache.put(&other, at(11)).await.unwrap();
    let mut output = Captured::new();

    let early = validate::validate(&store, &cache, &ttls, at(12), &mut output.json()).await;
    let object = output.object();
    let late = validate::validate(&store, &cache, &ttls, at(90), &mut Captured::new().json()).await;

    let early = early.unwrap();
    assert!(early.wants_fill());
    assert_eq!(object["asins"], 3);
    assert_eq!(object["missing"]["examples"][0], asin(3).as_str());
    assert_eq!(object["different"]["examples"][0], asin(2).as_str());
    assert_eq!(
        (
            early.missing.count,
            early.stale.count,
            early.different.count
        ),
        (1, 0, 1)
    );
    assert_eq!(late.unwrap().stale.count, 2);
}

#[tokio::test]
async fn a_comparison_reads_well() {
    let store = shop().await;
    open_run(&store).await;
    let ttls = shared::domain::freshness::Ttls::default();
    let mut output = Captured::new();

    let page = &mut output.text(Lang::Ja);
    validate::validate(&store, &store.cache(), &ttls, at(12), page)
        .await
        .unwrap();

    assert_snapshot!("comparison_in_japanese", output.read());
}

/// The line of Amazon's lane in the status.
async fn lane_line(pace: LanePace, refusals: Option<LaneRefusals>) -> String {
    let store = busy_shop().await;
    let lane = "spapi/app/item-offers";
    let memory = LaneMemory {
        pace,
        ..LaneMemory::default()
    };
    store.save_lane(lane, &memory).await.unwrap();
    store.save_refusals(lane, refusals).await.unwrap();
    let mut output = Captured::new();
    show_status(&store, at(12), &mut output.text(Lang::En)).await;
    let text = output.read();
    let mut lines = text.lines();
    lines.find(|line| line.contains(lane)).unwrap().to_owned()
}

#[tokio::test]
async fn the_status_tells_what_amazon_does_to_its_lane() {
    let pace = |period, header, default_until| LanePace {
        configured: 10_000_000,
        period,
        header,
        default_until,
    };
    let refusals = |since, last| {
        Some(LaneRefusals {
            since: at(since),
            last: at(last),
        })
    };
    let hour = at(60).timestamp_micros();
    let usual = pace(10_000_000, 10_000_000, 0);

    for (pace, refusals, expected) in [
        (
            usual,
            refusals(5, 11),
            "Amazon refuses every request (429, since",
        ),
        (pace(10_000_000, 50_000, hour), None, "the default until"),
        (
            pace(200_000_000, 10_000_000_000, 0),
            None,
            "one every 2 h 46 min",
        ),
        (
            pace(20_000_000, 20_000_000, 0),
            None,
            "slowed down by Amazon's answers",
        ),
        (
            pace(50_000, 50_000, 0),
            None,
            "raised to the rate of Amazon's header",
        ),
    ] {
        let line = lane_line(pace, refusals).await;
        assert!(line.contains(expected), "{expected}: {line}");
    }
    for quiet in [None, refusals(11, 11), refusals(-30, -5)] {
        let line = lane_line(usual, quiet).await;
        assert!(!line.contains("Amazon"), "{line}");
    }
}
