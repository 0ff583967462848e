"""What each reader for conda says of the odd things that real files hold."""

from __future__ import annotations

import pytest

from governance.dependencies.lockfiles import command_that_pins, parse
from governance.dependencies.lockfiles.conda_spec import read_spec
from governance.dependencies.pinning import not_pinned, without_sha256
from tests.dependencies.lock_texts import A, B, M, codes, options, read, rows
from tests.dependencies.test_lock_formats import PYLOCK


@pytest.mark.parametrize(
    ("text", "name", "version", "specifier", "build", "channel"),
    [
        ("numpy", "numpy", "", "", "", ""),
        ("numpy=1.26", "numpy", "", "=1.26", "", ""),
        ("numpy==1.26.4", "numpy", "1.26.4", "==1.26.4", "", ""),
        ("numpy 1.26.4", "numpy", "1.26.4", "1.26.4", "", ""),
        ("numpy=1.26.4=py311_0", "numpy", "1.26.4", "=1.26.4=py311_0", "py311_0", ""),
        ("numpy=1.26.*=*mkl*", "numpy", "", "=1.26.*=*mkl*", "", ""),
        ("numpy 1.26.* *nomkl*", "numpy", "", "1.26.* *nomkl*", "", ""),
        ("numpy >=1.19,<2", "numpy", "", ">=1.19,<2", "", ""),
        ("scikit-learn>0.19.1", "scikit-learn", "", ">0.19.1", "", ""),
        ("conda-forge::Blas=1.0=mkl", "blas", "1.0", "=1.0=mkl", "mkl", "conda-forge"),
        ("conda-forge/linux-64::gcc ==12", "gcc", "12", "==12", "", "conda-forge"),
        ("pytorch[version='>=2',build=*cuda*]", "pytorch", "", ">=2=*cuda*", "", ""),
        ("a[version=1.2,md5=" + M + "]", "a", "1.2", "==1.2", "", ""),
        (f"https://conda.anaconda.org/conda-forge/noarch/tz-data-2024a-h0_1.conda#{M}", "tz-data", "2024a", "==2024a=h0_1", "h0_1",
         "https://conda.anaconda.org/conda-forge"),
    ],
)  # fmt: skip
def test_what_conda_is_asked_for(text, name, version, specifier, build, channel):
    found = read_spec(text)

    assert (found.name, found.version, found.specifier, found.build, found.channel) == (name, version, specifier, build, channel)


@pytest.mark.parametrize("text", ["", "=1.2", "客户", "a[b", "numpy >=1 && rm -rf", "{{ pin }}", "a=", "https://host/a.whl"])
def test_what_conda_cannot_be_asked_for(text):
    assert read_spec(text) is None


ENVIRONMENT = """\
    name: tutorial
    channels: [conda-forge, nvidia]
    dependencies:
      - python=3.10
      - numpy==1.26.4
      - 客户
      - pip:
        - mlflow[extras]==2.1 ; python_version > "3.8"
        - -r more.txt
        - ./wheels/a-1.0-py3-none-any.whl
      - npm: [left-pad]
    prefix: /home/somebody
"""


def test_an_environment_tells_its_channels_in_their_order_and_the_one_that_nobody_named():
    parsed = read("environment.yml", ENVIRONMENT)

    assert [row for row in options(parsed) if row[0].startswith("channel")] == [
        ("channel", "conda-forge"), ("channel", "nvidia"), ("channel:implicit", "defaults"),
    ]  # fmt: skip
    assert rows(parsed, "ecosystem", "name", "version", "origin", "line") == [
        ("conda", "python", "", "index", 4), ("conda", "numpy", "1.26.4", "index", 5),
        ("pypi", "mlflow", "2.1", "index", 8), ("pypi", "a", "1.0", "local", 10),
    ]  # fmt: skip
    assert codes(parsed) == [(6, "spec_not_valid"), (9, "include_not_followed"), (11, "source_unknown")]
    assert ("channel:implicit", "defaults") not in options(read("environment.yml", ENVIRONMENT.replace("nvidia", "nodefaults")))


