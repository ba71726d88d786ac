//! How strongly three phonons couple.

use std::ops::Range;

use ndarray::{Array4, ArrayView2, ArrayViewMut4, s};
use phono_core::{Error, Result, Stop, ensure_index, units};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::fixed_q::{FixedQ, Window};
use crate::lanes::LANES;
use crate::needed::{Needed, Squares, Visit};
use crate::{Phonons, Pieces, Series};

/// Squared three-phonon matrix elements `|Φ[t, j, j', j'']|²` in eV² of the initial `bands`.
///
/// ```text
/// |Φ(λ, λ', λ'')|² = c / (n_q f f' f'') |Σ Φ̃ ẽ(λ) ẽ(λ') ẽ(λ'') e^{2πi (q'·R1 + q''·R2)}|²
/// ```
///
/// with `c` of [`units::STRENGTH`]; 0 where a frequency is at or below the cutoff.
///
/// * `points[t]`: grid indices of `q, q', q''`, the same `q` in all, `q + q' + q'' = G`.
///
/// A. Togo, L. Chaput, I. Tanaka, Phys. Rev. B 91, 094306 (2015), eq. 10.
pub fn interaction_strengths(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    points: ArrayView2<'_, i64>,
    (cutoff_frequency, bands): (f64, &[i64]),
    stop: &Stop,
) -> Result<Array4<f64>> {
    let (q, pairs) = split_points(phonons, points)?;
    let n_b = phonons.n_bands();
    for &j in bands {
        ensure_index("bands", j, n_b)?;
    }
    let mut out = Array4::zeros((pairs.len(), bands.len(), n_b, n_b));
    if pairs.is_empty() {
        return Ok(out);
    }
    phonons.ensure_atoms(series.n_atoms())?;
    let rows = series.rows(phonons);
    let mut done = 0;
    // Neighbouring bands share the work of the series.
    for run in bands.chunk_by(|a, b| a + 1 == *b) {
        let initial = run[0] as usize..run[0] as usize + run.len();
        let points = (&pairs[..], &Pieces::whole(phonons.n_bands()));
        let mut fixed =
            FixedQ::new(series, phonons, &rows, (q, initial.clone()), points, stop)?;
        for range in fixed.windows() {
            fixed.prepare(&range, stop)?;
            for (block, bands) in initial.clone().step_by(LANES).enumerate() {
                let bands = bands..(bands + LANES).min(initial.end);
                let window = &fixed.window(range.clone(), block);
                let n = [bands.len(), n_b];
                let squares: Vec<Vec<Square>> = range
                    .clone()
                    .into_par_iter()
                    .map(|c| {
                        stop.check()?;
                        let pairs = &pairs[..];
                        Ok(Arch::new().dispatch(Chunk { window, c, pairs, n }))
                    })
                    .collect::<Result<_>>()?;
                let first = done + bands.start - initial.start;
                let mut out = out.slice_mut(s![.., first..first + bands.len(), .., ..]);
                fill(&mut out, &squares, (phonons, q, bands), (&pairs, cutoff_frequency));
            }
        }
        done += run.len();
    }
    Ok(out)
}

/// `|V|²` of one triplet: its number and `[j, j', j'']`.
type Square = (usize, Vec<f64>);

/// Strengths from squares.
fn fill(
    out: &mut ArrayViewMut4<'_, f64>,
    squares: &[Vec<Square>],
    (phonons, q, initial): (&Phonons<'_>, usize, Range<usize>),
    (pairs, cutoff_frequency): (&[[usize; 2]], f64),
) {
    let inverse = |q: usize| -> Vec<f64> {
        let invert = |&f: &f64| if f > cutoff_frequency { 1.0 / f } else { 0.0 };
        phonons.modes.frequencies(q).iter().map(invert).collect()
    };
    let factor = units::STRENGTH / phonons.grid.n_q() as f64;
    let f0 = inverse(q);
    for &(t, ref squares) in squares.iter().flatten() {
        let (f1, f2) = (inverse(pairs[t][0]), inverse(pairs[t][1]));
        for (((j, j1, j2), out), square) in
            out.index_axis_mut(ndarray::Axis(0), t).indexed_iter_mut().zip(squares)
        {
            *out = factor * square * (f0[initial.start + j] * f1[j1] * f2[j2]);
        }
    }
}

/// The common `q` of all triplets, and their `(q', q'')`.
fn split_points(
    phonons: &Phonons<'_>,
    points: ArrayView2<'_, i64>,
) -> Result<(usize, Vec<[usize; 2]>)> {
    phonons.ensure_triplets(points)?;
    let triplets: Vec<[usize; 3]> =
        points.rows().into_iter().map(|p| [p[0], p[1], p[2]].map(|q| q as usize)).collect();
    let q = triplets.first().map_or(0, |t| t[0]);
    if let Some([other, q1, q2]) = triplets.iter().find(|t| t[0] != q) {
        return Err(Error::Domain(format!(
            "triplets: {other} {q1} {q2} does not conserve momentum at q = {q}"
        )));
    }
    Ok((q, triplets.into_iter().map(|[_, q1, q2]| [q1, q2]).collect()))
}

/// `|V|²` of one chunk.
struct Chunk<'a> {
    window: &'a Window<'a>,
    c: usize,
    pairs: &'a [[usize; 2]],
    /// Initial bands, and bands.
    n: [usize; 2],
}

