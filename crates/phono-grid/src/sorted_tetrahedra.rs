//! The weights of tetrahedra whose vertices are in ascending order.

use crate::tetrahedra::{Lanes, N_TETRAHEDRA};

/// Vertices closer than this are equal, THz.
const FLAT: f64 = 1e-10;
/// Shares of the states of a tetrahedron below this are dropped by those who drop them.
const FEW: f64 = 1e-10;

/// Tetrahedra with their vertices in ascending order, ready for many energies.
///
/// The weight is that of the central vertex: with `f_nm = (w − v_m)/(v_n − v_m)`,
///
/// ```text
/// v0 ≤ w < v1   f10 f20 / (v3 − v0) · [f01 + f02 + f03 | f10 | f20 | f30]
/// v1 ≤ w < v2   1 / (v3 − v0) · [f03 G + f02 f12 f20 | f12 G + f13² f21 |
///                                f21 G + f20² f12 | f30 G + f31 f13 f21]
/// v2 ≤ w < v3   f13 f23 / (v3 − v0) · [f03 | f13 | f23 | f30 + f31 + f32]
/// G = f12 f20 + f21 f13
/// ```
///
/// where the place of the central vertex in the order chooses from the brackets.
///
/// P. E. Blöchl, O. Jepsen, O. K. Andersen, Phys. Rev. B 49, 16223 (1994).
#[derive(Debug, Clone)]
pub(crate) struct Sorted {
    v: [Lanes; 4],
    /// `1/(v_n − v_m)`, 0 where flat: 10, 20, 30, 21, 31, 32.
    inverse: [Lanes; 6],
    /// How many vertices are below the central one.
    rank: Lanes,
}

/// `f_nm = (w − v_m)/(v_n − v_m)`: how far `w` is on the way from vertex `m` to vertex `n`.
struct Fractions {
    f01: f64,
    f02: f64,
    f03: f64,
    f10: f64,
    f12: f64,
    f13: f64,
    f20: f64,
    f21: f64,
    f23: f64,
    f30: f64,
    f31: f64,
    f32: f64,
}

impl Default for Sorted {
    fn default() -> Self {
        let zero = [0.0; N_TETRAHEDRA];
        Self { v: [zero; 4], inverse: [zero; 6], rank: zero }
    }
}

impl Sorted {
    /// Sort the vertices of every tetrahedron: `centre`, and `a + sign b` at the others.
    #[inline(always)]
    pub(crate) fn sort(&mut self, centre: f64, a: &[Lanes; 3], b: &[Lanes; 3], sign: f64) {
        let Self { v: [v0s, v1s, v2s, v3s], inverse, rank } = self;
        let [i10, i20, i30, i21, i31, i32] = inverse;
        for t in 0..N_TETRAHEDRA {
            let x = a[0][t] + sign * b[0][t];
            let y = a[1][t] + sign * b[1][t];
            let z = a[2][t] + sign * b[2][t];
            rank[t] = below(x, centre) + below(y, centre) + below(z, centre);
            // Five comparators sort four numbers.
            let (low, x) = ordered(centre, x);
            let (y, high) = ordered(y, z);
            let (v0, y) = ordered(low, y);
            let (x, v3) = ordered(x, high);
            let (v1, v2) = ordered(x, y);
            (v0s[t], v1s[t], v2s[t], v3s[t]) = (v0, v1, v2, v3);
            let (d10, d20, d30) = (v1 - v0, v2 - v0, v3 - v0);
            let (d21, d31, d32) = (v2 - v1, v3 - v1, v3 - v2);
            // One division serves all six: they were a third of the time of a weight.
            let (s10, s20, s30) = (safe(d10), safe(d20), safe(d30));
            let (s21, s31, s32) = (safe(d21), safe(d31), safe(d32));
            let (p, q, r) = (s10 * s20, s30 * s21, s31 * s32);
            let all = 1.0 / (p * q * r);
            let (p, q, r) = (all * q * r, all * p * r, all * p * q);
            i10[t] = unless_flat(d10, p * s20);
            i20[t] = unless_flat(d20, p * s10);
            i30[t] = unless_flat(d30, q * s21);
            i21[t] = unless_flat(d21, q * s30);
            i31[t] = unless_flat(d31, r * s32);
            i32[t] = unless_flat(d32, r * s31);
        }
    }

