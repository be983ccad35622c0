use super::*;
use secrecy::ExposeSecret as _;
use std::io::Write as _;

fn read(content: &str) -> Result<AccountsFile, CommandError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    AccountsFile::read(file.path())
}

fn refusal<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    match result.unwrap_err() {
        CommandError::Usage(text) => text.en,
        other => panic!("not a matter of use: {other}"),
    }
}

const TWO: &str = r#"
[[account]]
id = "main"
name = "本店"
client_id = "c1"
client_secret = "s1"
refresh_token_env = "MAIN_TOKEN"
redirect_uri = "https://shop.example/back"

[[account]]
id = "second"
active = false
client_id = "c2"
client_secret_env = "SECOND_SECRET"
refresh_token = "r2"
"#;

#[test]
fn shops_keep_the_order_of_the_file_and_are_active_by_default() {
    let file = read(TWO).unwrap();

    let rows = file.rows();

    assert_eq!(
        (rows[0].id.as_str(), rows[0].name.as_str(), rows[0].active),
        ("main", "本店", true)
    );
    assert_eq!((rows[1].name.as_str(), rows[1].active), ("second", false));
    assert_eq!(rows[0].platform.as_str(), "base");
}

#[test]
fn secrets_come_from_the_file_or_the_environment_and_only_for_active_shops() {
    let file = read(TWO).unwrap();

    let found = file
        .credentials(&|name| (name == "MAIN_TOKEN").then(|| "r1\n".to_owned()))
        .unwrap();

    assert_eq!(found.len(), 1);
    assert_eq!(found[0].client_secret.expose_secret(), "s1");
    assert_eq!(
        found[0].refresh_token.as_ref().unwrap().expose_secret(),
        "r1"
    );
    let redirect = found[0].redirect_uri.as_deref();
    assert_eq!(redirect, Some("https://shop.example/back"));
}

#[test]
fn a_variable_that_is_not_set_is_named_with_line_and_shop() {
    let said = refusal(read(TWO).unwrap().credentials(&|_| None));

    assert!(said.contains("line 3: account main needs the environment variable MAIN_TOKEN"));
}

#[test]
fn a_variable_in_quotation_marks_is_named_without_its_value() {
    let said = refusal(
        read(TWO)
            .unwrap()
            .credentials(&|_| Some("\"r1\"\n".to_owned())),
    );

    assert!(
        said.contains("MAIN_TOKEN") && said.contains("quotation marks"),
        "{said}"
    );
    assert!(!said.contains("r1"), "{said}");
}

#[test]
fn a_wrong_file_is_refused_with_the_place_and_what_to_do() {
    let one = |id: &str| {
        format!(
            "[[account]]\nid = \"{id}\"\nclient_id = \"c\"\nclient_secret = \"s\"\nrefresh_token = \"r\"\n"
        )
    };
    for (content, expected) in [
        (String::new(), "has no account"),
        (
            one("main").replace("client_id", "clientid"),
            "line 3 cannot be read",
        ),
        (one("main").replace("client_id = \"c\"\n", ""), "client_id"),
        (
            format!("{}{}", one("main"), one("main")),
            "line 7: account main is already defined in line 2",
        ),
        (
            one("main").replace("client_id", "platform = \"ebay\"\nclient_id"),
            "line 2: account main: there is no such platform; there are: base",
        ),
        (one("本店"), "line 2: id must be 1 to 64 letters"),
        (
            one("main").replace("client_secret = \"s\"\n", ""),
            "exactly one of client_secret and client_secret_env",
        ),
        (
            format!("{}refresh_token_env = \"R\"\n", one("main")),
            "exactly one of refresh_token and",
        ),
        (
            one("main").replace("= \"c\"", "= \" \""),
            "client_id of account main is empty",
        ),
        (
            format!(
                "{}proxy = \"http://user:hidden@proxy:99999\"\n",
                one("main")
            ),
            "line 2: the proxy of account main is not a valid URL: write http://USER:PASSWORD@HOST:PORT",
        ),
        (
            format!("{}active = false\nproxy = \"proxy:8080\"\n", one("main")),
            "line 2: the proxy of account main",
        ),
        ("[[account]\n".to_owned(), "line 1 cannot be read"),
        ("[shop]\n".to_owned(), "a key that is not known"),
    ] {
        let said = refusal(read(&content));

        assert!(said.contains(expected), "{said:?} lacks {expected:?}");
        assert!(!said.contains("hidden"), "{said}");
    }
}

