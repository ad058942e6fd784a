//! The whole server in a storm: real sessions on wires that delay, go silent and break, to a server that is killed, asked
//! to stop, and started again on the same data folder. All in virtual time, as tokio's paused clock has it.
//!
//! Pages, browsers, faults and checks are those of the simulated calls (`call/sim.rs`). Real are accepting a connection,
//! HTTP, WebSockets on both ends, rooms, outboxes, tokens, stopping. Only the kernel's sockets are replaced ([`wire`]).
//!
//! A seed decides who does what, who is called what, what breaks, and how long everything takes.
//! `CONFAB_SEED=17 cargo test --release --features ssr --lib storm -- --nocapture` replays one that failed.

mod real;
mod wire;

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use crate::call::sim::agenda::{Agenda, Happening};
use crate::call::sim::door::assert_hosts_were_at_work;
use crate::call::sim::{World, for_each_seed};
use real::RealServer;

const TESTS: &str = "--release --features ssr --lib storm";
/// As many as `make test` runs; `CONFAB_SEEDS` asks for more or fewer.
const SEEDS: u64 = 1_000;

/// By now the server has looked twice who is silent, and every pair has a new path.
const FORGOTTEN_MS: u64 = 25_000;

type News = UnboundedReceiver<Happening<Infallible>>;

/// A world around a real server.
struct Storm {
    world: World<RealServer>,
    news: News,
    start: Instant,
}

#[test]
fn the_real_server_holds_calls_together_whatever_the_network_does() {
    for_each_seed(TESTS, SEEDS, |seed, traced| {
        in_virtual_time(async {
            let mut storm = Storm::begin(seed, traced).await;
            storm.world.with_fates();
            storm.run_until(World::<RealServer>::FAULTS_END_MS).await;
            let calm_at = storm.world.calm_at();
            storm.run_until(calm_at).await;
            storm.world.assert_all_agree();
            storm.run_until(calm_at + FORGOTTEN_MS).await;
            storm.world.assert_all_is_well();
            assert_eq!(storm.world.net.open_sockets(), storm.world.open_sockets(), "I4: a page has one socket");
        });
    });
}

#[test]
fn the_real_server_killed_or_stopped_harms_no_direct_media() {
    for_each_seed(TESTS, SEEDS / 4, |seed, traced| {
        in_virtual_time(async {
            let mut storm = Storm::begin(seed, traced).await;
            storm.run_until(8_000).await;
            storm.world.assert_all_is_well();
            let direct = storm.world.direct();
            storm.world.restart_server(seed.is_multiple_of(2));
            storm.run_until(21_000).await;
            storm.world.assert_a_restart_harmed_nobody(&direct);
        });
    });
}

#[test]
fn the_real_server_holds_to_what_hosts_decide() {
    for_each_seed(TESTS, SEEDS / 2, |seed, traced| {
        in_virtual_time(async {
            // A sealed room has hosts.
            let mut storm = Storm::begin(2 * seed, traced).await;
            storm.world.with_a_host();
            storm.run_until(World::<RealServer>::FAULTS_END_MS).await;
            let calm_at = storm.world.calm_at();
            storm.run_until(calm_at + FORGOTTEN_MS).await;
            storm.world.assert_all_is_well();
        });
    });
    assert_hosts_were_at_work();
}

impl Storm {
    async fn begin(seed: u64, traced: bool) -> Self {
        let (tell, news) = unbounded_channel();
        let mut agenda = Agenda::new(seed);
        let count = 2 + agenda.random.below(7) as usize;
        let net = RealServer::start(seed, tell).await;
        let mut world = World::new(seed, traced, agenda, net);
        world.add_pages(count);
        Self { world, news, start: Instant::now() }
    }

    async fn run_until(&mut self, end_ms: u64) {
        let agenda_time = |ms| self.start + Duration::from_millis(ms);
        loop {
            let next = self.world.agenda.next_at().filter(|at| *at <= end_ms);
            tokio::select! {
                biased;
                Some(happening) = self.news.recv() => {
                    self.world.agenda.now_ms = self.start.elapsed().as_millis() as u64;
                    self.world.happen(happening);
                }
                () = sleep_until(agenda_time(next.unwrap_or(end_ms))) => {
                    let Some(next) = next else { break };
                    self.world.agenda.next_until(next).into_iter().for_each(|happening| self.world.happen(happening));
                }
            }
        }
        self.world.agenda.now_ms = end_ms;
    }
}

/// Time passes only when everybody waits for it.
fn in_virtual_time(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(test);
}