impl WithSimd for Chunk<'_> {
    type Output = Vec<Square>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Self::Output {
        let mut collect = Collect { n: self.n, all: vec![] };
        self.window.chunk(simd, (self.c, self.pairs), &mut collect);
        collect.all
    }
}

/// Keeps the squares of every triplet, `[j, j', j'']`.
struct Collect {
    n: [usize; 2],
    all: Vec<Square>,
}

impl Visit for Collect {
    #[inline(always)]
    fn ask(&mut self, _: usize, _: usize, needed: &mut Needed) {
        let n_b = self.n[1];
        for (j1, j2) in (0..n_b).flat_map(|j1| (0..n_b).map(move |j2| (j1, j2))) {
            needed.push([j1, j2], 0);
        }
    }

    #[inline(always)]
    fn begin(&mut self, t: usize) {
        let [n_j, n_b] = self.n;
        self.all.push((t, vec![0.0; n_j * n_b * n_b]));
    }

    #[inline(always)]
    fn visit(&mut self, _: usize, _: usize, squares: Squares<'_>) {
        let ([n_j, n_b], [j1, j2]) = (self.n, squares.bands);
        if let Some((_, all)) = self.all.last_mut() {
            for (j, x) in squares.values[..n_j].iter().enumerate() {
                all[(j * n_b + j1) * n_b + j2] = *x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3, Array4, ArrayView3, arr1};
    use num_complex::Complex64;
    use phono_core::{Grid, Modes};
    use phono_grid::Tetrahedra;

    use super::*;
    use crate::Layout;

    /// Numbers between -1 and 1 that look random.
    fn noise(i: usize) -> f64 {
        ((i * 7919 + 13) % 1009) as f64 / 504.5 - 1.0
    }

    /// Lattice vectors that reach beyond the mesh, two atoms, no symmetry at all.
    fn entries() -> (Array4<f64>, Array2<i64>, Array3<i64>) {
        let n = 60;
        let values = Array4::from_shape_fn((n, 3, 3, 3), |(e, a, b, c)| {
            noise(((e * 3 + a) * 3 + b) * 3 + c)
        });
        let atoms = Array2::from_shape_fn((n, 3), |(e, i)| ((e >> i) & 1) as i64);
        let cells = Array3::from_shape_fn((n, 2, 3), |(e, i, x)| {
            (noise(e * 6 + i * 3 + x + 5) * 4.0).round() as i64
        });
        (values, atoms, cells)
    }

    /// `Σ Φ̃ ẽ ẽ' ẽ'' e^{2πi (q'·R1 + q''·R2)}` as it stands.
    fn plain(
        (values, atoms, cells): (&Array4<f64>, &Array2<i64>, &Array3<i64>),
        grid: Grid<'_>,
        e: &Array4<Complex64>,
        [q, j]: [[usize; 3]; 2],
    ) -> Complex64 {
        let mut sum = Complex64::ZERO;
        for ((n, a, b, c), phi) in values.indexed_iter() {
            let angle: f64 = (0..2)
                .flat_map(|leg| (0..3).map(move |x| (leg, x)))
                .map(|(leg, x)| {
                    let address = grid.address(q[leg + 1])[x] as f64;
                    address * cells[[n, leg, x]] as f64 / grid.mesh()[x] as f64
                })
                .sum();
            let phase = Complex64::cis(std::f64::consts::TAU * angle);
            let k = [0, 1, 2].map(|i| atoms[[n, i]] as usize);
            sum += e[[q[0], j[0], k[0], a]]
                * e[[q[1], j[1], k[1], b]]
                * e[[q[2], j[2], k[2], c]]
                * phase
                * phi;
        }
        sum
    }

    /// The same entries and those with the second and the third atom exchanged.
    fn symmetric_entries() -> (Array4<f64>, Array2<i64>, Array3<i64>) {
        let (values, atoms, cells) = entries();
        let mut all = std::collections::BTreeMap::new();
        for e in 0..atoms.nrows() {
            for (i, j) in [(0, 1), (1, 0)] {
                let cell = |leg: usize| [0, 1, 2].map(|x| cells[[e, leg, x]]);
                let (r1, r2) = (cell(i), cell(j));
                let r = [0, 1, 2].map(|x| r1[x] - r2[x]);
                let k = [atoms[[e, 0]], atoms[[e, i + 1]], atoms[[e, j + 1]]];
                let sums = all.entry((r, k, r2)).or_insert([0.0; 27]);
                for (x, sum) in sums.iter_mut().enumerate() {
                    let axes = [x / 9, x / 3 % 3, x % 3];
                    *sum += values[[e, axes[0], axes[i + 1], axes[j + 1]]];
                }
            }
        }
        let (keys, values): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        (
            Array4::from_shape_fn((keys.len(), 3, 3, 3), |(e, a, b, c)| {
                values[e][9 * a + 3 * b + c]
            }),
            Array2::from_shape_fn((keys.len(), 3), |(e, i)| keys[e].1[i]),
            Array3::from_shape_fn((keys.len(), 2, 3), |(e, i, x)| {
                keys[e].2[x] + if i == 0 { keys[e].0[x] } else { 0 }
            }),
        )
    }

    #[test]
    fn the_separated_sums_are_the_plain_sum() {
        compare_with_the_plain_sum(entries(), false);
    }

    #[test]
    fn half_of_the_lattice_vectors_is_enough_for_symmetric_constants() {
        compare_with_the_plain_sum(symmetric_entries(), true);
    }

    /// All matrix elements at one wave vector, on a mesh that the series is longer than.
    fn compare_with_the_plain_sum(
        (values, atoms, cells): (Array4<f64>, Array2<i64>, Array3<i64>),
        exchange: bool,
    ) {
        let mesh = arr1(&[3, 4, 2]);
        let rotations = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        let rotations = ArrayView3::from_shape((1, 3, 3), &rotations).unwrap();
        let grid = Grid::new(mesh.view(), rotations).unwrap();
        let frequencies = Array2::from_shape_fn((24, 6), |(q, j)| 2.0 + noise(q * 6 + j));
        let e = Array4::from_shape_fn((24, 6, 2, 3), |(q, j, k, a)| {
            let i = ((q * 6 + j) * 2 + k) * 3 + a;
            Complex64::new(noise(i + 3), noise(i + 777))
        });
        let modes = Modes::new(frequencies.view(), e.view()).unwrap();
        let offsets = Array2::zeros((15, 3));
        let corners = Array2::ones((24, 3));
        let tetrahedra = Tetrahedra::new(offsets.view(), corners.view()).unwrap();
        let phonons = Phonons::new(grid, tetrahedra, modes).unwrap();
        let layout = Layout::new(atoms.view(), cells.view()).unwrap();
        let series = Series::new(values.view(), &layout, 2).unwrap();
        assert_eq!(series.rows(&phonons).exchange, exchange);

        let q = 7;
        let points: Vec<[i64; 3]> = (0..24)
            .map(|q1| {
                let sum: [i64; 3] =
                    std::array::from_fn(|i| -grid.address(q)[i] - grid.address(q1)[i]);
                [q as i64, q1 as i64, grid.index(sum) as i64]
            })
            .collect();
        let points = Array2::from_shape_vec((24, 3), points.concat()).unwrap();
        let strengths = interaction_strengths(
            series,
            &phonons,
            points.view(),
            (0.0, &[0, 1, 2, 3, 4, 5]),
            &Stop::default(),
        )
        .unwrap();
        let factor = units::STRENGTH / 24.0;
        for ((t, j, j1, j2), strength) in strengths.indexed_iter() {
            let at = [0, 1, 2].map(|i| points[[t, i]] as usize);
            let v = plain((&values, &atoms, &cells), grid, &e, [at, [j, j1, j2]]);
            let f = frequencies[[at[0], j]]
                * frequencies[[at[1], j1]]
                * frequencies[[at[2], j2]];
            let expected = factor * v.norm_sqr() / f;
            assert!((strength - expected).abs() < 1e-11 * factor * v.norm_sqr().max(1.0));
        }
    }
}
