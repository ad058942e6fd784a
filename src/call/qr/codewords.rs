//! The bytes of a code: data, then what corrects it (Reed and Solomon, over GF(256)).

/// What there is room for, by version from 1 on: codewords that correct one block, and blocks (table 9, level L).
const VERSIONS: [(usize, usize); 15] = [
    (7, 1),
    (10, 1),
    (15, 1),
    (20, 1),
    (26, 1),
    (18, 2),
    (20, 2),
    (24, 2),
    (30, 2),
    (18, 4),
    (20, 4),
    (24, 4),
    (26, 4),
    (30, 4),
    (22, 6),
];

/// The version, and all of its codewords in the order in which they are drawn.
pub fn encode(bytes: &[u8]) -> Option<(usize, Vec<u8>)> {
    let fits = |version: &usize| 4 + length_bits(*version) + bytes.len() * 8 <= capacity(*version) * 8;
    let version = (1..=VERSIONS.len()).find(fits)?;
    Some((version, interleave(version, &data(version, bytes))))
}

/// Section 7.4: mode, length, bytes, and what fills the rest.
fn data(version: usize, bytes: &[u8]) -> Vec<u8> {
    let capacity = capacity(version);
    let mut bits = Vec::with_capacity(capacity * 8);
    let mut push = |value: usize, count: usize| bits.extend((0..count).rev().map(|i| value >> i & 1 == 1));
    push(0b0100, 4);
    push(bytes.len(), length_bits(version));
    bytes.iter().for_each(|byte| push(usize::from(*byte), 8));
    // The end, as far as there is room for it, up to a whole byte. Whole bytes have four bits left, or none.
    push(0, 4);
    let whole = bits.chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit)));
    whole.chain([0xec, 0x11].into_iter().cycle()).take(capacity).collect()
}

/// Sections 7.5.2 and 7.6: in blocks, each with its own correction; then the first of each, the second of each, ...
fn interleave(version: usize, data: &[u8]) -> Vec<u8> {
    let (correcting, count) = VERSIONS[version - 1];
    let divisor = divisor(correcting);
    let long = data.len() % count;
    let mut rest = data;
    let mut blocks = Vec::new();
    for n in 0..count {
        // The longer ones come last.
        let length = data.len() / count + usize::from(n >= count - long);
        let (block, others) = rest.split_at(length);
        blocks.push((block, remainder(block, &divisor)));
        rest = others;
    }
    let longest = data.len().div_ceil(count);
    let of_data = (0..longest).flat_map(|i| blocks.iter().filter_map(move |(data, _)| data.get(i).copied()));
    let correction = (0..correcting).flat_map(|i| blocks.iter().filter_map(move |(_, bytes)| bytes.get(i).copied()));
    of_data.chain(correction).collect()
}

fn length_bits(version: usize) -> usize {
    if version < 10 { 8 } else { 16 }
}

/// Codewords of data.
fn capacity(version: usize) -> usize {
    let (correcting, blocks) = VERSIONS[version - 1];
    all_modules(version) / 8 - correcting * blocks
}

/// Modules that are neither of a pattern nor of the format or version.
fn all_modules(version: usize) -> usize {
    let modules = (16 * version + 128) * version + 64;
    if version == 1 {
        return modules;
    }
    let alignments = version / 7 + 2;
    let in_patterns = (25 * alignments - 10) * alignments - 55;
    modules - in_patterns - if version < 7 { 0 } else { 36 }
}

/// The product of x - 2^i for i below the degree, without the leading 1.
fn divisor(degree: usize) -> Vec<u8> {
    let mut divisor = vec![0; degree];
    divisor[degree - 1] = 1;
    let mut root = 1;
    for _ in 0..degree {
        for i in 0..degree {
            let next = divisor.get(i + 1).copied().unwrap_or_default();
            divisor[i] = multiply(divisor[i], root) ^ next;
        }
        root = multiply(root, 2);
    }
    divisor
}

fn remainder(data: &[u8], divisor: &[u8]) -> Vec<u8> {
    let mut rest = vec![0; divisor.len()];
    for byte in data {
        let factor = byte ^ rest[0];
        rest.rotate_left(1);
        if let Some(last) = rest.last_mut() {
            *last = 0;
        }
        rest.iter_mut().zip(divisor).for_each(|(rest, coefficient)| *rest ^= multiply(*coefficient, factor));
    }
    rest
}

/// In GF(256), modulo x^8 + x^4 + x^3 + x^2 + 1.
fn multiply(a: u8, b: u8) -> u8 {
    let product = (0..8).rev().fold(0_u16, |product, i| {
        let doubled = (product << 1) ^ ((product >> 7) * 0x11d);
        doubled ^ (u16::from(b >> i & 1) * u16::from(a))
    });
    product.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader does: evaluates the block at each root. An intact one is 0 at all of them.
    #[test]
    fn a_block_with_its_correction_is_zero_at_every_root() {
        let data: Vec<u8> = (0..=255).collect();
        for (correcting, _) in VERSIONS {
            let block: Vec<u8> = data.iter().copied().chain(remainder(&data, &divisor(correcting))).collect();
            let mut root = 1;
            for _ in 0..correcting {
                assert_eq!(block.iter().fold(0, |value, byte| multiply(value, root) ^ byte), 0);
                root = multiply(root, 2);
            }
        }
    }

    /// Table 7: bytes that fit at level L.
    #[test]
    fn each_version_has_its_room() {
        let rooms = [17, 32, 53, 78, 106, 134, 154, 192, 230, 271, 321, 367, 425, 458, 520];
        for (index, room) in rooms.into_iter().enumerate() {
            let version = |length: usize| encode(&vec![b'a'; length]).map(|(version, _)| version);
            assert_eq!(version(room), Some(index + 1), "{room}");
            assert_ne!(version(room + 1), Some(index + 1), "{room}");
        }
        assert_eq!(encode(&[0; 521]), None);
    }
}
