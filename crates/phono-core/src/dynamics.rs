//! Force constants with what Born charges add to them.

use std::f64::consts::PI;

use ndarray::{ArrayView1, ArrayView2, ArrayView3};
use num_complex::Complex64;

use crate::{Error, HarmonicSeries, Result, ensure_shape};

/// Born charges and the dielectric tensor.
#[derive(Debug, Clone, Copy)]
pub struct BornCharges<'a> {
    charges: &'a [[[f64; 3]; 3]],
    dielectric: [[f64; 3]; 3],
    factor: f64,
}

impl<'a> BornCharges<'a> {
    /// Borrow `charges[k, α, β]` (`α` of the field, `β` of the displacement), the dielectric
    /// tensor, and `e² / 4π ε₀` in eV Å.
    pub fn new(
        charges: ArrayView3<'a, f64>,
        dielectric: ArrayView2<'_, f64>,
        factor: f64,
    ) -> Result<Self> {
        ensure_shape("charges", charges.shape(), &[charges.len() / 9, 3, 3])?;
        ensure_shape("dielectric", dielectric.shape(), &[3, 3])?;
        let charges = charges.to_slice().ok_or(Error::Layout("charges"))?;
        Ok(Self {
            charges: charges.as_chunks().0.as_chunks().0,
            dielectric: std::array::from_fn(|i| {
                std::array::from_fn(|j| dielectric[(i, j)])
            }),
            factor,
        })
    }

    /// `Z[k][α][β]` in units of the elementary charge.
    pub fn charges(&self) -> &'a [[[f64; 3]; 3]] {
        self.charges
    }

    /// `ε k`.
    pub fn screened(&self, k: [f64; 3]) -> [f64; 3] {
        self.dielectric.map(|row| dot(row, k))
    }

    /// `k Z`: what a field along `k` does to an atom.
    pub fn along(&self, atom: usize, k: [f64; 3]) -> [f64; 3] {
        let z = &self.charges[atom];
        std::array::from_fn(|b| (0..3).map(|a| k[a] * z[a][b]).sum())
    }

    /// `4π / V` times the factor, eV/Å².
    pub fn coupling(&self, lattice: &[[f64; 3]; 3]) -> f64 {
        let [a, b, c] = *lattice;
        let cross: [f64; 3] = std::array::from_fn(|i| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            b[j] * c[k] - b[k] * c[j]
        });
        4.0 * PI * self.factor / dot(a, cross)
    }
}

/// How dipoles of a polar crystal are taken into account.
#[derive(Debug, Clone, Copy)]
pub enum Correction<'a> {
    /// Not at all.
    None,
    /// A sum of dipoles over reciprocal lattice vectors, beside short-range constants.
    GonzeLee {
        /// Charges.
        polar: BornCharges<'a>,
        /// A reduced basis of the reciprocal lattice in rows, 1/Å without 2π; without one wave
        /// vectors are not taken to the first zone.
        zone_basis: Option<[[f64; 3]; 3]>,
        /// `G`, Cartesian, 1/Å without 2π.
        reciprocal_vectors: &'a [[f64; 3]],
        /// `Λ` of the damping `exp(-k·ε·k / 4Λ²)`, 1/Å.
        width: f64,
        /// What makes the sum of forces zero, of each atom, times `V / 4π`.
        self_terms: &'a [[[Complex64; 3]; 3]],
    },
    /// A constant interaction of all cells of the supercell.
    Wang {
        /// Charges.
        polar: BornCharges<'a>,
        /// A reduced basis of the reciprocal lattice in rows, 1/Å without 2π.
        zone_basis: [[f64; 3]; 3],
        /// The share of each entry of the series in the mean over the supercell.
        shares: &'a [f64],
    },
}

/// Everything a dynamical matrix is made of.
#[derive(Debug, Clone, Copy)]
pub struct Dynamics<'a> {
    series: HarmonicSeries<'a>,
    correction: Correction<'a>,
}

impl<'a> From<HarmonicSeries<'a>> for Dynamics<'a> {
    fn from(series: HarmonicSeries<'a>) -> Self {
        Self { series, correction: Correction::None }
    }
}

impl<'a> Dynamics<'a> {
    /// Short-range constants and a sum of dipoles; see [`Correction::GonzeLee`].
    pub fn gonze_lee(
        series: HarmonicSeries<'a>,
        polar: BornCharges<'a>,
        zone_basis: Option<ArrayView2<'_, f64>>,
        reciprocal_vectors: ArrayView2<'a, f64>,
        width: f64,
        self_terms: ArrayView3<'a, Complex64>,
    ) -> Result<Self> {
        let n_a = series.cell().n_atoms();
        ensure_shape("charges", &[polar.charges.len()], &[n_a])?;
        ensure_shape("self_terms", self_terms.shape(), &[n_a, 3, 3])?;
        let n_g = reciprocal_vectors.nrows();
        ensure_shape("reciprocal_vectors", reciprocal_vectors.shape(), &[n_g, 3])?;
        let g = reciprocal_vectors.to_slice().ok_or(Error::Layout("reciprocal_vectors"))?;
        let own = self_terms.to_slice().ok_or(Error::Layout("self_terms"))?;
        let correction = Correction::GonzeLee {
            polar,
            zone_basis: zone_basis.map(basis_of_zone).transpose()?,
            reciprocal_vectors: g.as_chunks().0,
            width,
            self_terms: own.as_chunks().0.as_chunks().0,
        };
        Ok(Self { series, correction })
    }

    /// Constants and a constant interaction; see [`Correction::Wang`].
    pub fn wang(
        series: HarmonicSeries<'a>,
        polar: BornCharges<'a>,
        zone_basis: ArrayView2<'_, f64>,
        shares: ArrayView1<'a, f64>,
    ) -> Result<Self> {
        ensure_shape("charges", &[polar.charges.len()], &[series.cell().n_atoms()])?;
        ensure_shape("shares", shares.shape(), &[series.entries().count()])?;
        let shares = shares.to_slice().ok_or(Error::Layout("shares"))?;
        let zone_basis = basis_of_zone(zone_basis)?;
        Ok(Self { series, correction: Correction::Wang { polar, zone_basis, shares } })
    }

    /// The constants that are summed as a Fourier series.
    pub fn series(&self) -> HarmonicSeries<'a> {
        self.series
    }

    /// What is added.
    pub fn correction(&self) -> Correction<'a> {
        self.correction
    }
}

/// Three rows.
fn basis_of_zone(zone_basis: ArrayView2<'_, f64>) -> Result<[[f64; 3]; 3]> {
    ensure_shape("zone_basis", zone_basis.shape(), &[3, 3])?;
    Ok(std::array::from_fn(|i| std::array::from_fn(|j| zone_basis[(i, j)])))
}

/// `a · b`.
fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, Array3};

    use super::*;

    #[test]
    fn a_field_takes_the_first_index_of_a_charge() {
        let mut charges = Array3::zeros((1, 3, 3));
        charges[[0, 2, 1]] = 5.0;
        let epsilon = Array2::eye(3) * 2.0;
        let polar = BornCharges::new(charges.view(), epsilon.view(), 1.0).unwrap();
        let close =
            |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-15);
        assert!(close(polar.along(0, [0.0, 0.0, 1.0]), [0.0, 5.0, 0.0]));
        assert!(close(polar.screened([1.0, 0.0, 0.0]), [2.0, 0.0, 0.0]));
        let coupling = polar.coupling(&[[2.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, PI]]);
        assert!((coupling - 1.0).abs() < 1e-15);
    }
}
