//! Where symmetry operations take the atoms of a cell.

use ndarray::{Array2, ArrayViewD};
use phono_core::{Cell, Error, Result, Stop, ensure_shape};
use rayon::prelude::*;

use crate::vectors::{Vector, combine, nearest, norm};

/// Below this many images one thread is faster.
pub const PARALLEL_IMAGES: usize = 4096;
/// Simple fractions, where atoms are, stay away from the faces of bins moved by this.
const OFFSET: f64 = std::f64::consts::FRAC_1_PI;
/// Images in a piece of work.
const PIECE: usize = 256;

/// Operations `x → R x + t` on fractional coordinates.
#[derive(Debug)]
pub struct Operations(Vec<([Vector; 3], Vector)>);

impl Operations {
    /// Copy `rotations[r, i, j]` and `translations[r, i]`.
    pub fn new(
        rotations: ArrayViewD<'_, i64>,
        translations: ArrayViewD<'_, f64>,
    ) -> Result<Self> {
        let n_r = rotations.shape().first().copied().unwrap_or_default();
        ensure_shape("rotations", rotations.shape(), &[n_r, 3, 3])?;
        ensure_shape("translations", translations.shape(), &[n_r, 3])?;
        let operation = |r| {
            let row = |i| std::array::from_fn(|j| rotations[[r, i, j]] as f64);
            (std::array::from_fn(row), std::array::from_fn(|i| translations[[r, i]]))
        };
        Ok(Self((0..n_r).map(operation).collect()))
    }

    /// Number of operations.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where operation `r` takes `x`.
    #[inline(always)]
    fn image(&self, r: usize, x: &Vector) -> Vector {
        let (rotation, t) = &self.0[r];
        std::array::from_fn(|i| {
            let row = &rotation[i];
            row[0] * x[0] + row[1] * x[1] + row[2] * x[2] + t[i]
        })
    }
}

/// `permutations[r, k]`: the atom `p` of the kind of atom `k` nearest to its image,
/// `|Lᵀ (x_p - R x_k - t - n)| < symprec`.
///
/// Each image looks at the atoms of its neighbourhood only, so the cost is linear in the
/// number of atoms.
pub fn atom_permutations(
    cell: Cell<'_>,
    operations: &Operations,
    symprec: f64,
    stop: &Stop,
) -> Result<Array2<i64>> {
    let (n_r, n_a) = (operations.len(), cell.n_atoms());
    let atoms = Neighbourhoods::new(cell, symprec);
    let mut permutations = vec![0; n_r * n_a];
    let find = |(piece, to): (usize, &mut [i64])| -> Result<bool> {
        stop.check()?;
        let first = piece * PIECE;
        Ok(pulp::Arch::new().dispatch(Find { atoms: &atoms, operations, first, to }))
    };
    let both = |a, b: Result<bool>| b.map(|b| a && b);
    let complete = if permutations.len() < PARALLEL_IMAGES {
        permutations.chunks_mut(PIECE).enumerate().map(find).try_fold(true, both)?
    } else {
        // No short cut: the first failure is reported, whatever the number of threads.
        permutations
            .par_chunks_mut(PIECE)
            .enumerate()
            .map(find)
            .try_reduce(|| true, |a, b| Ok(a && b))?
    };
    if !complete {
        let i = permutations.iter().position(|&p| p < 0).unwrap_or_default();
        return Err(Error::Domain(format!(
            "operation {} takes atom {} where there is no atom of its kind within symprec = \
             {symprec:e} Å; is it a symmetry of this cell?",
            i / n_a,
            i % n_a,
        )));
    }
    Ok(Array2::from_shape_vec((n_r, n_a), permutations).expect("one atom for each image"))
}

/// A piece of the images, with the vectors of this machine.
struct Find<'a, 'c> {
    atoms: &'a Neighbourhoods<'c>,
    operations: &'a Operations,
    first: usize,
    to: &'a mut [i64],
}

impl pulp::NullaryFnOnce for Find<'_, '_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Self { atoms, operations, first, to } = self;
        let cell = atoms.cell;
        let (mut r, mut k) = (first / cell.n_atoms(), first % cell.n_atoms());
        let mut complete = true;
        for to in to {
            let image = operations.image(r, &cell.positions()[k]);
            let atom = atoms.find(&image, cell.species()[k]);
            *to = atom.map_or(-1, |p| p as i64);
            complete &= atom.is_some();
            k += 1;
            if k == cell.n_atoms() {
                (r, k) = (r + 1, 0);
            }
        }
        complete
    }
}

