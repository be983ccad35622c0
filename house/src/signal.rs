//! How a person or the machine tells a program to stop.

use crate::say::{Exit, Failure, text};

/// Waits for SIGINT or SIGTERM. After it, a second one ends the process at once.
///
/// # Errors
///
/// When the signals cannot be listened to.
pub async fn signal() -> Result<Exit, Failure> {
    let first = next_signal().await?;
    tokio::spawn(async {
        if let Ok(second) = next_signal().await {
            std::process::exit(i32::from(second.code()));
        }
    });
    Ok(first)
}

#[cfg(unix)]
async fn next_signal() -> Result<Exit, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| deaf(&error))?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| deaf(&error))?;
    tokio::select! {
        _ = interrupt.recv() => Ok(Exit::Interrupted),
        _ = terminate.recv() => Ok(Exit::Terminated),
    }
}

#[cfg(not(unix))]
async fn next_signal() -> Result<Exit, Failure> {
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| deaf(&error))?;
    Ok(Exit::Interrupted)
}

fn deaf(error: &std::io::Error) -> Failure {
    Failure::Failed(text!(
        "終了の合図を受け取れません({error})",
        "signals cannot be listened to ({error})"
    ))
}
