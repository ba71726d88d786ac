//! Constants of which only some pairs of first atoms are known.

use ndarray::{ArrayD, ArrayView2, IxDyn};
use phono_core::{ForceConstants, Result, Stop, ensure_shape};
use rayon::prelude::*;

use crate::symmetrize::{Compact, Exchange, divide};

/// Values of force constants averaged over those exchanges of (atom, axis) pairs whose
/// first two atoms are known to be right; zero where there is none.
///
/// * `known`: `known[k, s]` for primitive atom `k` and supercell atom `s`; translation
///   invariance gives the others.
pub fn filled_by_exchange(
    constants: ForceConstants<'_>,
    known: ArrayView2<'_, bool>,
    stop: &Stop,
) -> Result<ArrayD<f64>> {
    let order = constants.order();
    let compact = Compact { tables: constants.tables(), order };
    let tables = compact.tables;
    ensure_shape("known", known.shape(), &[tables.n_atoms(), tables.n_supercell()])?;
    let (n, values, exchanges) =
        (compact.block(), constants.values(), Exchange::all(order));
    let is_known =
        |i: usize, j: usize| known[[tables.primitive(i), tables.to_home(i)[j] as usize]];
    let mut filled = vec![0.0; values.len()];
    stop.check()?;
    let all = || vec![0; order];
    filled.par_chunks_exact_mut(n).enumerate().for_each_init(all, |atoms, (block, sum)| {
        compact.atoms(block, atoms);
        let mut n_known = 0;
        for exchange in &exchanges {
            let first = atoms[exchange.axes[0]];
            if !is_known(first, atoms[exchange.axes[1]]) {
                continue;
            }
            let others = exchange.axes[1..].iter().map(|&m| atoms[m]);
            let source = compact.block_of(first, others);
            let phi = &values[source * n..(source + 1) * n];
            sum.iter_mut().zip(&exchange.elements).for_each(|(x, &e)| *x += phi[e]);
            n_known += 1;
        }
        if n_known > 0 {
            divide(sum, n_known);
        }
    });
    let shape = compact.shape();
    Ok(ArrayD::from_shape_vec(IxDyn(&shape), filled).expect("values have this shape"))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array1, Array2, Array4, array};
    use phono_core::Tables;

    use super::*;

    /// Constants of a chain of one atom in a supercell of three, with some pairs known.
    fn filled(values: &Array4<f64>, known: Array2<bool>) -> Result<ArrayD<f64>> {
        let (home, p2s): (Array1<i64>, _) = (array![0, 1, 2], array![0]);
        let (s2p, translations) =
            (array![0, 0, 0], array![[0, 1, 2], [2, 0, 1], [1, 2, 0]]);
        let tables =
            Tables::new(p2s.view(), s2p.view(), translations.view(), home.view()).unwrap();
        let constants = ForceConstants::new(values.view().into_dyn(), tables).unwrap();
        filled_by_exchange(constants, known.view(), &Stop::default())
    }

    #[test]
    fn a_known_pair_gives_the_unknown_exchanged_one() {
        // Atom 2 is the neighbour on the other side: exchange makes its block of atom 1's.
        let mut values = Array4::zeros((1, 3, 3, 3));
        values[[0, 1, 0, 2]] = 5.0;
        values[[0, 2, 1, 1]] = 7.0;
        let phi = filled(&values, array![[true, true, false]]).unwrap();
        let mut expected = Array4::zeros((1, 3, 3, 3));
        expected[[0, 1, 0, 2]] = 5.0;
        expected[[0, 2, 2, 0]] = 5.0;
        assert_eq!(phi, expected.into_dyn());
    }

    #[test]
    fn what_nobody_knows_is_zero() {
        let values = Array4::ones((1, 3, 3, 3));
        assert_eq!(
            filled(&values, Array2::from_elem((1, 3), false)).unwrap().sum().to_bits(),
            0
        );
    }

    #[test]
    fn a_mask_over_other_atoms_is_refused() {
        let values = Array4::ones((1, 3, 3, 3));
        let error = filled(&values, array![[true]]).unwrap_err();
        assert_eq!(error.to_string(), "known: expected shape [1, 3], got [1, 1]");
    }
}
