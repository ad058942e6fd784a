//! `/check`: the call doctor. Starts when asked to, shows each step, and says at the end what it means.

use leptos::prelude::*;

use crate::app::components::{Header, Picture, icon_of};
use crate::app::{use_page, use_words};
use crate::browser;
use crate::call::view::TileKey;
use crate::check::{Checkup, Level, Loudness, Outcome, Progress, Step, Verdict};
use crate::i18n::CheckWords;

/// What the page knows.
#[derive(Clone, Copy)]
struct Doctor {
    words: &'static CheckWords,
    still: Signal<bool>,
    checkup: RwSignal<Checkup>,
    loudness: RwSignal<Loudness>,
    /// Whether the person hears the tone, once they have said so.
    hears: RwSignal<Option<bool>>,
}

/// The page.
#[component]
pub fn Check(words: &'static CheckWords) -> impl IntoView {
    let page = use_page();
    let doctor = Doctor {
        words,
        still: page.still,
        checkup: RwSignal::default(),
        loudness: RwSignal::default(),
        hears: RwSignal::new(None),
    };
    on_cleanup(browser::stop_check);
    view! {
        <Header/>
        <main class="check">
            <div class="check-head">
                <h1>{words.heading}</h1>
                <p class="lead">{words.lead}</p>
                {result(doctor)}
                {start_button(doctor)}
                <p class="hint">{words.permission}</p>
            </div>
            <ol class="checks" aria-label=words.list>
                {Step::ALL.map(|step| step_view(doctor, step)).into_iter().collect_view()}
            </ol>
            {announcement(doctor)}
            {report(doctor)}
        </main>
    }
}

impl Doctor {
    fn start(self) {
        self.hears.set(None);
        self.checkup.set(Checkup::default());
        browser::start_check(move |progress| match progress {
            Progress::Checkup(checkup) => {
                self.checkup.try_set(checkup);
            }
            Progress::Loudness(loudness) => {
                self.loudness.try_set(loudness);
            }
        });
    }

    /// With what the person has said.
    fn complete(self) -> Checkup {
        let mut checkup = self.checkup.get();
        if let Some(hears) = self.hears.get() {
            checkup.answer(hears);
        }
        checkup
    }

    fn outcome(self, step: Step) -> Memo<Outcome> {
        Memo::new(move |_| self.complete().outcome(step))
    }

    fn verdict(self) -> Memo<Option<Verdict>> {
        Memo::new(move |_| self.complete().verdict())
    }
}

fn start_button(doctor: Doctor) -> impl IntoView {
    let words = doctor.words;
    let checkup = doctor.checkup;
    let busy = Memo::new(move |_| checkup.with(|checkup| checkup.has_begun() && !checkup.is_done()));
    let label = Signal::derive(move || if checkup.with(Checkup::has_begun) { words.again } else { words.start });
    view! {
        <button
            type="button"
            class="button primary large"
            disabled=Signal::derive(move || doctor.still.get() || busy.get())
            on:click=move |_| doctor.start()
        >
            {label}
        </button>
    }
}

/// What it all means. The place is always there, so that what comes is read out.
fn result(doctor: Doctor) -> impl IntoView {
    let words = doctor.words;
    let verdict = doctor.verdict();
    let begun = Memo::new(move |_| doctor.checkup.with(Checkup::has_begun));
    let level = move |level| Signal::derive(move || verdict.get().map(Verdict::level) == Some(level));
    let sentence = Signal::derive(move || match (verdict.get(), begun.get()) {
        (Some(verdict), _) => words.verdict(verdict),
        (None, true) => words.under_way,
        (None, false) => "",
    });
    let notes = Memo::new(move |_| verdict.get().map(|_| doctor.complete().notes()).unwrap_or_default());
    view! {
        <div
            role="status"
            class="verdict"
            class:good=level(Level::Good)
            class:caution=level(Level::Caution)
            class:bad=level(Level::Bad)
            class:empty=Signal::derive(move || !begun.get())
        >
            <p>{sentence}</p>
            {move || notes.get().into_iter().map(|note| view! { <p>{words.note(note)}</p> }).collect_view()}
        </div>
    }
}

