"""Where static files get their addresses."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed, compressed files; a file that was not collected keeps its plain address.

    Pages can then be rendered (and tested) before `collectstatic` ran.
    """

    def stored_name(self, name: str) -> str:
        """The hashed name of `name` if the manifest holds it, else `name`."""
        return self.hashed_files.get(self.hash_key(self.clean_name(name)), name)
