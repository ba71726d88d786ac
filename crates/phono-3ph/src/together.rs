//! Linewidths by several ways to conserve energy, whose matrix elements are made once.

use std::ops::Range;

use ndarray::{Array2, Array4, ArrayView3, s};
use phono_core::{Result, Stop};
use pulp::Arch;

use crate::accumulate::{Accumulate, Targets};
use crate::elements::Chunk;
use crate::linewidths::{Widths, add_widths, scale};
use crate::needed::{Needed, Squares, Visit};
use crate::occupations::Occupations;
use crate::pieces::Pieces;
use crate::triplet_sum::{Job, TripletSum};
use crate::weighted::Weighted;
use crate::{Phonons, Scattering, Series};

/// Pieces of the half linewidths at grid point `q` for each of `scatterings`,
/// `Γ[scattering, piece, T, j]` in THz: those of
/// [`linewidth_pieces`](crate::linewidth_pieces), bit for bit.
///
/// A matrix element is made if one of them needs it, and serves all that do.
pub fn linewidths_together(
    series: Series<'_>,
    phonons: &Phonons<'_>,
    (q, pieces): (i64, Pieces),
    occupations: ArrayView3<'_, f64>,
    scatterings: &[Scattering],
    stop: &Stop,
) -> Result<Array4<f64>> {
    let occupations = Occupations::new(phonons, occupations)?;
    let (n_t, n_b) = (occupations.n_temperatures(), phonons.n_bands());
    let occupations = occupations.values()?;
    pieces.ensure(n_b)?;
    let shape = (scatterings.len(), pieces.wanted.len(), n_t, n_b);
    let Some((&first, others)) = scatterings.split_first() else {
        return Ok(Array4::zeros(shape));
    };
    let mut sums = vec![TripletSum::new(series, phonons, q, first, stop)?];
    for &scattering in others {
        sums.push(sums[0].scattered(scattering)?);
    }
    let mut gammas = vec![Array2::zeros((n_t, n_b)); shape.0 * shape.1];
    for initial in sums[0].blocks_of(pieces.bands.clone()) {
        let new = |bands: Range<usize>| Widths::new(occupations, n_t, bands.len());
        let take = |(s, piece): (usize, usize), bands: Range<usize>, part| {
            let place = pieces.wanted.partition_point(|&other| other < piece);
            add_widths(&mut gammas[s * shape.1 + place], bands.start, &part);
        };
        run((&sums, initial, &pieces), new, take, stop)?;
    }
    let mut all = Array4::zeros(shape);
    for (i, mut gamma) in gammas.into_iter().enumerate() {
        scale(&mut gamma, &sums[i / shape.1]);
        all.slice_mut(s![i / shape.1, i % shape.1, .., ..]).assign(&gamma);
    }
    Ok(all)
}

/// Let accumulators of each sum take in each chunk of triplets of some pieces; they are
/// handed to `take` in order, with their sum, piece and bands.
fn run<A: Accumulate>(
    (sums, initial, pieces): (&[TripletSum<'_>], Range<usize>, &Pieces),
    new: impl Fn(Range<usize>) -> A + Sync,
    mut take: impl FnMut((usize, usize), Range<usize>, A),
    stop: &Stop,
) -> Result<()> {
    let jobs: Vec<Job<'_, '_>> = sums
        .iter()
        .map(|sum| Job::new(sum, (Targets::Own, initial.clone()), stop))
        .collect();
    sums[0].each_chunk(
        (initial, pieces),
        |elements, range| {
            jobs.iter().map(|job| job.weights(elements, range)).collect::<Result<Vec<_>>>()
        },
        |weights, (part, c), b| {
            let weighted = jobs
                .iter()
                .zip(weights)
                .map(|(job, weights)| job.weighted(b, weights, new(job.bands(b))))
                .collect();
            let visitor = Together { weighted, own: Needed::default(), tags: vec![] };
            let chunk = Chunk { part, c, pairs: &sums[0].pairs, visitor };
            let Together { weighted, .. } = Arch::new().dispatch(chunk);
            let each = weighted.into_iter().zip(&jobs).map(|(weighted, job)| {
                job.keep(weighted.made);
                weighted.inner
            });
            let parts: Vec<A> = each.collect();
            stop.check()?;
            Ok(parts)
        },
        |piece, b, parts| {
            for (s, part) in parts.into_iter().enumerate() {
                take((s, piece), jobs[s].bands(b), part);
            }
        },
        stop,
    )
}

/// Several visitors of the same elements.
struct Together<'a, 's, 'p, A> {
    weighted: Vec<Weighted<'a, 's, 'p, A>>,
    /// Pairs that one of them asks for.
    own: Needed,
    /// The tag of each pair that was asked for and each visitor, plus one; 0 if it did not.
    tags: Vec<u32>,
}

impl<A: Accumulate> Visit for Together<'_, '_, '_, A> {
    #[inline(always)]
    fn ask(&mut self, place: usize, t: usize, needed: &mut Needed) {
        let Self { weighted, own, tags } = self;
        let (n, n_b) = (weighted.len(), weighted[0].n_bands());
        let mut table = vec![0; n_b * n_b * n];
        for (s, visitor) in weighted.iter_mut().enumerate() {
            own.clear();
            visitor.ask(place, t, own);
            for ([j1, j2], tag) in own.pairs() {
                table[(j1 * n_b + j2) * n + s] = tag as u32 + 1;
            }
        }
        for (pair, row) in table.chunks_exact(n).enumerate() {
            if row.iter().any(|&tag| tag > 0) {
                needed.push([pair / n_b, pair % n_b], tags.len() / n);
                tags.extend_from_slice(row);
            }
        }
    }

    #[inline(always)]
    fn visit(&mut self, place: usize, t: usize, squares: Squares<'_>) {
        let Self { weighted, tags, .. } = self;
        let row = &tags[squares.tag * weighted.len()..];
        for (visitor, &tag) in weighted.iter_mut().zip(row) {
            if tag > 0 {
                visitor.visit(place, t, Squares { tag: tag as usize - 1, ..squares });
            }
        }
    }
}
