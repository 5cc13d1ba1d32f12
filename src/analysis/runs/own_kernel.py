"""The kernel of this environment, whatever kernels others have registered, and what it says of itself.

`JUPYTER_PATH` and a user's folder can hold a kernel ``python3`` of another Python or with another workbench. A run
starts the Python it runs in, and the kernel itself writes down what it has.
"""

import sys
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from ipykernel.kernelspec import make_ipkernel_cmd
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager


@cache
def provisioner() -> str:
    """Return what starts kernels: ours, but for an environment that was made before it was registered."""
    registered = entry_points(group="jupyter_client.kernel_provisioners", name="bijstand-warm")
    return "bijstand-warm" if registered else "local-provisioner"


class OwnKernelManager(AsyncKernelManager):
    """Starts the kernel of the Python that it runs in."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel of this environment; it first writes down its versions, in a namespace of its own."""
        script = Path(__file__).with_name("kernel_versions.py")
        line = f"__import__('runpy').run_path({str(script)!r});"
        command = make_ipkernel_cmd(executable=sys.executable, extra_arguments=[f"--IPKernelApp.exec_lines=[{line!r}]"])
        return KernelSpec(
            argv=command,
            display_name="Python 3 (this environment)",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": provisioner()}},
        )
