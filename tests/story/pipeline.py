"""CI of the demo's model, as it runs somewhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from config.demo_repository import DemoRepository, build
from tests.story.installation import Installation, Ran


class Pipeline:
    """CI of the churn model: a checkout of the demo's repository, and the artifact that a training run left beside it."""

    def __init__(self, server: Installation, checkout: Callable[..., Path], tmp_path: Path) -> None:
        self.server = server
        self.repository: DemoRepository = build(Path(server.demo["repository"]))
        self.checkout = checkout
        self.folder = tmp_path

    def at(self, number: str) -> Path:
        return self.checkout(str(self.repository.path), self.repository.versions[number].commit)

    def artifact(self, number: str) -> Path:
        path = self.folder / f"churn-{number}.skops"
        path.write_bytes(self.repository.versions[number].facts.artifact)
        return path

    def push(self, number: str, *more: str) -> Ran:
        files = ["--lock", "requirements.txt", "--params", "params.yaml", "--metrics", "metrics.json", "--dvc-lock", "dvc.lock"]
        files += ["--confusion", "evaluation/confusion.json", "--artifact", str(self.artifact(number))]
        files += ["--artifact-uri", f"s3://models/churn/{self.repository.versions[number].facts.trained_as}"]
        files += ["--data", "train:onboarding-customers=data/onboarding/customers.csv"]
        files += ["--data", "train:billing-customers=data/billing/customers.csv"]
        return self.run(number, "push", "--use-case", "churn", "--model", "churn-model", "--version", number, *files, *more)

    def request(self, number: str) -> Ran:
        return self.run(number, "request", "--model", f"churn-model@{number}", "--env", "production", "--comment", "From CI")

    def gate(self, number: str, *more: str) -> Ran:
        stated = () if "--artifact" in more else ("--artifact", str(self.artifact(number)))
        return self.run(number, "gate", "check", "--model", f"churn-model@{number}", "--env", "production", *stated, *more)

    def run(self, number: str, *arguments: str) -> Ran:
        return self.server.countersign(*arguments, cwd=self.at(number), token=self.server.demo["ci_token"])
