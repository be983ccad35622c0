//! The signals that stop a program.

use ui::command_error::{CommandError, Exit};
use ui::message::text;

/// As [`Signals::first`], listening from the first poll on: for a command that a person has
/// started.
///
/// # Errors
///
/// When no signal handler can be installed.
pub async fn signal() -> Result<Exit, CommandError> {
    Signals::listen()?.first().await
}

/// SIGINT and SIGTERM, caught from its construction on. A long-running program constructs it before
/// anything else: the first process of a container is not stopped by a signal that it does not
/// catch.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
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
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
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

    /// Waits for the first signal. From then on a second signal ends the process at once.
    ///
    /// # Errors
    ///
    /// When no signal handler can be installed.
    pub async fn first(mut self) -> Result<Exit, CommandError> {
        let first = self.next().await?;
        tokio::spawn(async move {
            if let Ok(second) = self.next().await {
                std::process::exit(i32::from(second.code()));
            }
        });
        Ok(first)
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Result<Exit, CommandError> {
        Ok(tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        })
    }

    #[cfg(not(unix))]
    async fn next(&mut self) -> Result<Exit, CommandError> {
        let pressed = tokio::signal::ctrl_c().await;
        pressed.map_err(|error| cannot_listen(&error))?;
        Ok(Exit::Interrupted)
    }
}

fn cannot_listen(error: &std::io::Error) -> CommandError {
    CommandError::Failed(text!(
        "終了の合図を受け取れません({error})",
        "the handlers of SIGINT and SIGTERM cannot be installed ({error})"
    ))
}
