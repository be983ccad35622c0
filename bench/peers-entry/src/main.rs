//! Our entry in the peers' bench: `peers-entry producer MODE N` and `peers-entry worker`.
//!
//! The README says which parts are ours and which are the bench's; `jobs.rs` has the order of the work.

mod jobs;
mod rows;
mod setting;
mod start;
mod statement_batcher;
mod unlimited;
mod work;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // As in every program of the product: spans are built, and written on request.
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(
            std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()),
        ))
        .with_writer(std::io::stderr)
        .init();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["worker"] => work::work().await,
        ["producer", mode, count] => start::start(mode, count.parse()?).await,
        _ => anyhow::bail!("use: peers-entry worker | peers-entry producer run|enqueue N"),
    }
}
