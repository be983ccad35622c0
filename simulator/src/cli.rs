//! The command line of `simulator`.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use simulator::{Config, Fault, FaultList, Quotas};

const EXAMPLES: &str = "\
Examples:
  simulator serve
  simulator serve --listen 127.0.0.1:0 --catalog 10000 --accounts 3 --seed 7 --time-scale 60
  simulator listings --catalog 1000 --accounts 3 --seed 1 > listings.csv
  simulator accounts --accounts 3 --seed 1 > accounts.toml

The same --catalog, --accounts and --seed give the same world in all three commands.";

const SERVE_HELP: &str = "\
Examples:
  simulator serve --catalog 12829 --time-scale 60
  simulator serve --quotas off
  simulator serve --quotas quotas.toml --faults faults.json
  simulator serve --state simulator.state

A quotas file (TOML or JSON) overrides the published limits:
  [operations.getItemOffersBatch]
  rate = 0.5          # calls a second of simulator time
  burst = 1
  [base]
  hour = 5000
  day = 100000

A faults file is a JSON list, the same as for POST /_sim/faults:
  [{\"operation\": \"getItemOffersBatch\", \"kind\": \"status\", \"status\": 503, \"count\": 3}]

Controls: GET /_sim/ledger (?detail=1), GET and POST /_sim/shop/shop-1, GET and POST /_sim/market,
GET, POST and DELETE /_sim/faults, POST /_sim/quotas, GET and POST /_sim/clock, POST /_sim/reset,
GET /_sim/messages, GET /_sim/webhook.

Without --moving, prices and stock change by POST /_sim/market only.

With --state, everything but the ledger is there after a restart, also after kill -9: tokens (a used one
stays used), items, prices, stock, used quotas, faults, messages and the clock. While the program is away,
time passes as fast as really, at most. The options must stay the same, but for --listen and --time-scale;
delete the file to begin a new world.";

/// Amazon SP-API, BASE and Chatwork, simulated as their documentation describes them.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES)]
pub struct SimulatorCli {
    #[command(subcommand)]
    pub command: SimulatorCommand,
}

#[derive(Debug, Subcommand)]
pub enum SimulatorCommand {
    /// Serve all vendors on one port until SIGINT or SIGTERM
    Serve(Box<ServeArgs>),
    /// Print the listings that the world begins with, as CSV
    Listings(WorldArgs),
    /// Print the accounts of the world, as an accounts file in TOML
    Accounts(AccountArgs),
}

/// The arguments that decide what the world contains.
#[derive(Debug, Args)]
pub struct WorldArgs {
    /// Number of products in the catalogue
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub catalog: usize,
    /// Number of BASE shops
    #[arg(long, default_value = "3", value_name = "K")]
    pub accounts: NonZeroUsize,
    /// Seed of all chance: the same seed gives the same world
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// Percentage of the products that a second shop lists as well
    #[arg(long, default_value_t = 0, value_name = "PERCENT",
        value_parser = clap::value_parser!(u32).range(0..=100))]
    pub overlap: u32,
    /// Of a thousand products, how many are unknown to Amazon
    #[arg(long, default_value_t = 0, value_name = "PERMILLE",
        value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub unknown: u32,
}

/// The arguments that decide which accounts there are.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// Number of BASE shops
    #[arg(long, default_value = "3", value_name = "K")]
    pub accounts: NonZeroUsize,
    /// Seed of all chance: the same seed gives the same world
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
}

#[derive(Debug, Args)]
#[command(after_help = SERVE_HELP)]
pub struct ServeArgs {
    /// Address to listen on; port 0 takes a free port
    #[arg(long, default_value = "127.0.0.1:9000", value_name = "ADDR")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub world: WorldArgs,
    /// How many times faster than real time simulator time runs, quotas included; 0 stops it
    #[arg(long, default_value_t = 1.0, value_name = "X", value_parser = time_scale)]
    pub time_scale: f64,
    /// The time at which simulator time begins (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    pub start: Option<DateTime<Utc>>,
    /// The vendors' rate limits: as published, off, or from a file
    #[arg(long, default_value = "published", value_name = "published|off|FILE")]
    pub quotas: String,
    /// Faults that are active from the start, from a JSON file
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Let prices and stock on Amazon change as simulator time passes
    #[arg(long)]
    pub moving: bool,
    /// Lifetime of a BASE access token, in seconds of simulator time
    #[arg(long, default_value_t = Config::BASE_ACCESS_SECONDS, value_name = "SECONDS")]
    pub base_access_seconds: u32,
    /// Scopes of the first refresh tokens of BASE
    #[arg(long, default_value = Config::BASE_SCOPES, value_name = "SCOPES")]
    pub base_scopes: String,
    /// Let BASE refuse a renewal of tokens without `redirect_uri`
    #[arg(long)]
    pub base_requires_redirect_uri: bool,
    /// Keep the world in this file, so that it is the same after a restart
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}

impl WorldArgs {
    pub fn config(&self) -> Config {
        Config {
            catalog: self.catalog,
            accounts: self.accounts.into(),
            seed: self.seed,
            overlap_percent: self.overlap,
            unknown_permille: self.unknown,
            ..Config::default()
        }
    }
}

impl ServeArgs {
    /// The configuration, with the files that the arguments name.
    pub fn config(&self) -> anyhow::Result<Config> {
        Ok(Config {
            listen: self.listen,
            time_scale: self.time_scale,
            start: self.start,
            quotas: quotas(&self.quotas)?,
            moving: self.moving,
            base_access_seconds: self.base_access_seconds,
            base_scopes: self.base_scopes.clone(),
            base_requires_redirect_uri: self.base_requires_redirect_uri,
            faults: self.faults.as_deref().map_or(Ok(Vec::new()), faults)?,
            ..self.world.config()
        })
    }
}

fn time_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if (0.0..=1e6).contains(&scale) => Ok(scale),
        _ => Err("a number from 0 to 1,000,000".to_owned()),
    }
}

fn quotas(choice: &str) -> anyhow::Result<Quotas> {
    match choice {
        "published" => Ok(Quotas::Published),
        "off" => Ok(Quotas::Off),
        file => {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("cannot read the quotas file {file}"))?;
            Quotas::parse(&text).with_context(|| format!("the quotas file {file} is wrong"))
        }
    }
}

fn faults(file: &Path) -> anyhow::Result<Vec<Fault>> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the faults file {shown}"))?;
    let list: FaultList =
        serde_json::from_str(&text).with_context(|| format!("the faults file {shown} is wrong"))?;
    let faults = Vec::from(list);
    match faults.iter().find_map(Fault::problem) {
        Some(problem) => anyhow::bail!("the faults file {shown} is wrong: {problem}"),
        None => Ok(faults),
    }
}
