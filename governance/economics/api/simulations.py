"""Simulations of a case over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.api import Endpoint, StrictSerializer
from governance.economics.models import Simulation
from governance.economics.selectors.simulations import simulation_named, simulations_of, snapshot_named
from governance.economics.services.simulations import ask_simulation
from governance.economics.simulation import FEWEST, MOST, TRIALS
from governance.usecases.models import UseCase


class SimulationInput(StrictSerializer):
    trials = serializers.IntegerField(default=TRIALS, help_text=f"From {FEWEST} to {MOST}; up to 20000 are run at once")
    seed = serializers.IntegerField(required=False, help_text="Drawn without one; the same seed gives the same figures")
    scenario = serializers.CharField(max_length=60, required=False, default="", allow_blank=True, help_text="Empty: the base")


class SimulationOutput(serializers.Serializer[Any]):
    """`seed` is a text: it may be larger than programs hold exactly. `result` is empty until it is there; its amounts are texts of
    exact decimals in the case's currency, shares go from 0 to 1."""

    id = serializers.CharField(source="public_id")
    snapshot = serializers.CharField(source="snapshot.public_id")
    scenario = serializers.CharField()
    trials = serializers.IntegerField()
    seed = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField(help_text="queued, running, done or failed")
    job = serializers.CharField(source="job.public_id", allow_null=True, default=None)
    created_by = serializers.CharField(source="created_by.public_id", allow_null=True, default=None)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(allow_null=True)
    result_digest = serializers.CharField(allow_null=True)
    result = serializers.DictField(allow_null=True)

    def get_seed(self, row: Simulation) -> str:
        return str(row.seed)

    def get_state(self, row: Simulation) -> str:
        if row.finished_at is not None:
            return "failed" if row.failure else "done"
        return {"cancelled": "failed", "done": "running"}.get(row.job.state, row.job.state) if row.job else "failed"


class SimulationListedOutput(SimulationOutput):
    """One of many: without its result."""

    result = None  # type: ignore[assignment] # takes the field of the whole one away


class _OfUseCase(Endpoint):
    def use_case(self, slug: str) -> UseCase:
        found: UseCase = self.one(UseCase.objects.visible_to(self.actor), slug=slug)
        return found


class Simulate(_OfUseCase):
    """Having a case simulated."""

    scopes = {"POST": "governance:write"}

    @extend_schema(
        operation_id="economics_simulate",
        request=SimulationInput,
        responses={200: SimulationOutput, 201: SimulationOutput, 202: SimulationOutput},
    )
    def post(self, request: Request, slug: str, public_id: str) -> Response:
        """201 with the result, 200 where it was there already, 202 while a job is at it: look at `job`, or here again."""
        snapshot = snapshot_named(self.actor, self.use_case(slug), public_id)
        data = self.read(SimulationInput)

        def run() -> tuple[int, Any]:
            row, new = ask_simulation(actor=self.actor, snapshot=snapshot, **data)
            return 202 if row.finished_at is None else 201 if new else 200, SimulationOutput(row).data

        return self.created(run)


class Simulations(_OfUseCase):
    """What was simulated of a case, newest first."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="economics_simulations", responses=SimulationListedOutput(many=True))
    def get(self, request: Request, slug: str, public_id: str) -> Response:
        use_case = self.use_case(slug)
        snapshot = snapshot_named(self.actor, use_case, public_id)
        rows = simulations_of(use_case).filter(snapshot__case=snapshot.case_id)
        if public_id == snapshot.public_id:
            rows = rows.filter(snapshot=snapshot)
        return self.page(rows, lambda row: SimulationListedOutput(row).data)


class SimulationDetails(_OfUseCase):
    """One simulation with what it found."""

    scopes = {"GET": "read"}

    @extend_schema(operation_id="economics_simulation_read", responses=SimulationOutput)
    def get(self, request: Request, slug: str, public_id: str, simulation: str) -> Response:
        use_case = self.use_case(slug)
        snapshot_named(self.actor, use_case, public_id)
        row = simulation_named(use_case, simulation)
        if row is None:
            self.one(Simulation.objects.none())
        return Response(SimulationOutput(row).data)
