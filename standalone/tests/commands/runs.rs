//! How a person names and starts runs: beginnings of ids, `./.env`, the kinds that the help offers, dry runs.

use crate::vendors;
use serde_json::Value;
use simulator::{Config, MarketSet, Quotas, Simulator};
use std::process::{Command, Output, Stdio};

struct Shop {
    simulator: Simulator,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn open() -> Self {
        let simulator = Simulator::start(Config {
            catalog: 60,
            accounts: 2,
            quotas: Quotas::Off,
            ..Config::default()
        });
        let simulator = simulator.await.unwrap();
        let folder = vendors::folder(&simulator);
        let shop = Self { simulator, folder };
        assert_eq!(shop.runs("import listings listings.csv").await.0, Some(0));
        shop
    }

    async fn runs(&self, words: &str) -> (Option<i32>, String, String) {
        let settings = vendors::settings(&self.simulator);
        self.runs_with(words, &settings).await
    }

    async fn runs_with(
        &self,
        words: &str,
        settings: &[(&str, String)],
    ) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
        if !words.contains("--lang") {
            command.args(["--lang", "en"]);
        }
        command
            .args(words.split(' '))
            .current_dir(self.folder.path())
            .env_clear()
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .env("SP_API_ITEM_OFFERS_RATE", "100")
            .stdin(Stdio::null());
        let output: Output = tokio::task::spawn_blocking(move || command.output())
            .await
            .unwrap()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    /// Every listing needs an edit.
    fn everything_costs(&self, price: i64) {
        let set = |number| MarketSet {
            asin: self.simulator.asin(number),
            price: Some(price),
            in_stock: Some(true),
            ..MarketSet::default()
        };
        let all = (0..60).map(set).collect();
        self.simulator.set_market(all).unwrap();
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn a_unique_beginning_of_an_id_is_enough_and_an_ambiguous_one_lists_the_runs() {
    let shop = Shop::open().await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let (_, out, _) = shop.runs("run price-stock --json").await;
        ids.push(object(&out)["run_id"].as_str().unwrap().to_owned());
    }
    let common = ids[0].bytes().zip(ids[1].bytes());
    let common = common.take_while(|(one, other)| one == other).count();

    for id in &ids {
        let short = &id[..=common];
        let (code, out, err) = shop.runs(&format!("report {short} --json")).await;
        assert_eq!(code, Some(0), "{short}: {err}");
        assert_eq!(object(&out)["run_id"], id.as_str());
        for command in ["release", "cancel"] {
            let (code, _, err) = shop.runs(&format!("{command} {short}")).await;
            assert_eq!(code, Some(2), "{err}");
            assert!(err.contains(id.as_str()), "{err}");
        }
    }
    for command in ["report", "release", "cancel"] {
        let (code, out, err) = shop.runs(&format!("{command} {}", &ids[0][..4])).await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(ids.iter().all(|id| err.contains(id.as_str())), "{err}");
        let (code, _, err) = shop.runs(&format!("{command} ffff")).await;
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("there is no run"), "{err}");
    }
}

#[tokio::test]
async fn the_settings_in_the_folder_are_found_and_told() {
    let shop = Shop::open().await;
    let settings = vendors::settings(&shop.simulator);
    let lines = settings
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\"\n"));
    shop.write(".env", &lines.collect::<String>());

    let (code, _, found) = shop.runs_with("run price-stock", &[]).await;
    assert_eq!(code, Some(0), "{found}");
    assert!(found.contains("./.env"), "{found}");
    let (code, _, named) = shop.runs_with("status --config .env", &[]).await;
    assert_eq!(code, Some(0), "{named}");
    assert!(!named.contains("./.env"), "named by a person: {named}");
    let (_, _, given) = shop.runs("status").await;
    assert!(!given.contains(".env"), "the environment has them: {given}");
}

#[tokio::test]
async fn a_file_of_another_program_in_the_folder_stops_nothing_and_one_for_compose_is_read() {
    let shop = Shop::open().await;
    let database = shop.folder.path().join("miseban.db");
    let given = [("DATABASE_URL", format!("sqlite://{}", database.display()))];

    for (content, told) in [
        (
            "POSTGRES_PASSWORD=0a1b\nMISEBAN_USER=1000:1000\nWORKERS=4\n",
            "",
        ),
        ("SECRET_KEY=$x y\n[other\n", ""),
        ("DATABASE_URL=mysql://a\nSECRET_KEY=b\n", "another program"),
        (
            "PRICE_MIN=600\nPOSTGRES_PASSWORD=0a1b\n",
            "settings from ./.env",
        ),
    ] {
        shop.write(".env", content);

        let (code, _, err) = shop.runs_with("status", &given).await;

        assert_eq!(code, Some(0), "{content}: {err}");
        assert!(err.contains(told), "{content}: {err}");
        assert!(
            !told.is_empty() || !err.contains(".env"),
            "{content}: {err}"
        );
    }
    shop.write(".env", "SECRET_KEY=b\n");
    let (code, _, err) = shop.runs_with("run price-stock", &given).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains(".env has no settings of Miseban"), "{err}");
}

