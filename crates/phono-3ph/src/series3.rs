//! Third-order constants on lattice vectors, the origin averaged.

use ndarray::{Array2, Array3, Array4, ArrayView2, ArrayView3};
use phono_core::{Error, ForceConstants, Result, Stop, ensure_shape};
use rayon::prelude::*;

/// `values[e, α, β, γ]`, `atoms[e]` and `cells[e]` of the entries of a series.
pub type SeriesArrays = (Array4<f64>, Array2<i64>, Array3<i64>);

/// Sorting key of the entries: `R1 − R2`, atoms, `R2`.
type Key = [i16; 9];

/// Largest component of a cell, so that differences of differences are keys too.
const FARTHEST: i64 = i16::MAX as i64 / 4;

/// One share of one block of constants; small, because there are many.
///
/// Ordered by the entry it belongs to, then as it was made, which fixes the order of sums.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Share {
    key: Key,
    /// Numbers of the two images.
    images: [u32; 2],
    leg: Leg,
}

/// Which atoms of a block of constants are put at the origin.
#[derive(Debug, Clone, Copy)]
pub struct Origins<'a> {
    /// Each in turn, and the mean is taken; the first alone if not.
    pub average: bool,
    /// `[κ, j, k]`: blocks whose first atom stands for all three, as it does where
    /// constants are symmetric and no image has an equal; none if not given.
    pub alike: Option<ArrayView3<'a, bool>>,
}

impl Origins<'_> {
    /// How many are put at the origin in the block of these atoms.
    fn count(&self, block: [usize; 3]) -> usize {
        let alike = self.alike.is_some_and(|alike| alike[block]);
        if self.average && !alike { 3 } else { 1 }
    }
}

/// Which atom of the block is at the origin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Leg {
    First,
    Second,
    Third,
}

/// One image of a supercell atom, seen from a primitive atom.
#[derive(Clone, Copy)]
struct Image {
    /// The primitive atom.
    from: usize,
    /// The supercell atom.
    to: usize,
    cell: [i16; 3],
    share: f64,
}

/// `Φ̃(κ0; κ1 R1; κ2 R2)` from compact third-order constants.
///
/// With `m_j`, `m_k` equidistant images at the cells `R_j`, `R_k`, each pair of images adds,
/// with `w = 1/(3 m_j m_k)`,
///
/// ```text
/// w Φ(κ, j, k)                        to  Φ̃(κ;   κ_j R_j;       κ_k R_k)
/// w Φ(κ, j, k), axes 0, 1 exchanged   to  Φ̃(κ_j; κ −R_j;        κ_k R_k − R_j)
/// w Φ(κ, j, k), axes 0, 2 exchanged   to  Φ̃(κ_k; κ_j R_j − R_k; κ −R_k)
/// ```
///
/// Where one origin is enough, the first of the three alone is taken, three times as heavy.
///
/// * `multiplicities[s, κ]`: number of shortest vectors from `κ` to supercell atom `s`.
/// * `cells[v]`: the cells `R` these vectors end in, pair by pair.
pub fn series3(
    constants: ForceConstants<'_>,
    multiplicities: ArrayView2<'_, i64>,
    cells: ArrayView2<'_, i64>,
    origins: Origins<'_>,
    stop: &Stop,
) -> Result<SeriesArrays> {
    let tables = constants.tables();
    let (n_a, n_s) = (tables.n_atoms(), tables.n_supercell());
    if constants.order() != 3 {
        return Err(Error::Domain(format!(
            "force_constants must be of order 3, got {}",
            constants.order()
        )));
    }
    ensure_shape("multiplicities", multiplicities.shape(), &[n_s, n_a])?;
    let n_v = multiplicities.sum() as usize;
    ensure_shape("cells", cells.shape(), &[n_v, 3])?;

    ensure_cells(cells)?;
    if let Some(alike) = origins.alike {
        ensure_shape("alike", alike.shape(), &[n_a, n_s, n_s])?;
    }

    let images = images(multiplicities, cells);
    let most = if origins.average { 3 } else { 1 };
    let mut shares = vec![];
    let mut first = 0;
    for seen in images.chunk_by(|a, b| a.from == b.from) {
        stop.check()?;
        shares.reserve_exact(most * seen.len().pow(2));
        let numbered = || seen.iter().zip(first..);
        let kind = |image: &Image| tables.primitive(image.to) as i16;
        for ((a, i), (b, j)) in numbered().flat_map(|a| numbered().map(move |b| (a, b))) {
            let atoms = [a.from as i16, kind(a), kind(b)];
            let n_legs = origins.count([a.from, a.to, b.to]);
            shares.extend(&legs([i, j], atoms, a.cell, b.cell)[..n_legs]);
        }
        first += seen.len() as u32;
    }
    shares.par_sort_unstable();
    stop.check()?;
    let block = |share: &Share| {
        let [a, b] = share.images.map(|i| images[i as usize]);
        let at = 27 * ((a.from * n_s + a.to) * n_s + b.to);
        let n_legs = origins.count([a.from, a.to, b.to]);
        (a.share * b.share / n_legs as f64, &constants.values()[at..at + 27])
    };
    Ok(merge(&shares, block))
}