    /// `f_nm` of tetrahedron `t`.
    #[inline(always)]
    fn fractions(&self, w: f64, t: usize) -> Fractions {
        let Self { v: [v0, v1, v2, v3], inverse, .. } = self;
        let [i10, i20, i30, i21, i31, i32] = inverse;
        let (v0, v1, v2, v3) = (v0[t], v1[t], v2[t], v3[t]);
        let (i10, i20, i30) = (i10[t], i20[t], i30[t]);
        let (i21, i31, i32) = (i21[t], i31[t], i32[t]);
        let (d0, d1, d2, d3) = (w - v0, w - v1, w - v2, v3 - w);
        Fractions {
            f10: d0 * i10,
            f20: d0 * i20,
            f30: d0 * i30,
            f01: -d1 * i10,
            f21: d1 * i21,
            f31: d1 * i31,
            f02: -d2 * i20,
            f12: -d2 * i21,
            f32: d2 * i32,
            f03: d3 * i30,
            f13: d3 * i31,
            f23: d3 * i32,
        }
    }

    /// The weight of `δ(w − value)` at the central vertex.
    #[inline(always)]
    pub(crate) fn weight(&self, w: f64) -> f64 {
        self.delta::<false>(w)
    }

    /// [`Self::weight`] without tetrahedra in which `G < 10⁻¹⁰`, as phonopy drops them.
    #[inline(always)]
    pub(crate) fn weight_without_few(&self, w: f64) -> f64 {
        self.delta::<true>(w)
    }

    /// The weight, `DROP` says whether without tetrahedra with few states.
    #[inline(always)]
    fn delta<const DROP: bool>(&self, w: f64) -> f64 {
        let Self { v: [v0s, v1s, v2s, v3s], rank, .. } = self;
        let mut share = [0.0; N_TETRAHEDRA];
        for t in 0..N_TETRAHEDRA {
            let (v0, v1, v2, v3) = (v0s[t], v1s[t], v2s[t], v3s[t]);
            let Fractions { f01, f02, f03, f10, f12, f13, f20, f21, f23, f30, f31, f32 } =
                self.fractions(w, t);
            let middle = f12 * f20 + f21 * f13;
            let first = f10 * f20 * choose(rank[t], f01 + f02 + f03, f10, f20, f30);
            let second = choose(
                rank[t],
                f03 * middle + f02 * f12 * f20,
                f12 * middle + f13 * f13 * f21,
                f21 * middle + f20 * f20 * f12,
                f30 * middle + f31 * f13 * f21,
            );
            let second = if DROP && middle < FEW { 0.0 } else { second };
            let third = f13 * f23 * choose(rank[t], f03, f13, f23, f30 + f31 + f32);
            let upper = if w < v2 { second } else { third };
            let inside = if w < v1 { first } else { upper };
            let inside = if w < v0 { 0.0 } else { inside };
            share[t] = if w < v3 { inside * self.inverse[2][t] } else { 0.0 };
        }
        total(share) / 6.0
    }

    /// The weight of `θ(w − value)` at the central vertex: the integral of [`Self::weight`].
    ///
    /// ```text
    /// v0 ≤ w < v1   f10 f20 f30 · [1 + f01 + f02 + f03 | f10 | f20 | f30]
    /// v1 ≤ w < v2   [A + B (1 + f03) + C (1 + f03 + f02) |
    ///                A (1 + f13 + f12) + B (f13 + f12) + C f12 |
    ///                (A + B) f21 + C (f21 + f20) | A f31 + B (f31 + f30) + C f30]
    /// v2 ≤ w < v3   1 − f03 f13 f23 · [f03 | f13 | f23 | 1 + f30 + f31 + f32]
    /// A = f31 f21, B = f30 f13 f21, C = f30 f20 f12
    /// ```
    #[inline(always)]
    pub(crate) fn step(&self, w: f64) -> f64 {
        self.theta::<false>(w)
    }

