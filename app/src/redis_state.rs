//! What people have to know about the settings of Redis: what it keeps when its memory is full, and
//! after a restart.

use adapters::limiter::redis::LONGEST_ROUND_TRIP;
use adapters::redis::{RedisFault, RedisLink, RedisState};
use std::time::Duration;
use ui::message::{Text, text};

/// A round trip that is worth telling: as fast a road costs nothing.
const FAR: Duration = Duration::from_millis(100);

/// A setting of Redis with which work can be lost, each with what to do.
pub fn complaints(state: &RedisState) -> Vec<Text> {
    let mut found = Vec::new();
    if let Some(eviction) = state.eviction.as_deref().filter(|_| state.evicts()) {
        found.push(text!(
            "Redisの maxmemory-policy が {eviction} です。メモリが足りなくなると、待っている仕事や利用上限の記録が消えます。noeviction にしてください(redis.conf、または CONFIG SET maxmemory-policy noeviction)",
            "maxmemory-policy of Redis is {eviction}: when its memory is full, it deletes waiting messages and the counts of the quotas; set it to noeviction (redis.conf, or CONFIG SET maxmemory-policy noeviction)"
        ));
    }
    if state.is_nearly_full() {
        let memory = memory(state);
        let (ja, en) = (memory.ja, memory.en);
        found.push(text!(
            "Redisのメモリがほとんど残っていません({ja})。maxmemory を増やしてください",
            "the memory of Redis is nearly full ({en}): raise its maxmemory"
        ));
    }
    found
}

/// What is lost with a restart of Redis, unless it keeps a file of it.
pub fn not_kept(state: &RedisState) -> Option<Text> {
    (state.append_only == Some(false)).then(|| {
        text!(
            "appendonly が no です。Redisが再起動すると、待っている仕事と利用上限の記録が消え、仕事はデータベースから入れ直されます。yes をおすすめします",
            "appendonly is no: a restart of Redis loses the waiting messages, which are sent again from the database, and the counts of the quotas; yes is better"
        )
    })
}

/// Version, memory, eviction and persistence in one line.
pub fn summary(state: &RedisState) -> Text {
    let unknown = "?";
    let version = &state.version;
    let memory = memory(state);
    let (memory_ja, memory_en) = (memory.ja, memory.en);
    let eviction = state.eviction.as_deref().unwrap_or(unknown);
    let append_only = match state.append_only {
        Some(true) => "yes",
        Some(false) => "no",
        None => unknown,
    };
    text!(
        "バージョン {version}、{memory_ja}、maxmemory-policy {eviction}、appendonly {append_only}",
        "version {version}, {memory_en}, maxmemory-policy {eviction}, appendonly {append_only}"
    )
}

fn memory(state: &RedisState) -> Text {
    let used = megabytes(state.used_memory);
    match state.max_memory {
        Some(most) => {
            let most = megabytes(Some(most));
            text!("メモリ {used} / {most} MB", "memory {used} of {most} MB")
        }
        None => text!(
            "メモリ {used} MB(上限なし)",
            "memory {used} MB without a limit"
        ),
    }
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(
        || "?".to_owned(),
        |bytes| bytes.div_ceil(1 << 20).to_string(),
    )
}

/// What a long way to Redis costs; nothing for a short one.
///
/// # Errors
///
/// The same if it is too long for any request to Amazon.
pub fn distance(redis: &RedisLink) -> Result<Option<Text>, Text> {
    let usual = redis.round_trip().usual;
    let (milliseconds, most) = (usual.as_millis(), LONGEST_ROUND_TRIP.as_millis());
    if usual > LONGEST_ROUND_TRIP {
        return Err(text!(
            "Redisの応答に{milliseconds}ミリ秒かかります。{most}ミリ秒を超えると、Amazonに問い合わせできません。近くのRedisを使ってください",
            "an answer of Redis takes {milliseconds} ms; beyond {most} ms Amazon cannot be asked: use a Redis that is nearer"
        ));
    }
    Ok((usual > FAR).then(|| {
        text!(
            "Redisの応答に{milliseconds}ミリ秒かかります。その分、Amazonへの問い合わせの間隔が長くなります({most}ミリ秒まで使えます)",
            "an answer of Redis takes {milliseconds} ms, by which requests to Amazon are further apart (up to {most} ms can be used)"
        )
    }))
}

/// Logs the settings with which work can be lost, as a process begins to work. A Redis that may not
/// be asked, or does not answer, is left to the calls that need it.
pub async fn check(redis: &RedisLink) {
    let state = match redis.state().await {
        Ok(state) => state,
        Err(RedisFault::NotAllowed(..)) => return,
        Err(error) => {
            return tracing::debug!(error = %error.message(), "the state of Redis is unknown");
        }
    };
    let far = match distance(redis) {
        Ok(Some(far)) => {
            tracing::info!("{far}");
            None
        }
        Ok(None) => None,
        Err(too_far) => Some(too_far),
    };
    let complaints = complaints(&state).into_iter();
    for complaint in complaints.chain(not_kept(&state)).chain(far) {
        tracing::warn!("{complaint}");
    }
}
