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

The same --catalog, --accounts and --seed give the same world to all three commands.";

const SERVE_HELP: &str = "\
Examples:
  simulator serve --catalog 12829 --time-scale 60
  simulator serve --quotas off
  simulator serve --quotas quotas.toml --faults faults.json

A quotas file (TOML or JSON) overrides published limits:
  [operations.getItemOffersBatch]
  rate = 0.5          # calls a second of simulator time
  burst = 1
  [base]
  hour = 5000
  day = 100000

A faults file is a JSON list, as POST /_sim/faults takes it:
  [{\"operation\": \"getItemOffersBatch\", \"kind\": \"status\", \"status\": 503, \"count\": 3}]

Controls: GET /_sim/ledger (?detail=1), GET and POST /_sim/shop/shop-1, GET and POST /_sim/market,
GET, POST and DELETE /_sim/faults, POST /_sim/quotas, GET and POST /_sim/clock, POST /_sim/reset,
GET /_sim/messages, GET /_sim/webhook.

The market stands still until POST /_sim/market moves it, or with --moving.";

/// Amazon SP-API, BASE and Chatwork, simulated from the vendors' papers.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES)]
pub struct SimulatorCli {
    #[command(subcommand)]
    pub command: SimulatorCommand,
}

#[derive(Debug, Subcommand)]
pub enum SimulatorCommand {
    /// Serve all vendors on one port until told to stop
    Serve(Box<ServeArgs>),
    /// Print the listings of the world as CSV
    Listings(WorldArgs),
    /// Print the accounts of the world as TOML
    Accounts(AccountArgs),
}

/// What the world is made of.
#[derive(Debug, Args)]
pub struct WorldArgs {
    /// Products of the catalogue
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub catalog: usize,
    /// BASE shops
    #[arg(long, default_value = "3", value_name = "K")]
    pub accounts: NonZeroUsize,
    /// Same seed, same world
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
    /// Of a hundred listings, how many a second shop shares
    #[arg(long, default_value_t = 0, value_name = "PERCENT",
        value_parser = clap::value_parser!(u32).range(0..=100))]
    pub overlap: u32,
    /// Of a thousand products, how many Amazon does not know
    #[arg(long, default_value_t = 0, value_name = "PERMILLE",
        value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub unknown: u32,
}

/// What the accounts are made of.
#[derive(Debug, Args)]
pub struct AccountArgs {
    /// BASE shops
    #[arg(long, default_value = "3", value_name = "K")]
    pub accounts: NonZeroUsize,
    /// Same seed, same world
    #[arg(long, default_value_t = 1, value_name = "S")]
    pub seed: u64,
}

#[derive(Debug, Args)]
#[command(after_help = SERVE_HELP)]
pub struct ServeArgs {
    /// Where to listen; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    #[command(flatten)]
    pub world: WorldArgs,
    /// How fast simulator time runs; quotas refill that much faster. 0 stands still
    #[arg(long, default_value_t = 1.0, value_name = "X", value_parser = time_scale)]
    pub time_scale: f64,
    /// When simulator time begins (RFC 3339); now if left out
    #[arg(long, value_name = "TIME")]
    pub start: Option<DateTime<Utc>>,
    /// The vendors' limits: published, off, or a file
    #[arg(long, default_value = "published", value_name = "published|off|FILE")]
    pub quotas: String,
    /// Faults at work from the start
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,
    /// Let the market move with simulator time
    #[arg(long)]
    pub moving: bool,
    /// Seconds of simulator time that an access token of BASE lives
    #[arg(long, default_value_t = Config::BASE_ACCESS_SECONDS, value_name = "SECONDS")]
    pub base_access_seconds: u32,
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
    /// Reads the files that the arguments name.
    pub fn config(&self) -> anyhow::Result<Config> {
        Ok(Config {
            listen: self.listen,
            time_scale: self.time_scale,
            start: self.start,
            quotas: quotas(&self.quotas)?,
            moving: self.moving,
            base_access_seconds: self.base_access_seconds,
            faults: self
                .faults
                .as_deref()
                .map(faults)
                .transpose()?
                .unwrap_or_default(),
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
    match faults.iter().find_map(Fault::complaint) {
        Some(complaint) => anyhow::bail!("the faults file {shown} is wrong: {complaint}"),
        None => Ok(faults),
    }
}
