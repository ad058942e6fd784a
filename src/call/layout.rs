//! Where each tile is: the largest equal tiles that fit, or one on the stage and the others beside it.
//!
//! Design decisions
//! - Everything is in whole pixels and depends on how many there are and how large the area is, never on who talks: in the
//!   grid nothing moves until somebody comes or goes.
//! - A tile is between 16:9 and 4:3 (in an upright area, down to 3:4): a little of the picture's edge is less dear than
//!   an empty stage. A shared screen is never cut; that is the style sheet's part.
//! - Elements stay where they are in the document; only their place on the page changes. So no picture starts anew, and the
//!   order for those who use a keyboard is always that of the view.

use super::view::{CallView, Preference, Source, TileKey, TileView};

/// Pixels between tiles.
pub const GAP: u32 = 8;
/// A tile is never wider than this (width by height).
const WIDEST: (u32, u32) = (16, 9);
/// Nor higher than this in an area that lies, and in one that stands.
const TALLEST_LYING: (u32, u32) = (4, 3);
const TALLEST_UPRIGHT: (u32, u32) = (3, 4);

/// A size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

/// A place in an area, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spot {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// How large.
    pub size: Area,
}

/// What a tile is in the picture as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One among equals.
    Equal,
    /// The one to look at.
    Stage,
    /// The own picture, over a corner of the stage.
    Corner,
}

/// Where a tile is. A tile that has no place is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which tile.
    pub key: TileKey,
    /// Where.
    pub spot: Spot,
    /// As what.
    pub role: Role,
}

/// How the person wants to see the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Choice {
    /// Whoever talks is on the stage.
    pub follows_speaker: bool,
    /// Who shows no picture has no tile.
    pub hides_empty: bool,
    /// This one is on the stage, whoever talks.
    pub pinned: Option<TileKey>,
}

impl Choice {
    /// Pins a tile, or lets go of it.
    pub fn toggle_pin(&mut self, key: TileKey) {
        self.pinned = if self.pinned == Some(key) { None } else { Some(key) };
    }
}

/// Where the tiles of a call are.
pub fn arrange(view: &CallView, area: Area) -> Vec<Place> {
    let choice = view.choice;
    let on_stage = staged(view);
    // Alone one has only oneself to look at.
    let hides_own = view.preferences.has(Preference::HideOwn) && view.tiles.iter().any(|tile| tile.key.owner.is_some());
    let is_seen = |tile: &&TileView| {
        if tile.key == TileKey::OWN && hides_own {
            return on_stage == Some(TileKey::OWN);
        }
        tile.has_picture || !choice.hides_empty || tile.key.owner.is_none() || Some(tile.key) == on_stage
    };
    let keys = view.tiles.iter().filter(is_seen).map(|tile| tile.key);
    let Some(on_stage) = on_stage else {
        let keys: Vec<TileKey> = keys.collect();
        let spots = grid(keys.len(), area);
        return keys.into_iter().zip(spots).map(|(key, spot)| Place { key, spot, role: Role::Equal }).collect();
    };
    // Over a person's picture there is room for one's own; over a screen it would hide what is shared.
    let has_corner = on_stage.source == Source::Camera && !hides_own;
    let beside: Vec<TileKey> = keys.filter(|key| *key != on_stage && !(has_corner && *key == TileKey::OWN)).collect();
    let (stage, strip) = spotlight(beside.len(), area);
    let mut places = vec![Place { key: on_stage, spot: stage, role: Role::Stage }];
    if has_corner {
        places.push(Place { key: TileKey::OWN, spot: corner(stage), role: Role::Corner });
    }
    places.extend(beside.into_iter().zip(strip).map(|(key, spot)| Place { key, spot, role: Role::Equal }));
    places
}

