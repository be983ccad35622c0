//! Every kind of notice, alone and in a digest: what a person has to do, about which run or shop, and
//! the true numbers.

use super::*;
use crate::sample_reports::quiet;
use shared::domain::account::NEVER_AUTHORISED;
use shared::domain::notice::SilentPart;
use shared::domain::report::{PriceChanges, Reconciled, StockChanges, Updates};
use shared::domain::run::RunKind;
use shared::jobs::QueueName;

/// A notice, and the texts that it must contain in both languages; the first one is what to do.
#[derive(Clone)]
struct Expected {
    notice: Notice,
    parts: Vec<String>,
}

fn expected(notice: Notice, parts: &[&str]) -> Expected {
    let parts = parts.iter().map(|part| (*part).to_owned()).collect();
    Expected { notice, parts }
}

fn guard() -> Guarded {
    Guarded {
        gone: 0,
        hides: 1_301,
        invalid: 0,
        allowed_percent: 10,
        allowed_count: 50,
        held: 1_251,
        tripped_at: at("2026-11-22T00:01:00Z"),
        decided_at: None,
        decision: None,
    }
}

fn held(guard: Guarded) -> Report {
    Report {
        state: RunState::Held,
        guard: Some(guard),
        ..quiet()
    }
}

fn held_runs() -> Vec<Expected> {
    let id = quiet().run_id;
    let release = format!("miseban release {id}");
    let cancel = format!("miseban cancel {id}");
    let missing = Reconciled {
        missing_held: 612,
        ..Reconciled::default()
    };
    let of = |report: Report, parts: &[&str]| expected(run(report), parts);
    vec![
        of(held(guard()), &[&release, &cancel, "1,301", "1,251"]),
        of(
            held(Guarded {
                gone: 77,
                ..guard()
            }),
            &[&release, &cancel, "77"],
        ),
        of(
            held(Guarded {
                invalid: 88,
                held: 0,
                ..guard()
            }),
            &[&release, &cancel, "88"],
        ),
        of(
            Report {
                kind: RunKind::Reconcile,
                reconcile: Some(missing),
                ..held(guard())
            },
            &[&release, &cancel, "612"],
        ),
    ]
}

fn ended_runs() -> Vec<Expected> {
    let report = format!("miseban report {}", quiet().run_id);
    let reconciled = Reconciled {
        items: 4_866,
        drifted: 31,
        unknown: 23,
        ..Reconciled::default()
    };
    let edits = Report {
        kind: RunKind::Visibility,
        updates: Updates {
            applied: 54,
            failed: 1_778,
            ..Updates::default()
        },
        hidden: 11,
        ..quiet()
    };
    let of = |report: Report, parts: &[&str]| expected(run(report), parts);
    vec![
        of(
            Report {
                state: RunState::Failed,
                error: Some("invalid_client".to_owned()),
                ..quiet()
            },
            &["LWA_CLIENT_SECRET", &report],
        ),
        of(edits, &[&report, "54", "11", "1,778"]),
        of(
            Report {
                kind: RunKind::Reconcile,
                reconcile: Some(reconciled),
                ..quiet()
            },
            &[&report, "4,866", "31", "23"],
        ),
        of(
            eventful(),
            &[
                &report,
                "734",
                "310",
                "41",
                "9",
                "720",
                "5",
                "4",
                "1,500",
                "17",
                "run stale",
            ],
        ),
    ]
}

fn shops() -> Vec<Expected> {
    let account = || AccountId::parse("main").unwrap();
    let name = || "本店".to_owned();
    let since = at("2026-11-22T00:00:00Z");
    let refused = |party| Notice::ShopRefused {
        account: account(),
        name: name(),
        since,
        refusal: AccountRefusal {
            party,
            why: "停止中".to_owned(),
        },
    };
    vec![
        expected(parked("本店"), &["main", "本店", "2026-11-22 11:00:00 JST"]),
        expected(
            Notice::Reauthorise {
                account: account(),
                name: name(),
                since,
                why: Some("invalid_grant".to_owned()),
            },
            &["miseban accounts authorize main", "本店", "invalid_grant"],
        ),
        expected(refused(RefusedParty::Shop), &["BASE", "本店", "停止中"]),
        expected(
            refused(RefusedParty::Application),
            &["client_id", "本店", "停止中"],
        ),
        expected(
            Notice::ProxyFailed {
                account: account(),
                name: name(),
                since,
            },
            &["miseban accounts check main", "本店"],
        ),
    ]
}

