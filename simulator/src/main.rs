//! The binary `simulator`: serves the simulated vendors, or prints what their world begins with.

mod cli;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use simulator::{Config, Simulator};

use crate::cli::{SimulatorCli, SimulatorCommand};

/// Exit code for wrong use, the same in all of Miseban's binaries.
const WRONG_USE: u8 = 2;

fn main() -> ExitCode {
    let cli = SimulatorCli::parse();
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(MainError::WrongUse(error)) => report(&error, WRONG_USE),
        Err(MainError::Failed(error)) => report(&error, 1),
    }
}

/// Why the program ends with an error, which decides its exit code.
enum MainError {
    WrongUse(anyhow::Error),
    Failed(anyhow::Error),
}

impl From<anyhow::Error> for MainError {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

fn report(error: &anyhow::Error, code: u8) -> ExitCode {
    // If stderr is closed, there is no other place to report to.
    let _ = writeln!(std::io::stderr(), "simulator: {error:#}");
    ExitCode::from(code)
}

fn run(command: SimulatorCommand) -> Result<(), MainError> {
    match command {
        SimulatorCommand::Serve(args) => {
            let config = args.config().map_err(MainError::WrongUse)?;
            serve(config, args.state.as_deref())
        }
        SimulatorCommand::Listings(args) => {
            let listings = simulator::opening_listings(&args.config());
            print(&simulator::listings_csv(&listings))
        }
        SimulatorCommand::Accounts(args) => {
            let accounts = simulator::opening_accounts(args.seed, args.accounts.into());
            print(&simulator::accounts_toml(&accounts))
        }
    }
}

/// Writes to stdout. A reader that closes the pipe early is not an error.
fn print(text: &str) -> Result<(), MainError> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(MainError::Failed(error.into()))
        }
        _ => Ok(()),
    }
}

fn serve(config: Config, state: Option<&Path>) -> Result<(), MainError> {
    let runtime = tokio::runtime::Runtime::new().map_err(anyhow::Error::from)?;
    runtime.block_on(async {
        let end = end_signal()?;
        let simulator = match state {
            Some(state) => Simulator::resume(config, state).await,
            None => Simulator::start(config).await,
        };
        let simulator = simulator.map_err(|error| MainError::WrongUse(error.into()))?;
        print(&format!("listening on {}\n", simulator.url()))?;
        end.await;
        simulator.stop().await;
        Ok(())
    })
}

/// Ends at SIGINT, SIGTERM or SIGHUP, except under `nohup`. The handlers are installed by this call, before the first await.
#[cfg(unix)]
fn end_signal() -> anyhow::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let hangup = (!ignores_hangup()).then(|| signal(SignalKind::hangup()));
    let mut hangup = hangup.transpose()?;
    Ok(async move {
        let hung_up = async {
            match &mut hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    })
}

/// Whether SIGHUP, the first signal, is ignored since the start, as Linux tells; a handler would end that.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
fn end_signal() -> anyhow::Result<impl Future<Output = ()>> {
    Ok(async {
        // If no signal can be received, only the system can end the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