def test_an_unpinned_environment_gets_the_command_that_pins_it():
    parsed = read("environment.yml", ENVIRONMENT)

    assert command_that_pins("env/environment.yml", parsed) == (
        "conda-lock lock --file env/environment.yml --platform linux-64 --lockfile env/conda-lock.yml"
    )
    assert command_that_pins("it's mine.yml", parsed).startswith("conda-lock lock --file 'it'\"'\"'s mine.yml'")
    assert command_that_pins("pylock.toml", read("pylock.toml", PYLOCK)) == ""


def test_a_python_version_in_yaml_is_no_number():
    parsed = read(
        "python_env.yaml", "python: 3.10\nbuild_dependencies:\n- pip==23.0\ndependencies:\n- a==1\n- -r requirements.txt\n"
    )

    assert ("python", "3.10") in options(parsed)
    assert rows(parsed, "name", "groups", "line") == [("pip", ("build",), 3), ("a", (), 5)]
    assert codes(parsed) == [(6, "include_not_followed")]


CONDA_LOCK = f"""\
    version: 1
    metadata:
      content_hash: {{linux-64: {A}}}
      channels:
      - url: conda-forge
        used_env_vars: []
      platforms: [linux-64]
      sources: [environment.yml]
    package:
    - name: zlib
      version: 1.2.13
      manager: conda
      platform: linux-64
      dependencies: {{}}
      url: https://conda.anaconda.org/conda-forge/linux-64/zlib-1.2.13-h4dc8bfd_5.conda
      hash: {{md5: {M}, sha256: {A}}}
      category: main
      optional: false
    - name: zlib
      version: 9.9
      manager: conda
      platform: osx-64
      url: https://conda.anaconda.org/conda-forge/osx-64/zlib-1.2.13-h8a1eda9_5.conda
      hash: {{sha256: {B}}}
      category: dev
      optional: true
    - name: Requests
      version: 2.32.0
      manager: pip
      platform: linux-64
      url: https://files.pythonhosted.org/packages/requests-2.32.0-py3-none-any.whl
      hash: {{sha256: {A}}}
      category: main
      optional: false
"""


def test_conda_lock_keeps_a_row_for_each_platform():
    parsed = read("conda-lock.yml", CONDA_LOCK)

    assert rows(parsed, "ecosystem", "name", "version", "marker", "groups", "index", "hashes") == [
        ("conda", "zlib", "1.2.13", "platform == 'linux-64'", ("main",), "https://conda.anaconda.org/conda-forge",
         (f"md5:{M}", f"sha256:{A}")),
        ("conda", "zlib", "9.9", "platform == 'osx-64'", ("dev", "optional"), "https://conda.anaconda.org/conda-forge", (f"sha256:{B}",)),
        ("pypi", "requests", "2.32.0", "", ("main", "platform:linux-64"), "", (f"sha256:{A}",)),
    ]  # fmt: skip
    assert parsed.requirements[0].purl == "pkg:conda/zlib@1.2.13?build=h4dc8bfd_5&channel=conda-forge&subdir=linux-64"
    assert not_pinned(parsed.requirements) == without_sha256(parsed.requirements) == []
    assert codes(parsed) == [(19, "purl_differs")]  # the version is not that of the archive


def test_a_list_of_archives_is_told_by_its_first_line():
    text = f"# platform: linux-64\n@EXPLICIT\nhttps://conda.anaconda.org/main/linux-64/zlib-1.2.13-h5_0.conda#{M}\n# pip a @ https://me:pw@host/a-1.whl\n???\n"
    parsed = parse("spec.txt", text)

    assert parsed.format == "conda-explicit"
    assert rows(parsed, "name", "version", "hashes", "line") == [("zlib", "1.2.13", (f"md5:{M}",), 3), ("a", "", (), 4)]
    assert codes(parsed) == [(4, "credential_in_url"), (5, "spec_not_valid")]
