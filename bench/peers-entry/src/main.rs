//! Our entry in the peers' bench: `peers-entry producer MODE N` and `peers-entry worker`.
//!
//! What is ours and what is the bench's stands in the README; the order of the work in `jobs.rs`.

mod doors;
mod jobs;
mod rows;
mod setting;
mod start;
mod together;
mod work;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // As every program of the product does: spans are built, and written when asked for.
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(
            std::env::var("RUST_LOG").unwrap_or_else(|_| "warn".to_owned()),
        ))
        .with_writer(std::io::stderr)
        .init();
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["worker"] => work::work().await,
        ["producer", mode, count] => start::start(mode, count.parse()?).await,
        _ => anyhow::bail!("use: peers-entry worker | peers-entry producer run|enqueue N"),
    }
}
