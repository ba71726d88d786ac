//! Exchange of indices and the acoustic sum rule, for any order, on compact storage.

use ndarray::{ArrayD, IxDyn};
use phono_core::{ForceConstants, Result, Stop, Tables};
use rayon::prelude::*;

/// Values of force constants after `rounds` of: subtract the mean over each atom in turn,
/// then average all exchanges of (atom, axis) pairs.
///
/// Only rows of primitive atoms are stored; translation invariance gives the others,
///
/// ```text
/// Φ(i, j, …) = Φ(T_i i, T_i j, …)
/// ```
///
/// with `T_i` the lattice translation that takes atom `i` to its representative. The result
/// is that of the full array.
pub fn symmetrized_values(
    constants: ForceConstants<'_>,
    rounds: usize,
    stop: &Stop,
) -> Result<ArrayD<f64>> {
    let order = constants.order();
    let compact = Compact { tables: constants.tables(), order };
    let exchanges = Exchange::all(order);
    let mut values = constants.values().to_vec();
    for _ in 0..rounds {
        stop.check()?;
        compact.subtract_mean_over_first(&mut values);
        for axis in 1..order {
            compact.subtract_mean_over(axis, &mut values);
        }
        values = compact.average(&exchanges, &values);
    }
    let shape = compact.shape();
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), values).expect("values have this shape"))
}

/// The storage of constants of some order: blocks of `3^order` numbers, one for each first
/// atom of the primitive cell and other atoms of the supercell, the last atom fastest.
#[derive(Clone, Copy)]
pub(crate) struct Compact<'a> {
    pub(crate) tables: Tables<'a>,
    pub(crate) order: usize,
}

impl Compact<'_> {
    pub(crate) fn shape(self) -> Vec<usize> {
        let mut shape = vec![self.tables.n_supercell(); self.order];
        shape[0] = self.tables.n_atoms();
        shape.extend(std::iter::repeat_n(3, self.order));
        shape
    }

    /// Numbers in a block.
    pub(crate) fn block(self) -> usize {
        3_usize.pow(self.order as u32)
    }

    /// Number of combinations of `n` atoms, the first in the primitive cell.
    fn n_blocks(self, n: usize) -> usize {
        self.tables.n_atoms() * self.tables.n_supercell().pow(n as u32 - 1)
    }

    /// The supercell atoms of a block, as many as `atoms` holds.
    pub(crate) fn atoms(self, mut block: usize, atoms: &mut [usize]) {
        let n_s = self.tables.n_supercell();
        for atom in atoms[1..].iter_mut().rev() {
            (block, *atom) = (block / n_s, block % n_s);
        }
        atoms[0] = self.tables.home(block);
    }

    /// The block that translation invariance says holds the constants of supercell atoms.
    pub(crate) fn block_of(
        self,
        first: usize,
        others: impl Iterator<Item = usize>,
    ) -> usize {
        let (n_s, to_home) = (self.tables.n_supercell(), self.tables.to_home(first));
        others.fold(self.tables.primitive(first), |block, atom| {
            block * n_s + to_home[atom] as usize
        })
    }

    /// `Φ(i, j, …) −= 1/n_s Σ_i Φ(i, j, …)`.
    fn subtract_mean_over_first(self, values: &mut [f64]) {
        let (n, n_s) = (self.block(), self.tables.n_supercell());
        // A sum over the first atom is itself compact, with one atom less.
        let mut mean = vec![0.0; self.n_blocks(self.order - 1) * n];
        let rest = || vec![0; self.order - 1];
        mean.par_chunks_exact_mut(n).enumerate().for_each_init(
            rest,
            |atoms, (block, mean)| {
                self.atoms(block, atoms);
                for i in 0..n_s {
                    let source = self.block_of(i, atoms.iter().copied());
                    add(mean, &values[source * n..(source + 1) * n]);
                }
                divide(mean, n_s);
            },
        );
        let all = || vec![0; self.order];
        values.par_chunks_exact_mut(n).enumerate().for_each_init(
            all,
            |atoms, (block, phi)| {
                self.atoms(block, atoms);
                let source = self.block_of(atoms[1], atoms[2..].iter().copied());
                phi.iter_mut().zip(&mean[source * n..]).for_each(|(x, mean)| *x -= mean);
            },
        );
    }

    /// `Φ(…, j, …) −= 1/n_s Σ_j Φ(…, j, …)`, `j` the atom of `axis`, not the first.
    fn subtract_mean_over(self, axis: usize, values: &mut [f64]) {
        let n_s = self.tables.n_supercell();
        let inner = self.block() * n_s.pow((self.order - 1 - axis) as u32);
        values.par_chunks_exact_mut(n_s * inner).for_each(|slab| {
            let mut mean = vec![0.0; inner];
            slab.chunks_exact(inner).for_each(|slice| add(&mut mean, slice));
            divide(&mut mean, n_s);
            for slice in slab.chunks_exact_mut(inner) {
                slice.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= mean);
            }
        });
    }

    /// Mean over all exchanges of (atom, axis) pairs.
    fn average(self, exchanges: &[Exchange], values: &[f64]) -> Vec<f64> {
        let n = self.block();
        let mut average = vec![0.0; values.len()];
        let all = || vec![0; self.order];
        let blocks = average.par_chunks_exact_mut(n).enumerate();
        blocks.for_each_init(all, |atoms, (block, sum)| {
            self.atoms(block, atoms);
            for exchange in exchanges {
                let others = exchange.axes[1..].iter().map(|&m| atoms[m]);
                let source = self.block_of(atoms[exchange.axes[0]], others);
                let phi = &values[source * n..(source + 1) * n];
                sum.iter_mut().zip(&exchange.elements).for_each(|(x, &e)| *x += phi[e]);
            }
            divide(sum, exchanges.len());
        });
        average
    }
}

