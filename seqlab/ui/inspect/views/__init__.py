"""The views of Inspect. A new one is a file of this folder with a `View` called `VIEW`."""

from importlib import import_module
from pkgutil import iter_modules

from seqlab.ui.inspect.view import View


def _views() -> dict[str, View]:
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    views: list[View] = [module.VIEW for module in modules]
    return {view.name: view for view in sorted(views, key=lambda view: view.place)}


VIEWS = _views()  # by name, in the order of the menu
