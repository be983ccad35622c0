use super::*;

mod kinds;

use crate::causes::cause;
use crate::sample_reports::{at, eventful};
use shared::domain::account::{AccountId, AccountRefusal, RefusedParty};
use shared::domain::report::{Guarded, Report};
use shared::domain::run::RunState;

fn run(report: Report) -> Notice {
    Notice::Run {
        report: Box::new(report),
    }
}

fn parked(name: &str) -> Notice {
    Notice::Parked {
        account: AccountId::parse("main").unwrap(),
        name: name.to_owned(),
        until: at("2026-11-22T02:00:00Z"),
    }
}

#[test]
fn a_notice_of_a_run_has_its_numbers_and_what_to_do() {
    let sent = message(&[run(eventful())], 0, Lang::Ja);

    assert_eq!(sent.title, "店番: 価格と在庫 - 完了");
    for part in [
        "価格変更 734件(うち100円以上 310件)、在庫切れ 41件、在庫復活 9件",
        "反映 720件(非公開 41件、再公開 9件)、失敗 5件、要確認 4件、BASEの受け付け待ち 1,500件、削除されていた 17件",
        "BASEが応答しない (unavailable) 4件",
        "  本店 (main): 価格変更 500件、在庫切れ 41件、在庫復活 9件、反映 700件(非公開 41件、再公開 9件)、失敗 5件、要確認 3件\n",
        "  sub: 価格変更 234件、反映 20件、要確認 1件、BASEの受け付け待ち 1,500件、削除されていた 17件\n",
        "  B000000001  20,001円 → 120,000円 (+99,999円)  商品1 (main、sub)\n",
        "  B000000031  在庫 あり → 切れ  商品31 (main、sub)\n",
        "  B000000051  在庫 切れ → あり  (main、sub)\n",
        "  ほか31件\n",
        "  ほか724件",
        "ASINが17件",
        "回数制限による待機 2回",
        "ASIN 12,829件、リクエスト 642回、時間 1時間51分",
        "miseban report 01939c1e-7c00-7000-8000-000000000001",
    ] {
        assert!(sent.body.contains(part), "{part} in {}", sent.body);
    }
    assert!(!sent.body.contains("B000000011"), "ten examples");
}

#[test]
fn both_languages_show_the_same_numbers() {
    let numbers = |lang| {
        let body = message(&[run(eventful())], 3, lang).body;
        let digits = body.split(|c: char| !c.is_ascii_digit() && c != ',');
        let mut all: Vec<String> = digits
            .map(|number| number.trim_matches(',').to_owned())
            .filter(|number| number.len() > 1)
            .collect();
        all.sort_unstable();
        all
    };

    assert_eq!(numbers(Lang::Ja), numbers(Lang::En));
}

#[test]
fn a_held_run_says_first_that_it_waits_for_a_person() {
    let guard = Guarded {
        gone: 0,
        hides: 1_300,
        invalid: 0,
        allowed_percent: 10,
        allowed_count: 50,
        held: 1_250,
        tripped_at: at("2026-11-22T00:01:00Z"),
        decided_at: None,
        decision: None,
    };
    let held = Report {
        state: RunState::Held,
        guard: Some(guard),
        ..eventful()
    };

    let sent = message(&[run(held)], 0, Lang::En);

    assert!(sent.title.contains("held"), "{}", sent.title);
    assert!(
        sent.body.contains("1,250 updates are held"),
        "{}",
        sent.body
    );
    for command in ["release", "cancel"] {
        let line = format!("miseban {command} {}", eventful().run_id);
        assert!(sent.body.contains(&line), "{}", sent.body);
    }
}

#[test]
fn a_digest_says_why_a_run_failed_and_what_to_do() {
    for (error, todo) in [
        (
            "amazon does not accept the credentials: invalid_client: client id or secret is wrong",
            "LWA_CLIENT_SECRET",
        ),
        (
            "amazon does not accept the credentials: http 403 Unauthorized: the application lacks the role Pricing, or",
            "Pricing(価格設定)",
        ),
        (
            "amazon does not accept the credentials: http 403 Unauthorized: the application lacks the role Product Listing, or",
            "Product Listing(商品の出品)",
        ),
        ("the reason", "miseban doctor"),
    ] {
        let failed = Report {
            state: RunState::Failed,
            error: Some(error.to_owned()),
            ..eventful()
        };

        let sent = message(&[run(failed), parked("a")], 0, Lang::Ja);

        for part in [cause(error).ja.as_str(), todo] {
            assert!(sent.body.contains(part), "{} lacks {part}", sent.body);
        }
    }
}

#[test]
fn a_refusal_of_base_is_told_in_its_own_words() {
    let notice = Notice::ShopRefused {
        account: AccountId::parse("main").unwrap(),
        name: "本店".to_owned(),
        since: at("2026-11-22T00:00:00Z"),
        refusal: AccountRefusal {
            party: RefusedParty::Application,
            why: "unauthorized_client 停止中のクライアントです。".to_owned(),
        },
    };

    let sent = message(&[notice.clone(), parked("a")], 0, Lang::Ja);

    assert!(
        sent.body.contains("停止中のクライアントです。"),
        "{}",
        sent.body
    );
    assert!(
        message(&[notice], 0, Lang::En)
            .title
            .contains("the application of")
    );
}

#[test]
fn control_characters_of_a_name_are_replaced() {
    let sent = message(&[parked("店\n\u{1b}[2J")], 0, Lang::Ja);

    assert_eq!(sent.title, "店番: 店??[2J (main) の利用上限に達しました");
}

#[test]
fn lost_notices_are_mentioned_at_the_end() {
    let sent = message(&[parked("")], 2, Lang::Ja);

    let last = sent.body.lines().last().unwrap();
    assert!(last.starts_with("これより前のお知らせ2件は"), "{last}");
}

#[test]
fn a_digest_shows_the_most_serious_first_and_counts_the_rest() {
    let failed = Report {
        state: RunState::Failed,
        ..eventful()
    };
    let mut notices = vec![parked("a"); 15];
    notices.push(run(eventful()));
    notices.push(run(failed));

    let sent = message(&notices, 0, Lang::En);

    assert_eq!(sent.title, "Miseban: 17 notices");
    assert!(sent.body.starts_with("* Miseban: price and stock - failed"));
    let last = sent.body.lines().last().unwrap();
    assert_eq!(
        last,
        "* and 7 more (see miseban status): shops out of quota 7 (main)"
    );
}
