"""Options and commands of phonopy, phono3py and ShengBTE, and what they are here."""

_TEMPERATURES = "write --temperature first:last:step, as --temperature 0:1000:50"
_SYMMETRIC = "force constants are symmetrised unless phono fc has --no-symmetrize"
_READ = "constants and forces beside the data are read without it"
_FORMAT = "formats are told by what is in the file; else --format of phono displace"
_SUPERCELL = (
    "write --supercell 2 2 2 for phono displace; other commands read it in the data"
)
_STRENGTHS = (
    "write --strengths FOLDER for phono kappa, which reads what is there and adds to it"
)
_RESTART = "what is done is kept and a run goes on by itself; leave it out"
_GRID_POINT = "write wave vectors, --q 0.5,0,0, for phono gamma"
_LOG = "write --quiet, or --verbose for more"
_DIRECT = "is made by --method lbte --solver direct itself; leave it out"

OPTIONS = {
    # Structures, supercells, displacements.
    "--dim": _SUPERCELL,
    "--dim-fc2": "write --phonon-supercell 4 4 4 for phono displace",
    "-c": "name the structure after the command, as in phono displace POSCAR",
    "--cell": "name the structure after the command, as in phono displace POSCAR",
    "-d": "use the command phono displace POSCAR --supercell 2 2 2",
    "--displacement": "use the command phono displace POSCAR --supercell 2 2 2",
    "--amplitude": "write --distance for phono displace",
    "--rd": "write --random 20 for phono displace",
    "--random-displacements": "write --random 20 for phono displace",
    "--rd-temperature": "write --temperature for phono displace, with --random",
    "--random-seed": "write --seed for phono displace, with --random",
    "--pm": "write --plus-minus yes for phono displace",
    "--nodiag": "write --axes-only for phono displace",
    "--trigonal": "directions follow from the symmetry; leave it out",
    "--pa": "write --primitive auto, or a letter P F I A C R, for phono displace",
    "--primitive-axes": "write --primitive auto, or a letter, for phono displace",
    "--primitive-axis": "write --primitive auto, or a letter, for phono displace",
    "--magmom": "write --magnetic-moments for phono displace",
    "--cutoff-pair": "write --pair-cutoff for phono displace",
    "--vasp": _FORMAT,
    "--qe": _FORMAT,
    "--pwscf": _FORMAT,
    "--abinit": _FORMAT,
    "--aims": _FORMAT,
    "--cp2k": _FORMAT,
    "--lammps": _FORMAT,
    # Forces and force constants.
    "-f": "use the command phono forces FOLDER vasprun-*.xml",
    "--forces": "use the command phono forces FOLDER vasprun-*.xml",
    "--cf2": "use the command phono forces FOLDER vasprun-*.xml",
    "--cf3": "use the command phono forces FOLDER vasprun-*.xml",
    "--fz": "write --residual-file for phono forces",
    "--cfz": "write --residual-file for phono forces",
    "--force-sets-zero": "write --residual-file for phono forces",
    "--fc-symmetry": _SYMMETRIC,
    "--sym-fc": _SYMMETRIC,
    "--sym-fc2": _SYMMETRIC,
    "--sym-fc3r": _SYMMETRIC,
    "--fc-calculator": "write --least-squares for phono fc",
    "--fc-calc": "write --least-squares for phono fc",
    "--symfc": "write --least-squares for phono fc",
    "--alm": "write --least-squares for phono fc",
    "--cutoff": "write --pair-cutoff for phono displace, --fc3-cutoff for others",
    "--steps": "write --frequency-points for phono dos",
    "--cutoff-fc3": "write --fc3-cutoff",
    "--readfc": _READ,
    "--read-fc2": _READ,
    "--read-fc3": _READ,
    "--writefc": "use the command phono fc",
    "--full-fc": "write --full for phono fc",
    # Dipoles.
    "--nac": "Born charges beside the data are used; --born FILE names them, --no-nac not",
    "--nonac": "write --no-nac",
    "--nac-method": "write --dipoles gonze or --dipoles wang",
    # Wave vectors and harmonic phonons.
    "--mp": "write --mesh 20 20 20",
    "--nomeshsym": "write --full-zone for phono kappa; others give the same without",
    "--grg": "write --mesh-matrix, nine numbers",
    "--gc": "meshes hold Γ unless there is --shift; leave it out",
    "--gamma-center": "meshes hold Γ unless there is --shift; leave it out",
    "--gp": _GRID_POINT,
    "--ga": _GRID_POINT,
    "--qpoints": "write --q 0,0,0 0.5,0,0 for phono modes",
    "--q-direction": "write --direction for phono modes",
    "--band": 'use the command phono bands, with --path "G X, G L"',
    "--band-labels": 'write --path "G X, G L" for phono bands',
    "--band-points": "write --points-per-segment for phono bands",
    "--band-connection": "write --connect for phono bands",
    "--eigenvectors": "use the command phono modes, whose file has them",
    "--eigvecs": "use the command phono modes, whose file has them",
    "--gv": "use the command phono modes, whose file has group velocities",
    "--group-velocity": "use the command phono modes, whose file has group velocities",
    "--factor": "write --unit THz, cm-1 or meV",
    "--frequency-conversion-factor": "write --unit THz, cm-1 or meV",
    "--dos": "use the command phono dos",
    "--pdos": "use the command phono dos, with --by atom",
    "--xyz-projection": "write --axes for phono dos",
    "--pd": "write --direction for phono dos",
    "--pt": "write --by band for phono thermal",
    "--td": "write --displacements for phono thermal",
    "--tdm": "write --displacements for phono thermal",
    "--gruneisen": "use the command phono grueneisen",
    "--irreps": "use the command phono symmetry",
    "--modulation": "use the command phono modulate",
    "--anime": "write --frames 20 for phono modulate",
    # Temperatures.
    "--ts": "write --temperature 300 600",
    "--temps": "write --temperature 300 600",
    "--tmin": _TEMPERATURES,
    "--tmax": _TEMPERATURES,
    "--tstep": _TEMPERATURES,
    # Scattering and conductivity.
    "--br": "use the command phono kappa; --method rta is what it does by itself",
    "--bterta": "use the command phono kappa; --method rta is what it does by itself",
    "--rta": "use the command phono kappa; --method rta is what it does by itself",
    "--lbte": "write --method lbte for phono kappa",
    "--bte": "write --method lbte for phono kappa",
    "--isotope": "write --isotopes for phono kappa",
    "--mv": "write --mass-variances for phono kappa",
    "--bmfp": "write --boundary-mfp, in µm, for phono kappa",
    "--transport-type": "write --wigner or --coherence for phono kappa",
    "--thm": "tetrahedra are used unless --sigma is given; leave it out",
    "--cutoff-freq": "write --cutoff-frequency",
    "--full-pp": _STRENGTHS,
    "--ave-pp": "write --average-strengths for phono kappa or gamma",
    "--const-ave-pp": "write --constant-strength, in eV², for phono kappa or gamma",
    "--pinv-solver": "write --solver direct for phono kappa",
    "--colmat": _DIRECT,
    "--write-collision": _DIRECT,
    "--read-collision": _RESTART,
    "--write-gamma": _RESTART,
    "--read-gamma": _RESTART,
    "--write-phonon": _RESTART,
    "--read-phonon": _RESTART,
    "--write-pp": _STRENGTHS,
    "--read-pp": _STRENGTHS,
    "--write-gamma-detail": "write --by-triplet for phono gamma",
    "--jdos": "use the command phono jdos",
    "--spf": "use the command phono spectral",
    "--ise": "use the command phono gamma, with --frequency-points",
    "--lw": "use the command phono gamma",
    "--rse": "use the command phono shifts, or spectral over frequency",
    "--points": "write --points-per-segment for phono bands or spectral",
    "--num-freq-points": "write --frequency-points for phono gamma, spectral or jdos",
    "--scalebroad": "write --smearing adaptive-rms with --smearing-scale for phono kappa",
    "--onlyh": "use the command phono modes",
    # The program.
    "-s": "write --plot FILE, which saves the picture",
    "--save-graph": "write --plot FILE, which saves the picture",
    "--loglevel": _LOG,
    "-q": _LOG,
    "--hdf5": "results are HDF5 files anyway; leave it out",
    "--save-params": "force constants and settings stand beside results; leave it out",
    "--nthreads": "set RAYON_NUM_THREADS in the environment",
    "--threads": "set RAYON_NUM_THREADS in the environment",
    "--conf": "write --config FILE.toml, as one stands beside every result",
}
"""Our options in place of those of other programs."""