#[test]
fn a_proxy_of_the_environment_is_shown_by_host_and_port_or_refused() {
    let shop = "[[account]]\nid = \"main\"\nclient_id = \"c\"\nclient_secret = \"s\"\nproxy_env = \"MAIN_PROXY\"\n";
    let file = read(shop).unwrap();
    let shown = |proxy: Option<&str>| {
        let proxies = file.proxies_shown(&|_| proxy.map(ToOwned::to_owned))?;
        Ok::<_, CommandError>(proxies[&AccountId::parse("main").unwrap()].clone())
    };

    let right = shown(Some("socks5://user:hidden@proxy.example:1080\n")).unwrap();
    let unset = shown(None).unwrap();
    let wrong = refusal(shown(Some("http://user:hidden@proxy.example:99999")));

    assert_eq!(right, "socks5://proxy.example:1080");
    assert_eq!(unset, "$MAIN_PROXY");
    assert!(
        wrong.contains("line 2: the proxy of account main"),
        "{wrong}"
    );
    assert!(!wrong.contains("hidden"), "{wrong}");
}

#[test]
fn a_missing_file_is_reported_with_its_path() {
    let said = refusal(AccountsFile::read(Path::new("/nowhere/accounts.toml")));

    assert!(said.contains("/nowhere/accounts.toml"));
}

#[test]
fn no_message_and_no_debug_print_shows_a_secret() {
    let file = read(&TWO.replace("s1", "hidden")).unwrap();
    let broken = refusal(read("[[account]]\nclient_secret = \"hidden\nid = 1"));

    assert!(!format!("{file:?}").contains("hidden"));
    assert!(!broken.contains("hidden"), "{broken}");
}

/// In a shop that is right otherwise, each key and each value is replaced by a secret in turn.
#[test]
fn a_secret_in_a_wrong_place_is_not_shown() {
    const RIGHT: [(&str, &str); 9] = [
        ("id", "\"main\""),
        ("platform", "\"base\""),
        ("name", "\"本店\""),
        ("active", "true"),
        ("client_id", "\"c\""),
        ("client_secret", "\"s\""),
        ("refresh_token_env", "\"MAIN_TOKEN\""),
        ("shop_id", "\"1\""),
        ("proxy_env", "\"MAIN_PROXY\""),
    ];
    const SECRETS: [&str; 9] = [
        "\"hidden!\"",
        "hidden",
        "7355608",
        "7355608.5",
        "99999999997355608",
        "[\"hidden\"]",
        "{ hidden = 1 }",
        "\"hidden",
        "\"a\"\nhidden = \"b\"",
    ];
    let mut refused = 0;
    for place in 0..RIGHT.len() {
        for secret in SECRETS.into_iter().chain(["key"]) {
            let mut lines = RIGHT.map(|(key, value)| format!("{key} = {value}\n"));
            lines[place] = match secret {
                "key" => format!("{}_hidden = {}\n", RIGHT[place].0, RIGHT[place].1),
                secret => format!("{} = {secret}\n", RIGHT[place].0),
            };
            let content = format!("[[account]]\n{}", lines.concat());

            let used = read(&content).and_then(|file| file.credentials(&|_| None));

            let Err(CommandError::Usage(Text { ja, en })) = used else {
                panic!("{used:?}: {content}");
            };
            refused += 1;
            for secret in ["hidden", "7355608"] {
                assert!(
                    !ja.contains(secret) && !en.contains(secret),
                    "{content}{en}"
                );
            }
        }
    }
    assert_eq!(refused, 90);
}

#[test]
fn each_of_twenty_thousand_shops_with_one_id_is_named_by_its_line() {
    let shop = "[[account]]\nid = \"main\"\nclient_id = \"c\"\nclient_secret = \"s\"\n\n";

    let told = refusal(read(&shop.repeat(20_000)));

    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 19_999);
    assert!(lines[0].contains("line 7: account main is already defined in line 2"));
    assert!(lines[19_998].contains("line 99997:"), "{}", lines[19_998]);
}
