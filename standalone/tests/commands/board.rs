//! `board`: the binary over a real Redis, and every address that its pages request.

use crate::queues::{Redis, batch, id, utf8};
use crate::server::shared_url;
use adapters::clock::SystemClock;
use apalis_board_api::RawTask;
use reqwest::{Client, Method, StatusCode, header};
use serde_json::{Value, json};
use shared::jobs::QueueName;
use shared::ports::clock::Clock as _;
use shared::ports::queue::{Capacity, Message, Queue as _};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PASSWORD: &str = "correct-horse-battery";

/// The running binary, and an HTTP client.
struct Board {
    child: Child,
    url: String,
    client: Client,
}

impl Board {
    fn open(redis: &Redis, listen: &str, password: &str) -> Self {
        let mut child = miseban(&redis.prefix, &["--listen", listen], password)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        let url = url
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .to_owned();
        let client = Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self { child, url, client }
    }

    async fn text(&self, path: &str) -> (StatusCode, String, String) {
        let response = self
            .client
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap();
        let kind = response.headers().get(header::CONTENT_TYPE);
        let kind = kind.map_or_else(String::new, |kind| kind.to_str().unwrap().to_owned());
        (response.status(), kind, response.text().await.unwrap())
    }

    async fn object(&self, path: &str) -> Value {
        let (status, _, text) = self.text(&format!("/api/v1{path}")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The ids of the tasks at `path`, read with the type that the pages use.
    async fn ids(&self, path: &str) -> Vec<String> {
        let tasks: Vec<RawTask<Value>> = serde_json::from_value(self.object(path).await).unwrap();
        let id = |task: RawTask<Value>| task.0.ctx().task_id().unwrap().to_string();
        tasks.into_iter().map(id).collect()
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn miseban(prefix: &str, args: &[&str], password: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_miseban"));
    command
        .args(["--lang", "en", "board"])
        .args(args)
        .env_clear()
        .env("REDIS_URL", shared_url())
        .env("REDIS_PREFIX", prefix)
        .env("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
        .env("BOARD_PASSWORD", password)
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// The value of a statistic.
fn figure(statistics: &Value, title: &str) -> String {
    let all = statistics.as_array().unwrap();
    let found = all.iter().find(|statistic| statistic["title"] == title);
    let found = found.unwrap_or_else(|| panic!("no {title}"));
    found["value"].as_str().unwrap().to_owned()
}

fn figures(statistics: &Value) -> [String; 5] {
    [
        "PENDING_JOBS",
        "RUNNING_JOBS",
        "FAILED_JOBS",
        "COMPLETED_JOBS",
        "TOTAL_JOBS",
    ]
    .map(|title| figure(statistics, title))
}

fn now() -> u64 {
    SystemClock.now().timestamp().unsigned_abs()
}

#[tokio::test]
async fn counts_are_shown_for_all_queues_and_for_each() {
    let redis = Redis::busy().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");

    let overview = board.object("/overview").await;
    let sync = board.object("/queues/sync/stats").await;
    let update = board.object("/queues/update/stats").await;
    let queues = board.object("/queues").await;

    assert_eq!(figures(&overview), ["3", "1", "2", "0", "6"]);
    assert_eq!(figures(&sync), ["2", "1", "2", "0", "5"]);
    assert_eq!(figures(&update), ["1", "0", "0", "0", "1"]);
    let oldest: u64 = figure(&sync, "OLDEST_PENDING_JOB").parse().unwrap();
    assert!(oldest.abs_diff(now()) < 300, "{oldest}");
    let names = [0, 1].map(|at| &queues[at]["name"]);
    assert_eq!(names, ["sync", "update"]);
    assert_eq!(figures(&queues[0]["stats"]), figures(&sync));
    assert_eq!(queues[0]["workers"].as_array().unwrap().len(), 1);
    assert_eq!(queues[1]["workers"], json!([]));
}

#[tokio::test]
async fn messages_are_listed_by_status() {
    let redis = Redis::busy().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");
    // Like the pages: page, page size and queue beside the status.
    let asked = |status: &str| {
        format!("/queues/sync/tasks?&page=1&page_size=15&queue=sync&status={status}")
    };

    let pending = board.ids(&asked("Pending")).await;
    let running = board.ids(&asked("Running")).await;
    let failed = board.object(&asked("Failed")).await;

    assert_eq!(pending, [id(4), id(5)]);
    assert_eq!(running, [id(3)]);
    assert_eq!(failed[0]["ctx"]["task_id"], id(2));
    assert_eq!(failed[1]["ctx"]["task_id"], id(1));
    assert_eq!(failed[1]["args"]["error"], "no answer");
    assert_eq!(failed[1]["args"]["job"]["no"], 1);
    assert_eq!(failed[1]["ctx"]["attempt"], 1);
    for empty in ["Queued", "Done", "Killed"] {
        assert_eq!(board.object(&asked(empty)).await, json!([]), "{empty}");
    }
    let (status, ..) = board
        .text("/api/v1/queues/sync/tasks?status=Sleeping")
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn messages_of_all_queues_are_listed_by_page() {
    let redis = Redis::busy().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");

    let mut pages = Vec::new();
    for page in 1..=4 {
        let ids = board.ids(&format!("/tasks?page={page}&page_size=2")).await;
        assert!(ids.len() <= 2);
        pages.extend(ids);
    }
    let pending = board.ids("/tasks?status=Pending").await;
    let page_zero = board.ids("/tasks?page=0&page_size=1").await;

    let update = "update:12829:3".to_owned();
    let all = [id(4), id(5), id(3), id(2), id(1), update.clone()];
    assert_eq!(pages, all);
    assert_eq!(pending, [id(4), id(5), update]);
    assert_eq!(page_zero, [id(4)]);
}

#[tokio::test]
async fn the_page_size_is_bounded() {
    let redis = Redis::open().await;
    let many: Vec<Message> = (1..=300).map(batch).collect();
    redis.queue.push(&many).await.unwrap();
    let board = Board::open(&redis, "127.0.0.1:0", "");

    let ids = board.ids("/queues/sync/tasks?page_size=4294967295").await;
    let beyond = board
        .ids("/queues/sync/tasks?page=4294967295&page_size=4294967295")
        .await;

    assert_eq!(ids.len(), 100);
    assert!(beyond.is_empty());
}

#[tokio::test]
async fn one_message_is_shown_with_its_times() {
    let redis = Redis::busy().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");

    let running = board.object(&format!("/queues/sync/tasks/{}", id(3))).await;
    let later = board.object(&format!("/queues/sync/tasks/{}", id(5))).await;
    let hide = board.object("/queues/update/tasks/update:12829:3").await;
    let (unknown, ..) = board.text("/api/v1/queues/sync/tasks/sync:nowhere:1").await;
    let (other_queue, ..) = board.text("/api/v1/queues/sync/tasks/update:12829:3").await;

    assert_eq!(
        (&running["ctx"]["status"], &running["ctx"]["queue"]),
        (&json!("Running"), &json!("sync"))
    );
    assert_eq!(running["args"]["no"], 3);
    assert!(running["ctx"]["lock_at"].as_u64().unwrap().abs_diff(now()) < 300);
    assert!(later["ctx"]["run_at"].as_u64().unwrap() > now() + 300);
    assert_eq!(
        hide["ctx"]["priority"], 2,
        "hiding has the highest priority"
    );
    assert_eq!([unknown, other_queue], [StatusCode::NOT_FOUND; 2]);
}

#[tokio::test]
async fn workers_are_shown_with_their_last_heartbeat() {
    let redis = Redis::busy().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");
    let timeout = Duration::from_millis(10);
    redis
        .queue
        .claim(QueueName::Update, timeout, timeout, &Capacity::fixed(1))
        .await
        .unwrap();

    let all = board.object("/workers").await;
    let of_sync = board.object("/queues/sync/workers").await;

    let own = format!(":{}", std::process::id());
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(of_sync.as_array().unwrap().len(), 1);
    let worker = &of_sync[0];
    assert!(worker["id"].as_str().unwrap().ends_with(&own), "{worker}");
    assert_eq!(worker["queue"], "sync");
    for at in ["started_at", "last_heartbeat"] {
        assert!(
            worker[at].as_u64().unwrap().abs_diff(now()) < 300,
            "{at}: {worker}"
        );
    }
}

#[tokio::test]
async fn the_pages_and_their_assets_are_in_the_program() {
    let redis = Redis::open().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");

    let (status, kind, page) = board.text("/").await;
    assert_eq!(
        (status, kind.as_str()),
        (StatusCode::OK, "text/html; charset=utf-8")
    );
    for address in [
        "/queues",
        "/queues/sync",
        "/queues/sync/Failed",
        "/tasks/Running",
        "/workers",
        "/logs",
    ] {
        assert_eq!(board.text(address).await.2, page, "{address}");
    }
    let quoted = page.split(['"', '\'']);
    let loaded: Vec<&str> = quoted
        .filter(|word| word.starts_with('/') && word.contains('.'))
        .collect();
    assert!(loaded.len() >= 3, "{loaded:?}");
    for address in loaded {
        let response = board
            .client
            .get(format!("{}{address}", board.url))
            .send()
            .await
            .unwrap();
        let kind = response.headers()[header::CONTENT_TYPE].to_str().unwrap();
        let code = ["application/wasm", "application/javascript", "text/css"];
        assert!(code.contains(&kind), "{address}: {kind}");
        assert!(!response.bytes().await.unwrap().is_empty());
    }
    assert!(!page.contains("https://"), "no external asset is loaded");
}

#[tokio::test]
async fn the_event_stream_stays_open_and_empty() {
    let redis = Redis::open().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");

    let answer = board
        .client
        .get(format!("{}/api/v1/events", board.url))
        .send()
        .await
        .unwrap();

    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
}

#[tokio::test]
async fn the_board_is_read_only() {
    let redis = Redis::busy().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");

    for method in [Method::PUT, Method::POST, Method::DELETE] {
        let url = format!("{}/api/v1/queues/sync/tasks", board.url);
        let pushed = board
            .client
            .request(method, url)
            .body("{}")
            .send()
            .await
            .unwrap();
        assert_eq!(pushed.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
    let (unknown, ..) = board.text("/api/v1/queues/nowhere/tasks").await;

    assert_eq!(unknown, StatusCode::NOT_FOUND);
    assert_eq!(
        figures(&board.object("/overview").await),
        ["3", "1", "2", "0", "6"]
    );
}

#[tokio::test]
async fn without_a_password_other_host_names_are_rejected() {
    let redis = Redis::open().await;
    let board = Board::open(&redis, "127.0.0.1:0", "");

    let url = format!("{}/api/v1/queues", board.url);
    let rebound = board
        .client
        .get(url)
        .header(header::HOST, "shop.example.com:80");

    let answer = rebound.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
}

#[tokio::test]
async fn with_a_password_only_requests_with_it_are_answered() {
    let redis = Redis::open().await;
    let board = Board::open(&redis, "0.0.0.0:0", PASSWORD);
    let url = board.url.replace("0.0.0.0", "127.0.0.1");
    let ask = async |path: &str, password: Option<&str>| {
        let mut request = board.client.get(format!("{url}{path}"));
        if let Some(password) = password {
            request = request.basic_auth("anyone", Some(password));
        }
        request.send().await.unwrap()
    };

    for path in ["/", "/api/v1/queues", "/api/v1/events"] {
        let asked = ask(path, None).await;
        assert_eq!(asked.status(), StatusCode::UNAUTHORIZED, "{path}");
        assert!(asked.headers().contains_key(header::WWW_AUTHENTICATE));
        let wrong = ask(path, Some("correct-horse-batter")).await;
        assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED, "{path}");
        let right = ask(path, Some(PASSWORD)).await;
        assert_eq!(right.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn every_response_tells_the_browser_what_it_may_do() {
    let redis = Redis::open().await;
    let board = Board::open(&redis, "127.0.0.1:0", PASSWORD);
    let script = "/apalis-board-web-5f43ae260a03616d.js";

    for (path, password, status) in [
        ("/", "", StatusCode::UNAUTHORIZED),
        ("/", PASSWORD, StatusCode::OK),
        ("/api/v1/queues", PASSWORD, StatusCode::OK),
        ("/api/v1/nowhere", PASSWORD, StatusCode::NOT_FOUND),
        (script, PASSWORD, StatusCode::OK),
    ] {
        let request = board.client.get(format!("{}{path}", board.url));
        let response = request.basic_auth("", Some(password)).send().await.unwrap();

        let headers = response.headers();
        assert_eq!(response.status(), status, "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
    }
}

#[tokio::test]
async fn whoever_guesses_waits_and_nobody_else_does() {
    let redis = Redis::open().await;
    let mut board = Board::open(&redis, "0.0.0.0:0", PASSWORD);
    let url = board.url.replace("0.0.0.0", "127.0.0.1");
    let from = |address: [u8; 4]| {
        let address = std::net::IpAddr::from(address);
        Client::builder().local_address(address).build().unwrap()
    };
    let ask = async |client: &Client, password: &str, cookie: &str| {
        let request = client.get(format!("{url}/api/v1/queues"));
        let request = request.basic_auth("me", Some(password));
        request.header(header::COOKIE, cookie).send().await.unwrap()
    };
    let (guesser, other) = (from([127, 0, 0, 1]), from([127, 0, 0, 2]));
    let right = ask(&guesser, PASSWORD, "").await;
    let cookie = right.headers()[header::SET_COOKIE].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();

    let (mut looked_at, mut seconds) = (0, 0);
    // Then there is time to try the right one before the wait is over.
    while seconds < 2 {
        let guess = ask(&guesser, &format!("not-the-password-{looked_at}"), "").await;
        looked_at += usize::from(guess.status() == StatusCode::UNAUTHORIZED);
        let wait = guess.headers().get(header::RETRY_AFTER);
        seconds = wait.map_or(0, |wait| wait.to_str().unwrap().parse().unwrap());
    }
    let guesser_right = ask(&guesser, PASSWORD, "").await.status();
    let known = ask(&guesser, PASSWORD, &cookie).await.status();
    let elsewhere = ask(&other, PASSWORD, "").await.status();
    board.child.kill().unwrap();
    let mut log = String::new();
    let mut stderr = board.child.stderr.take().unwrap();
    std::io::Read::read_to_string(&mut stderr, &mut log).unwrap();

    assert_eq!(looked_at, 5);
    assert_eq!(guesser_right, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!([known, elsewhere], [StatusCode::OK; 2]);
    let logged = log.matches("wrong password for the board from 127.0.0.1");
    assert_eq!(logged.count(), looked_at, "{log}");
    assert!(!log.contains("not-the-password"), "{log}");
}

#[tokio::test]
async fn a_public_address_without_a_password_is_rejected() {
    let redis = Redis::open().await;
    for (args, password, hint) in [
        (["--listen", "0.0.0.0:0"], "", "BOARD_PASSWORD"),
        (["--listen", "[::]:0"], "", "BOARD_PASSWORD"),
        (["--listen", "0.0.0.0:0"], "short", "at least 12"),
        (["--listen", "nowhere"], "", "--listen"),
    ] {
        let output = miseban(&redis.prefix, &args, password).output().unwrap();

        let text = utf8(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {text}");
        assert!(text.contains(hint), "{text}");
        assert!(!text.contains("short"), "{text}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_wrong_use_of_the_board() {
    let redis = Redis::open().await;
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let output = miseban(&redis.prefix, &["--listen", &address], "")
        .output()
        .unwrap();

    let text = utf8(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains(&address) && text.contains("another port with --listen"),
        "{text}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_the_board_despite_an_open_event_stream() {
    let redis = Redis::open().await;
    let mut board = Board::open(&redis, "127.0.0.1:0", "");
    let url = format!("{}/api/v1/events", board.url);
    let _listening = board.client.get(url).send().await.unwrap();

    let number = board.child.id().to_string();
    let text = Command::new("kill").args(["-TERM", &number]).status();

    assert!(text.unwrap().success());
    assert_eq!(board.child.wait().unwrap().code(), Some(143));
}
