use super::*;
use crate::config::table::ALL;
use chrono::TimeDelta;
use shared::domain::schedule::{RunHours, RunSchedule};
use std::io::Write as _;

fn with(given: &[(&str, &str)]) -> Result<Settings, CommandError> {
    Settings::load(None, &|name| {
        let found = given.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
}

fn from_file(content: &str) -> Result<Settings, CommandError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    Settings::load(Some(file.path()), &|_| None)
}

fn refusal<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    match result.unwrap_err() {
        CommandError::Usage(text) => text.en,
        other => panic!("not a matter of use: {other}"),
    }
}

#[test]
fn nothing_set_gives_the_published_defaults() {
    let settings = with(&[]).unwrap();

    assert_eq!(settings.database_url.expose(), "sqlite://miseban.db");
    assert_eq!(settings.amazon.item_offers_rate, Rate::Published(0.1));
    let published = adapters::base::quota(Some(5_000), Some(100_000));
    assert_eq!(settings.base.quota, published);
    assert_eq!(settings.rules, Rules::default());
    assert_eq!(settings.lang, Lang::Ja);
    assert!(settings.chatwork.is_none());
}

#[test]
fn a_value_in_quotation_marks_is_named_without_the_value() {
    for value in [
        "\"Atzr|IwEBIexample\"",
        "'Atzr|IwEBIexample'",
        "“Atzr|IwEBIexample”",
    ] {
        let message = refusal(with(&[("REFRESH_TOKEN", value)]));

        assert!(message.contains("REFRESH_TOKEN"), "{message}");
        assert!(message.contains("quotation marks"), "{message}");
        assert!(!message.contains("IwEBI"), "{message}");
    }
}

#[test]
fn missing_credentials_are_named_by_the_command_that_needs_them() {
    let settings = with(&[("LWA_APP_ID", "app")]).unwrap();

    let message = refusal(settings.amazon.credentials());

    assert!(
        message.contains("REFRESH_TOKEN, LWA_CLIENT_SECRET"),
        "{message}"
    );
}

const NOT_ACCEPTED: &[(&str, &str)] = &[
    ("DATABASE_URL", "mysql://localhost/miseban"),
    ("REDIS_PREFIX", "a:b"),
    ("SP_API_BASE_URL", "sellingpartnerapi-fe.amazon.com"),
    ("LWA_BASE_URL", "http://api.amazon.com"),
    ("LWA_BASE_URL", "http://127.0.0.1.example.com"),
    ("LWA_BASE_URL", "http://simulator.example.com"),
    ("BASE_API_BASE_URL", "ftp://api.thebase.in"),
    ("CHATWORK_BASE_URL", "https://api.chatwork.com/?a=b"),
    ("SP_API_MARKETPLACE_ID", "jp"),
    ("SP_API_ITEM_OFFERS_RATE", "0"),
    ("SP_API_ITEM_OFFERS_RATE", "NaN"),
    ("SP_API_ITEM_OFFERS_RATE", "101"),
    ("SP_API_ITEM_OFFERS_RATE", "unlimited"),
    ("BASE_HOUR_QUOTA", "0"),
    ("BASE_HOUR_QUOTA", "unlimited"),
    ("BASE_DAY_QUOTA", "unlimited"),
    ("PRICE_RATIO", "1.0"),
    ("PRICE_RATIO", "0.9"),
    ("PRICE_TIERS", "1000:1.4,5000:1.3"),
    ("PRICE_TIERS", "5000:1.4,1000:1.3,above:1.2"),
    ("PRICE_TIERS", "above:1"),
    ("PRICE_MIN", "49"),
    ("PRICE_MAX", "1,000"),
    ("UPDATE_MIN_CHANGE_YEN", "0"),
    ("UPDATE_MIN_CHANGE_PERCENT", "101"),
    ("OFFER_MAX_HANDLING_HOURS", "-1"),
    ("OFFER_UNKNOWN_SHIPPING", "yes"),
    ("OFFER_SHIPS_FROM", "Japan"),
    ("OFFER_SHIPS_FROM", "JP,"),
    ("CONFIRM_FALL_PERCENT", "0"),
    ("FILTERED_OUT_HIDES_AFTER", "0"),
    ("TTL_PRICE_HOURS", "1.5"),
    ("TTL_STOCK_HOURS", "0"),
    ("TTL_BASIC_INFO_DAYS", "9999"),
    ("GUARD_PERCENT", "101"),
    ("GUARD_COUNT", "many"),
    ("RUN_EVERY_HOURS", "0"),
    ("RUN_AT", "6:00"),
    ("RUN_AT", "06:00,24:00"),
    ("RUN_AT", "06:00,"),
    ("RUN_HOURS", "6"),
    ("RUN_HOURS", "6-25"),
    ("RUN_HOURS", "24-6"),
    ("RUN_HOURS", "6-6"),
    ("RUN_HOURS", "6:00-23:00"),
    ("SYNC_CONCURRENCY", "65"),
    ("UPDATE_CONCURRENCY", "0"),
    ("STOP_WITHIN_SECONDS", "0"),
    ("HEALTH_LISTEN", "8081"),
    ("HEALTH_LISTEN", "localhost:8081"),
    ("NOTIFY_EVENTS", "run-changed,everything"),
    ("MISEBAN_LANG", "fr"),
];

