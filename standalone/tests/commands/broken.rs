//! Broken worlds of one process: what `doctor`, `status` and the other commands say of them in both
//! languages, how they end, and that their advice mends the world.

use crate::accounts::{SimulatedShops, err, out, redirected_to, shown_address};
use simulator::{Fault, FaultKind};
use std::io::Write as _;
use std::process::{Output, Stdio};

/// Runs the command in this language; gives the exit code and all of its output.
async fn says(shops: &SimulatedShops, arguments: &[&str], lang: &str) -> (Option<i32>, String) {
    let mut command = shops.command(arguments);
    command
        .env("MISEBAN_LANG", lang)
        .env("RUST_LOG", "error")
        .env("SP_API_BASE_URL", shops.simulator.url())
        .env("LWA_BASE_URL", shops.simulator.url())
        .env("LWA_APP_ID", "amzn1.application-oa2-client.example")
        .env("LWA_CLIENT_SECRET", "amzn1.oa2-cs.v1.example")
        .env("REFRESH_TOKEN", "Atzr|example")
        .env("SP_API_ITEM_OFFERS_RATE", "unlimited");
    let output = tokio::task::spawn_blocking(move || command.output());
    let output: Output = output.await.unwrap().unwrap();
    (
        output.status.code(),
        format!("{}{}", out(&output), err(&output)),
    )
}

async fn all_said(shops: &SimulatedShops, arguments: &[&str], code: i32, told: [&[&str]; 2]) {
    for (lang, words) in ["ja", "en"].into_iter().zip(told) {
        let (ended, text) = says(shops, arguments, lang).await;

        for word in words {
            assert!(text.contains(word), "{arguments:?} lacks {word}:\n{text}");
        }
        for never in ["expired", "期限切れ", "期限が切れ"] {
            let expected = words.iter().any(|word| word.contains(never));
            assert!(expected || !text.contains(never), "{arguments:?}: {text}");
        }
        assert_eq!(ended, Some(code), "{arguments:?}: {text}");
    }
}

const BACK: &str = "https://shop.example/back";

#[derive(Clone, Copy, PartialEq)]
enum FirstToken {
    Given,
    Missing,
}

/// Shops whose accounts file has nothing to complain about.
async fn open(token: FirstToken) -> SimulatedShops {
    let shops = SimulatedShops::open("").await;
    let back = format!("redirect_uri = \"{BACK}\"");
    shops.write_accounts(&back, token == FirstToken::Given);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let own_only = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(shops.path("accounts.toml"), own_only).unwrap();
    }
    shops
}

