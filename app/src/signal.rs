//! The signals that stop a program.

use ui::causes::cause;
use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// What Linux tells of this process.
#[cfg(unix)]
const OWN_STATUS: &str = "/proc/self/status";

/// As [`Signals::first`], listening from the first poll on: for a command that a person has
/// started.
///
/// # Errors
///
/// When no signal handler can be installed.
pub async fn signal() -> Result<Exit, CommandError> {
    Signals::listen()?.first().await
}

/// SIGINT, SIGTERM and SIGHUP, caught from its construction on. A long-running program constructs it before
/// anything else: the first process of a container is not stopped by a signal that it does not
/// catch.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    /// `None` for a program that was told to outlive its terminal.
    #[cfg(unix)]
    hangup: Option<tokio::signal::unix::Signal>,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// When no signal handler can be installed.
    #[cfg(unix)]
    pub fn listen() -> Result<Self, CommandError> {
        use tokio::signal::unix::{SignalKind, signal};
        let listen = |kind| signal(kind).map_err(|error| cannot_listen(&error));
        let hangup = (!outlives_its_terminal()).then(|| listen(SignalKind::hangup()));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hangup: hangup.transpose()?,
        })
    }

    /// Listens from now on.
    ///
    /// # Errors
    ///
    /// None here.
    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "it may fail elsewhere")]
    pub fn listen() -> Result<Self, CommandError> {
        Ok(Self {})
    }

    /// Waits for the first signal. From then on a second signal ends the process at once, except for SIGHUP: a
    /// terminal that closes may send it twice.
    ///
    /// # Errors
    ///
    /// When no signal handler can be installed.
    pub async fn first(mut self) -> Result<Exit, CommandError> {
        let first = self.next().await?;
        tokio::spawn(async move {
            while let Ok(second) = self.next().await {
                if second != Exit::HungUp {
                    std::process::exit(i32::from(second.code()));
                }
            }
        });
        Ok(first)
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Result<Exit, CommandError> {
        let Self {
            interrupt,
            terminate,
            hangup,
        } = self;
        let hangup = async {
            match hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        Ok(tokio::select! {
            _ = interrupt.recv() => Exit::Interrupted,
            _ = terminate.recv() => Exit::Terminated,
            _ = hangup => Exit::HungUp,
        })
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Result<Exit, CommandError> {
        let pressed = tokio::signal::ctrl_c().await;
        pressed.map_err(|error| cannot_listen(&error))?;
        Ok(Exit::Interrupted)
    }
}

/// Whether SIGHUP is ignored since the start, as `nohup` does; a handler would end that. Only Linux tells.
#[cfg(unix)]
fn outlives_its_terminal() -> bool {
    let status = std::fs::read_to_string(OWN_STATUS).unwrap_or_default();
    ignores_hangup(&status)
}

/// SIGHUP is the first signal, so the lowest bit of the mask.
#[cfg(unix)]
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

fn cannot_listen(error: &std::io::Error) -> CommandError {
    CommandError::Failed(text!(
        "終了の合図を受け取れません({error})",
        "the handlers of SIGINT, SIGTERM and SIGHUP cannot be installed ({error})",
        error = cause(&error),
    ))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_mask_with_the_first_bit_ignores_a_hangup() {
        let status =
            |mask: &str| format!("Name:\tmiseban\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");

        assert!(ignores_hangup(&status("0000000000001001")));
        assert!(!ignores_hangup(&status("0000000000001000")));
        assert!(!ignores_hangup("Name:\tmiseban\n"));
    }
}
