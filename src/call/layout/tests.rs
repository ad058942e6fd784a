use proptest::prelude::*;

use super::*;
use crate::call::view::Preference;
use crate::protocol::testing::GRAPHEMES;
use crate::protocol::{DisplayName, PeerId};

/// Windows that there are: phones upright and lying, laptops, half screens, a narrow one beside a chat.
const WINDOWS: [(u32, u32); 8] =
    [(390, 620), (360, 520), (820, 250), (1256, 660), (1900, 950), (940, 960), (300, 700), (2500, 500)];

fn area((width, height): (u32, u32)) -> Area {
    Area { width, height }
}

fn overlap(a: &Spot, b: &Spot) -> bool {
    let along = |a: u32, a_length: u32, b: u32, b_length: u32| a < b + b_length && b < a + a_length;
    along(a.x, a.size.width, b.x, b.size.width) && along(a.y, a.size.height, b.y, b.size.height)
}

fn fits(spots: &[Spot], area: Area) -> bool {
    let inside = |spot: &Spot| {
        spot.x + spot.size.width <= area.width && spot.y + spot.size.height <= area.height && spot.size.width > 0
    };
    let apart = |n: usize| spots[..n].iter().all(|other| !overlap(&spots[n], other));
    spots.iter().all(inside) && (0..spots.len()).all(apart)
}

/// What a person with a ruler would find: the largest tile for any number of columns.
fn largest(count: u32, area: Area) -> u32 {
    let upright = area.height > area.width;
    let size = |columns: u32| {
        let rows = count.div_ceil(columns);
        let width = (area.width - (columns - 1) * GAP) / columns;
        let height = (area.height - (rows - 1) * GAP) / rows;
        let highest = if upright { width * 4 / 3 } else { width * 3 / 4 };
        width.min(height * 16 / 9) * height.min(highest)
    };
    (1..=count).map(size).max().unwrap_or_default()
}

proptest! {
    #[test]
    fn the_tiles_of_a_grid_are_equal_fit_lie_apart_and_could_not_be_larger(
        count in 1_usize..=16, width in 280_u32..2_600, height in 240_u32..1_500,
    ) {
        let area = Area { width, height };
        let spots = grid(count, area);
        prop_assert_eq!(spots.len(), count);
        prop_assert!(fits(&spots, area));
        prop_assert!(spots.iter().all(|spot| spot.size == spots[0].size));
        prop_assert_eq!(spots[0].size.width * spots[0].size.height, largest(count as u32, area));
    }

    #[test]
    fn the_stage_and_those_beside_it_fit_lie_apart_and_the_stage_is_the_largest_by_far(
        others in 0_usize..=9, width in 280_u32..2_600, height in 240_u32..1_500,
    ) {
        let area = Area { width, height };
        let (stage, strip) = spotlight(others, area);
        let mut all = strip.clone();
        all.push(stage);
        prop_assert_eq!(strip.len(), others);
        prop_assert!(fits(&all, area));
        prop_assert!(stage.size.width * stage.size.height * 10 >= width * height * 7);
    }
}

#[test]
fn known_windows_have_the_columns_that_one_expects() {
    let columns = |count: usize, window| {
        grid(count, area(window)).iter().filter(|spot| spot.y == grid(count, area(window))[0].y).count()
    };
    assert_eq!([2, 3, 4, 6, 8].map(|count| columns(count, (1256, 660))), [2, 2, 2, 3, 3], "a laptop");
    assert_eq!([2, 3, 4, 6, 8].map(|count| columns(count, (390, 620))), [1, 1, 2, 2, 2], "a phone");
    assert_eq!([2, 3, 4, 8].map(|count| columns(count, (820, 250))), [2, 3, 4, 4], "a phone on its side");
    assert_eq!([2, 4].map(|count| columns(count, (300, 700))), [1, 1], "beside a chat");
}

#[test]
fn the_last_row_is_in_the_middle() {
    let spots = grid(5, area((1256, 660)));
    let (first, last) = (&spots[3], &spots[4]);
    let (left, right) = (first.x, 1256 - last.x - last.size.width);
    assert!(left.abs_diff(right) <= 1, "{left} {right}");
    assert!(first.y > spots[0].y);
}

#[test]
fn a_window_of_no_size_breaks_nothing() {
    for count in 0..=16 {
        assert_eq!(grid(count, Area::default()).len(), count);
        assert_eq!(spotlight(count, area((3, 2))).1.len(), count);
    }
}

fn peer(n: u8) -> PeerId {
    PeerId::from_bytes([n; 16])
}

fn key(n: u8, source: Source) -> TileKey {
    TileKey { owner: Some(peer(n)), source }
}

/// Oneself, some others, and the screens of some of them.
fn call(people: &[u8], screens: &[u8]) -> CallView {
    let tile = |key| TileView {
        key,
        name: DisplayName::parse("Ann", GRAPHEMES).unwrap(),
        muted: false,
        has_picture: true,
        speaking: false,
        status: Default::default(),
        reachable: true,
        compared: false,
        hand: None,
        reaction: None,
    };
    let others = people.iter().map(|n| tile(key(*n, Source::Camera)));
    let shared = screens.iter().map(|n| tile(key(*n, Source::Screen)));
    CallView { tiles: [tile(TileKey::OWN)].into_iter().chain(others).chain(shared).collect(), ..CallView::default() }
}

