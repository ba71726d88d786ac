//! The phonons of a whole grid.

use ndarray::{Array1, Array2, ArrayView2, ArrayView3};
use num_complex::Complex64;
use phono_core::{Error, Grid, Modes, Result, Stop, ensure_index, ensure_shape};
use phono_grid::{BrillouinZone, Tetrahedra, WaveVectors, triplets_at};

/// Phonons at every point of a grid, polarizations `ẽ = e e^{2πi q·τ} / √m` in the gauge
/// that is periodic in reciprocal space.
#[derive(Debug)]
pub struct Phonons<'a> {
    /// The wave vectors.
    pub grid: Grid<'a>,
    /// The tetrahedra around each of them.
    pub tetrahedra: Tetrahedra,
    /// Frequencies in THz and `ẽ`, whose atoms must be those of the series.
    pub modes: Modes<'a>,
    /// Fractional coordinates of the one `q` that the modes are around, if it is no point of
    /// the grid.
    pub(crate) around: Option<[f64; 3]>,
    /// The images that the modes are at, one after the other, if they are not at the points
    /// of the grid.
    pub(crate) zone: Option<BrillouinZone<'a>>,
    /// `∂f/∂a`, THz, of every phonon along the addresses of the grid, if they are known.
    pub(crate) slopes: Option<&'a [[f64; 3]]>,
}

impl<'a> Phonons<'a> {
    /// Put phonons on their grid.
    pub fn new(grid: Grid<'a>, tetrahedra: Tetrahedra, modes: Modes<'a>) -> Result<Self> {
        let (n_q, n_b) = modes.shape();
        ensure_shape("frequencies", &[n_q, n_b], &[grid.n_q(), n_b])?;
        ensure_bands(n_b)?;
        Ok(Self { grid, tetrahedra, modes, around: None, zone: None, slopes: None })
    }

    /// Put phonons on their grid, and those that scatter with them and one of any fractional
    /// `q`: `modes` are at the points `q'` of the grid, at `q' − q`, and at `q`.
    pub fn around(
        grid: Grid<'a>,
        tetrahedra: Tetrahedra,
        modes: Modes<'a>,
        q: [f64; 3],
    ) -> Result<Self> {
        let (n_q, n_b) = modes.shape();
        ensure_shape("frequencies", &[n_q, n_b], &[2 * grid.n_q() + 1, n_b])?;
        ensure_bands(n_b)?;
        Ok(Self { grid, tetrahedra, modes, around: Some(q), zone: None, slopes: None })
    }

    /// Put phonons at every image of the points in a zone.
    ///
    /// Eigenvectors of two images of a wave vector are related by a phase, but inside a
    /// degenerate set any unitary matrix may come between: which image is taken matters
    /// where weights are not averaged over such sets.
    pub fn in_zone(
        zone: BrillouinZone<'a>,
        tetrahedra: Tetrahedra,
        modes: Modes<'a>,
    ) -> Result<Self> {
        let (n_q, n_b) = modes.shape();
        ensure_shape("frequencies", &[n_q, n_b], &[zone.n_images(), n_b])?;
        ensure_bands(n_b)?;
        Ok(Self {
            grid: zone.grid(),
            tetrahedra,
            modes,
            around: None,
            zone: Some(zone),
            slopes: None,
        })
    }

    /// The same phonons with their slopes `∂f/∂a[q, j, i]`, THz, along the addresses.
    pub fn with_slopes(mut self, slopes: ArrayView3<'a, f64>) -> Result<Self> {
        let (n_q, n_b) = self.modes.shape();
        ensure_shape("slopes", slopes.shape(), &[n_q, n_b, 3])?;
        let all = slopes.to_slice().ok_or(Error::Layout("slopes"))?;
        self.slopes = Some(all.as_chunks().0);
        Ok(self)
    }

    /// The address of wave vector `q` among the modes.
    #[inline]
    pub(crate) fn address(&self, q: usize) -> [i64; 3] {
        self.zone.map_or_else(|| self.grid.address(q), |zone| zone.address(q))
    }

