"""Where a clinic's data and keys live, and which database it uses."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "DISPENSARY_HOME"
URL_VARIABLE = "DISPENSARY_DATABASE_URL"


@dataclass(frozen=True)
class Home:
    """The data folder of one installation, and the address of its database."""

    folder: Path
    database_url: str

    @property
    def secret_key_file(self) -> Path:
        """What signs session cookies; several hosts of one clinic share it."""
        return self.folder / "secret_key"

    @property
    def seal_key_file(self) -> Path:
        """The site's private Ed25519 key, PEM."""
        return self.folder / "seal_key.pem"

    @property
    def backup_key_file(self) -> Path:
        """What encrypts backups; a copy of it lies in the safe."""
        return self.folder / "backup_key"

    @property
    def pack_password_file(self) -> Path:
        """What opens the rolling downtime packs; a copy of it lies in the safe."""
        return self.folder / "pack_password"

    @property
    def backups(self) -> Path:
        """Copies of the database, the newest by name."""
        return self.folder / "backups"

    @property
    def profiles(self) -> Path:
        """The site's own policy profiles."""
        return self.folder / "profiles"


def find_home(environment: Mapping[str, str], checkout: Path) -> Home:
    """Return the home named by the environment; else `instance` in a checkout, else /var/lib/dispensary.

    Raises:
        ValueError: the folder lies inside the Python environment, where deleting that would delete the clinic.
    """
    default = checkout / "instance" if (checkout / "pyproject.toml").exists() else Path("/var/lib/dispensary")
    folder = Path(environment.get(HOME_VARIABLE) or default).resolve()
    if sys.prefix != sys.base_prefix and folder.is_relative_to(Path(sys.prefix).resolve()):
        raise ValueError(f"{HOME_VARIABLE} must not lie inside the Python environment: {folder}")
    url = environment.get(URL_VARIABLE) or f"sqlite:///{folder / 'clinic.sqlite'}"
    return Home(folder, url)
