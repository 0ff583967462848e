"""`countersign push`: the provenance of one model version. Hashes are computed here; data and artifacts stay where they are."""

from __future__ import annotations

import argparse
import os
import re
from typing import Any

from countersign import checkout, exits, files
from countersign.output import say, write_json
from countersign.server import Server

KINDS = ("model", "rule_baseline", "data_product", "pipeline", "configuration", "external_service")
SERIALIZATIONS = {
    ".skops": "skops",
    ".onnx": "onnx",
    ".safetensors": "safetensors",
    ".pkl": "pickle",
    ".pickle": "pickle",
    ".joblib": "joblib",
}


def push(arguments: argparse.Namespace, server: Server) -> int:
    """Send one version. Sending the same again changes nothing; other facts under the same name and version are refused."""
    body = provenance(arguments)
    answer = server.post("model-versions", body)
    if not isinstance(answer.body, dict):
        raise exits.CommandError(exits.NO_DECISION, "the answer of the server is not about a model version")
    verb = "registered" if answer.status == 201 else "unchanged"
    say(f"{arguments.model}@{arguments.version}: {verb} {answer.body.get('id', '')}".rstrip())
    write_json({**answer.body, "created": answer.status == 201, "exit_code": exits.OK})
    return exits.OK


def provenance(arguments: argparse.Namespace) -> dict[str, Any]:
    """The body of `POST /model-versions`: what the options, Git and the files say."""
    body: dict[str, Any] = {
        "use_case": arguments.use_case,
        "kind": arguments.kind,
        "registry": arguments.registry,
        "name": arguments.model,
        "version": arguments.version,
    }
    body.update(_code(arguments))
    body.update(_stated(arguments.params, "params", "--params"))
    body.update(_stated(arguments.metrics, "metrics", "--metrics"))
    if arguments.confusion:
        body["confusion_file"] = _confusion(arguments.confusion)
    if arguments.artifact or arguments.artifact_uri:
        body["artifact"] = _artifact(arguments.artifact, arguments.artifact_uri)
    if arguments.runtime_image:
        body["runtime"] = {"kind": "image", "image_digest": _image_digest(arguments.runtime_image), "config": {}}
    elif arguments.lock:
        body["runtime"] = {"kind": "lock", "image_digest": None, "config": {}}
    body["dependency_sets"] = [files.text_file(name, "--lock") for name in arguments.lock]
    body["datasets"] = [_dataset(text) for text in arguments.data]
    if arguments.dictionary:
        body["dictionary_release"] = ",".join(arguments.dictionary)
    if arguments.dvc_lock:
        body["dvc_lock"] = files.text_file(arguments.dvc_lock, "--dvc-lock")
    found = checkout.look(arguments.repo_dir)
    _from_root(body, found.root if found else "")
    return body


def _code(arguments: argparse.Namespace) -> dict[str, Any]:
    """Repository, commit and dirty state; the last is not known without a checkout of that very commit."""
    found = checkout.look(arguments.repo_dir)
    facts: dict[str, Any] = {}
    repository = arguments.repository or (found.origin if found else "")
    if repository:
        facts["repository"] = checkout.without_credentials(repository)
    commit = checkout.checked_commit(arguments.commit) if arguments.commit else found.commit if found else ""
    if not commit:
        say(f"{arguments.repo_dir} is not in a Git repository: the version is sent without a commit")
        return facts
    facts["commit"] = commit
    if found is None or found.commit != commit:
        say(f"commit {commit} is not what is checked out in {arguments.repo_dir}: whether it was changed is not stated")
        return facts
    facts["dirty"] = found.dirty
    facts["porcelain_sha256"] = found.porcelain_sha256
    if found.dirty:
        say(f"{arguments.repo_dir} has changes that are not committed: the version is sent as dirty")
    return facts


def _stated(name: str, field: str, option: str) -> dict[str, Any]:
    """The file as text, which the server reads and compares with the commit; JSON is tried here first, for its error's line."""
    if not name:
        return {}
    if name.lower().endswith(".json"):
        files.json_file(name, option)
    return {f"{field}_file": files.text_file(name, option)}


def _from_root(body: dict[str, Any], root: str) -> None:
    """Name files as the repository does, whatever folder this runs in: the server looks them up in the commit."""
    sent = [*body["dependency_sets"], *(body[field] for field in ("params_file", "metrics_file", "confusion_file", "dvc_lock") if field in body)]
    for file in sent:
        below = os.path.relpath(os.path.realpath(file.pop("local")), os.path.realpath(root)) if root else ".."
        if not below.startswith(".."):
            file["path"] = below.replace(os.sep, "/")


def _confusion(name: str) -> dict[str, str]:
    value = files.json_file(name, "--confusion")
    for cell in ("tp", "fp", "fn", "tn"):
        count = value.get(cell)
        if type(count) is not int or count < 0:
            raise exits.usage(f"--confusion {name}: {cell} must be a whole number from 0")
    return files.text_file(name, "--confusion")


def _artifact(name: str, uri: str) -> dict[str, Any]:
    artifact: dict[str, Any] = {"uri": uri} if uri else {}
    if not name:
        return artifact
    digest = files.stated_digest(name)
    if digest:
        artifact["sha256"] = digest
    else:
        artifact["sha256"], artifact["size"] = files.sha256_of(name, "--artifact")
    for suffix, serialization in SERIALIZATIONS.items():
        if (uri if digest else name).lower().endswith(suffix):  # a digest has no ending; where it lies may tell
            artifact["serialization"] = serialization
    return artifact


def _image_digest(text: str) -> str:
    """`sha256:<64 hex>`, also out of `name@sha256:…`."""
    match = re.fullmatch(r"(?:[^@\s]+@)?(sha256:[0-9a-f]{64})", text)
    if not match:
        raise exits.usage(f"--runtime-image {text}: name the image by its digest, sha256:<64 hex>; a tag can move")
    return match.group(1)


def _dataset(text: str) -> dict[str, Any]:
    """`ROLE=FILE` or `ROLE:NAME=FILE`; the name is the file's, without its suffix, when none is stated."""
    role, equals, name = text.partition("=")
    role, _colon, title = role.partition(":")
    if not equals or not role or not name:
        raise exits.usage(f"--data {text}: write ROLE=FILE, for instance train=data/customers.csv")
    digest, table = files.data_file(name, "--data")
    stem = files.sent_path(name).rpartition("/")[2]
    dataset: dict[str, Any] = {"role": role, "name": title or stem.partition(".")[0] or stem, "digest": f"sha256:{digest}"}
    if table:
        dataset["rows"], dataset["columns"] = table.rows, table.columns
    return dataset
