//! The constants contracted with the phonons at `q`.

use std::collections::BTreeMap;

use num_complex::Complex64;
use phono_core::{Result, Stop};
use rayon::prelude::*;

use crate::pair::Phonons;
use crate::rows::Roots;
use crate::{Constants4, rows::padded};

/// What blocks of constants have in common once the phonons at `q` are put in:
/// `R2 − R3`, last axis first, then `R1 − R3`, then `κ1, κ2, κ3`.
type Key = ([i64; 3], [i64; 3], [usize; 3]);

/// `F_j(κ1α1 A; κ2α2 B; κ3α3) = Σ_{κ0α0 R3} ẽ_j(κ0α0) Φ e^{−2πi q·R3}` with `A = R1 − R3`,
/// `B = R2 − R3` in the coordinates of the grid, modulo the mesh.
pub(crate) struct AtQ {
    /// Distinct `B`, as `b_2, b_1, b_0` in ascending order, and their terms.
    pub(crate) lattice: Vec<([i64; 3], std::ops::Range<usize>)>,
    /// `A` and the atoms of every term.
    pub(crate) terms: Vec<([i64; 3], [usize; 3])>,
    /// `F[α1, α3, α2, j]` of every term, bands padded: real parts, then imaginary parts.
    pub(crate) values: Vec<f64>,
    /// Padded number of bands.
    pub(crate) bands: usize,
    /// Phases of the three axes of the grid.
    pub(crate) roots: [Roots; 3],
}

impl AtQ {
    /// Numbers of one part of a term.
    pub(crate) fn part(&self) -> usize {
        27 * self.bands
    }

    /// Contract `constants` with the phonons at `q`.
    pub(crate) fn new(
        constants: Constants4<'_>,
        phonons: &Phonons<'_>,
        q: usize,
        stop: &Stop,
    ) -> Result<Self> {
        let (grid, n_b) = (phonons.grid, phonons.n_bands());
        let mesh = grid.mesh();
        let roots = mesh.map(Roots::new);
        let fold = |r: [i64; 3]| -> [i64; 3] {
            let r = grid.lattice_vector(r);
            std::array::from_fn(|i| r[i].rem_euclid(mesh[i] as i64))
        };
        let minus = |a: [i64; 3], b: [i64; 3]| std::array::from_fn(|i| a[i] - b[i]);
        let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for e in 0..constants.len() {
            let [r1, r2, r3] = constants.cells(e);
            let [_, k1, k2, k3] = constants.atoms(e);
            let [b0, b1, b2] = fold(minus(r2, r3));
            let key = ([b2, b1, b0], fold(minus(r1, r3)), [k1, k2, k3]);
            groups.entry(key).or_default().push(e);
        }
        let address = grid.address(q);
        let phase = |e: usize| -> Complex64 {
            let r = fold(constants.cells(e)[2]);
            (0..3).map(|i| roots[i].at(-address[i] * r[i])).product()
        };
        let bands = padded(n_b);
        let part = 27 * bands;
        let mut values = vec![0.0; groups.len() * 2 * part];
        let members: Vec<&Vec<usize>> = groups.values().collect();
        values.par_chunks_mut(2 * part).zip(members).try_for_each(|(out, members)| {
            stop.check()?;
            for &e in members {
                let phase = phase(e);
                let k0 = constants.atoms(e)[0];
                for (i, x) in constants.values(e).iter().enumerate() {
                    let (a0, a1, a2, a3) = (i / 27, i / 9 % 3, i / 3 % 3, i % 3);
                    let row = ((3 * a1 + a3) * 3 + a2) * bands;
                    for j in 0..n_b {
                        let e0 = phonons.modes.polarizations(q)[j * n_b + 3 * k0 + a0];
                        let term = phase * e0 * x;
                        out[row + j] += term.re;
                        out[part + row + j] += term.im;
                    }
                }
            }
            Ok(())
        })?;
        let mut lattice: Vec<([i64; 3], std::ops::Range<usize>)> = vec![];
        let mut terms = Vec::with_capacity(groups.len());
        for (t, (b, a, atoms)) in groups.into_keys().enumerate() {
            terms.push((a, atoms));
            match lattice.last_mut() {
                Some((last, range)) if *last == b => range.end = t + 1,
                _ => lattice.push((b, t..t + 1)),
            }
        }
        Ok(Self { lattice, terms, values, bands, roots })
    }
}
