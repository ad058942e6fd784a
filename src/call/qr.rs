//! A link as a QR code (ISO/IEC 18004:2015): bytes, the lowest level of correction, up to version 15.
//!
//! That is enough for 520 bytes, and a screen has no stains. Every choice that the standard leaves to the encoder, the mask, is
//! made as it recommends.

mod codewords;

/// What surrounds the code is as light as this many modules.
const QUIET: usize = 4;

/// Dark and light modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    version: usize,
    size: usize,
    modules: Vec<Module>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Module {
    is_dark: bool,
    /// Of a pattern that tells where the code is and how to read it: it holds no data and is not masked.
    is_fixed: bool,
}

impl Qr {
    /// The code of a text; `None` if it is too long.
    pub fn of(text: &str) -> Option<Self> {
        let (version, codewords) = codewords::encode(text.as_bytes())?;
        let mut code = Self::blank(version);
        code.draw_patterns();
        code.draw_format(0);
        code.draw_data(&codewords);
        (0..8).map(|mask| code.masked(mask)).min_by_key(Self::penalty)
    }

    fn masked(&self, mask: usize) -> Self {
        let mut masked = self.clone();
        masked.apply(mask);
        masked.draw_format(mask);
        masked
    }

    /// Modules on each side, with the light ones around the code.
    pub fn side(&self) -> usize {
        self.size + 2 * QUIET
    }

    /// The dark modules as the path of an SVG in which each is one unit large.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for y in 0..self.size {
            for x in (0..self.size).filter(|x| self.is_dark(*x, y)) {
                path += &["M", &(x + QUIET).to_string(), " ", &(y + QUIET).to_string(), "h1v1h-1z"].concat();
            }
        }
        path
    }

    fn blank(version: usize) -> Self {
        let size = version * 4 + 17;
        Self { version, size, modules: vec![Module::default(); size * size] }
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        self.modules[y * self.size + x].is_dark
    }

    fn fix(&mut self, x: usize, y: usize, is_dark: bool) {
        self.modules[y * self.size + x] = Module { is_dark, is_fixed: true };
    }

    /// Section 6.3: finders with their separators, timing, alignment, version.
    fn draw_patterns(&mut self) {
        for i in 0..self.size {
            self.fix(6, i, i % 2 == 0);
            self.fix(i, 6, i % 2 == 0);
        }
        let far = self.size - 4;
        for (x, y) in [(3, 3), (far, 3), (3, far)] {
            self.draw_rings(x, y, 4, &[2, 4]);
        }
        let places = alignments(self.version);
        let last = places.last().copied().unwrap_or_default();
        for x in &places {
            for y in &places {
                let in_finder = [(6, 6), (last, 6), (6, last)].contains(&(*x, *y));
                if !in_finder {
                    self.draw_rings(*x, *y, 2, &[1]);
                }
            }
        }
        self.draw_version();
    }

    /// Rings around a centre, dark but for the light ones.
    fn draw_rings(&mut self, x: usize, y: usize, radius: usize, light: &[usize]) {
        let last = self.size - 1;
        for row in y.saturating_sub(radius)..=last.min(y + radius) {
            for column in x.saturating_sub(radius)..=last.min(x + radius) {
                let distance = row.abs_diff(y).max(column.abs_diff(x));
                self.fix(column, row, !light.contains(&distance));
            }
        }
    }

    /// Section 7.10.
    fn draw_version(&mut self) {
        if self.version < 7 {
            return;
        }
        let bits = with_remainder(self.version, 12, 0x1f25);
        for i in 0..18 {
            let (a, b) = (self.size - 11 + i % 3, i / 3);
            self.fix(a, b, bits >> i & 1 == 1);
            self.fix(b, a, bits >> i & 1 == 1);
        }
    }

    /// Section 7.9: the level of correction and the mask, twice.
    fn draw_format(&mut self, mask: usize) {
        let bits = with_remainder(0b01 << 3 | mask, 10, 0x537) ^ 0x5412;
        let bit = |i: usize| bits >> i & 1 == 1;
        for i in 0..15 {
            let (x, y) = match i {
                0..=5 => (8, i),
                6 | 7 => (8, i + 1),
                8 => (7, 8),
                _ => (14 - i, 8),
            };
            self.fix(x, y, bit(i));
            let (x, y) = if i < 8 { (self.size - 1 - i, 8) } else { (8, self.size - 15 + i) };
            self.fix(x, y, bit(i));
        }
        self.fix(8, self.size - 8, true);
    }

    /// Section 7.7.3: in pairs of columns from the right, up and down in turn.
    fn draw_data(&mut self, codewords: &[u8]) {
        let mut bits = codewords.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1 == 1));
        let pairs = (0..self.size - 1).rev().step_by(2).map(|left| if left < 6 { left } else { left + 1 });
        for (n, right) in pairs.enumerate() {
            for i in 0..self.size {
                let y = if n % 2 == 0 { self.size - 1 - i } else { i };
                for x in [right, right - 1] {
                    let module = &mut self.modules[y * self.size + x];
                    if !module.is_fixed {
                        module.is_dark = bits.next().unwrap_or_default();
                    }
                }
            }
        }
    }

    /// Section 7.8.2.
    fn apply(&mut self, mask: usize) {
        for y in 0..self.size {
            for x in 0..self.size {
                let is_flipped = match mask {
                    0 => (x + y) % 2 == 0,
                    1 => y % 2 == 0,
                    2 => x % 3 == 0,
                    3 => (x + y) % 3 == 0,
                    4 => (x / 3 + y / 2) % 2 == 0,
                    5 => x * y % 2 + x * y % 3 == 0,
                    6 => (x * y % 2 + x * y % 3) % 2 == 0,
                    _ => ((x + y) % 2 + x * y % 3) % 2 == 0,
                };
                let module = &mut self.modules[y * self.size + x];
                module.is_dark ^= is_flipped && !module.is_fixed;
            }
        }
    }

    /// Section 7.8.3: how hard it would be to read.
    fn penalty(&self) -> usize {
        let line = |along: usize, rows: bool| -> Vec<bool> {
            (0..self.size).map(|i| if rows { self.is_dark(i, along) } else { self.is_dark(along, i) }).collect()
        };
        let lines = (0..self.size).flat_map(|along| [line(along, true), line(along, false)]);
        let of_lines: usize = lines.map(|line| runs(&line) + false_finders(&line)).sum();
        let is_block = |x: usize, y: usize| {
            let first = self.is_dark(x, y);
            [(x + 1, y), (x, y + 1), (x + 1, y + 1)].iter().all(|(x, y)| self.is_dark(*x, *y) == first)
        };
        let last = self.size - 1;
        let blocks: usize = (0..last).map(|y| (0..last).filter(|x| is_block(*x, y)).count()).sum();
        let dark = self.modules.iter().filter(|module| module.is_dark).count();
        let imbalance = (dark * 20).abs_diff(self.modules.len() * 10) / self.modules.len();
        of_lines + blocks * 3 + imbalance * 10
    }
}

