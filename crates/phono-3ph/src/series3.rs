//! Third-order constants on lattice vectors, the origin averaged.

use ndarray::{Array2, Array3, Array4, ArrayView2};
use phono_core::{Error, ForceConstants, Result, Stop, ensure_shape};
use rayon::prelude::*;

/// `values[e, α, β, γ]`, `atoms[e]` and `cells[e]` of the entries of a series.
pub type SeriesArrays = (Array4<f64>, Array2<i64>, Array3<i64>);

/// What orders the entries: `R1 − R2`, atoms, `R2`.
type Key = [i32; 9];

/// One share of one block of constants.
struct Share {
    key: Key,
    /// The block `(κ, j, k)` of the constants, as its number.
    block: usize,
    weight: f64,
    leg: Leg,
}

/// Which atom of the block is at the origin.
#[derive(Clone, Copy)]
enum Leg {
    First,
    Second,
    Third,
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
/// With `average_origin` false the first of the three alone is taken, three times as heavy.
///
/// * `multiplicities[s, κ]`: number of shortest vectors from `κ` to supercell atom `s`.
/// * `cells[v]`: the cells `R` these vectors end in, pair by pair.
pub fn series3(
    constants: ForceConstants<'_>,
    multiplicities: ArrayView2<'_, i64>,
    cells: ArrayView2<'_, i64>,
    average_origin: bool,
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

    let images = images(multiplicities, cells);
    let n_legs = if average_origin { 3 } else { 1 };
    let mut shares: Vec<Share> = (0..n_a)
        .into_par_iter()
        .flat_map_iter(|k| {
            let images = &images[k];
            let kind = |s: usize| tables.primitive(s) as i32;
            images.iter().flat_map(move |&(sj, rj, wj)| {
                images.iter().flat_map(move |&(sk, rk, wk)| {
                    let block = (k * n_s + sj) * n_s + sk;
                    let atoms = [k as i32, kind(sj), kind(sk)];
                    let weight = wj * wk / n_legs as f64;
                    legs(block, weight, atoms, rj, rk).into_iter().take(n_legs)
                })
            })
        })
        .collect();
    stop.check()?;
    // Stable, so that equal entries are added in the order they were made.
    shares.par_sort_by_key(|share| share.key);
    stop.check()?;
    Ok(merge(&shares, constants.values()))
}

/// The images that each primitive atom sees: supercell atom, cell, share.
fn images(
    multiplicities: ArrayView2<'_, i64>,
    cells: ArrayView2<'_, i64>,
) -> Vec<Vec<(usize, [i32; 3], f64)>> {
    let mut images = vec![vec![]; multiplicities.ncols()];
    let mut v = 0;
    for ((s, k), &m) in multiplicities.indexed_iter() {
        for _ in 0..m {
            let cell = [0, 1, 2].map(|i| cells[[v, i]] as i32);
            images[k].push((s, cell, 1.0 / m as f64));
            v += 1;
        }
    }
    images
}

/// The three shares of a pair of images.
fn legs(
    block: usize,
    weight: f64,
    [k, kj, kk]: [i32; 3],
    rj: [i32; 3],
    rk: [i32; 3],
) -> [Share; 3] {
    let minus =
        |a: [i32; 3], b: [i32; 3]| -> [i32; 3] { std::array::from_fn(|i| a[i] - b[i]) };
    let share = |leg, [a, b, c]: [i32; 3], r1: [i32; 3], r2: [i32; 3]| {
        let [x, y, z] = minus(r1, r2);
        Share { key: [x, y, z, a, b, c, r2[0], r2[1], r2[2]], block, weight, leg }
    };
    let home = [0; 3];
    [
        share(Leg::First, [k, kj, kk], rj, rk),
        share(Leg::Second, [kj, k, kk], minus(home, rj), minus(rk, rj)),
        share(Leg::Third, [kk, kj, k], minus(rj, rk), minus(home, rk)),
    ]
}

/// Add the shares of equal entries.
fn merge(shares: &[Share], constants: &[f64]) -> SeriesArrays {
    let groups: Vec<&[Share]> = shares.chunk_by(|a, b| a.key == b.key).collect();
    let mut values = Array4::zeros((groups.len(), 3, 3, 3));
    let mut atoms = Array2::zeros((groups.len(), 3));
    let mut cells = Array3::zeros((groups.len(), 2, 3));
    for (e, group) in groups.iter().enumerate() {
        for share in *group {
            let block = &constants[27 * share.block..27 * (share.block + 1)];
            for (i, x) in block.iter().enumerate() {
                let (a, b, c) = (i / 9, i / 3 % 3, i % 3);
                let to = match share.leg {
                    Leg::First => [e, a, b, c],
                    Leg::Second => [e, b, a, c],
                    Leg::Third => [e, c, b, a],
                };
                values[to] += share.weight * x;
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
        let shares = legs(0, 1.0, [5, 6, 7], rj, rk);
        for (share, origin) in shares.iter().zip([[0, 0, 0], rj, rk]) {
            let k = share.key;
            let r2 = [k[6], k[7], k[8]];
            let r1: [i32; 3] = std::array::from_fn(|i| k[i] + r2[i]);
            let mut places: Vec<(i32, [i32; 3])> = vec![
                (k[3], origin),
                (k[4], std::array::from_fn(|i| r1[i] + origin[i])),
                (k[5], std::array::from_fn(|i| r2[i] + origin[i])),
            ];
            places.sort_unstable();
            assert_eq!(places, [(5, [0, 0, 0]), (6, rj), (7, rk)]);
        }
    }
}
