//! From dynamical matrices at commensurate points back to force constants.

use std::f64::consts::TAU;

use ndarray::{Array4, ArrayView1, ArrayView2, ArrayView3};
use num_complex::Complex64;
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use rayon::prelude::*;

use crate::dynamical_matrix::wave_vectors;

/// Vectors from primitive atoms `k` to atoms `s` of a supercell.
#[derive(Debug, Clone, Copy)]
pub struct PairVectors<'a> {
    vectors: &'a [[f64; 3]],
    /// The number of vectors of each pair `(s, k)`.
    multiplicities: ArrayView2<'a, i64>,
    /// The primitive atom that `s` is a copy of.
    atoms: ArrayView1<'a, i64>,
}

impl<'a> PairVectors<'a> {
    /// Borrow `vectors[v, i]`, fractional, pair by pair in C order.
    pub fn new(
        vectors: ArrayView2<'a, f64>,
        multiplicities: ArrayView2<'a, i64>,
        atoms: ArrayView1<'a, i64>,
    ) -> Result<Self> {
        let (n_s, n_a) = multiplicities.dim();
        ensure_shape("atoms", atoms.shape(), &[n_s])?;
        for &k in atoms {
            ensure_index("atoms", k, n_a)?;
        }
        if let Some(m) = multiplicities.iter().find(|&&m| m < 1) {
            let what = format!("vectors.multiplicities must be positive, got {m}");
            return Err(Error::Domain(what));
        }
        let total = multiplicities.sum() as usize;
        ensure_shape("vectors", vectors.shape(), &[total, 3])?;
        let vectors = vectors.to_slice().ok_or(Error::Layout("vectors"))?.as_chunks().0;
        Ok(Self { vectors, multiplicities, atoms })
    }
}

/// `Re Σ_q D_kk'(q) ⟨e^{-2πi q·v}⟩` for every pair `k, s`, the mean over its vectors `v`.
pub fn inverse_fourier_sum(
    matrices: ArrayView3<'_, Complex64>,
    qpoints: ArrayView2<'_, f64>,
    pairs: PairVectors<'_>,
    stop: &Stop,
) -> Result<Array4<f64>> {
    let qpoints = wave_vectors(qpoints)?;
    let (n_s, n_a) = pairs.multiplicities.dim();
    ensure_shape("matrices", matrices.shape(), &[qpoints.len(), 3 * n_a, 3 * n_a])?;
    let mut first = Vec::with_capacity(n_s * n_a);
    let mut end = 0;
    for &m in pairs.multiplicities {
        first.push(end);
        end += m as usize;
    }
    let mut values = Array4::zeros((n_a, n_s, 3, 3));
    let blocks = values.as_slice_mut().expect("just made in C order").as_chunks_mut().0;
    blocks.par_iter_mut().enumerate().try_for_each(
        |(pair, block): (_, &mut [f64; 9])| {
            stop.check()?;
            let (k, s) = (pair / n_s, pair % n_s);
            let (l, m) = (pairs.atoms[s] as usize, pairs.multiplicities[(s, k)] as usize);
            let vectors = &pairs.vectors[first[s * n_a + k]..][..m];
            for (q, matrix) in qpoints.iter().zip(matrices.outer_iter()) {
                let phase = mean_phase(q, vectors);
                for (i, sum) in block.iter_mut().enumerate() {
                    let d = matrix[(3 * k + i / 3, 3 * l + i % 3)];
                    *sum += phase.re * d.re - phase.im * d.im;
                }
            }
            Ok(())
        },
    )?;
    Ok(values)
}

/// The mean of `e^{-2πi q·v}`.
fn mean_phase(q: &[f64; 3], vectors: &[[f64; 3]]) -> Complex64 {
    let wave = |v: &[f64; 3]| {
        let (sin, cos) = (TAU * (v[0] * q[0] + v[1] * q[1] + v[2] * q[2])).sin_cos();
        Complex64::new(cos, -sin)
    };
    vectors.iter().map(wave).sum::<Complex64>() / vectors.len() as f64
}
