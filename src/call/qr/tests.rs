use sha2::{Digest, Sha256};

use super::*;

/// What another encoder (the Python package qrcode) makes of it, with its mask.
const SMALL: &str = "
#######..#..#####.#######
#.....#...###.###.#.....#
#.###.#.###.#.....#.###.#
#.###.#..###..##..#.###.#
#.###.#...#....#..#.###.#
#.....#..#.....#..#.....#
#######.#.#.#.#.#.#######
........###.##.##........
###.#####.##.######...#..
##..#.....##....####....#
..#..##..#...#..##.##.###
#####..#...#.###.###...#.
.#...##.....##...##..#.##
.#.#.#.....##.#.###..#..#
#..#####...##.#..###..###
.#...#......##.##...#..#.
#....####.##..########...
........##.#...##...##.##
#######.#.#..#.##.#.##.##
#.....#.#..#....#...##...
#.###.#.#.#.#...######.##
#.###.#...####.....####..
#.###.#.#..##.#.##..#...#
#.....#.##..#######.##.#.
#######.#..#..###.##...##";

const LINK: &str = "https://call.example/m/35sk-flj2-3deb-pjxg-3vfg-47gu-twpi-cmqk#aeaqcaibaeaqcaibaeaqcaibae";

fn rows(code: &Qr) -> String {
    let row = |y| (0..code.size).map(|x| if code.is_dark(x, y) { '#' } else { '.' }).collect::<String>();
    (0..code.size).map(row).collect::<Vec<_>>().join("\n")
}

/// The code with this mask: taking a mask off is putting it on again.
fn with_mask(text: &str, mask: usize) -> Qr {
    let code = Qr::of(text).unwrap();
    let used = (0..8).find(|used| code.clone().with_format(*used) == code).unwrap();
    code.masked(used).masked(mask)
}

impl Qr {
    fn with_format(mut self, mask: usize) -> Self {
        self.draw_format(mask);
        self
    }
}

#[test]
fn a_code_is_what_another_encoder_makes() {
    assert_eq!(rows(&with_mask("https://a.example/r/x", 0)), SMALL.trim());
    let longer = |tail: &str, count| LINK.to_owned() + &tail.repeat(count);
    for (text, mask, hash) in [
        (LINK.to_owned(), 2, "ec099db172a1feffc7db4b0c15edad963aa208f526be67e6c9a6e3117d7a5422"),
        (longer("x", 100), 0, "f95a8f2ebf4ed7a9c956fe98b4b8692143195ff0a7b989fab5091bc2fc273939"),
        (longer("y", 250), 1, "3ecd093b382463878748b0f6be71380d87be6b5c2e1f324ac18e1abb877a91ca"),
        ("z".repeat(520), 2, "db75556e0addf103bfdbaef1273a616125739e33e5c528f96ab27d115f5dea58"),
    ] {
        let digest = Sha256::digest(rows(&with_mask(&text, mask)));
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, hash, "{text}");
    }
}

#[test]
fn the_mask_is_the_one_that_is_easiest_to_read() {
    let code = Qr::of(LINK).unwrap();
    let penalties = (0..8).map(|mask| with_mask(LINK, mask).penalty());
    assert_eq!(penalties.min(), Some(code.penalty()));
}

#[test]
fn it_is_drawn_with_room_around_it() {
    let code = Qr::of("a").unwrap();
    assert_eq!(code.side(), 21 + 8);
    assert!(code.path().starts_with("M4 4h1v1h-1zM5 4h1v1h-1z"));
    assert_eq!(code.path().matches('M').count(), rows(&code).matches('#').count());
}

#[test]
fn what_is_too_long_has_none() {
    assert_eq!(Qr::of(&"a".repeat(521)), None);
}