fn limits() -> Vec<Expected> {
    let account = || AccountId::parse("main").unwrap();
    let name = || "本店".to_owned();
    let since = at("2026-11-22T00:00:00Z");
    let silent = |part, until| Notice::Silent {
        part,
        queues: Vec::new(),
        since,
        until,
    };
    let without_info = |until| Notice::Silent {
        part: SilentPart::Workers,
        queues: vec![QueueName::Info],
        since,
        until,
    };
    vec![
        expected(
            silent(SilentPart::Runs, Some(since)),
            &["2026-11-22 09:00:00 JST"],
        ),
        expected(silent(SilentPart::Workers, None), &["worker"]),
        expected(without_info(None), &["worker --queues info"]),
        expected(without_info(Some(since)), &["info"]),
        expected(silent(SilentPart::Producer, None), &["producer serve"]),
        expected(
            Notice::TokenEnding {
                account: account(),
                name: name(),
                ends: since,
                days: 2,
            },
            &["miseban accounts refresh main", "本店"],
        ),
        expected(
            Notice::AmazonRefuses {
                lane: "amazon/offers".to_owned(),
                since,
            },
            &["429", "amazon/offers"],
        ),
        expected(
            Notice::NearlyUsedUp {
                account: account(),
                name: name(),
                used: 90_001,
                of: 100_000,
                day: since,
            },
            &["90,001", "100,000", "本店"],
        ),
    ]
}

#[test]
fn every_notice_says_what_to_do_first_and_its_true_numbers_alone_and_in_a_digest() {
    for Expected { notice, parts } in [held_runs(), ended_runs(), shops(), limits()].concat() {
        for lang in [Lang::Ja, Lang::En] {
            let alone = message(std::slice::from_ref(&notice), 0, lang);
            let digest = message(&[notice.clone(), parked("other")], 0, lang);

            for sent in [&alone, &digest] {
                let text = format!("{}\n{}", sent.title, sent.body);
                for part in &parts {
                    assert!(text.contains(part), "{part} is missing: {text}");
                }
            }
            // A person who must act reads it before anything else.
            if parts[0].contains("release") || parts[0].contains("authorize") {
                let first = alone.body.lines().next().unwrap();
                assert!(first.contains(&parts[0]), "{first}");
                let second = digest.body.lines().nth(1).unwrap();
                assert!(second.contains(&parts[0]), "{second}");
            }
        }
    }
}

type Happening = fn(&mut Report);

#[test]
fn a_digest_never_calls_a_run_unchanged_that_changed_something() {
    let nothing = message(&[run(quiet()), parked("a")], 0, Lang::Ja);
    assert!(nothing.body.contains("変化なし"), "{}", nothing.body);
    let changes: [Happening; 8] = [
        |report| report.updates.applied = 54,
        |report| report.updates.failed = 54,
        |report| report.updates.held = 54,
        |report| report.updates.parked = 54,
        |report| report.delisted = 54,
        |report| {
            report.price_changes = PriceChanges {
                count: 54,
                ..PriceChanges::default()
            };
        },
        |report| {
            report.stock_changes = StockChanges {
                to_out: 54,
                ..StockChanges::default()
            };
        },
        |report| {
            report.stock_changes = StockChanges {
                to_in: 54,
                ..StockChanges::default()
            };
        },
    ];
    for change in changes {
        let mut report = quiet();
        change(&mut report);

        let sent = message(&[run(report), parked("a")], 0, Lang::Ja);

        assert!(sent.body.contains("54件"), "{}", sent.body);
        assert!(!sent.body.contains("変化なし"), "{}", sent.body);
    }
}

#[test]
fn a_digest_of_many_names_the_shops_that_have_no_room() {
    let ask = |number: usize| Notice::Reauthorise {
        account: AccountId::parse(&format!("shop{number}")).unwrap(),
        name: String::new(),
        since: at("2026-11-22T00:00:00Z"),
        why: None,
    };
    let notices: Vec<Notice> = (1..=15).map(ask).collect();

    let sent = message(&notices, 0, Lang::Ja);

    let last = sent.body.lines().last().unwrap();
    assert!(
        last.contains("5件 (shop11 shop12 shop13 shop14 shop15)"),
        "{last}"
    );
}

#[test]
fn a_shop_that_was_never_authorised_is_not_to_be_authorised_again() {
    let notice = Notice::Reauthorise {
        account: AccountId::parse("main").unwrap(),
        name: "本店".to_owned(),
        since: at("2026-11-22T00:00:00Z"),
        why: Some(NEVER_AUTHORISED.to_owned()),
    };

    let [ja, en] = [Lang::Ja, Lang::En].map(|lang| {
        let sent = message(std::slice::from_ref(&notice), 0, lang);
        format!("{}\n{}", sent.title, sent.body)
    });

    assert!(ja.contains("まだBASEと連携していません"), "{ja}");
    assert!(!ja.contains("再連携") && !ja.contains("never"), "{ja}");
    assert!(en.contains("not authorised at BASE yet"), "{en}");
    assert!(!en.contains("again"), "{en}");
    assert!(
        [ja, en]
            .iter()
            .all(|text| text.contains("miseban accounts authorize main"))
    );
}
