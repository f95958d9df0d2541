//! FNV-1a: a small hash that is equal wherever it is computed, for what is stored and needs no secrecy.

/// The 32-bit FNV-1a of `bytes`.
///
/// **Source**: <http://www.isthe.com/chongo/tech/comp/fnv/>.
pub fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// **Source**: the test vectors of the page above.
    #[test]
    fn known_answers() {
        assert_eq!([fnv1a(b""), fnv1a(b"a"), fnv1a(b"foobar")], [0x811c_9dc5, 0xe40c_292c, 0xbf9c_f968]);
    }
}
