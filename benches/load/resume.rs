//! From a broken socket to the room again: 400 people in 50 rooms, 1,000 cuts, then a `kill -9`. The pages have the
//! session of the real client, with its schedule, its outboxes and its acknowledgements.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{sleep, timeout};

use crate::figures::{Times, machine};
use crate::page::{Order, Page, Resumed};
use crate::peer::{Sum, Tally};
use crate::process::Server;
use crate::{Outcome, raise_file_limit, say};

const PAGES: usize = 400;
const A_ROOM: usize = 8;
/// Nobody takes longer, or this measures something else.
const PATIENCE: Duration = Duration::from_secs(60);
/// From one cut to the next, while they are single ones.
const BETWEEN_CUTS: Duration = Duration::from_millis(20);
/// Signals that are on their way arrive meanwhile, with everything that had to be sent again.
const CALM: Duration = Duration::from_secs(3);

struct Crowd {
    pages: Vec<UnboundedSender<Order>>,
    resumed: UnboundedReceiver<Resumed>,
    /// Who has a socket.
    in_call: Vec<bool>,
    random: u64,
}

pub fn run() -> Outcome<()> {
    raise_file_limit(4_000)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> Outcome<()> {
    let mut server = Server::start()?;
    let tally = Tally::default();
    let mut crowd = Crowd::arrive(&server, &tally).await?;
    say(&format!("{PAGES} sockets in {} rooms of {A_ROOM}, {}", PAGES / A_ROOM, machine()?))?;
    let mut all = Times::default();
    for (name, cuts, at_once) in
        [("one after the other", 400, 1), ("fifty at once", 200, 50), ("all at once", 400, PAGES)]
    {
        let times = crowd.cut(cuts, at_once).await?;
        say(&format!("{cuts:>5} cuts, {name:<20} {}", times.line()))?;
        all.extend(&times);
    }
    say(&format!("{:>5} cuts in all              {} (goal: 500 and 2,000)", all.count(), all.line()))?;
    let (away, times) = crowd.outlive(&mut server).await?;
    say(&format!("kill -9, started again after {} ms: {} from the kill", away.as_millis(), times.line()))?;
    crowd.pages.iter().for_each(|page| drop(page.send(Order::Quiet)));
    sleep(CALM).await;
    let Sum { sent, lost, doubled, reordered, rebuilt } = tally.sum();
    say(&format!(
        "{sent} signals: {lost} lost, {doubled} doubled, {reordered} reordered; {rebuilt} connections rebuilt"
    ))?;
    let (p50, p99) = (all.permille_ms(500), all.permille_ms(990));
    let good = lost + doubled + reordered == 0 && p50 <= 500.0 && p99 <= 2_000.0;
    if good { Ok(()) } else { Err("the goals are not met".into()) }
}

impl Crowd {
    /// Everybody joins, and has met the others of the room.
    async fn arrive(server: &Server, tally: &Tally) -> Outcome<Self> {
        let (tell, resumed) = unbounded_channel();
        let mut crowd = Self { pages: Vec::new(), resumed, in_call: vec![false; PAGES], random: 0x9e37_79b9_7f4a_7c15 };
        for number in 0..PAGES {
            let (order, orders) = unbounded_channel();
            let room = format!("r/resume-{}", number / A_ROOM);
            let page = Page::new(number, server.address, &room, tally.clone(), tell.clone()).ok_or("no room")?;
            tokio::spawn(page.live(orders));
            crowd.pages.push(order);
        }
        crowd.wait_for_all(&mut Times::default()).await?;
        sleep(CALM).await;
        Ok(crowd)
    }

    /// So many cuts, so many of them at once.
    async fn cut(&mut self, cuts: usize, at_once: usize) -> Outcome<Times> {
        let mut times = Times::default();
        for _ in 0..cuts / at_once {
            for _ in 0..at_once {
                let page = self.somebody();
                self.in_call[page] = false;
                self.pages[page].send(Order::Cut)?;
            }
            if at_once == 1 {
                sleep(BETWEEN_CUTS).await;
                self.note_all(&mut times);
            } else {
                self.wait_for_all(&mut times).await?;
            }
        }
        self.wait_for_all(&mut times).await?;
        Ok(times)
    }

    /// The server dies and is started again at once.
    async fn outlive(&mut self, server: &mut Server) -> Outcome<(Duration, Times)> {
        let killed = Instant::now();
        server.kill()?;
        for (page, orders) in self.pages.iter().enumerate() {
            self.in_call[page] = false;
            orders.send(Order::Killed(killed))?;
        }
        // Pages find nobody there, and try again when it is time.
        sleep(Duration::from_millis(200)).await;
        server.start_again()?;
        let away = killed.elapsed();
        let mut times = Times::default();
        self.wait_for_all(&mut times).await?;
        Ok((away, times))
    }

    async fn wait_for_all(&mut self, times: &mut Times) -> Outcome<()> {
        while !self.in_call.iter().all(|in_call| *in_call) {
            let resumed = timeout(PATIENCE, self.resumed.recv()).await.map_err(|_| "somebody does not come back")?;
            self.note(&resumed.ok_or("nobody is left")?, times);
        }
        Ok(())
    }

    fn note_all(&mut self, times: &mut Times) {
        while let Ok(resumed) = self.resumed.try_recv() {
            self.note(&resumed, times);
        }
    }

    fn note(&mut self, resumed: &Resumed, times: &mut Times) {
        self.in_call[resumed.page] = true;
        resumed.after.into_iter().for_each(|after| times.add(after));
    }

    /// Anybody who is there.
    fn somebody(&mut self) -> usize {
        loop {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            let page = (self.random >> 11) as usize % PAGES;
            if self.in_call[page] {
                return page;
            }
        }
    }
}