#[test]
fn a_value_that_is_not_accepted_is_named_by_its_place_and_shown_if_it_is_a_number() {
    for (name, value) in NOT_ACCEPTED {
        let message = refusal(with(&[(*name, *value)]));

        let is_number = value.len() < 12 && !value.contains(char::is_alphabetic);
        let shown = if is_number {
            format!(" = {value:?}")
        } else {
            String::new()
        };
        let start = format!("setting {name}{shown} (environment) is not accepted; accepted: ");
        assert!(message.starts_with(&start), "{message}");
        assert!(message.len() > start.len(), "{message}");
    }
}

#[test]
fn a_secret_is_never_shown() {
    for name in [
        "REFRESH_TOKEN",
        "LWA_CLIENT_SECRET",
        "CHATWORK_TOKEN",
        "NOTIFY_WEBHOOK_URL",
        "HEARTBEAT_URL",
    ] {
        let message = refusal(with(&[(name, "top secret")]));

        assert!(message.contains(name), "{message}");
        assert!(!message.contains("top"), "{message}");
    }
    let message = refusal(with(&[("DATABASE_URL", "mysql://me:hidden@host/db")]));
    assert!(!message.contains("hidden"), "{message}");
    let settings = with(&[
        ("REFRESH_TOKEN", "hidden"),
        ("LWA_APP_ID", "app"),
        ("LWA_CLIENT_SECRET", "hidden"),
        ("CHATWORK_TOKEN", "hidden"),
        ("CHATWORK_ROOM_ID", "1"),
        (
            "NOTIFY_WEBHOOK_URL",
            "https://hooks.example.com/services/hidden",
        ),
        ("HEARTBEAT_URL", "https://hc-ping.com/hidden"),
        ("DATABASE_URL", "postgres://me:hidden@host/db"),
        ("REDIS_URL", "redis://:hidden@host"),
    ]);
    assert!(!format!("{:?}", settings.unwrap()).contains("hidden"));
}

#[test]
fn runs_start_by_the_clock_when_times_are_set_and_else_after_a_pause() {
    let clock = |text: &str| text.parse().unwrap();

    let pause = with(&[("RUN_EVERY_HOURS", "6")]).unwrap();
    let times = with(&[("RUN_AT", "18:00, 06:30,18:00"), ("RUN_EVERY_HOURS", "6")]).unwrap();
    let hours = with(&[("RUN_HOURS", "6-23")]).unwrap();

    let every = RunSchedule::Every(TimeDelta::hours(6));
    assert_eq!(pause.work.schedule, every);
    let at = RunSchedule::At(vec![clock("06:30:00"), clock("18:00:00")]);
    assert_eq!(times.work.schedule, at);
    assert_eq!(Some(hours.rules.hours), RunHours::new(6, 23));
    assert_eq!(pause.rules.hours, RunHours::default());
}