/// The atoms of a cell, sorted into bins of fractional coordinates.
struct Neighbourhoods<'a> {
    cell: Cell<'a>,
    symprec: f64,
    /// Bins along each axis.
    bins: [usize; 3],
    /// The extent, in fractional coordinates, to which a sphere of radius `symprec` reaches.
    reach: Vector,
    /// `atoms[first[b]..first[b + 1]]` are in bin `b`, ascending.
    first: Vec<usize>,
    atoms: Vec<usize>,
}

impl<'a> Neighbourhoods<'a> {
    /// About one atom in a bin.
    fn new(cell: Cell<'a>, symprec: f64) -> Self {
        let n = (cell.n_atoms() as f64).cbrt().ceil().max(1.0) as usize;
        let mut all = Self {
            cell,
            symprec,
            bins: [n; 3],
            reach: heights(cell.lattice()).map(|h| (symprec.max(0.0) / h).min(0.5)),
            first: vec![0; n * n * n + 1],
            atoms: vec![0; cell.n_atoms()],
        };
        let home: Vec<usize> = cell.positions().iter().map(|x| all.bin_of(x)).collect();
        for &b in &home {
            all.first[b + 1] += 1;
        }
        for b in 0..n * n * n {
            all.first[b + 1] += all.first[b];
        }
        let mut next = all.first.clone();
        for (k, &b) in home.iter().enumerate() {
            all.atoms[next[b]] = k;
            next[b] += 1;
        }
        all
    }

    /// The bin that holds `x`.
    fn bin_of(&self, x: &Vector) -> usize {
        self.index(std::array::from_fn(|i| self.layer(i, x[i] - x[i].floor())))
    }

    /// The layer of bins along axis `i` that holds the coordinate `x`.
    #[inline(always)]
    fn layer(&self, i: usize, x: f64) -> i64 {
        (x * self.bins[i] as f64 + OFFSET).floor() as i64
    }

    /// The number of a bin; layers one cell away are taken back.
    #[inline(always)]
    fn index(&self, layers: [i64; 3]) -> usize {
        let [a, b, c] = std::array::from_fn(|i| {
            let n = self.bins[i] as i64;
            let back = if layers[i] < 0 { n } else { 0 };
            let back = if layers[i] >= n { -n } else { back };
            (layers[i] + back) as usize
        });
        (a * self.bins[1] + b) * self.bins[2] + c
    }

    /// The nearest atom of a kind within `symprec` of `x`; the first of equally near ones.
    #[inline(always)]
    fn find(&self, x: &Vector, species: i64) -> Option<usize> {
        let home: Vector = std::array::from_fn(|i| x[i] - x[i].floor());
        let low = std::array::from_fn(|i| self.layer(i, home[i] - self.reach[i]));
        let high = std::array::from_fn(|i| {
            let high = self.layer(i, home[i] + self.reach[i]);
            // Once around is enough.
            high.min(low[i] + self.bins[i] as i64 - 1)
        });
        let mut best = None;
        if low == high {
            // Nearly always, `symprec` being much smaller than a bin.
            self.improve(&mut best, low, x, species);
        } else {
            for a in low[0]..=high[0] {
                for b in low[1]..=high[1] {
                    for c in low[2]..=high[2] {
                        self.improve(&mut best, [a, b, c], x, species);
                    }
                }
            }
        }
        best.map(|(_, k)| k)
    }

    /// Let the atoms of one bin compete for the place nearest to `x`.
    #[inline(always)]
    fn improve(
        &self,
        best: &mut Option<(f64, usize)>,
        layers: [i64; 3],
        x: &Vector,
        species: i64,
    ) {
        for &k in self.members(self.index(layers)) {
            let candidate = (self.distance(x, k), k);
            if self.cell.species()[k] == species
                && candidate.0 < self.symprec
                && best.is_none_or(|best| candidate < best)
            {
                *best = Some(candidate);
            }
        }
    }

    /// The atoms of bin `b`.
    #[inline(always)]
    fn members(&self, b: usize) -> &[usize] {
        &self.atoms[self.first[b]..self.first[b + 1]]
    }