#[tokio::test]
async fn the_example_file_with_every_line_in_force_is_taken_by_the_program() {
    let shop = Shop::open().await;
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../.env.example");
    let example = std::fs::read_to_string(example).unwrap();
    let is_name = |name: &str| {
        name.bytes()
            .all(|sign| sign.is_ascii_uppercase() || sign == b'_')
    };
    let lines = example.lines().map(|line| line.trim_start_matches("# "));
    let entries = lines.filter_map(|line| Some((line, line.split_once('=')?.0)));
    let entries = entries.filter(|(_, name)| is_name(name) && *name != "PRICE_TIERS");
    let entries: Vec<&str> = entries.map(|(line, _)| line).collect();
    assert!(entries.len() > 50, "{entries:?}");

    for (edited, into) in [("", ""), ("RUN_HOURS=\"0-24\"", "RUN_HOURS=6-23")] {
        let content = entries.join("\n").replace(edited, into);
        shop.write(".env", &content);
        assert!(content.contains(into), "{into}");

        let (code, _, err) = shop.runs_with("status", &[]).await;

        assert_eq!(code, Some(0), "{err}");
        assert!(err.contains("settings from ./.env"), "{err}");
    }
}

#[tokio::test]
async fn settings_that_are_missing_are_told_with_the_places_that_were_searched() {
    let shop = Shop::open().await;

    let (code, _, nowhere) = shop.runs_with("run price-stock", &[]).await;
    assert_eq!(code, Some(2), "{nowhere}");
    let here = shop.folder.path().join(".env");
    assert!(nowhere.contains("REFRESH_TOKEN"), "{nowhere}");
    assert!(nowhere.contains(here.to_str().unwrap()), "{nowhere}");
    shop.write(".env", "");
    let (code, _, empty) = shop.runs_with("run price-stock", &[]).await;
    assert_eq!(code, Some(2), "{empty}");
    assert!(
        empty.contains("looked in the environment and .env"),
        "{empty}"
    );
}

#[tokio::test]
async fn the_help_offers_what_can_be_started_only() {
    let shop = Shop::open().await;

    let (_, help, _) = shop.runs("run --help").await;

    for kind in ["price-stock", "stale", "visibility", "basic-info"] {
        assert!(help.contains(kind), "{help}");
    }
    assert!(!help.contains("register"), "{help}");
    let (code, _, err) = shop.runs("run register").await;
    assert_eq!(code, Some(2));
    assert!(err.contains("miseban register FILE --account ID"), "{err}");
    let (code, out, _) = shop.runs("run register --resume").await;
    assert_eq!(code, Some(0));
    assert!(out.contains("nothing to resume"), "{out}");
}

#[tokio::test]
async fn nothing_is_started_when_there_is_nothing_to_resume() {
    let shop = Shop::open().await;

    for (words, json) in [
        ("run price-stock --resume", false),
        ("run stale --resume --json", true),
        ("reconcile --resume", false),
    ] {
        let (code, out, err) = shop.runs(words).await;
        assert_eq!(code, Some(0), "{words}: {err}");
        if json {
            assert!(object(&out).is_object());
        }
    }

    let (_, status, _) = shop.runs("status --json").await;
    let status = object(&status);
    assert_eq!(
        (&status["open_runs"], &status["last_runs"]),
        (&Value::from([0; 0]), &Value::from([0; 0]))
    );
}

#[tokio::test]
async fn a_dry_run_lists_what_would_change_with_the_reason() {
    let shop = Shop::open().await;
    shop.everything_costs(30_000);
    let before = shop.simulator.shop("shop-1").unwrap().items;

    let (code, text, err) = shop.runs("run price-stock --dry-run").await;
    let (_, json, _) = shop.runs("run price-stock --dry-run --json").await;
    let (_, csv, _) = shop.runs("run price-stock --dry-run --csv").await;

    assert_eq!(code, Some(0), "{err}");
    let report = object(&json);
    let would = report["would_change"].as_array().unwrap();
    assert!(!would.is_empty());
    assert_eq!(
        would.len() as u64,
        report["updates"]["applied"].as_u64().unwrap() + held(&report)
    );
    assert_eq!(csv.lines().count(), would.len() + 1);
    for change in would {
        let asin = change["asin"].as_str().unwrap();
        assert!(text.contains(asin) && csv.contains(asin), "{asin}");
        assert!(change["cause"]["observation"].is_object(), "{change}");
    }
    assert!(
        text.contains("what would change") && text.contains("why: "),
        "{text}"
    );
    for said in [&text, &csv, &err] {
        let applied = said
            .replace("would be applied", "")
            .replace("would_apply", "");
        assert!(!applied.contains("applied"), "{said}");
    }
    assert_eq!(shop.simulator.shop("shop-1").unwrap().items, before);

    // A run that follows does what was listed.
    shop.runs("run price-stock").await;
    let (_, changes, _) = shop.runs("changes --json").await;
    let key = |change: &Value| {
        let field = |name: &str| change[name].to_string();
        (field("account"), field("asin"), change["to"].to_string())
    };
    let sorted = |changes: &[Value]| {
        let mut keys: Vec<_> = changes.iter().map(key).collect();
        keys.sort();
        keys
    };
    assert_eq!(
        sorted(object(&changes)["changes"].as_array().unwrap()),
        sorted(would)
    );
    let (_, text, _) = shop.runs("run price-stock --dry-run").await;
    assert!(text.contains("no listing would be changed"), "{text}");
}

/// Changes that a live run would hold, and not apply.
fn held(report: &Value) -> u64 {
    let would = report["would_change"].as_array().unwrap().iter();
    would
        .filter(|change| change["state"] == "would_hold")
        .count() as u64
}

#[tokio::test]
async fn a_dry_run_speaks_japanese_of_what_would_be() {
    let shop = Shop::open().await;

    let (code, text, err) = shop.runs("--lang ja run price-stock --dry-run").await;

    assert_eq!(code, Some(0), "{err}");
    assert!(text.contains("変更する予定の商品"), "{text}");
    assert!(text.contains("反映する予定"), "{text}");
    assert!(
        !text.contains("反映した") && !text.contains("反映済み"),
        "{text}"
    );
}