OF_ONE_COMMAND = {
    "convert": {
        "--format": "write --to for the format to write, --from for that of the source",
        "--input": "name the source after the command, as in phono convert SOURCE TARGET",
    },
    "fc": {
        "--method": "finite differences are the default; write --least-squares for fits"
    },
    "bands": {"--color": "write --character Si", "--colour": "write --character Si"},
    "modulate": {"--mode": "write --band 1"},
}
"""Words that mean another thing here than in other commands."""

COMMANDS_OF_OTHERS = {
    "mesh": "modes",
    "qpoints": "modes",
    "band": "bands",
    "bandplot": "bands",
    "pdos": "dos",
    "pdosplot": "dos",
    "tprop": "thermal",
    "propplot": "thermal",
    "gruneisen": "grueneisen",
    "kaccum": "accumulate",
    "kdeplot": "accumulate",
    "conductivity": "kappa",
    "phono3py": "kappa",
    "lbte": "kappa",
    "rta": "kappa",
    "displacement": "displace",
    "disp": "displace",
    "force-constants": "fc",
    "linewidth": "gamma",
    "linewidths": "gamma",
    "lifetime": "gamma",
    "spf": "spectral",
}
"""Names that people try, and the commands that do what they mean."""

SAME_VALUES = (
    *("--dim", "--dim-fc2", "--rd", "--random-displacements"),
    *("--mp", "--ts", "--temps"),
)
"""Options whose numbers go after ours as they are."""