/// A person follows the advice: opens the address, and pastes where the browser landed.
async fn authorise(shops: &SimulatedShops) {
    let mut child = shops
        .command(&["accounts", "authorize", "shop-1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (address, _rest) = shown_address(&mut child);
    let landed = redirected_to(&address).await;
    writeln!(child.stdin.take().unwrap(), "{landed}").unwrap();
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    let output = output.await.unwrap().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_nobody_has_authorised_has_not_expired() {
    let shops = open(FirstToken::Missing).await;
    let advice = "miseban accounts authorize shop-1";
    let said: [&[&str]; 2] = [
        &["まだBASEと連携していません", advice],
        &["not authorised at BASE yet", advice],
    ];

    all_said(&shops, &["doctor"], 1, said).await;
    all_said(&shops, &["accounts", "check"], 1, said).await;
    all_said(&shops, &["accounts", "ls"], 0, said).await;
    all_said(&shops, &["status"], 0, said).await;

    authorise(&shops).await;
    let (code, text) = says(&shops, &["doctor"], "en").await;
    assert_eq!(code, Some(0), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_tokens_base_refuses_is_authorised_again() {
    let shops = open(FirstToken::Given).await;
    let refused = Fault {
        error: Some("invalid_request".to_owned()),
        description: Some("リフレッシュトークンの有効期限が切れています。".to_owned()),
        ..Fault::new("baseToken", FaultKind::BaseError)
    };
    shops.simulator.add_fault(refused).unwrap();
    let advice = "miseban accounts authorize shop-1";
    let why = "リフレッシュトークンの有効期限が切れています";
    let said: [&[&str]; 2] = [
        &["再連携が必要", why, advice],
        &["must be authorised again", why, advice],
    ];

    all_said(&shops, &["doctor"], 1, said).await;
    all_said(&shops, &["status"], 0, said).await;
    all_said(&shops, &["accounts", "ls"], 0, said).await;

    shops.simulator.clear_faults();
    authorise(&shops).await;
    let (code, text) = says(&shops, &["doctor"], "en").await;
    assert_eq!(code, Some(0), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_listing_every_command_says_so() {
    let shops = open(FirstToken::Given).await;
    let said: [&[&str]; 2] = [
        &[
            "商品が1件もない",
            "miseban import listings FILE",
            "miseban import shop",
        ],
        &[
            "no active shop has a listing",
            "miseban import listings FILE",
            "miseban import shop",
        ],
    ];

    all_said(&shops, &["doctor"], 0, said).await;
    all_said(&shops, &["status"], 0, said).await;
    for kind in ["price-stock", "visibility"] {
        all_said(&shops, &["run", kind], 1, said).await;
    }
    let header = "account_id,asin,item_id,sku,selling_price,visibility\n";
    std::fs::write(shops.path("empty.csv"), header).unwrap();
    let empty: [&[&str]; 2] = [&["商品が1行もありません"], &["a header but no listing"]];
    all_said(&shops, &["import", "listings", "empty.csv"], 2, empty).await;

    std::fs::write(shops.path("listings.csv"), shops.simulator.listings_csv()).unwrap();
    let (code, text) = says(&shops, &["import", "listings", "listings.csv"], "en").await;
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = says(&shops, &["run", "price-stock"], "en").await;
    assert_eq!(code, Some(0), "{text}");
    let (_, text) = says(&shops, &["doctor"], "en").await;
    assert!(text.contains("ok  listings: "), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_serve_is_running_is_told_with_its_process() {
    let shops = open(FirstToken::Given).await;
    says(&shops, &["migrate"], "en").await;
    let missing: [&[&str]; 2] = [
        &[
            "miseban serve が動いていないので",
            "miseban serve で始めてください",
        ],
        &[
            "miseban serve is not running",
            "start it with miseban serve",
        ],
    ];
    all_said(&shops, &["doctor"], 0, missing).await;
    all_said(&shops, &["status"], 0, missing).await;

    let mut serve = shops.command(&["serve"]);
    serve
        .env("SP_API_BASE_URL", shops.simulator.url())
        .env("LWA_BASE_URL", shops.simulator.url())
        .env("LWA_APP_ID", "amzn1.application-oa2-client.example")
        .env("LWA_CLIENT_SECRET", "amzn1.oa2-cs.v1.example")
        .env("REFRESH_TOKEN", "Atzr|example")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut serve = serve.spawn().unwrap();
    let number = serve.id();
    let given_up = std::time::Instant::now() + std::time::Duration::from_secs(60);
    loop {
        let (_, text) = says(&shops, &["status"], "en").await;
        if text.contains(&format!("miseban serve is running (process {number})")) {
            break;
        }
        assert!(std::time::Instant::now() < given_up, "{text}");
    }
    let asked: [&[&str]; 2] = [
        &[
            "miseban serve が動いています",
            "ok  Amazonへの接続",
            "1件の商品情報",
        ],
        &[
            "miseban serve is running",
            "ok  Amazon: connected",
            "texts of one product",
        ],
    ];
    all_said(&shops, &["doctor"], 0, asked).await;
    serve.kill().unwrap();
    serve.wait().unwrap();

    all_said(&shops, &["status"], 0, missing).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_without_room_is_told() {
    let shops = open(FirstToken::Given).await;
    says(&shops, &["migrate"], "en").await;
    // A file of this process can be no longer than the database: as on a full disk, a write fails.
    let limited = |lang: &str| {
        let mut miseban = shops.command(&["doctor"]);
        let mut shell = std::process::Command::new("sh");
        shell
            .arg("-c")
            .arg("trap '' XFSZ; ulimit -f 1500; exec \"$0\" doctor")
            .arg(miseban.get_program())
            .current_dir(shops.folder.path())
            .env_clear()
            .envs(
                miseban
                    .get_envs()
                    .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))),
            )
            .env("MISEBAN_LANG", lang);
        miseban.env_clear();
        shell
    };
    for (lang, words) in [
        ("ja", ["NG  データベース", "空きを作ってください"]),
        ("en", ["NG  database", "free some space on it"]),
    ] {
        let mut command = limited(lang);
        let output = tokio::task::spawn_blocking(move || command.output());
        let output = output.await.unwrap().unwrap();

        let text = out(&output);
        for word in words {
            assert!(text.contains(word), "{text}");
        }
        assert_eq!(output.status.code(), Some(1), "{text}");
    }
}
