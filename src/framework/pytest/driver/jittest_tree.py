"""A working copy of one revision: verified and restored after each cell."""

import os
import shutil
import stat

SHARED_BYTES = 256 << 10


def _remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        try:
            os.unlink(path)
        except OSError:
            pass


def _listing(root):
    found = {}
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = list(os.scandir(os.path.join(root, folder)))
        except OSError:
            continue
        for entry in entries:
            relative = folder + entry.name
            try:
                info = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            if stat.S_ISDIR(info.st_mode):
                found[relative] = ("folder", stat.S_IMODE(info.st_mode))
                pending.append(relative + "/")
            else:
                found[relative] = (info.st_mode, info.st_size, info.st_mtime_ns)
    return found


class Tree:
    """A folder that is put back to how it was: from a pristine copy, and from the texts of added
    files.
    """

    def __init__(self, root, pristine, added=None):
        self.root = root
        self.pristine = pristine
        self.added = dict(added or {})
        for relative, text in self.added.items():
            self._write(relative, text)
        self.expected = _listing(root)
        self.lost = []

    def _write(self, relative, text):
        path = os.path.join(self.root, relative)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def restore(self):
        """Puts back what was added, changed or removed; the paths where that was so."""
        now = _listing(self.root)
        differing = sorted(
            path
            for path in set(now) | set(self.expected)
            if now.get(path) != self.expected.get(path)
        )
        for relative in differing:
            if relative not in self.expected:
                _remove(os.path.join(self.root, relative))
        for relative in differing:
            if relative in self.expected:
                self._put_back(relative)
        return differing

    def _put_back(self, relative):
        path = os.path.join(self.root, relative)
        wanted = self.expected[relative]
        if wanted[0] == "folder":
            if os.path.islink(path) or not os.path.isdir(path):
                _remove(path)
                os.makedirs(path, exist_ok=True)
            os.chmod(path, wanted[1])
            return
        _remove(path)
        if relative in self.added:
            self._write(relative, self.added[relative])
        else:
            source = os.path.join(self.pristine, relative)
            shutil.copy2(source, path, follow_symlinks=False)
            info = os.lstat(source)
            if (info.st_size, info.st_mtime_ns) != (wanted[1], wanted[2]):
                self.lost.append(relative)
        if not stat.S_ISLNK(wanted[0]):
            os.chmod(path, stat.S_IMODE(wanted[0]))
            os.utime(path, ns=(wanted[2], wanted[2]))

    def without_added(self):
        """Takes the added files out again, and restores the rest."""
        for relative in self.added:
            self.expected.pop(relative, None)
        folders = {os.path.dirname(relative) for relative in self.added}
        self.restore()
        self.added = {}
        for folder in sorted(folders, key=len, reverse=True):
            while folder and not os.path.lexists(os.path.join(self.pristine, folder)):
                self.expected.pop(folder, None)
                _remove(os.path.join(self.root, folder))
                folder = os.path.dirname(folder)


def entries(folder):
    """What a folder, and the folders in it, hold."""
    found = set()
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        found.add(name)
        path = os.path.join(folder, name)
        if os.path.isdir(path) and not os.path.islink(path):
            found.update(os.path.join(name, inner) for inner in os.listdir(path))
    return found


def keep_only(folder, kept):
    """Removes what came into a folder, or into the folders in it, since `entries` looked."""
    for name in sorted(entries(folder) - set(kept)):
        _remove(os.path.join(folder, name))


def copy_tree(source, destination):
    """Copies a revision, symlinks as they are, times kept. Large files are shared with the source:
    tests rarely write into them, and a working folder in memory has little room; where a test does,
    it is noticed (`Tree.lost`).
    """
    shutil.copytree(source, destination, symlinks=True, copy_function=_share_or_copy)


def _share_or_copy(source, destination):
    if os.path.getsize(source) > SHARED_BYTES:
        try:
            return os.link(source, destination)
        except OSError:
            pass
    return shutil.copy2(source, destination)
