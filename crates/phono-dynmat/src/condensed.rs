//! Few frequencies that stand for many.

/// Frequencies of a bin.
const NODES: usize = 14;
/// Bits of the fraction that tell bins of an octave apart.
const BITS: u32 = 2;
/// Half of the largest width of a bin by its lower end.
pub(crate) const HALF_WIDTH: f64 = 0.125;

/// Frequencies and shares with the same sums `Σ s g(f)` as many modes, for every smooth `g`.
///
/// Each octave is cut into four bins. In a bin from `a` to `b` a function whose singularities
/// are as far from the bin as zero is - those of `x = h f / k T` are at 0 and at `2π i n`, as
/// far from `x` as zero or farther - is a polynomial of degree 13 to the digits of a number:
/// its Chebyshev coefficients fall as `ρ^{-k}` with `ρ > 17`. What such polynomials are on the
/// modes is known from their values at the Chebyshev nodes,
///
/// `Σ_λ s_λ g(f_λ) = Σ_m S_m g(f_m)`, `S_m = Σ_λ s_λ L_m(f_λ)`
///
/// with Lagrange's polynomials `L_m = (2/n) Σ'_k T_k(x_m) T_k(x)`: an interpolation turned
/// round, as in A. Dutt and V. Rokhlin, SIAM J. Sci. Comput. 14, 1368 (1993).
pub(crate) struct Condensed {
    pub(crate) frequencies: Vec<f64>,
    /// Shares of all frequencies, one part after another.
    pub(crate) shares: Vec<f64>,
}

impl Condensed {
    /// Condense positive frequencies and rows of shares, a whole number of lanes each or the
    /// length of `frequencies`; nothing where they are not many more.
    pub(crate) fn new(frequencies: &[f64], shares: &[f64]) -> Option<Self> {
        let bin = |f: f64| (f.to_bits() >> (52 - BITS)) as usize;
        let bins = frequencies.iter().map(|&f| bin(f));
        let (low, high) = (bins.clone().min()?, bins.max()?);
        let n_bins = high - low + 1;
        if 2 * n_bins * NODES > frequencies.len() {
            return None;
        }
        let ends = |i: usize| {
            [low + i, low + i + 1].map(|b| f64::from_bits((b as u64) << (52 - BITS)))
        };
        let bins: Vec<_> = (0..n_bins)
            .map(|i| {
                let [a, b] = ends(i);
                (0.5 * (a + b), 0.5 * (b - a))
            })
            .collect();
        let nodes = Nodes::new();
        let row = frequencies.len().next_multiple_of(crate::lanes::LANES);
        let n_parts = shares.len() / row;
        let mut moments = vec![[0.0; NODES]; n_bins * n_parts];
        for (i, &f) in frequencies.iter().enumerate() {
            let b = bin(f) - low;
            let (center, half) = bins[b];
            let polynomials = chebyshev((f - center) / half);
            for p in 0..n_parts {
                let share = shares[p * row + i];
                for (sum, value) in moments[p * n_bins + b].iter_mut().zip(&polynomials) {
                    *sum += share * value;
                }
            }
        }
        let at_nodes = |&(center, half): &(f64, f64)| nodes.x.map(|x| center + half * x);
        Some(Self {
            frequencies: bins.iter().flat_map(at_nodes).collect(),
            shares: moments.iter().flat_map(|m| nodes.shares(m)).collect(),
        })
    }
}

/// The zeros of `T_n`, and polynomials there.
struct Nodes {
    x: [f64; NODES],
    polynomials: [[f64; NODES]; NODES],
}

impl Nodes {
    fn new() -> Self {
        let angle = |m: usize| std::f64::consts::PI * (m as f64 + 0.5) / NODES as f64;
        let x = std::array::from_fn(|m| angle(m).cos());
        Self { x, polynomials: x.map(chebyshev) }
    }

    /// Shares of the nodes from sums of polynomials over modes.
    fn shares(&self, moments: &[f64; NODES]) -> [f64; NODES] {
        self.polynomials.map(|t| {
            let sum: f64 = t.iter().zip(moments).skip(1).map(|(t, m)| t * m).sum();
            (moments[0] + 2.0 * sum) / NODES as f64
        })
    }
}

/// `T_k(x)` from 0 up.
fn chebyshev(x: f64) -> [f64; NODES] {
    let mut t = [1.0; NODES];
    t[1] = x;
    for k in 2..NODES {
        t[k] = 2.0 * x * t[k - 1] - t[k - 2];
    }
    t
}