/// Five or more of one kind in a line.
fn runs(line: &[bool]) -> usize {
    line.chunk_by(|a, b| a == b).filter(|run| run.len() >= 5).map(|run| run.len() - 2).sum()
}

/// What looks like the middle of a finder, with light beside it.
fn false_finders(line: &[bool]) -> usize {
    const FINDER: [bool; 7] = [true, false, true, true, true, false, true];
    let is_light = |at: Option<&[bool]>| at.is_some_and(|modules| modules.iter().all(|is_dark| !is_dark));
    let found = line.windows(7).enumerate().filter(|(at, window)| {
        let before = at.checked_sub(4).and_then(|from| line.get(from..*at));
        *window == FINDER && (is_light(before) || is_light(line.get(at + 7..at + 11)))
    });
    found.count() * 40
}

/// A number, followed by so many bits of the remainder of its division (BCH).
fn with_remainder(number: usize, bits: usize, divisor: usize) -> usize {
    let remainder = (0..bits).fold(number, |rest, _| (rest << 1) ^ ((rest >> (bits - 1)) * divisor));
    number << bits | remainder
}

/// Annex E: the rows and columns of the alignment patterns.
fn alignments(version: usize) -> Vec<usize> {
    if version == 1 {
        return Vec::new();
    }
    let count = version / 7 + 2;
    let step = (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
    let last = version * 4 + 10;
    let mut places: Vec<usize> = (0..count - 1).map(|i| last - i * step).collect();
    places.push(6);
    places.reverse();
    places
}

#[cfg(test)]
mod tests;