    /// [`Self::step`] without tetrahedra above `v1` in which a part of 10⁻¹⁰ of the states or
    /// less is below `w`, as phonopy drops them.
    #[inline(always)]
    pub(crate) fn step_without_few(&self, w: f64) -> f64 {
        self.theta::<true>(w)
    }

    /// The step, `DROP` says whether without tetrahedra with few states.
    #[inline(always)]
    fn theta<const DROP: bool>(&self, w: f64) -> f64 {
        let Self { v: [v0s, v1s, v2s, v3s], rank, .. } = self;
        let mut share = [0.0; N_TETRAHEDRA];
        for t in 0..N_TETRAHEDRA {
            let (v0, v1, v2, v3) = (v0s[t], v1s[t], v2s[t], v3s[t]);
            let Fractions { f01, f02, f03, f10, f12, f13, f20, f21, f23, f30, f31, f32 } =
                self.fractions(w, t);
            let (a, b, c) = (f31 * f21, f30 * f13 * f21, f30 * f20 * f12);
            let below = choose(rank[t], 1.0 + f01 + f02 + f03, f10, f20, f30);
            let second = choose(
                rank[t],
                a + b * (1.0 + f03) + c * (1.0 + f03 + f02),
                a * (1.0 + f13 + f12) + b * (f13 + f12) + c * f12,
                (a + b) * f21 + c * (f21 + f20),
                a * f31 + b * (f31 + f30) + c * f30,
            );
            let second = if DROP && a + b + c < FEW { 0.0 } else { second };
            let left = f03 * f13 * f23;
            let above = choose(rank[t], f03, f13, f23, 1.0 + f30 + f31 + f32);
            let third = 1.0 - left * above;
            let third = if DROP && 1.0 - left < FEW { 0.0 } else { third };
            let upper = if w < v2 { second } else { third };
            let inside = if w < v1 { f10 * f20 * f30 * below } else { upper };
            let inside = if w < v0 { 0.0 } else { inside };
            share[t] = if w < v3 { inside } else { 1.0 };
        }
        total(share) / 24.0
    }
}