#[test]
fn all_errors_are_reported_at_once() {
    let message = refusal(with(&[("PRICE_MIN", "x"), ("PRICE_RATIO", "x")]));

    assert_eq!(message.lines().count(), 2, "{message}");
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    for given in [
        [("PRICE_RATIO", "1.3"), ("PRICE_TIERS", "above:1.2")],
        [("PRICE_MIN", "2000"), ("PRICE_MAX", "1000")],
        [("CHATWORK_TOKEN", "token"), ("CHATWORK_ROOM_ID", "")],
    ] {
        let message = refusal(with(&given));

        assert!(message.contains(given[0].0), "{message}");
    }
}

#[test]
fn every_form_of_an_address_of_redis_is_accepted() {
    let with_redis = |url| with(&[("DATABASE_URL", "postgres://h/d"), ("REDIS_URL", url)]);
    for url in [
        "redis://host",
        "rediss://host",
        "valkey://host",
        "unix:///run/redis.sock",
        "redis+sentinel://one:26379,two/shop",
        "rediss+sentinel://one/shop/1",
    ] {
        assert!(with_redis(url).is_ok(), "{url}");
    }
    let message = refusal(with_redis("http://host"));
    assert!(message.contains("redis+sentinel://"), "{message}");
    let message = refusal(with_redis("redis+cluster://one,two"));
    assert!(message.contains("Cluster is not supported"), "{message}");
}

#[test]
fn the_simulator_in_its_container_is_called_without_encryption() {
    let settings = with(&[("SP_API_BASE_URL", "http://simulator:9000")]).unwrap();

    assert_eq!(settings.amazon.base_url, "http://simulator:9000");
}

#[cfg(unix)]
#[test]
fn an_accounts_file_that_others_can_read_is_warned_about_unless_its_shops_are_simulated() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = tempfile::NamedTempFile::new().unwrap();
    let set = |mode| std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(mode));
    let path = file.path().display().to_string();
    let warning = |url| {
        let given = [("ACCOUNTS_FILE", path.as_str()), ("BASE_API_BASE_URL", url)];
        with(&given).unwrap().base.open_accounts_file()
    };

    for (mode, url, warns) in [
        (0o644, "https://api.thebase.in", true),
        (0o640, "https://api.thebase.in", true),
        (0o600, "https://api.thebase.in", false),
        (0o644, "http://127.0.0.1:9000", true),
        (0o644, "http://simulator:9000", false),
    ] {
        set(mode).unwrap();

        assert_eq!(warning(url).is_some(), warns, "{mode:o} {url}");
    }
}

#[test]
fn a_load_test_lifts_the_limits_of_simulated_hosts_only() {
    let simulated = "http://127.0.0.1:9000";
    let rate = ("SP_API_ITEM_OFFERS_RATE", "unlimited");
    let amazon = ("SP_API_BASE_URL", simulated);

    let both = with(&[rate, amazon, ("BASE_API_BASE_URL", simulated)]).unwrap();
    let one = with(&[rate, amazon]).unwrap();

    assert_eq!(both.amazon.item_offers_rate.period(), None);
    assert_eq!(both.base.quota.short.limit, None);
    let published = adapters::base::quota(Some(5_000), Some(100_000));
    assert_eq!(one.base.quota, published);
}

#[test]
fn the_environment_has_priority_and_an_empty_variable_does_not_count() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(
        file,
        "price_min = 600\nPRICE_MAX = \"7000\"\nprice_ratio = 1.25"
    )
    .unwrap();

    let settings = Settings::load(Some(file.path()), &|name| match name {
        "PRICE_MIN" => Some("700".to_owned()),
        "PRICE_MAX" => Some(String::new()),
        _ => None,
    });

    let bounds = settings.unwrap().rules.selling.bounds;
    assert_eq!((bounds.min.0, bounds.max.0), (700, 7000));
}

#[test]
fn an_unknown_name_in_the_file_is_reported_with_line_and_nearest_name() {
    let message = refusal(from_file("PRICE_MIN = 600\nPRICE_RATO = 1.2\n"));

    assert!(message.contains("line 2: there is no key PRICE_RATO; did you mean PRICE_RATIO?"));
}

