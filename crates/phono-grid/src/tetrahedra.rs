//! The linear tetrahedron method around a grid point.

use ndarray::ArrayView2;
use phono_core::{Error, Grid, Result, ensure_shape};

/// Tetrahedra that meet at a grid point.
pub const N_TETRAHEDRA: usize = 24;
/// Distinct vertices of these tetrahedra, the point itself among them.
pub const N_VERTICES: usize = 15;
/// Vertices closer than this are equal, THz.
const FLAT: f64 = 1e-10;

/// One number for each tetrahedron.
pub(crate) type Lanes = [f64; N_TETRAHEDRA];

/// The vertices of the tetrahedra around a point.
#[derive(Debug, Clone)]
pub struct Tetrahedra {
    offsets: [[i64; 3]; N_VERTICES],
    corners: [[usize; 3]; N_TETRAHEDRA],
}

impl Tetrahedra {
    /// Copy `offsets[v]`, addresses relative to the point (the first is the point itself),
    /// and `corners[t]`, the other three vertices of each tetrahedron.
    pub fn new(offsets: ArrayView2<'_, i64>, corners: ArrayView2<'_, i64>) -> Result<Self> {
        ensure_shape("offsets", offsets.shape(), &[N_VERTICES, 3])?;
        ensure_shape("corners", corners.shape(), &[N_TETRAHEDRA, 3])?;
        if corners.iter().any(|c| !(1..N_VERTICES as i64).contains(c)) {
            return Err(Error::Domain(format!("corners must be in 1 to {}", N_VERTICES - 1)));
        }
        Ok(Self {
            offsets: std::array::from_fn(|v| std::array::from_fn(|i| offsets[[v, i]])),
            corners: std::array::from_fn(|t| {
                std::array::from_fn(|k| corners[[t, k]] as usize)
            }),
        })
    }

    /// Grid indices of the vertices around `address`, moved by `sign` times the offsets.
    #[inline(always)]
    pub(crate) fn around(
        &self,
        grid: Grid<'_>,
        address: [i64; 3],
        sign: i64,
    ) -> [usize; N_VERTICES] {
        let [d0, d1, d2] = grid.mesh();
        // Offsets are -1, 0 or 1, so one table a component replaces every division.
        let wrapped = |x: i64, d: usize| -> [usize; 3] {
            std::array::from_fn(|i| (x + i as i64 - 1).rem_euclid(d as i64) as usize)
        };
        let (x, y, z) =
            (wrapped(address[0], d0), wrapped(address[1], d1), wrapped(address[2], d2));
        std::array::from_fn(|v| {
            let [a, b, c] = self.offsets[v].map(|o| (sign * o + 1) as usize);
            x[a] + d0 * (y[b] + d1 * z[c])
        })
    }

    /// Values at the three outer vertices of every tetrahedron.
    #[inline(always)]
    pub(crate) fn corners(&self, values: &[f64; N_VERTICES]) -> [Lanes; 3] {
        std::array::from_fn(|k| std::array::from_fn(|t| values[self.corners[t][k]]))
    }
}

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

impl Default for Sorted {
    fn default() -> Self {
        let zero = [0.0; N_TETRAHEDRA];
        Self { v: [zero; 4], inverse: [zero; 6], rank: zero }
    }
}

impl Sorted {
    /// Sort the vertices of every tetrahedron: `centre` and three outer ones.
    #[inline(always)]
    pub(crate) fn sort(&mut self, centre: f64, outer: &[Lanes; 3]) {
        for t in 0..N_TETRAHEDRA {
            let [b, c, d] = [outer[0][t], outer[1][t], outer[2][t]];
            let below = |x: f64| if x < centre { 1.0 } else { 0.0 };
            self.rank[t] = below(b) + below(c) + below(d);
            // Five comparators sort four numbers.
            let (a, b) = ordered(centre, b);
            let (c, d) = ordered(c, d);
            let (v0, c) = ordered(a, c);
            let (b, v3) = ordered(b, d);
            let (v1, v2) = ordered(b, c);
            let v = [v0, v1, v2, v3];
            for (lanes, x) in self.v.iter_mut().zip(v) {
                lanes[t] = x;
            }
            let inverse = inverses([v1 - v0, v2 - v0, v3 - v0, v2 - v1, v3 - v1, v3 - v2]);
            for (lanes, x) in self.inverse.iter_mut().zip(inverse) {
                lanes[t] = x;
            }
        }
    }