/// The sum over all tetrahedra, eight sums side by side.
#[inline(always)]
fn total(share: Lanes) -> f64 {
    let (parts, _) = share.as_chunks::<8>();
    let mut sums = parts[0];
    for part in &parts[1..] {
        for (sum, x) in sums.iter_mut().zip(part) {
            *sum += x;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The smaller, then the larger.
#[inline(always)]
fn ordered(a: f64, b: f64) -> (f64, f64) {
    if a < b { (a, b) } else { (b, a) }
}

/// 1 if `x` is below `centre`, else 0.
#[inline(always)]
fn below(x: f64, centre: f64) -> f64 {
    if x < centre { 1.0 } else { 0.0 }
}

/// `x`, or 1 where it is flat.
#[inline(always)]
fn safe(x: f64) -> f64 {
    if x < FLAT { 1.0 } else { x }
}

/// `inverse`, or 0 where `x` is flat.
#[inline(always)]
fn unless_flat(x: f64, inverse: f64) -> f64 {
    if x < FLAT { 0.0 } else { inverse }
}

/// The value for a central vertex with `rank` vertices below it.
#[inline(always)]
fn choose(rank: f64, c0: f64, c1: f64, c2: f64, c3: f64) -> f64 {
    let low = if rank < 0.5 { c0 } else { c1 };
    let high = if rank < 2.5 { c2 } else { c3 };
    if rank < 1.5 { low } else { high }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 24 copies of one tetrahedron.
    fn copies(centre: f64, outer: [f64; 3]) -> Sorted {
        let mut sorted = Sorted::default();
        let outer = outer.map(|x| [x; N_TETRAHEDRA]);
        sorted.sort(centre, &outer, &[[0.0; N_TETRAHEDRA]; 3], 1.0);
        sorted
    }

    /// Midpoint rule for the integral of the weight.
    fn integral(sorted: &Sorted, from: f64, to: f64) -> f64 {
        let n = 40_000;
        let h = (to - from) / f64::from(n);
        (0..n).map(|i| sorted.weight(from + (f64::from(i) + 0.5) * h)).sum::<f64>() * h
    }

    #[test]
    fn a_weight_integrates_to_one_whatever_the_place_of_the_central_vertex() {
        for centre in [0.5, 1.5, 2.5, 3.5] {
            let sorted = copies(centre, [1.0, 2.0, 3.0]);
            let total = integral(&sorted, 0.0, 4.0);
            assert!((total - 1.0).abs() < 1e-6, "{centre}: {total}");
        }
    }

    #[test]
    fn the_four_vertices_share_the_density_of_the_tetrahedron() {
        // 4 × the mean share is the density of one tetrahedron of unit volume; in the
        // first interval it is 3 (w − v0)² / ((v1 − v0)(v2 − v0)(v3 − v0)).
        let v = [0.0, 1.0, 2.0, 4.0];
        let w = 0.6;
        let total: f64 = (0..4)
            .map(|i| {
                let others: Vec<f64> = (0..4).filter(|&k| k != i).map(|k| v[k]).collect();
                copies(v[i], [others[0], others[1], others[2]]).weight(w) / 4.0
            })
            .sum();
        assert!((total - 3.0 * w * w / 8.0).abs() < 1e-14);
    }

    #[test]
    fn the_step_weight_is_the_integral_of_the_delta_weight() {
        for centre in [0.5, 1.0, 1.5, 2.5, 3.5] {
            let sorted = copies(centre, [1.0, 2.0, 3.0]);
            for w in [0.2, 0.7, 1.0, 1.2, 1.9, 2.3, 2.8, 3.2, 4.0] {
                let expected = integral(&sorted, 0.0, w);
                assert!((sorted.step(w) - expected).abs() < 1e-6, "{centre} {w}");
            }
        }
    }

    #[test]
    fn a_flat_tetrahedron_has_no_weight() {
        assert_eq!(copies(1.0, [1.0; 3]).weight(1.0).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn few_states_are_dropped_only_where_that_is_asked_for() {
        // Two vertices just below w and two far above: G = f20 + f21, of f02 = f03 = 1.
        let sorted = copies(-2e-12, [-1e-12, 1.0, 1.0]);
        assert!((sorted.weight(0.0) / 5e-12 * 6.0 / 24.0 - 1.0).abs() < 1e-9);
        assert!(sorted.weight_without_few(0.0).abs() <= 0.0);
        let sorted = copies(1e-12, [0.0, 0.0, -1.0]);
        assert!((sorted.step(0.0) - sorted.step_without_few(0.0)).abs() <= 0.0);
        for w in [0.1, 0.5, 0.9] {
            let sorted = copies(0.0, [0.3, 0.6, 1.0]);
            assert!((sorted.weight(w) - sorted.weight_without_few(w)).abs() <= 0.0);
            assert!((sorted.step(w) - sorted.step_without_few(w)).abs() <= 0.0);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn step_weights_of_random_tetrahedra_integrate_delta_weights_and_end_at_one(
            centre in 0.0..5.0_f64,
            outer in prop::array::uniform3(0.0..5.0_f64),
        ) {
            let mut v = [centre, outer[0], outer[1], outer[2]];
            v.sort_by(f64::total_cmp);
            prop_assume!(v.windows(2).all(|v| v[1] - v[0] > 1e-3));
            let sorted = copies(centre, outer);
            let mut sum = 0.0;
            for v in v.windows(2) {
                // Cubic between vertices, where Simpson's rule is exact; the ends are taken
                // from inside.
                let inside = 1e-12 * (v[1] - v[0]);
                let at = [v[0] + inside, 0.5 * (v[0] + v[1]), v[1] - inside];
                let w = at.map(|w| sorted.weight(w));
                sum += (w[0] + 4.0 * w[1] + w[2]) * (v[1] - v[0]) / 6.0;
                prop_assert!((sum - sorted.step(v[1] - inside)).abs() < 1e-7);
            }
            prop_assert!((sum - 1.0).abs() < 1e-7);
            prop_assert!(sorted.step(v[3] + 1e-9) >= 1.0);
            prop_assert!(sorted.step(v[0] - 1e-9) <= 0.0);
        }
    }
}
