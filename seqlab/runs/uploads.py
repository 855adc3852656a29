"""The files that visitors upload, in the run store: each content and name once."""

from __future__ import annotations

import hashlib
import time

from seqlab.runs.storage import Storage, write_whole

FILE_OF_RUN = "json_extract(experiment, '$.data.file')"  # the uploaded file that a run reads


class UploadStore(Storage):
    """Uploaded files by the hash of their name and content, and who has uploaded each."""

    def add_upload(self, data: bytes, name: str, owner: str | None = None) -> str:
        """Keeps an uploaded file under the hash of its name and content; returns that.

        The name belongs to it, for its ending says how to read the file: whoever uploads the same
        content under another name changes no run of others, and is not told theirs.

        Args:
            data: its bytes.
            name: of the file.
            owner: the visitor who uploads it; `None` for nobody.
        """
        file = hashlib.sha256(name.encode() + b"\0" + data).hexdigest()[:16]
        write_whole(self.home / "uploads" / file, data)
        self.write(
            "INSERT INTO uploads VALUES (?, ?, ?) "
            "ON CONFLICT (file) DO UPDATE SET created = excluded.created",
            (file, name, time.time()),
        )
        if owner is not None:
            self.write("INSERT OR IGNORE INTO uploaders VALUES (?, ?)", (file, owner))
        return file

    def upload(self, file: str) -> tuple[bytes, str] | None:
        """Content and name of an uploaded file, or `None` if it is not there."""
        about = self.about_upload(file)
        return None if about is None else ((self.home / "uploads" / file).read_bytes(), about[0])

    def about_upload(self, file: str) -> tuple[str, int] | None:
        """Name and bytes of an uploaded file, which is not read, or `None` if it is not there."""
        rows = self.read("SELECT name FROM uploads WHERE file = ?", file)
        path = self.home / "uploads" / file
        return (rows[0][0], path.stat().st_size) if rows and path.is_file() else None

    def upload_names(self) -> dict[str, str]:
        """The names of all uploaded files, by the names under which they are kept."""
        return dict(self.read("SELECT file, name FROM uploads"))

    def uploaded_by(self, file: str, owner: str) -> bool:
        """Whether that visitor has uploaded a file."""
        return bool(self.read("SELECT 1 FROM uploaders WHERE file = ? AND owner = ?", file, owner))

    def readers(self, file: str, owner: str) -> tuple[int, int]:
        """How many runs of a visitor read an uploaded file, and how many of others."""
        rows = self.read(
            f"SELECT owner IS ? FROM runs WHERE json_valid(experiment) AND {FILE_OF_RUN} = ?",
            owner,
            file,
        )
        own = sum(is_own for (is_own,) in rows)
        return own, len(rows) - own

    def delete_upload(self, file: str, owner: str) -> bool:
        """Removes a file for a visitor who uploaded it, unless a run of theirs reads it.

        The bytes go when nobody else has uploaded the same and no run of others reads it, else
        with the last of these.

        Returns:
            `False` if a run of the visitor reads it, or if somebody else asks.
        """
        own, _ = self.readers(file, owner)
        if own or not self.uploaded_by(file, owner):
            return False
        self.write("DELETE FROM uploaders WHERE file = ? AND owner = ?", (file, owner))
        if not self.read("SELECT 1 FROM uploaders WHERE file = ?", file):
            self.drop_upload(file)
        return True

    def drop_upload(self, file: str) -> bool:
        """Removes a file, whoever uploaded it; `False` if a run reads it."""
        dropped = self.write(
            "DELETE FROM uploads WHERE file = ? AND NOT EXISTS "
            f"(SELECT 1 FROM runs WHERE json_valid(experiment) AND {FILE_OF_RUN} = file)",
            (file,),
        )
        if not dropped:
            return False
        self.write("DELETE FROM uploaders WHERE file = ?", (file,))
        (self.home / "uploads" / file).unlink(missing_ok=True)
        return True
