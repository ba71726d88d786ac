//! A hash of what is in an array, at the speed of memory.

/// 2⁶⁴ over the golden ratio: places far apart get unlike numbers.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// `Σ_i mix(w_i + (i + 1) φ)` modulo 2⁶⁴ of 64-bit words `w`, where `mix` is a permutation of
/// the numbers that lets every bit depend on every other.
///
/// Made to notice that an array has changed, not to withstand somebody who wants it not to
/// be noticed. On this thread: to wake others can take longer than most arrays.
///
/// The permutation is that of G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014, 453.
pub fn content_hash(words: &[u64]) -> u64 {
    pulp::Arch::new().dispatch(Words(words))
}

/// 64-bit words, summed with the vectors of this machine.
struct Words<'a>(&'a [u64]);

impl pulp::NullaryFnOnce for Words<'_> {
    type Output = u64;

    #[inline(always)]
    fn call(self) -> u64 {
        let mut sum = 0_u64;
        let mut place = 0_u64;
        for &word in self.0 {
            place = place.wrapping_add(STEP);
            sum = sum.wrapping_add(mix(word.wrapping_add(place)));
        }
        sum
    }
}

/// Every bit of the result depends on every bit of `x`.
#[inline(always)]
fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn one_bit_or_two_exchanged_words_make_another_hash(
            mut words in prop::collection::vec(any::<u64>(), 2..50),
            place in any::<prop::sample::Index>(),
            bit in 0..64,
        ) {
            let before = content_hash(&words);
            prop_assert_eq!(before, content_hash(&words));
            let i = place.index(words.len());
            words[i] ^= 1_u64 << bit;
            prop_assert_ne!(before, content_hash(&words));
            words[i] ^= 1_u64 << bit;
            let j = (i + 1) % words.len();
            if words[i] != words[j] {
                words.swap(i, j);
                prop_assert_ne!(before, content_hash(&words));
            }
        }
    }
}