/// Who is on the stage: the pinned one, else the screen that has been shared for longest (another that comes later takes
/// nobody's eyes away), else the speaker if that is wanted.
pub fn staged(view: &CallView) -> Option<TileKey> {
    let choice = view.choice;
    let is_there = |key: &TileKey| view.tiles.iter().any(|tile| tile.key == *key);
    let of =
        |source| view.tiles.iter().map(|tile| tile.key).filter(move |key| key.owner.is_some() && key.source == source);
    let speaker = view.speaker.map(|owner| TileKey { owner: Some(owner), source: Source::Camera });
    let pinned = choice.pinned.filter(is_there);
    let followed = || speaker.filter(is_there).or_else(|| of(Source::Camera).next()).filter(|_| choice.follows_speaker);
    pinned.or_else(|| of(Source::Screen).next()).or_else(followed)
}

/// The largest equal tiles that fit, row by row, the last row in the middle.
pub fn grid(count: usize, area: Area) -> Vec<Spot> {
    let tallest = if area.height > area.width { TALLEST_UPRIGHT } else { TALLEST_LYING };
    tiled(count as u32, area, tallest)
}

/// One large tile, and so many small ones at its side or under it.
pub fn spotlight(others: usize, area: Area) -> (Spot, Vec<Spot>) {
    if others == 0 {
        return (Spot { x: 0, y: 0, size: area }, Vec::new());
    }
    let (stage, strip, x, y) = if area.width * 4 > area.height * 5 {
        let strip = Area { width: (area.width / 5).min(280), ..area };
        let stage = Area { width: area.width.saturating_sub(strip.width + GAP), ..area };
        (stage, strip, stage.width + GAP, 0)
    } else {
        let strip = Area { height: area.height / 4, ..area };
        let stage = Area { height: area.height.saturating_sub(strip.height + GAP), ..area };
        (stage, strip, 0, stage.height + GAP)
    };
    let small = tiled(others as u32, strip, TALLEST_LYING);
    let small = small.into_iter().map(|spot| Spot { x: spot.x + x, y: spot.y + y, ..spot }).collect();
    (Spot { x: 0, y: 0, size: stage }, small)
}

/// A small picture at the lower right end of a spot.
fn corner(stage: Spot) -> Spot {
    let width = (stage.size.width.min(stage.size.height) / 3).min(240);
    let size = Area { width, height: width * 3 / 4 };
    let margin = 2 * GAP;
    let at = |from: u32, length: u32, own: u32| from + length.saturating_sub(own + margin);
    Spot { x: at(stage.x, stage.size.width, size.width), y: at(stage.y, stage.size.height, size.height), size }
}

fn tiled(count: u32, area: Area, tallest: (u32, u32)) -> Vec<Spot> {
    let with = |columns: u32| (columns, fit(columns, count.div_ceil(columns), area, tallest));
    // Of equally large ones those with fewer columns: names have more room.
    let best = (1..=count).map(with).max_by_key(|(columns, size)| (size.width * size.height, u32::MAX - columns));
    let Some((columns, size)) = best else { return Vec::new() };
    let margin = |length: u32, each: u32, number: u32| length.saturating_sub(number * (each + GAP) - GAP) / 2;
    let top = margin(area.height, size.height, count.div_ceil(columns));
    let spot = |n: u32| {
        let (row, column) = (n / columns, n % columns);
        let in_row = columns.min(count - row * columns);
        let left = margin(area.width, size.width, in_row);
        Spot { x: left + column * (size.width + GAP), y: top + row * (size.height + GAP), size }
    };
    (0..count).map(spot).collect()
}

/// The largest tile of which so many fit beside and under each other.
fn fit(columns: u32, rows: u32, area: Area, tallest: (u32, u32)) -> Area {
    let cell = |length: u32, number: u32| (length.saturating_sub((number - 1) * GAP)) / number;
    let (width, height) = (cell(area.width, columns), cell(area.height, rows));
    Area { width: width.min(height * WIDEST.0 / WIDEST.1), height: height.min(width * tallest.1 / tallest.0) }
}

#[cfg(test)]
mod tests;
