"""Every type of subject there is: one line each. Called once, when the app is ready."""

from __future__ import annotations

from approvals.subjects import register


def register_all() -> None:
    from approvals.subjects.data_use import DataUseSubject
    from approvals.subjects.dictionary_proposal import DictionaryProposalSubject
    from approvals.subjects.document import DocumentSubject
    from approvals.subjects.economics_snapshot import EconomicsSnapshotSubject
    from approvals.subjects.envelope import EnvelopeSubject
    from approvals.subjects.model_version import ModelVersionSubject
    from approvals.subjects.policy_version import PolicyVersionSubject
    from approvals.subjects.provision_request import ProvisionRequestSubject
    from approvals.subjects.ruling import RulingSubject
    from approvals.subjects.use_case_definition import UseCaseDefinitionSubject

    register(ModelVersionSubject())
    register(UseCaseDefinitionSubject())
    register(DocumentSubject())
    register(PolicyVersionSubject())
    register(EnvelopeSubject())
    register(DictionaryProposalSubject())
    register(DataUseSubject())
    register(RulingSubject())
    register(EconomicsSnapshotSubject())
    register(ProvisionRequestSubject())