fn step_view(doctor: Doctor, step: Step) -> impl IntoView {
    let words = doctor.words;
    let outcome = doctor.outcome(step);
    let sentence = Signal::derive(move || words.sentence(step, outcome.get()));
    let mark = Signal::derive(move || match outcome.get() {
        Outcome::Ok(_) => "#i-check",
        Outcome::Failed(_) => "#i-alert",
        Outcome::Waiting | Outcome::Running | Outcome::Skipped(_) => "",
    });
    view! {
        <li
            class="check-step"
            class:running=Signal::derive(move || outcome.get() == Outcome::Running)
            class:ok=Signal::derive(move || outcome.get().is_ok())
            class:failed=Signal::derive(move || outcome.get().has_failed())
        >
            <span class="mark">{icon_of(mark)}</span>
            <div>
                <p class="check-name">
                    <b>{words.step(step).name}</b>
                    " "
                    <span class="check-state">{Signal::derive(move || words.state(outcome.get()))}</span>
                </p>
                <p>{sentence}</p>
                {(step == Step::Camera).then(|| preview(doctor, outcome))}
                {(step == Step::Microphone).then(|| meter(doctor, outcome))}
                {(step == Step::Speaker).then(|| question(doctor, outcome))}
            </div>
        </li>
    }
}

/// Each result as it comes, for those who listen.
fn announcement(doctor: Doctor) -> impl IntoView {
    let words = doctor.words;
    let latest = Memo::new(move |_| {
        let checkup = doctor.complete();
        let settled = Step::ALL.into_iter().rev().find(|step| checkup.outcome(*step).is_settled())?;
        Some((settled, checkup.outcome(settled)))
    });
    let said = Signal::derive(move || {
        let said = latest.get().map(|(step, outcome)| format!("{}: {}", words.step(step).name, words.state(outcome)));
        said.unwrap_or_default()
    });
    view! {
        <p role="status" class="unseen">
            {said}
        </p>
    }
}

/// The own picture. When the check is over the camera is off, and its place stays.
fn preview(doctor: Doctor, outcome: Memo<Outcome>) -> impl IntoView {
    let words = use_words();
    let is_over = Memo::new(move |_| doctor.checkup.with(Checkup::is_done));
    let has_none = Signal::derive(move || !outcome.get().is_ok());
    view! {
        <div class="tile" hidden=has_none>
            <Picture key=TileKey::OWN hidden=is_over.into()/>
            <p hidden=Signal::derive(move || !is_over.get())>{words.camera_off}</p>
        </div>
    }
}

fn meter(doctor: Doctor, outcome: Memo<Outcome>) -> impl IntoView {
    let percent = Signal::derive(move || doctor.loudness.get().percent().to_string());
    let is_idle = Signal::derive(move || !(outcome.get().is_ok() || outcome.get() == Outcome::Running));
    view! {
        <meter class="level" min="0" max="100" aria-label=doctor.words.level prop:value=percent hidden=is_idle></meter>
    }
}

fn question(doctor: Doctor, outcome: Memo<Outcome>) -> impl IntoView {
    let words = doctor.words;
    let is_asked = Signal::derive(move || outcome.get() != Outcome::Running);
    let answer = move |hears| move |_| doctor.hears.set(Some(hears));
    view! {
        <div class="actions" hidden=is_asked>
            <button type="button" class="button" on:click=answer(true)>
                {words.hear}
            </button>
            <button type="button" class="button" on:click=answer(false)>
                {words.hear_nothing}
            </button>
            <button type="button" class="button quiet" on:click=|_| browser::play_tone()>
                {words.play_again}
            </button>
        </div>
    }
}

/// For the operator: copied, or shown where copying is not allowed.
fn report(doctor: Doctor) -> impl IntoView {
    let words = doctor.words;
    let verdict = doctor.verdict();
    let copied = RwSignal::new(None::<bool>);
    let text = Memo::new(move |_| verdict.get().map(|_| doctor.complete().report(&browser::user_agent())));
    let copy = move |_| {
        let text = text.get_untracked().unwrap_or_default();
        leptos::task::spawn_local(async move {
            copied.try_set(Some(browser::copy_text(text).await));
        });
    };
    let said = Signal::derive(move || match copied.get() {
        None => "",
        Some(true) => words.copied,
        Some(false) => words.copy_by_hand,
    });
    view! {
        <section class="report" aria-label=words.report hidden=Signal::derive(move || verdict.get().is_none())>
            <p class="hint">{words.report_hint}</p>
            <button type="button" class="button" on:click=copy>
                {words.copy_report}
            </button>
            <p role="status" class="hint">{said}</p>
            <pre tabindex="0" aria-label=words.report hidden=Signal::derive(move || copied.get() != Some(false))>
                {Signal::derive(move || text.get().unwrap_or_default())}
            </pre>
        </section>
    }
}
