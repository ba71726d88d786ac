//! The interaction of dipoles, summed over reciprocal lattice vectors.

use num_complex::Complex64;
use phono_core::{Cell, Polar};

use crate::dense::add_product_with_adjoint;
use crate::phases::phase;

/// 1/Å², squared; a shorter wave vector is zero.
pub(crate) const ZERO: f64 = 1e-10;

/// Charges and reciprocal lattice vectors, ready to be summed at any wave vector.
///
/// Each vector `K = G + q` adds one product `u uᴴ`, `u = (K·Z_k) e^{2πi G·r_k} / √m_k`: the
/// sum is one product of matrices.
#[derive(Debug)]
pub(crate) struct Dipoles {
    vectors: Vec<[f64; 3]>,
    /// `e^{2πi G·r_k}`, atoms fastest.
    phases: Vec<Complex64>,
    /// `Z √(c / m)`.
    charges: Vec<[[f64; 3]; 3]>,
    dielectric: [[f64; 3]; 3],
    /// `1 / 4Λ²`.
    damping: f64,
    /// Times `c / m`.
    self_terms: Vec<[[Complex64; 3]; 3]>,
}

impl Dipoles {
    /// Prepare the sum.
    pub(crate) fn new(
        cell: Cell<'_>,
        polar: Polar<'_>,
        vectors: &[[f64; 3]],
        width: f64,
        self_terms: &[[[Complex64; 3]; 3]],
    ) -> Self {
        let coupling = polar.coupling(cell.lattice());
        let positions: Vec<[f64; 3]> = cell
            .positions()
            .iter()
            .map(|x| {
                std::array::from_fn(|a| (0..3).map(|i| x[i] * cell.lattice()[i][a]).sum())
            })
            .collect();
        let all_phases =
            vectors.iter().flat_map(|g| positions.iter().map(|r| phase(dot(g, r))));
        let weights: Vec<f64> = cell.masses().iter().map(|m| coupling / m).collect();
        let charges = polar.charges().iter().zip(&weights);
        let own = self_terms.iter().zip(&weights);
        let unit = |a: usize| std::array::from_fn(|i| f64::from(u8::from(i == a)));
        Self {
            vectors: vectors.to_vec(),
            phases: all_phases.collect(),
            charges: charges.map(|(z, w)| z.map(|row| row.map(|x| x * w.sqrt()))).collect(),
            // Symmetric, so its columns are its rows.
            dielectric: std::array::from_fn(|a| polar.screened(unit(a))),
            damping: 0.25 / (width * width),
            self_terms: own.map(|(d, w)| d.map(|row| row.map(|x| x * w))).collect(),
        }
    }

    /// Add the sum at Cartesian `q` to `matrix`; where `G + q` vanishes, its limit along
    /// `direction`, a unit vector, or nothing without one.
    pub(crate) fn add(
        &self,
        q: [f64; 3],
        direction: Option<[f64; 3]>,
        matrix: &mut [Complex64],
    ) {
        let n = 3 * self.charges.len();
        let mut columns = Vec::with_capacity(n * self.vectors.len());
        for (g, phases) in self.vectors.iter().zip(self.phases.chunks(n / 3)) {
            let k = sum(g, &q);
            let (k, damped) = if dot(&k, &k) >= ZERO {
                (k, true)
            } else if let Some(direction) = direction {
                (direction, false)
            } else {
                continue;
            };
            let energy = dot(&k, &self.screened(&k));
            let weight = if damped { (-energy * self.damping).exp() } else { 1.0 };
            let scale = (weight / energy).sqrt();
            for (z, phase) in self.charges.iter().zip(phases) {
                columns.extend(along(z, &k).map(|x| phase * (x * scale)));
            }
        }
        add_product_with_adjoint(&columns, &columns, n, matrix);
        for (atom, own) in self.self_terms.iter().enumerate() {
            for (a, b) in (0..9).map(|i| (i / 3, i % 3)) {
                matrix[(3 * atom + a) * n + 3 * atom + b] -= own[a][b];
            }
        }
    }

    /// Add the derivatives of the sum along three Cartesian axes.
    pub(crate) fn add_derivatives(
        &self,
        q: [f64; 3],
        direction: Option<[f64; 3]>,
        matrices: &mut [Vec<Complex64>; 3],
    ) {
        let n = 3 * self.charges.len();
        let mut right = Vec::with_capacity(n * self.vectors.len());
        let mut left: [Vec<Complex64>; 3] = Default::default();
        for (g, phases) in self.vectors.iter().zip(self.phases.chunks(n / 3)) {
            let k = sum(g, &q);
            let k = if dot(&k, &k) >= ZERO {
                k
            } else if let Some(direction) = direction {
                direction
            } else {
                continue;
            };
            let screened = self.screened(&k);
            let energy = dot(&k, &screened);
            let scale = (-energy * self.damping).exp() / energy;
            for (z, phase) in self.charges.iter().zip(phases) {
                let v = along(z, &k);
                right.extend(v.map(|x| phase * x));
                for (axis, left) in left.iter_mut().enumerate() {
                    let relative = screened[axis] * (1.0 / energy + self.damping);
                    for (z, v) in z[axis].iter().zip(v) {
                        left.push(phase * (scale * (z - relative * v)));
                    }
                }
            }
        }
        let mut half = vec![Complex64::ZERO; n * n];
        for (left, matrix) in left.iter().zip(matrices) {
            half.fill(Complex64::ZERO);
            add_product_with_adjoint(left, &right, n, &mut half);
            for (row, column) in (0..n * n).map(|i| (i / n, i % n)) {
                matrix[row * n + column] +=
                    half[row * n + column] + half[column * n + row].conj();
            }
        }
    }

    /// `ε k`.
    fn screened(&self, k: &[f64; 3]) -> [f64; 3] {
        self.dielectric.map(|row| dot(&row, k))
    }
}

/// `k Z`.
fn along(z: &[[f64; 3]; 3], k: &[f64; 3]) -> [f64; 3] {
    std::array::from_fn(|b| k[0] * z[0][b] + k[1] * z[1][b] + k[2] * z[2][b])
}

/// `a + b`.
fn sum(a: &[f64; 3], b: &[f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| a[i] + b[i])
}

/// `a · b`.
fn dot(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}
