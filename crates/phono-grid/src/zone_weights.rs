//! Weights of phonons that are known at every image in the zone, written where they are
//! wanted.

use ndarray::{
    ArrayView1, ArrayView2, ArrayViewMut2, ArrayViewMut3, ArrayViewMut4, ArrayViewMut5,
    Axis,
};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use rayon::prelude::*;

use crate::BrillouinZone;
use crate::pair_vertices::Vertices;
use crate::sorted_tetrahedra::Sorted;
use crate::tetrahedra::{Cut, Lanes, N_TETRAHEDRA, N_VERTICES, Tetrahedra, Values};

const ZERO: [Lanes; 3] = [[0.0; N_TETRAHEDRA]; 3];

/// Frequencies of bands at the images of a zone.
#[derive(Debug, Clone, Copy)]
pub struct ZoneBands<'a> {
    zone: BrillouinZone<'a>,
    n_bands: usize,
    frequencies: &'a [f64],
    /// The row of each image.
    rows: Option<&'a [i64]>,
}

impl<'a> ZoneBands<'a> {
    /// Borrow `frequencies[row, j]` (THz), a row for every image, or fewer and `rows[image]`.
    pub fn new(
        zone: BrillouinZone<'a>,
        frequencies: ArrayView2<'a, f64>,
        rows: Option<ArrayView1<'a, i64>>,
    ) -> Result<Self> {
        let (n_rows, n_bands) = frequencies.dim();
        if let Some(rows) = rows {
            ensure_shape("rows", rows.shape(), &[zone.n_images()])?;
            rows.iter()
                .try_for_each(|&row| ensure_index("rows", row, n_rows).map(|_| ()))?;
        } else {
            ensure_shape("frequencies", &[n_rows], &[zone.n_images()])?;
        }
        let layout = |name| move || Error::Layout(name);
        Ok(Self {
            zone,
            n_bands,
            frequencies: frequencies.to_slice().ok_or_else(layout("frequencies"))?,
            rows: rows.map(|r| r.to_slice().ok_or_else(layout("rows"))).transpose()?,
        })
    }

    /// Rows of the vertices around image `i`.
    #[inline(always)]
    fn around(&self, cut: &Cut, i: usize, sign: i64) -> [usize; N_VERTICES] {
        let images = cut.around_image(&self.zone, i, sign);
        self.rows.map_or(images, |rows| images.map(|image| rows[image] as usize))
    }
}

/// Weights of `δ(f − f' − f'')`, of `δ(f + f' − f'') − δ(f − f' + f'')`, and with a third
/// layer the sum of all three: `g[layer, t, f, j', j'']`, 1/THz.
///
/// `outside[t, f, j', j'']` is 1 where `f` is outside the sums and differences of the bands at
/// all vertices. `points[t]` are the images `q, q', q''` of triplets.
pub fn zone_triplet_weights(
    bands: ZoneBands<'_>,
    tetrahedra: &Tetrahedra,
    points: ArrayView2<'_, i64>,
    targets: ArrayView1<'_, f64>,
    (mut g, mut outside): (ArrayViewMut5<'_, f64>, ArrayViewMut4<'_, i8>),
    stop: &Stop,
) -> Result<()> {
    let targets = &targets.to_vec()[..];
    let (n_t, n_f, n_b) = (points.nrows(), targets.len(), bands.n_bands);
    ensure_shape("points", points.shape(), &[n_t, 3])?;
    for &i in points {
        ensure_index("points", i, bands.zone.n_images())?;
    }
    let n_layers = g.dim().0.clamp(2, 3);
    ensure_shape("out", g.shape(), &[n_layers, n_t, n_f, n_b, n_b])?;
    ensure_shape("outside", outside.shape(), &[n_t, n_f, n_b, n_b])?;
    g.axis_iter_mut(Axis(1))
        .into_par_iter()
        .zip(outside.axis_iter_mut(Axis(0)))
        .enumerate()
        .try_for_each_init(
            || Pairs::new(&bands, tetrahedra, targets),
            |pairs, (t, (g, outside))| {
                stop.check()?;
                let q = [points[[t, 1]] as usize, points[[t, 2]] as usize];
                pulp::Arch::new().dispatch(OfTriplet { pairs, q, g, outside });
                Ok(())
            },
        )
}

/// What the pairs of bands of a triplet need.
struct Pairs<'a> {
    bands: ZoneBands<'a>,
    tetrahedra: &'a Tetrahedra,
    targets: &'a [f64],
    second: Vertices,
    third: Vertices,
    sorted: Sorted,
}

impl<'a> Pairs<'a> {
    fn new(bands: &ZoneBands<'a>, tetrahedra: &'a Tetrahedra, targets: &'a [f64]) -> Self {
        let [second, third] = [0, 1].map(|_| Vertices::new(bands.n_bands));
        Self {
            bands: *bands,
            tetrahedra,
            targets,
            second,
            third,
            sorted: Sorted::default(),
        }
    }
}

/// The weights of one triplet, with the vectors of this machine.
struct OfTriplet<'a, 'p> {
    pairs: &'p mut Pairs<'a>,
    q: [usize; 2],
    g: ArrayViewMut4<'p, f64>,
    outside: ArrayViewMut3<'p, i8>,
}

