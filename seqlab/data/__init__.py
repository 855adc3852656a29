"""From a source to arrays: tasks, bundled series, uploads, windows."""
