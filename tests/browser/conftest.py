# SPDX-License-Identifier: MIT
"""What the browser tests share: the instance of the system tests, and a
browser of their own for each.

Every test is run in three languages and on two screens where that can matter.
A screenshot of each page is left in ARTIFACTS_DIR, or in the build folder.
"""

import importlib.util
import os
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SYSTEM = ROOT / "tests/system"
sys.path.insert(0, str(SYSTEM))

# Its fixtures and reports are these tests' too, but not its name.
_spec = importlib.util.spec_from_file_location("system_conftest",
                                               SYSTEM / "conftest.py")
_system = importlib.util.module_from_spec(_spec)
sys.modules["system_conftest"] = _system
_spec.loader.exec_module(_system)
for _name in dir(_system):
    if _name.startswith("pytest_") or _name in (
            "_shared_state", "_shared_instance", "instance"):
        globals()[_name] = getattr(_system, _name)

from instance.layout import BUILD  # noqa: E402

from browser import Browser  # noqa: E402
from directory import Directory  # noqa: E402

LANGUAGES = ("en_US", "nb_NO", "sv_SE")
# A desk's and a phone's, in pixels.
WIDTHS = (1280, 390)

LOCALIZATION = ROOT / "webmail/alumnimail/localization"


def screenshots():
    folder = Path(os.environ.get("ARTIFACTS_DIR") or BUILD) / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def texts(language):
    """The plugin's texts in a language, by their names."""
    source = (LOCALIZATION / f"{language}.inc").read_text()
    return dict(re.findall(r"^\$(?:labels|messages)\['(\w+)'\] = '(.*)';$",
                           source, re.MULTILINE))


@pytest.fixture
def directory(instance):
    return Directory(instance)


@pytest.fixture
def new_browser(instance, tmp_path, request):
    """Starts browsers that a test wants; its name goes into that of every
    screenshot."""
    browsers = []

    def start(language="en_US", width=1280):
        prefix = re.sub(r"\W+", "-", request.node.name).strip("-")
        browsers.append(Browser(
            instance, tmp_path / f"profile-{len(browsers)}", language, width,
            screenshots() / prefix, texts(language)))
        return browsers[-1]

    yield start
    for browser in browsers:
        browser.quit()


@pytest.fixture(params=[f"{language}-{width}" for language in LANGUAGES
                        for width in WIDTHS])
def browser(request, new_browser):
    """A browser, once for every language and screen."""
    language, width = request.param.split("-")
    return new_browser(language, int(width))