    /// The address of wave vector `q` moved into the cell, each component in `0..D`.
    pub(crate) fn on_grid(&self, q: usize) -> [i64; 3] {
        self.grid.address(self.zone.map_or(q, |zone| self.grid.index(zone.address(q))))
    }

    /// Where the modes of tetrahedra are looked up.
    #[inline(always)]
    pub(crate) fn wave_vectors(&self) -> WaveVectors<'a> {
        self.zone.map_or(WaveVectors::Grid(self.grid), WaveVectors::Zone)
    }

    /// Require triplets of wave vectors among the modes that conserve momentum.
    pub(crate) fn ensure_triplets(&self, points: ArrayView2<'_, i64>) -> Result<()> {
        ensure_shape("points", points.shape(), &[points.nrows(), 3])?;
        let n = self.zone.map_or_else(|| self.grid.n_q(), |zone| zone.n_images());
        for triplet in points.rows() {
            let mut sum = [0; 3];
            for &q in triplet {
                let address = self.address(ensure_index("points", q, n)?);
                (0..3).for_each(|i| sum[i] += address[i]);
            }
            if self.grid.index(sum) != 0 {
                let [q, q1, q2] = [triplet[0], triplet[1], triplet[2]];
                return Err(Error::Domain(format!(
                    "triplets: {q} {q1} {q2} does not conserve momentum at q = {q}"
                )));
            }
        }
        Ok(())
    }

    /// The irreducible triplets at `q`, and how many each stands for; all of them if `q` is no
    /// point of the grid.
    pub(crate) fn triplets_at(
        &self,
        q: i64,
        stop: &Stop,
    ) -> Result<(Array2<i64>, Array1<i64>)> {
        if self.around.is_none() {
            return triplets_at(self.grid, q, stop);
        }
        let n_q = self.grid.n_q();
        if q != 2 * n_q as i64 {
            return Err(Error::Domain(format!(
                "q: expected {}, the one wave vector that these modes are around, got {q}",
                2 * n_q
            )));
        }
        let third = |i: usize| n_q + self.grid.index(self.grid.address(i).map(|a| -a));
        let points =
            Array2::from_shape_fn((n_q, 3), |(i, leg)| [2 * n_q, i, third(i)][leg] as i64);
        Ok((points, Array1::ones(n_q)))
    }

    /// The frequencies of the grids of `q'` and of `q''`, and the place of each in its own.
    #[inline(always)]
    pub(crate) fn pair_of_grids(&self, [q1, q2]: [usize; 2]) -> ([&[f64]; 2], [usize; 2]) {
        let all = self.modes.all_frequencies();
        if self.around.is_none() {
            return ([all, all], [q1, q2]);
        }
        let n_q = self.grid.n_q();
        ([all, &all[n_q * self.n_bands()..]], [q1, q2 - n_q])
    }

    /// Bands at each wave vector.
    pub fn n_bands(&self) -> usize {
        self.modes.shape().1
    }

    /// Require as many atoms as a series couples.
    pub(crate) fn ensure_atoms(&self, n_atoms: usize) -> Result<()> {
        if self.modes.n_atoms() == n_atoms {
            return Ok(());
        }
        Err(Error::Domain(format!(
            "phonons are of {} atoms and the series of {n_atoms}; they must be of the same cell",
            self.modes.n_atoms()
        )))
    }
}

/// Require a phonon or more at every wave vector.
fn ensure_bands(n_bands: usize) -> Result<()> {
    if n_bands > 0 {
        return Ok(());
    }
    Err(Error::Domain("frequencies must hold at least one band".into()))
}

/// `e^{2πi k/n}` for every `k`, so that phases on a grid are exact and cost no sine.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Vec<Complex64>);

impl Roots {
    /// The `n`-th roots of unity.
    pub(crate) fn new(n: usize) -> Self {
        let root = |k: usize| {
            let (sin, cos) = (std::f64::consts::TAU * k as f64 / n as f64).sin_cos();
            Complex64::new(cos, sin)
        };
        Self((0..n).map(root).collect())
    }

    /// `e^{2πi k/n}`.
    #[inline]
    pub(crate) fn at(&self, k: i64) -> Complex64 {
        self.0[k.rem_euclid(self.0.len() as i64) as usize]
    }
}
