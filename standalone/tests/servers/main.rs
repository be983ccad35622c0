//! Stories of servers as they are really run: fail-over, half-open connections, poolers, proxies. Each
//! topic is a file, and starts its own servers. `scripts/test-servers` runs them, since they are slow and
//! need programs beside `PostgreSQL` and Redis.

mod daemon;
mod haproxy;
mod installation;
mod pgbouncer;
mod postgres_away;
mod redis_roads;
mod scarce_connections;
mod sentinel;
mod undisturbed;

#[path = "../../../adapters/tests/fake_pooler/mod.rs"]
mod fake_pooler;
#[expect(dead_code, reason = "the fault loop needs more of it")]
#[path = "../fault_loop/process.rs"]
mod process;
#[expect(dead_code, reason = "the fault loop needs more of it")]
#[path = "../fault_loop/servers.rs"]
mod servers;
#[path = "../../../worker/tests/shifted_clock/mod.rs"]
mod shifted_clock;
#[path = "../../../adapters/tests/tcp_proxy/mod.rs"]
mod tcp_proxy;
#[path = "../../../worker/tests/vendors/mod.rs"]
mod vendors;