#[test]
fn a_wrong_value_in_the_file_is_reported_with_its_line() {
    let message = refusal(from_file("# shop\n\nPRICE_MIN = 5\n"));

    assert!(message.contains("PRICE_MIN = \"5\""), "{message}");
    assert!(message.contains(", line 3)"), "{message}");
}

#[test]
fn a_file_that_is_missing_no_toml_doubled_or_nested_is_refused() {
    let missing = Settings::load(Some(Path::new("/nowhere/miseban.toml")), &|_| None);

    assert!(refusal(missing).contains("/nowhere/miseban.toml"));
    assert!(refusal(from_file("PRICE_MIN = 600\nPRICE_MAX\n")).contains("at line 2"));
    assert!(refusal(from_file("price_min = 600\nPRICE_MIN = 700\n")).contains("given twice"));
    assert!(refusal(from_file("PRICE_MIN = [1]\n")).contains("a text or a number"));
}

#[test]
fn the_example_file_names_every_setting_and_is_accepted_as_settings_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.env.example");
    let content = std::fs::read_to_string(&path).unwrap();

    let settings = Settings::load(Some(&path), &|_| None).unwrap();

    settings.amazon.credentials().unwrap();
    for setting in ALL {
        let given = format!("{}=", setting.name);
        let line = |line: &str| line.trim_start_matches("# ").starts_with(&given);
        assert!(content.lines().any(line), "{} is missing", setting.name);
    }
}

#[test]
fn the_example_file_with_every_line_in_force_shows_the_defaults() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for excluded in ["PRICE_RATIO", "PRICE_TIERS"] {
        std::fs::write(file.path(), in_force(excluded)).unwrap();

        let settings = Settings::load(Some(file.path()), &|_| None);

        settings.unwrap_or_else(|error| panic!("without {excluded}: {error:?}"));
    }
    let content = in_force("PRICE_TIERS");

    let file: toml::Table = content
        .parse()
        .expect("quotation marks where TOML wants them");
    for setting in ALL.iter().filter(|setting| !setting.default.is_empty()) {
        let shown = &file[setting.name];
        let shown = shown.as_str().map_or(shown.to_string(), ToOwned::to_owned);
        assert_eq!(shown, setting.default, "{}", setting.name);
    }
}

#[test]
fn a_line_of_the_example_file_is_edited_with_or_without_quotation_marks() {
    for line in [
        "RUN_HOURS=6-23",
        "RUN_HOURS=\"6-23\"",
        "RUN_AT=06:00,12:00",
        "RECONCILE_AT=never",
        "OFFER_SHIPS_FROM=JP,US",
        "PRICE_TIERS=1000:1.4,above:1.2 # yen",
        "export MISEBAN_LANG=en",
        "POSTGRES_PASSWORD=0a1b\nMISEBAN_USER=1000:1000\nWORKERS=4\nCOMPOSE_PROFILES=x",
    ] {
        from_file(line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
    }
}

#[test]
fn the_file_may_have_each_variable_of_the_compose_file() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker-compose.yml");
    let compose = std::fs::read_to_string(path).unwrap();
    let end = |sign: char| !(sign.is_ascii_uppercase() || sign == '_');
    let names = compose
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split(end).next());
    let names: std::collections::BTreeSet<&str> = names.collect();
    let setting = |name: &str| ALL.iter().any(|setting| setting.name == name);

    let others: Vec<&str> = names.into_iter().filter(|name| !setting(name)).collect();

    assert_eq!(others, table::COMPOSE);
}

/// The example file with all its settings in force but for one, which another one excludes.
fn in_force(but: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.env.example");
    let content = std::fs::read_to_string(path).unwrap();
    let lines = content.lines().filter_map(|line| {
        let line = line.trim_start_matches("# ");
        let name = line.split_once('=')?.0;
        let is_setting = name != but && ALL.iter().any(|setting| setting.name == name);
        is_setting.then(|| format!("{line}\n"))
    });
    lines.collect()
}
