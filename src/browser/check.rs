//! The call doctor's hands: takes the steps that [`Checkup`] asks for, reports what came of them, decides nothing.
//!
//! One check at a time: a new one ends the one before, and so does leaving the page. Devices are open while it lasts.

mod devices;
mod network;
mod server;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::bindings::{has_webrtc, spawn};
use super::stage;
use crate::call::view::TileKey;
use crate::check::{
    Checkup, Finding, Gathering, Outcome, Problem, Progress, Reason, Served, Step, Transport, relay_over, stun_url,
};
use crate::protocol::CheckInvitation;
use devices::Devices;

thread_local! {
    static CURRENT: RefCell<Option<Rc<Check>>> = RefCell::default();
}

/// A check under way.
struct Check {
    on_progress: Box<dyn Fn(Progress)>,
    ended: Cell<bool>,
    devices: Devices,
}

/// What earlier steps have left for later ones.
#[derive(Default)]
struct Known {
    invitation: Option<CheckInvitation>,
    gathering: Gathering,
}

/// Starts a check; has to be called while the person presses something, or there will be no sound.
pub fn start(on_progress: impl Fn(Progress) + 'static) {
    stop();
    let check =
        Rc::new(Check { on_progress: Box::new(on_progress), ended: Cell::new(false), devices: Devices::default() });
    check.devices.unlock_sound();
    CURRENT.set(Some(Rc::clone(&check)));
    spawn(run(check));
}

/// Ends the check, if there is one.
pub fn stop() {
    if let Some(check) = CURRENT.take() {
        check.ended.set(true);
        check.devices.close();
        stage::remove(TileKey::OWN);
    }
}

/// Plays the tone once more.
pub fn play_tone() {
    CURRENT.with_borrow(|current| current.iter().for_each(|check| drop(check.devices.play_tone())));
}

async fn run(check: Rc<Check>) {
    let mut checkup = Checkup::default();
    let mut known = Known::default();
    while let Some(step) = checkup.advance() {
        check.report(Progress::Checkup(checkup.clone()));
        let outcome = take(&check, step, &mut known).await;
        if check.ended.get() {
            return;
        }
        checkup.settle(step, outcome);
        if let Some(invitation) = &known.invitation {
            checkup.learn(Served::of(invitation));
        }
    }
    check.devices.close();
    check.report(Progress::Checkup(checkup));
}

async fn take(check: &Rc<Check>, step: Step, known: &mut Known) -> Outcome {
    let works_if = |works, problem| if works { Outcome::Ok(Finding::Works) } else { Outcome::Failed(problem) };
    let secure = || web_sys::window().is_some_and(|window| window.is_secure_context());
    match step {
        Step::Secure => works_if(secure(), Problem::Blocked),
        Step::WebRtc => works_if(has_webrtc(), Problem::Missing),
        Step::Camera => check.devices.camera().await,
        Step::Microphone => devices::microphone(check).await,
        Step::Speaker => match check.devices.play_tone() {
            // Only the person knows.
            Ok(()) => Outcome::Running,
            Err(_) => Outcome::Skipped(Reason::Unknown),
        },
        Step::Socket => ask_server(known).await,
        Step::Stun => gather(known).await,
        Step::Nat => {
            let alternative = known.invitation.as_ref().and_then(|invitation| invitation.alternative_stun.as_deref());
            known.gathering.nat(alternative.unwrap_or_default())
        }
        Step::TurnUdp => relay(known, Transport::Udp).await,
        Step::TurnTcp => relay(known, Transport::Tcp).await,
        Step::TurnTls => relay(known, Transport::Tls).await,
        Step::Ipv6 => known.gathering.ipv6(),
    }
}

async fn ask_server(known: &mut Known) -> Outcome {
    let greeted = server::greeting_ms().await;
    let (Ok(round_trip_ms), invited) = (greeted, server::invitation().await) else {
        return Outcome::Failed(Problem::NoAnswer);
    };
    match invited {
        Ok(invitation) => {
            known.invitation = Some(invitation);
            Outcome::Ok(Finding::Answers { round_trip_ms })
        }
        Err(problem) => Outcome::Failed(problem),
    }
}

async fn gather(known: &mut Known) -> Outcome {
    let Some(invitation) = &known.invitation else { return Outcome::Skipped(Reason::NoServer) };
    let stun = stun_url(invitation).unwrap_or_default();
    let urls: Vec<&str> = [Some(stun), invitation.alternative_stun.as_deref()].into_iter().flatten().collect();
    known.gathering = network::gather(&urls).await.unwrap_or_default();
    known.gathering.stun(stun)
}

async fn relay(known: &Known, transport: Transport) -> Outcome {
    let server = known.invitation.as_ref().and_then(|invitation| relay_over(invitation, transport));
    match server {
        Some(server) => network::relay(&server).await,
        None => Outcome::Skipped(Reason::NotServed),
    }
}

impl Check {
    fn report(&self, progress: Progress) {
        if !self.ended.get() {
            (self.on_progress)(progress);
        }
    }
}
