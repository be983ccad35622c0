//! The command lines of a block, as a test can run them: with the programs that are built, on ports of their own.

use super::root;

/// One command of a block.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// As it is run by a shell.
    pub text: String,
    pub kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Ends by itself.
    Ends,
    /// Works until it is stopped; says on its health page whether it is ready.
    Serves,
    /// The same, and ready when its port is open.
    Listens,
}

const OURS: [&str; 4] = ["miseban", "producer", "worker", "simulator"];

/// The commands of `body`: one a line, or several lines that end in a backslash.
pub fn commands(body: &str) -> Vec<String> {
    let joined = body.replace("\\\n", " ");
    let lines = joined.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(ToOwned::to_owned).collect()
}

impl Line {
    /// `command`, with what a test has in the place of cargo. A program that listens does so at `port`.
    pub fn of(command: &str, port: u16) -> Self {
        let text = with_built_programs(command);
        let kind = kind(&text);
        let text = match kind {
            Kind::Listens => listening(&text, port),
            _ => text,
        };
        Self { text, kind }
    }

    /// Whether it needs a Redis, and a database that several programs share.
    pub fn is_for_several_processes(&self) -> bool {
        let program = program(&self.text);
        let words = self.text.split_whitespace();
        ["worker", "producer", "redis-cli"].contains(&program)
            || self.text.contains("redis-cli")
            || (program == "miseban"
                && words
                    .into_iter()
                    .any(|word| ["queues", "board"].contains(&word)))
    }

    /// Whether it reads the settings from its environment.
    pub fn reads_environment(&self) -> bool {
        OURS.contains(&program(&self.text)) && !self.text.contains("--config")
    }
}

/// The word that names the program: the first one that sets no variable.
fn program(text: &str) -> &str {
    let mut words = text.split_whitespace();
    words.find(|word| !is_assignment(word)).unwrap_or_default()
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map(|(name, _)| name);
    name.is_some_and(|name| {
        name.bytes()
            .all(|sign| sign.is_ascii_uppercase() || sign == b'_')
    })
}

fn kind(text: &str) -> Kind {
    let words: Vec<&str> = text
        .split_whitespace()
        .take_while(|word| *word != "#")
        .collect();
    let has = |word: &str| words.contains(&word);
    match program(text) {
        _ if has("--help") || has("--healthcheck") => Kind::Ends,
        "worker" => Kind::Serves,
        "miseban" | "producer" if has("serve") => Kind::Serves,
        "miseban" if has("board") => Kind::Listens,
        "simulator" if has("serve") => Kind::Listens,
        _ => Kind::Ends,
    }
}

/// With the port in the address that the command names, or else at that port of this computer.
fn listening(text: &str, port: u16) -> String {
    let (command, comment) = text.split_once(" #").unwrap_or((text, ""));
    let command = command.trim_end();
    let Some((before, address)) = command.split_once("--listen ") else {
        return format!("{command} --listen 127.0.0.1:{port} #{comment}");
    };
    let (host, rest) = address.split_once(':').expect("an address and a port");
    let rest = rest.trim_start_matches(|sign: char| sign.is_ascii_digit());
    format!("{before}--listen {host}:{port}{rest}")
}

/// A command of cargo as one of the programs that it would build and run. Nothing is left to do for `cargo build`,
/// if the packages exist.
fn with_built_programs(command: &str) -> String {
    let Some(rest) = command.strip_prefix("cargo ") else {
        return command.to_owned();
    };
    let (name, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let expanded = match alias(name) {
        Some(words) => format!("{words} {more}"),
        None => rest.to_owned(),
    };
    let (options, arguments) = expanded.split_once(" -- ").unwrap_or((&expanded, ""));
    let mut words = options.split_whitespace().take_while(|word| *word != "#");
    let verb = words.next().unwrap_or_default();
    let words: Vec<&str> = words.collect();
    let of = |names: [&'static str; 2]| {
        let pairs = words
            .windows(2)
            .filter(move |pair| names.contains(&pair[0]));
        pairs.map(|pair| pair[1]).collect::<Vec<_>>()
    };
    let packages = of(["-p", "--package"]);
    for package in &packages {
        let has_program = root().join(package).join("src/main.rs").is_file();
        assert!(
            has_program,
            "{command}: {package} is no package with a program"
        );
    }
    match verb {
        "build" if !packages.is_empty() => "true".to_owned(),
        "run" => {
            let program = of(["--bin", "--bin"]).first().or(packages.first()).copied();
            format!("{} {arguments}", program.expect("a program"))
        }
        _ => panic!("{command}: a test cannot run this: mark the block"),
    }
}

/// What `.cargo/config.toml` calls `name`.
fn alias(name: &str) -> Option<String> {
    let file = std::fs::read_to_string(root().join(".cargo/config.toml")).unwrap();
    let file: toml::Table = file.parse().unwrap();
    Some(file["alias"].get(name)?.as_str()?.to_owned())
}

#[test]
fn each_command_is_run_as_what_it_stands_for() {
    let of = |command| {
        let line = Line::of(command, 7);
        (
            line.text.clone(),
            line.kind,
            line.is_for_several_processes(),
        )
    };
    let text = |text: &str| text.to_owned();

    assert_eq!(
        of("cargo build --release -p producer -p worker"),
        (text("true"), Kind::Ends, false)
    );
    assert_eq!(
        of("cargo demo    # all"),
        (text("miseban demo    # all"), Kind::Ends, false)
    );
    assert_eq!(
        of("cargo run -p simulator -- serve --seed 1 # it"),
        (
            text("simulator serve --seed 1 --listen 127.0.0.1:7 # it"),
            Kind::Listens,
            false
        )
    );
    assert_eq!(
        of("BOARD_PASSWORD=x miseban board --listen 0.0.0.0:8080"),
        (
            text("BOARD_PASSWORD=x miseban board --listen 0.0.0.0:7"),
            Kind::Listens,
            true
        )
    );
    assert_eq!(
        of("producer serve   # keeps"),
        (text("producer serve   # keeps"), Kind::Serves, true)
    );
    assert_eq!(of("worker --healthcheck").1, Kind::Ends);
    assert_eq!(commands("a \\\n  b\n\n# c\nd\n"), ["a    b", "d"]);
}
