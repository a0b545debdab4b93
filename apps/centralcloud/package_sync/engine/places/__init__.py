"""Where each registry is: as the user configured its own client, else its public place."""

from apps.centralcloud.package_sync.engine.places.place import Place

__all__ = ["Place"]
