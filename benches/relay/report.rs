//! Medians over the rounds, a row for each server, and how the servers compare in the same round.

use std::collections::HashMap;

use crate::server::Kind;
use crate::{Case, Figures};

const HEAD: &str =
    "allocations x bytes   server         CPU us/packet           lost/sent  round trip ms    p99 ms  KiB/allocation";

/// What the rounds of one case came to.
#[derive(Default)]
pub struct Rounds(HashMap<Kind, Vec<Figures>>);

impl Rounds {
    pub fn add(&mut self, kind: Kind, figures: Figures) {
        self.0.entry(kind).or_default().push(figures);
    }

    pub fn rows(&self, case: Case) -> String {
        let row = |kind: Kind| {
            let rounds = self.0.get(&kind)?;
            let median = |of: fn(&Figures) -> f64| spread(rounds, of).map(|spread| spread.middle);
            let [lost, sent] = [rounds.iter().map(|f| f.lost).sum::<u64>(), rounds.iter().map(|f| f.sent).sum()];
            Some(format!(
                "{:<20}  {:<7}  {:>20}  {:>18}  {:>13.2}  {:>8.2}  {:>14.1}",
                case.name(),
                kind.name(),
                spread(rounds, |figures| figures.cpu_us)?.text(),
                format!("{lost}/{sent}"),
                median(|figures| figures.average_ms)?,
                median(|figures| figures.p99_us)? / 1_000.0,
                median(|figures| figures.bytes_each)? / 1_024.0,
            ))
        };
        let rows: Vec<String> = Kind::ALL.into_iter().filter_map(row).collect();
        let goal = if case.inside { "goal: at most 0.35" } else { "goals: at most 0.65 and 1.4" };
        let ratios = [Kind::Coturn, Kind::Floor].map(|other| {
            self.ratio(other).map_or_else(String::new, |ratio| format!("  {} x {}'s CPU", ratio.text(), other.name()))
        });
        format!("{}\n{:<20}{} ({goal})", rows.join("\n"), "", ratios.concat())
    }

    /// Round by round: Confab's CPU in another's.
    fn ratio(&self, other: Kind) -> Option<Spread> {
        ratio(self.0.get(&Kind::Confab)?, self.0.get(&other)?)
    }
}

impl Case {
    fn name(&self) -> String {
        let inside = if self.inside { " inside" } else { "" };
        format!("{} x {}{inside}", self.allocations, self.bytes)
    }
}

/// All that was measured.
pub fn table(all: &[(Case, Rounds)]) -> String {
    let rows = all.iter().map(|(case, rounds)| rounds.rows(*case));
    std::iter::once(HEAD.to_owned()).chain(rows).chain(growth(all)).collect::<Vec<_>>().join("\n")
}

/// How the cost grows with the number of allocations.
fn growth(all: &[(Case, Rounds)]) -> Vec<String> {
    let rounds = |kind, allocations, bytes| {
        let (_, rounds) = all.iter().find(|(case, _)| *case == Case { allocations, bytes, inside: false })?;
        rounds.0.get(&kind)
    };
    let line = |bytes, kind: Kind| {
        let ratio = ratio(rounds(kind, 1_000, bytes)?, rounds(kind, 20, bytes)?)?.text();
        Some(format!("{bytes} bytes, {}: a packet costs {ratio} x as much at 1,000 allocations as at 20", kind.name()))
    };
    [1_200, 160].into_iter().flat_map(|bytes| Kind::ALL.map(|kind| line(bytes, kind))).flatten().collect()
}

fn ratio(ours: &[Figures], theirs: &[Figures]) -> Option<Spread> {
    let pairs = ours.iter().zip(theirs).map(|(ours, theirs)| ours.cpu_us / theirs.cpu_us);
    spread_of(pairs.collect())
}

struct Spread {
    least: f64,
    middle: f64,
    most: f64,
}

impl Spread {
    fn text(&self) -> String {
        format!("{:.2} ({:.2}-{:.2})", self.middle, self.least, self.most)
    }
}

fn spread(rounds: &[Figures], of: impl Fn(&Figures) -> f64) -> Option<Spread> {
    spread_of(rounds.iter().map(of).collect())
}

fn spread_of(mut values: Vec<f64>) -> Option<Spread> {
    values.sort_unstable_by(f64::total_cmp);
    Some(Spread { least: *values.first()?, middle: *values.get(values.len() / 2)?, most: *values.last()? })
}
