//! Linewidths from phonons at the images in the zone and from triplets that are given.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::{Array3, ArrayView1, ArrayView2, ArrayView3};
use phono_core::{Result, Stop, ensure_index, ensure_shape, units};

use crate::accumulate::{Accumulate, Pair, Targets};
use crate::linewidths::Widths;
use crate::occupations::Occupations;
use crate::triplet_sum::TripletSum;
use crate::{Phonons, Scattering, Series};

/// Triplets that are given: images of `q, q', q''`, how many each stands for, and which
/// part of the sum each belongs to.
#[derive(Debug, Clone, Copy)]
pub struct GivenTriplets<'a> {
    /// `[t, 3]`
    pub points: ArrayView2<'a, i64>,
    /// `[t]`
    pub weights: ArrayView1<'a, i64>,
    /// `[t]`: whether each is normal; all are one part if it is not known.
    pub normal: Option<ArrayView1<'a, bool>>,
}

impl GivenTriplets<'_> {
    /// How many parts the sum has: normal and umklapp, or one.
    fn n_parts(&self) -> usize {
        1 + usize::from(self.normal.is_some())
    }

    /// The part that triplet `t` belongs to.
    fn part(&self, t: usize) -> usize {
        self.normal.map_or(0, |normal| usize::from(!normal[t]))
    }

    /// Numbers of the triplets that share the same image of `q`.
    fn at_each_q(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (t, triplet) in self.points.rows().into_iter().enumerate() {
            groups.entry(triplet[0] as usize).or_default().push(t);
        }
        groups
    }
}

/// Half linewidths of the initial `bands`, `Γ[part, T, j]` in THz: those of
/// [`linewidths`](crate::linewidths), the parts of normal and umklapp triplets apart, and not
/// averaged over the degenerate set of an initial band.
///
/// Energy is conserved at the frequencies of the first triplet's `q`. Its images may differ
/// from triplet to triplet: those that share one share a series.
///
/// * `occupations[q, j, T]`: of the phonons at all images.
pub fn zone_linewidths(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    triplets: GivenTriplets<'_>,
    occupations: ArrayView3<'_, f64>,
    (scattering, bands): (Scattering, &[i64]),
    stop: &Stop,
) -> Result<Array3<f64>> {
    let occupations = Occupations::new(phonons, occupations)?;
    let n_t = occupations.n_temperatures();
    let occupations = occupations.values()?;
    for &j in bands {
        ensure_index("bands", j, phonons.n_bands())?;
    }
    phonons.ensure_triplets(triplets.points)?;
    ensure_shape("weights", triplets.weights.shape(), &[triplets.points.nrows()])?;
    if let Some(normal) = triplets.normal {
        ensure_shape("normal", normal.shape(), &[triplets.points.nrows()])?;
    }
    let mut gamma = Array3::zeros((triplets.n_parts(), n_t, bands.len()));
    let Some(&first) = triplets.points.first() else { return Ok(gamma) };
    let targets = phonons.modes.frequencies(first as usize);
    for (q, members) in triplets.at_each_q() {
        let pair = |&t: &usize| [1, 2].map(|leg| triplets.points[[t, leg]] as usize);
        let parts: Vec<usize> = members.iter().map(|&t| triplets.part(t)).collect();
        let weights = members.iter().map(|&t| triplets.weights[t] as f64).collect();
        let pairs = members.iter().map(pair).collect();
        let sum = TripletSum::given(series, phonons, (q, pairs, weights), scattering)?;
        let largest = sum.initial_bands().next().map_or(1, |block| block.len());
        let mut column = 0;
        for run in bands.chunk_by(|a, b| a + 1 == *b) {
            for block in run.chunks(largest) {
                let start = block[0] as usize;
                let initial = start..start + block.len();
                let new = |lanes: Range<usize>| Parts {
                    of_triplet: &parts,
                    sums: (0..triplets.n_parts())
                        .map(|_| Widths::new(occupations, n_t, lanes.len()))
                        .collect(),
                };
                let at = (initial.clone(), Targets::Each(&targets[initial]));
                let add = |lanes: Range<usize>, all: Parts<'_>| {
                    for (part, widths) in all.sums.into_iter().enumerate() {
                        for (i, x) in widths.gamma.into_iter().enumerate() {
                            let (j, f) = (i / n_t, phonons.modes.frequencies(q));
                            let f = f[lanes.start + j];
                            if f > scattering.cutoff_frequency {
                                let to = column + lanes.start - start + j;
                                gamma[[part, i % n_t, to]] += x / f;
                            }
                        }
                    }
                };
                sum.run(at, new, add, stop)?;
                column += block.len();
            }
        }
    }
    gamma *= units::LINEWIDTH * units::STRENGTH / phonons.grid.n_q() as f64;
    Ok(gamma)
}

/// The sums of normal and of umklapp triplets.
struct Parts<'a> {
    of_triplet: &'a [usize],
    sums: Vec<Widths<'a>>,
}

impl Accumulate for Parts<'_> {
    #[inline(always)]
    fn add(&mut self, sum: &TripletSum<'_>, pair: Pair<'_>) {
        self.sums[self.of_triplet[pair.t]].add(sum, pair);
    }
}