/// `sum += terms`.
fn add(sum: &mut [f64], terms: &[f64]) {
    sum.iter_mut().zip(terms).for_each(|(sum, x)| *sum += x);
}

/// A sum becomes a mean.
pub(crate) fn divide(sum: &mut [f64], n: usize) {
    for x in sum {
        *x /= n as f64;
    }
}

/// One exchange of the indices of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Exchange {
    /// Index `m` of the exchanged tensor is index `axes[m]` of the original.
    pub(crate) axes: Vec<usize>,
    /// Where the elements of an original block are in the exchanged one.
    pub(crate) elements: Vec<usize>,
}

impl Exchange {
    /// All exchanges of `order` indices, in lexicographic order.
    pub(crate) fn all(order: usize) -> Vec<Self> {
        let mut axes = vec![vec![]];
        for _ in 0..order {
            axes = axes
                .iter()
                .flat_map(|head: &Vec<usize>| {
                    let next = (0..order).filter(|m| !head.contains(m));
                    next.map(|m| [head.as_slice(), &[m]].concat())
                })
                .collect();
        }
        axes.into_iter().map(Self::of).collect()
    }

    fn of(axes: Vec<usize>) -> Self {
        let order = axes.len();
        let digit =
            |element: usize, m: usize| element / 3_usize.pow((order - 1 - m) as u32) % 3;
        let elements = (0..3_usize.pow(order as u32))
            .map(|e| axes.iter().fold(0, |exchanged, &m| 3 * exchanged + digit(e, m)))
            .collect();
        Self { axes, elements }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, Array4, array, aview1};
    use proptest::prelude::*;

    use super::*;

    /// A chain of one atom in a supercell of three.
    fn chain() -> (Array1<i64>, Array1<i64>, Array2<i64>, Array1<i64>) {
        let translations = array![[0, 1, 2], [2, 0, 1], [1, 2, 0]];
        (array![0], array![0, 0, 0], translations, array![0, 1, 2])
    }

    fn symmetrized(values: &[f64], shape: &[usize], rounds: usize) -> ArrayD<f64> {
        let (p2s, s2p, translations, home) = chain();
        let tables =
            Tables::new(p2s.view(), s2p.view(), translations.view(), home.view()).unwrap();
        let values = aview1(values).into_shape_with_order(IxDyn(shape)).unwrap();
        let constants = ForceConstants::new(values, tables).unwrap();
        symmetrized_values(constants, rounds, &Stop::default()).unwrap()
    }

    #[test]
    fn there_are_as_many_exchanges_as_permutations() {
        assert_eq!(Exchange::all(2).len(), 2);
        let axes: Vec<_> = Exchange::all(3).into_iter().map(|e| e.axes).collect();
        assert_eq!(axes.len(), 6);
        assert_eq!((&axes[0], &axes[5]), (&vec![0, 1, 2], &vec![2, 1, 0]));
    }

    #[test]
    fn exchanging_two_indices_transposes_the_block() {
        assert_eq!(Exchange::of(vec![1, 0]).elements, [0, 3, 6, 1, 4, 7, 2, 5, 8]);
    }

    #[test]
    fn a_spring_model_stays_as_it_is() {
        let mut springs = Array4::zeros((1, 3, 3, 3));
        for (s, phi) in [(0, 2.0), (1, -1.0), (2, -1.0)] {
            springs[[0, s, 0, 0]] = phi;
        }
        let values = springs.as_slice().unwrap();
        assert_eq!(symmetrized(values, &[1, 3, 3, 3], 1), springs.into_dyn());
    }

    proptest! {
        #[test]
        fn sums_over_any_atom_vanish(values in prop::collection::vec(-1.0..1.0, 243)) {
            let phi = symmetrized(&values, &[1, 3, 3, 3, 3, 3], 1);
            for axis in [1, 2] {
                prop_assert!(phi.sum_axis(ndarray::Axis(axis)).iter().all(|x| x.abs() < 1e-14));
            }
        }

        #[test]
        fn both_neighbours_of_a_chain_see_transposed_constants(
            values in prop::collection::vec(-1.0..1.0, 27),
        ) {
            let phi = symmetrized(&values, &[1, 3, 3, 3], 1);
            for (a, b) in [(0, 0), (0, 1), (2, 1)] {
                prop_assert!((phi[[0, 1, a, b]] - phi[[0, 2, b, a]]).abs() < 1e-15);
            }
        }
    }
}
