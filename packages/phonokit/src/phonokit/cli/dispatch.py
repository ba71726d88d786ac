"""From a request to what does it; each command's code is imported only when it runs."""

from phonokit.cli.request_accumulate import AccumulateRequest
from phonokit.cli.request_fc import ConstantsRequest, DisplaceRequest, ForcesRequest
from phonokit.cli.request_harmonic import BandsRequest, DosRequest, ThermalRequest
from phonokit.cli.request_scattering import GammaRequest, JdosRequest, SpectralRequest


def run(request: object, *, command: str) -> None:
    """Do what is asked for, on one rank; nothing for a request of another kind."""
    match request:
        case DisplaceRequest() | ForcesRequest() | ConstantsRequest():
            _run_constants(request)
        case BandsRequest() | DosRequest() | ThermalRequest():
            _run_harmonic(request, command)
        case GammaRequest() | SpectralRequest() | JdosRequest():
            _run_scattering(request, command)
        case AccumulateRequest():
            from phonokit.cli.commands_accumulate import run_accumulate

            run_accumulate(request, command=command)


def _run_constants(request: DisplaceRequest | ForcesRequest | ConstantsRequest) -> None:
    """From a structure to force constants."""
    from phonokit.cli import commands_fc as commands

    match request:
        case DisplaceRequest():
            commands.run_displace(request)
        case ForcesRequest():
            commands.run_forces(request)
        case ConstantsRequest():
            commands.run_constants(request)


def _run_harmonic(
    request: BandsRequest | DosRequest | ThermalRequest, command: str
) -> None:
    """What second-order constants tell."""
    from phonokit.cli import commands_harmonic as commands

    match request:
        case BandsRequest():
            commands.run_bands(request, command=command)
        case DosRequest():
            commands.run_dos(request, command=command)
        case ThermalRequest():
            commands.run_thermal(request, command=command)


def _run_scattering(
    request: GammaRequest | SpectralRequest | JdosRequest, command: str
) -> None:
    """The scattering at a few wave vectors."""
    from phonokit.cli import commands_scattering as commands

    match request:
        case GammaRequest():
            commands.run_gamma(request, command=command)
        case SpectralRequest():
            commands.run_spectral(request, command=command)
        case JdosRequest():
            commands.run_jdos(request, command=command)