fn roles(view: &CallView, choice: Choice, role: Role) -> Vec<TileKey> {
    let places = arrange(&CallView { choice, ..view.clone() }, area((1256, 660)));
    places.into_iter().filter(|place| place.role == role).map(|place| place.key).collect()
}

#[test]
fn without_a_wish_all_are_equal_in_the_order_of_the_view_whoever_talks() {
    let mut view = call(&[1, 2, 3], &[]);
    let before = arrange(&view, area((1256, 660)));
    assert_eq!(
        before.iter().map(|place| place.key).collect::<Vec<_>>(),
        view.tiles.iter().map(|t| t.key).collect::<Vec<_>>()
    );
    view.speaker = Some(peer(2));
    view.tiles[2].speaking = true;
    assert_eq!(arrange(&view, area((1256, 660))), before);
}

#[test]
fn a_shared_screen_takes_the_stage_the_first_one_keeps_it_and_everybody_is_beside_it() {
    let view = call(&[1, 2], &[1, 2]);
    assert_eq!(roles(&view, Choice::default(), Role::Stage), [key(1, Source::Screen)]);
    let beside = [TileKey::OWN, key(1, Source::Camera), key(2, Source::Camera), key(2, Source::Screen)];
    assert_eq!(roles(&view, Choice::default(), Role::Equal), beside);
    let choice = Choice { follows_speaker: true, ..Choice::default() };
    assert_eq!(roles(&view, choice, Role::Stage), [key(1, Source::Screen)]);
}

#[test]
fn the_speaker_view_shows_the_speaker_and_the_own_picture_in_a_corner() {
    let mut view = call(&[1, 2, 3], &[]);
    let choice = Choice { follows_speaker: true, ..Choice::default() };
    assert_eq!(roles(&view, choice, Role::Stage), [key(1, Source::Camera)], "nobody has spoken yet");
    view.speaker = Some(peer(3));
    assert_eq!(roles(&view, choice, Role::Stage), [key(3, Source::Camera)]);
    assert_eq!(roles(&view, choice, Role::Corner), [TileKey::OWN]);
    assert_eq!(roles(&view, choice, Role::Equal), [key(1, Source::Camera), key(2, Source::Camera)]);
    assert_eq!(roles(&call(&[], &[]), choice, Role::Equal), [TileKey::OWN], "alone there is nobody to follow");
}

#[test]
fn who_is_pinned_has_the_stage_until_they_go_or_are_let_go_of() {
    let mut choice = Choice { follows_speaker: true, ..Choice::default() };
    choice.toggle_pin(key(2, Source::Camera));
    let mut view = call(&[1, 2], &[1]);
    view.speaker = Some(peer(1));
    assert_eq!(roles(&view, choice, Role::Stage), [key(2, Source::Camera)]);
    assert_eq!(roles(&call(&[1], &[1]), choice, Role::Stage), [key(1, Source::Screen)]);
    choice.toggle_pin(key(2, Source::Camera));
    assert_eq!(roles(&view, choice, Role::Stage), [key(1, Source::Screen)]);
}

#[test]
fn people_without_picture_can_be_left_out_but_not_oneself_nor_who_is_on_the_stage() {
    let mut view = call(&[1, 2], &[]);
    view.tiles.iter_mut().for_each(|tile| tile.has_picture = false);
    let choice = Choice { hides_empty: true, ..Choice::default() };
    assert_eq!(roles(&view, choice, Role::Equal), [TileKey::OWN]);
    let choice = Choice { pinned: Some(key(2, Source::Camera)), ..choice };
    assert_eq!(roles(&view, choice, Role::Stage), [key(2, Source::Camera)]);
    assert_eq!(roles(&view, choice, Role::Equal), []);
}

#[test]
fn the_own_picture_can_be_left_out_while_there_are_others() {
    let hiding = |others: &[u8]| {
        let mut view = call(others, &[]);
        view.preferences.set(Preference::HideOwn, true);
        view
    };
    let choice = Choice::default();
    assert_eq!(roles(&hiding(&[]), choice, Role::Equal), [TileKey::OWN]);
    assert_eq!(roles(&hiding(&[1]), choice, Role::Equal), [key(1, Source::Camera)]);
    let choice = Choice { pinned: Some(key(1, Source::Camera)), ..choice };
    assert_eq!(roles(&hiding(&[1, 2]), choice, Role::Corner), []);
    assert_eq!(roles(&hiding(&[1, 2]), choice, Role::Equal), [key(2, Source::Camera)]);
}

#[test]
fn the_corner_is_on_the_stage_and_small() {
    for window in WINDOWS {
        let (stage, _) = spotlight(3, area(window));
        let corner = corner(stage);
        assert!(
            corner.x + corner.size.width <= stage.x + stage.size.width
                && corner.y + corner.size.height <= stage.y + stage.size.height
        );
        assert!(corner.size.width * corner.size.height * 6 <= stage.size.width * stage.size.height, "{window:?}");
    }
}