    /// The weight of `δ(w − value)` at the central vertex.
    #[inline(always)]
    pub(crate) fn weight(&self, w: f64) -> f64 {
        let mut share = [0.0; N_TETRAHEDRA];
        for (t, share) in share.iter_mut().enumerate() {
            let [v0, v1, v2, v3] = [self.v[0][t], self.v[1][t], self.v[2][t], self.v[3][t]];
            let [i10, i20, i30, i21, i31, i32] = [
                self.inverse[0][t],
                self.inverse[1][t],
                self.inverse[2][t],
                self.inverse[3][t],
                self.inverse[4][t],
                self.inverse[5][t],
            ];
            let (d0, d1, d2, d3) = (w - v0, w - v1, w - v2, v3 - w);
            let (f10, f20, f30) = (d0 * i10, d0 * i20, d0 * i30);
            let (f01, f21, f31) = (-d1 * i10, d1 * i21, d1 * i31);
            let (f02, f12, f32) = (-d2 * i20, -d2 * i21, d2 * i32);
            let (f03, f13, f23) = (d3 * i30, d3 * i31, d3 * i32);
            let middle = f12 * f20 + f21 * f13;
            let rank = self.rank[t];
            let choose = |c0: f64, c1: f64, c2: f64, c3: f64| {
                let low = if rank < 0.5 { c0 } else { c1 };
                let high = if rank < 2.5 { c2 } else { c3 };
                if rank < 1.5 { low } else { high }
            };
            let first = f10 * f20 * choose(f01 + f02 + f03, f10, f20, f30);
            let second = choose(
                f03 * middle + f02 * f12 * f20,
                f12 * middle + f13 * f13 * f21,
                f21 * middle + f20 * f20 * f12,
                f30 * middle + f31 * f13 * f21,
            );
            let third = f13 * f23 * choose(f03, f13, f23, f30 + f31 + f32);
            let upper = if w < v2 { second } else { third };
            let inside = if w < v1 { first } else { upper };
            *share = if w >= v0 && w < v3 { inside * i30 } else { 0.0 };
        }
        share.iter().sum::<f64>() / 6.0
    }
}

/// The smaller, then the larger.
#[inline(always)]
fn ordered(a: f64, b: f64) -> (f64, f64) {
    if a < b { (a, b) } else { (b, a) }
}

/// `1/x`, 0 where `x` is flat.
///
/// One division serves all six: divisions were a third of the time of a weight.
#[inline(always)]
fn inverses(x: [f64; 6]) -> [f64; 6] {
    let safe = x.map(|x| if x < FLAT { 1.0 } else { x });
    let [a, b, c, d, e, f] = safe;
    let (ab, cd, ef) = (a * b, c * d, e * f);
    let r = 1.0 / (ab * cd * ef);
    let (rab, rcd, ref_) = (r * cd * ef, r * ab * ef, r * ab * cd);
    let inverse = [rab * b, rab * a, rcd * d, rcd * c, ref_ * f, ref_ * e];
    std::array::from_fn(|i| if x[i] < FLAT { 0.0 } else { inverse[i] })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 24 copies of one tetrahedron.
    fn copies(centre: f64, outer: [f64; 3]) -> Sorted {
        let mut sorted = Sorted::default();
        sorted.sort(centre, &outer.map(|x| [x; N_TETRAHEDRA]));
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
    fn a_flat_tetrahedron_has_no_weight() {
        assert_eq!(copies(1.0, [1.0; 3]).weight(1.0).to_bits(), 0.0_f64.to_bits());
    }
}