    /// Å from `x` to atom `k`, each fractional component taken to [-1/2, 1/2].
    #[inline(always)]
    fn distance(&self, x: &Vector, k: usize) -> f64 {
        let d = nearest(std::array::from_fn(|i| self.cell.positions()[k][i] - x[i]));
        norm(&combine(&d, self.cell.lattice()))
    }
}

/// Distances between the lattice planes along each axis, Å.
fn heights(lattice: &[Vector; 3]) -> Vector {
    let cross = |a: &Vector, b: &Vector| -> Vector {
        std::array::from_fn(|i| {
            let (j, k) = ((i + 1) % 3, (i + 2) % 3);
            a[j] * b[k] - a[k] * b[j]
        })
    };
    std::array::from_fn(|i| {
        let normal = cross(&lattice[(i + 1) % 3], &lattice[(i + 2) % 3]);
        let volume: f64 = lattice[i].iter().zip(normal).map(|(a, n)| a * n).sum();
        volume.abs() / norm(&normal)
    })
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, Array3, ArrayD, arr1, arr2};
    use proptest::prelude::*;

    use super::*;

    /// The only operation `x → x + t` of a list.
    fn shift(t: Vector) -> (ArrayD<i64>, ArrayD<f64>) {
        let mut identity = Array3::zeros((1, 3, 3));
        (0..3).for_each(|i| identity[(0, i, i)] = 1);
        (identity.into_dyn(), arr2(&[t]).into_dyn())
    }

    #[test]
    fn an_atom_just_below_the_boundary_is_found_from_just_above_it() {
        let lattice = Array2::eye(3) * 5.0;
        let x = arr2(&[[1.0 - 1e-7, 0.25, -1e-7], [0.5, 0.25, 0.5]]);
        let (species, masses) = (arr1(&[1, 1]), arr1(&[1.0, 1.0]));
        let cell =
            Cell::new(lattice.view(), x.view(), species.view(), masses.view()).unwrap();
        let (r, t) = shift([0.5 + 1e-7, 0.0, 0.5 + 1e-7]);
        let operations = Operations::new(r.view(), t.view()).unwrap();
        let permutations =
            atom_permutations(cell, &operations, 1e-5, &Stop::default()).unwrap();
        assert_eq!(permutations, arr2(&[[1, 0]]));
    }

    #[test]
    fn an_atom_of_another_kind_does_not_count() {
        let x = arr2(&[[0.0, 0.0, 0.0], [0.5, 0.5, 0.5]]);
        let lattice = Array2::eye(3) * 5.0;
        let (species, masses) = (arr1(&[1, 2]), arr1(&[1.0, 1.0]));
        let cell =
            Cell::new(lattice.view(), x.view(), species.view(), masses.view()).unwrap();
        let (r, t) = shift([0.5; 3]);
        let operations = Operations::new(r.view(), t.view()).unwrap();
        let error =
            atom_permutations(cell, &operations, 1e-5, &Stop::default()).unwrap_err();
        assert!(
            error.to_string().starts_with("operation 0 takes atom 0 where there is no")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn a_shift_of_shuffled_atoms_is_undone_whatever_lattice_vectors_are_added(
            n in 1_usize..5,
            step in 0_usize..64,
            images in prop::collection::vec(-2_i64..3, 64 * 3),
        ) {
            let n_a = n * n * n;
            let at = |k: usize| [k / (n * n), k / n % n, k % n].map(|i| i as f64 / n as f64);
            let x = Array2::from_shape_fn((n_a, 3), |(k, i)| {
                at(k)[i] + images[3 * k + i] as f64
            });
            let lattice = arr2(&[[0.0, 4.0, 4.0], [5.0, 0.0, 5.0], [3.0, 3.0, 0.0]]);
            let (species, masses) = (Array1::ones(n_a), Array1::ones(n_a));
            let cell = Cell::new(lattice.view(), x.view(), species.view(), masses.view()).unwrap();
            let (r, t) = shift(at(step % n_a));
            let operations = Operations::new(r.view(), t.view()).unwrap();
            let permutations = atom_permutations(cell, &operations, 1e-5, &Stop::default()).unwrap();
            for (k, &p) in permutations.row(0).indexed_iter() {
                for i in 0..3 {
                    let moved = at(k)[i] + at(step % n_a)[i] - at(p as usize)[i];
                    prop_assert!((moved - moved.round()).abs() < 1e-12);
                }
            }
        }
    }
}