/// Cells that fit the keys.
fn ensure_cells(cells: ArrayView2<'_, i64>) -> Result<()> {
    match cells.iter().find(|x| x.abs() > FARTHEST) {
        Some(x) => Err(Error::Domain(format!(
            "cells: {x} cells away is farther than {FARTHEST}; use a smaller supercell"
        ))),
        None => Ok(()),
    }
}

/// The images that each primitive atom sees, atom by atom.
fn images(multiplicities: ArrayView2<'_, i64>, cells: ArrayView2<'_, i64>) -> Vec<Image> {
    let mut images = Vec::with_capacity(cells.nrows());
    let mut v = 0;
    for ((to, from), &m) in multiplicities.indexed_iter() {
        for _ in 0..m {
            let cell = [0, 1, 2].map(|i| cells[[v, i]] as i16);
            images.push(Image { from, to, cell, share: 1.0 / m as f64 });
            v += 1;
        }
    }
    images.sort_by_key(|image| image.from);
    images
}

/// The three shares of a pair of images.
fn legs(images: [u32; 2], [k, kj, kk]: [i16; 3], rj: [i16; 3], rk: [i16; 3]) -> [Share; 3] {
    let minus =
        |a: [i16; 3], b: [i16; 3]| -> [i16; 3] { std::array::from_fn(|i| a[i] - b[i]) };
    let share = |leg, [a, b, c]: [i16; 3], r1: [i16; 3], r2: [i16; 3]| {
        let [x, y, z] = minus(r1, r2);
        Share { key: [x, y, z, a, b, c, r2[0], r2[1], r2[2]], images, leg }
    };
    let home = [0; 3];
    [
        share(Leg::First, [k, kj, kk], rj, rk),
        share(Leg::Second, [kj, k, kk], minus(home, rj), minus(rk, rj)),
        share(Leg::Third, [kk, kj, k], minus(rj, rk), minus(home, rk)),
    ]
}

/// Add the shares of equal entries; `block` knows the weight of each and its constants.
fn merge<'a>(shares: &[Share], block: impl Fn(&Share) -> (f64, &'a [f64])) -> SeriesArrays {
    let groups = || shares.chunk_by(|a, b| a.key == b.key);
    let n = groups().count();
    let mut values = Array4::zeros((n, 3, 3, 3));
    let mut atoms = Array2::zeros((n, 3));
    let mut cells = Array3::zeros((n, 2, 3));
    for (e, group) in groups().enumerate() {
        for share in group {
            let (weight, block) = block(share);
            for (i, x) in block.iter().enumerate() {
                let (a, b, c) = (i / 9, i / 3 % 3, i % 3);
                let to = match share.leg {
                    Leg::First => [e, a, b, c],
                    Leg::Second => [e, b, a, c],
                    Leg::Third => [e, c, b, a],
                };
                values[to] += weight * x;
            }
        }
        let key = group[0].key.map(i64::from);
        for i in 0..3 {
            atoms[[e, i]] = key[3 + i];
            cells[[e, 0, i]] = key[i] + key[6 + i];
            cells[[e, 1, i]] = key[6 + i];
        }
    }
    (values, atoms, cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_origins_see_the_same_three_atoms() {
        // Moved back so that the first atom is at home, each share joins the same places.
        let (rj, rk) = ([1, 0, -2], [0, 3, 1]);
        let shares = legs([0, 0], [5, 6, 7], rj, rk);
        for (share, origin) in shares.iter().zip([[0, 0, 0], rj, rk]) {
            let k = share.key;
            let r2 = [k[6], k[7], k[8]];
            let r1: [i16; 3] = std::array::from_fn(|i| k[i] + r2[i]);
            let mut places: Vec<(i16, [i16; 3])> = vec![
                (k[3], origin),
                (k[4], std::array::from_fn(|i| r1[i] + origin[i])),
                (k[5], std::array::from_fn(|i| r2[i] + origin[i])),
            ];
            places.sort_unstable();
            assert_eq!(places, [(5, [0, 0, 0]), (6, rj), (7, rk)]);
        }
    }
}