impl pulp::NullaryFnOnce for OfTriplet<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { pairs, q, mut g, mut outside } = self;
        let Pairs { bands, tetrahedra, targets, second, third, sorted } = pairs;
        let n_b = bands.n_bands;
        g.fill(0.0);
        outside.fill(1);
        let share = tetrahedra.share();
        for cut in tetrahedra.cuts() {
            second.gather(cut, bands.frequencies, &bands.around(cut, q[0], 1));
            third.gather(cut, bands.frequencies, &bands.around(cut, q[1], -1));
            for (j1, j2) in (0..n_b).flat_map(|j1| (0..n_b).map(move |j2| (j1, j2))) {
                let sums = second.combine(j1, third, j2, 1.0);
                let mut is_sorted = false;
                for (f, &w) in targets.iter().enumerate() {
                    if sums.contain(w) {
                        if !is_sorted {
                            sums.sort(sorted);
                            is_sorted = true;
                        }
                        g[[0, f, j1, j2]] += share * sorted.weight_without_few(w);
                        outside[[f, j1, j2]] = 0;
                    }
                }
                // Each difference for itself: where vertices tie, the weights of x at −f and
                // of −x at f are not the same.
                let absorbed = third.combine(j2, second, j1, -1.0);
                let emitted = second.combine(j1, third, j2, -1.0);
                for (difference, sign) in [(absorbed, 1.0), (emitted, -1.0)] {
                    is_sorted = false;
                    for (f, &w) in targets.iter().enumerate() {
                        if !difference.contain(w) {
                            continue;
                        }
                        if !is_sorted {
                            difference.sort(sorted);
                            is_sorted = true;
                        }
                        let weight = share * sorted.weight_without_few(w);
                        g[[1, f, j1, j2]] += sign * weight;
                        if g.dim().0 == 3 {
                            g[[2, f, j1, j2]] += weight;
                        }
                        outside[[f, j1, j2]] = 0;
                    }
                }
            }
        }
        if g.dim().0 == 3 {
            let (decays, mut rest) = g.split_at(Axis(0), 1);
            let mut all = rest.index_axis_mut(Axis(0), 1);
            all += &decays.index_axis(Axis(0), 0);
        }
    }
}

/// Which weight of a band is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightKind {
    /// Of `δ(w − f)`, 1/THz.
    Delta,
    /// Of `θ(w − f)`.
    Step,
}

/// Weights of bands at images `points`, `out[i, w, j]`, at `targets` in any order.
pub fn zone_point_weights(
    bands: ZoneBands<'_>,
    (tetrahedra, kind): (&Tetrahedra, WeightKind),
    points: ArrayView1<'_, i64>,
    targets: ArrayView1<'_, f64>,
    mut out: ArrayViewMut3<'_, f64>,
    stop: &Stop,
) -> Result<()> {
    let targets = &targets.to_vec()[..];
    for &i in points {
        ensure_index("points", i, bands.zone.n_images())?;
    }
    ensure_shape("out", out.shape(), &[points.len(), targets.len(), bands.n_bands])?;
    let is_ascending = targets.is_sorted();
    out.axis_iter_mut(Axis(0)).into_par_iter().enumerate().try_for_each_init(
        Sorted::default,
        |sorted, (i, out)| {
            stop.check()?;
            pulp::Arch::new().dispatch(OfPoint {
                bands,
                tetrahedra,
                kind,
                targets: (targets, is_ascending),
                i: points[i] as usize,
                sorted,
                out,
            });
            Ok(())
        },
    )
}

/// The weights at one point, with the vectors of this machine.
struct OfPoint<'a, 'p> {
    bands: ZoneBands<'a>,
    tetrahedra: &'a Tetrahedra,
    kind: WeightKind,
    /// And whether they ascend.
    targets: (&'a [f64], bool),
    i: usize,
    sorted: &'p mut Sorted,
    out: ArrayViewMut2<'p, f64>,
}

impl pulp::NullaryFnOnce for OfPoint<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { bands, tetrahedra, kind, targets, i, sorted, mut out } = self;
        let (targets, is_ascending) = targets;
        out.fill(0.0);
        let share = tetrahedra.share();
        for cut in tetrahedra.cuts() {
            let rows = bands.around(cut, i, 1);
            for j in 0..bands.n_bands {
                let mut values: Values = [0.0; N_VERTICES + 1];
                for (value, row) in values.iter_mut().zip(rows) {
                    *value = bands.frequencies[row * bands.n_bands + j];
                }
                let (mut lowest, mut highest) = (f64::INFINITY, f64::NEG_INFINITY);
                for &x in &values[..N_VERTICES] {
                    lowest = if x < lowest { x } else { lowest };
                    highest = if x > highest { x } else { highest };
                }
                let first =
                    if is_ascending { targets.partition_point(|&w| w < lowest) } else { 0 };
                let mut is_sorted = false;
                for (f, &w) in targets.iter().enumerate().skip(first) {
                    if w > highest {
                        if kind == WeightKind::Step {
                            out[[f, j]] += share;
                        } else if is_ascending {
                            break;
                        }
                    } else if w >= lowest {
                        if !is_sorted {
                            let mut corners = ZERO;
                            cut.corners(&values, &mut corners);
                            sorted.sort(values[0], &corners, &ZERO, 1.0);
                            is_sorted = true;
                        }
                        out[[f, j]] += share
                            * match kind {
                                WeightKind::Delta => sorted.weight_without_few(w),
                                WeightKind::Step => sorted.step_without_few(w),
                            };
                    }
                }
            }
        }
    }
}
