//! The sum of the series over its first axis.

use num_complex::Complex64;
use pulp::{Simd, WithSimd};

use crate::lanes::{Lanes, Matrix, Places, products};
use crate::phonons::Roots;

/// The sum over the `R_0` of one line, for a few `a_0`.
pub(crate) struct Line<'a> {
    /// `e^{2πi k / D_0}`.
    pub(crate) roots: &'a Roots,
    /// Values of `a_0`.
    pub(crate) a: &'a [i64],
    /// Values of `R_0`.
    pub(crate) r0: &'a [i64],
    /// Contracted constants, and where those of each `R_0` begin.
    pub(crate) input: (&'a [Lanes], Places),
    /// Elements of each `R_0`.
    pub(crate) n: usize,
    /// The sums, one `a_0` after the other.
    pub(crate) out: &'a mut [Lanes],
}

impl WithSimd for Line<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { roots, a, r0, input, n, out } = self;
        let numbers: Vec<Complex64> = a
            .iter()
            .flat_map(|a| r0.iter().map(move |r| a * r))
            .map(|k| roots.at(k))
            .collect();
        let ids: Vec<u32> = (0..a.len() as u32).collect();
        let matrix = Matrix { numbers: &numbers, n: r0.len(), rows: &ids };
        products(simd, matrix, input, (out, Places::every(n, 0)), n);
    }
}
