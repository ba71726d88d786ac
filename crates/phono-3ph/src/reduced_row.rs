//! Rows of the collision operator on vectors at irreducible wave vectors.

use ndarray::{Array6, ArrayView1, ArrayView3, ArrayView4, Axis};
use phono_core::{Error, Result, Stop, ensure_index, ensure_shape};
use rayon::prelude::*;

/// Where every grid point comes from.
#[derive(Debug, Clone, Copy)]
pub struct QStars<'a> {
    /// The number of the irreducible point of its star.
    pub numbers: ArrayView1<'a, i64>,
    /// `Σ R` over the operations that take the irreducible point there.
    pub rotations: ArrayView3<'a, f64>,
    /// Number of irreducible points.
    pub n_irreducible: usize,
}

/// `B[T, j, x, i, j', y] = Σ_q' S_xy(q') A[T, j, q', j']` over the star of `i`.
///
/// * `row[T, j, q', j']`: from [`crate::collision_row`].
///
/// Parallel over temperatures and bands.
pub fn reduced_row(
    row: ArrayView4<'_, f64>,
    stars: QStars<'_>,
    stop: &Stop,
) -> Result<Array6<f64>> {
    let (n_t, n_b, n_q, _) = row.dim();
    let n_i = stars.n_irreducible;
    ensure_shape("row", row.shape(), &[n_t, n_b, n_q, n_b])?;
    ensure_shape("numbers", stars.numbers.shape(), &[n_q])?;
    ensure_shape("rotations", stars.rotations.shape(), &[n_q, 3, 3])?;
    for &i in stars.numbers {
        ensure_index("numbers", i, n_i)?;
    }
    let mut out = Array6::zeros((n_t, n_b, 3, n_i, n_b, 3));
    let block = 9 * n_i * n_b;
    let parts = out.as_slice_mut().ok_or(Error::Layout("out"))?;
    parts.par_chunks_mut(block.max(1)).enumerate().try_for_each(|(part, out)| {
        stop.check()?;
        let row = row.index_axis(Axis(0), part / n_b);
        let row = row.index_axis(Axis(0), part % n_b);
        let points = row.rows().into_iter().zip(stars.rotations.outer_iter());
        for ((row, rotation), &i) in points.zip(stars.numbers) {
            for x in 0..3 {
                let at = (x * n_i + i as usize) * n_b * 3;
                let out = out[at..at + 3 * n_b].as_chunks_mut::<3>().0;
                for (out, a) in out.iter_mut().zip(row) {
                    for (y, out) in out.iter_mut().enumerate() {
                        *out += rotation[[x, y]] * a;
                    }
                }
            }
        }
        Ok(())
    })?;
    Ok(out)
}
