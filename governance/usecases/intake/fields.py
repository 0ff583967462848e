"""What a column can become. The order is that in which people choose."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["key", "line", "text", "short", "list", "choice", "person", "kpi"]
KPI_SETS = 5  # KPIs of one row, each with columns of its own


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a use case says. `many`: several columns may become it. `called`: what people call such a column."""

    name: str
    kind: Kind
    many: bool = False
    longest: int = 20_000
    called: tuple[str, ...] = ()


def _called(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


FIELDS = (
    Field(
        "title",
        "line",
        longest=120,
        called=_called(
            "title, name, use case name, use case title, use case, ai use case, ai use case name, project name, project,"
            "名称, 标题, 用例名称, 用例, 项目名称, 应用名称, 场景名称"
        ),
    ),
    Field(
        "key",
        "key",
        many=True,
        longest=400,
        called=_called(
            "id, key, number, no, nr, use case id, inventory id, inventory number, reference, ref, record id, ident,"
            "编号, 序号, 用例编号, 项目编号, 标识"
        ),
    ),
    Field("slug", "line", longest=60, called=_called("slug, short name, short title, handle, 简称, 短名称")),
    Field("kind", "choice", called=_called("kind, type of use case, use case type, maturity, 类型, 用例类型")),
    Field(
        "business_problem",
        "text",
        many=True,
        called=_called(
            "business problem, problem, problem solved, problem statement, purpose, description, summary, benefits, expected benefits,"
            "purpose benefits, intended purpose and expected benefits, business need, background, use case description,"
            "业务问题, 问题, 背景, 描述, 说明, 目的, 业务需求"
        ),
    ),
    Field(
        "ml_problem",
        "text",
        many=True,
        called=_called(
            "ml problem, machine learning problem, ml problem statement, task, prediction, outputs, output, system outputs, ai outputs,"
            "ai system outputs, describe the ai system s outputs, what is predicted, 机器学习问题, 输出, 预测目标, 任务"
        ),
    ),
    Field(
        "affected",
        "text",
        many=True,
        called=_called(
            "affected, who is affected, people affected, stakeholders, impacted groups, 受影响者, 受影响人群, 利益相关方"
        ),
    ),
    Field("intended_use", "text", many=True, called=_called("intended use, usage, how it is used, 预期用途, 用途")),
    Field(
        "limits",
        "text",
        many=True,
        called=_called("limits, limitations, out of scope, key risks, risks, potential impacts, 限制, 局限, 风险"),
    ),
    Field("assumptions", "text", many=True, called=_called("assumptions, preconditions, 假设, 前提")),
    Field(
        "data_sources",
        "list",
        many=True,
        called=_called(
            "data sources, data source, data, data description, datasets, data sets, training data, agency data, input data, inputs,"
            "数据源, 数据来源, 数据, 数据集"
        ),
    ),
    Field(
        "consumers",
        "list",
        many=True,
        called=_called(
            "consumers, known consumers, used by, downstream, downstream systems, output used by, 使用方, 消费方, 下游系统"
        ),
    ),
    Field(
        "risk_tier",
        "choice",
        called=_called(
            "risk tier, risk, risk level, risk class, risk rating, criticality, impact, impact level, impact type, high impact,"
            "is high impact, rights impacting safety impacting both or neither, 风险等级, 风险级别, 风险"
        ),
    ),
    Field(
        "regulation",
        "text",
        many=True,
        called=_called("regulation, regulations, legal basis, laws, compliance, 法规, 法律依据, 合规"),
    ),
    Field("framework", "short", longest=400, called=_called("framework, ml framework, library, 框架")),
    Field("containers", "short", longest=400, called=_called("containers, container, image, 容器")),
    Field("language", "short", longest=400, called=_called("language, programming language, 编程语言")),
    Field("latency", "short", longest=200, called=_called("latency, response time, 延迟, 响应时间")),
    Field("throughput", "short", longest=200, called=_called("throughput, requests per second, 吞吐量")),
    Field("volume", "short", longest=200, called=_called("volume, data volume, 数据量")),
    Field("availability", "short", longest=200, called=_called("availability, uptime, 可用性")),
    Field("project_lead", "person", called=_called("project lead, project manager, lead, 项目负责人, 项目经理")),
    Field(
        "business_owner", "person", called=_called("business owner, owner, product owner, sponsor, 业务负责人, 负责人, 业务方")
    ),
)
_KPI_PARTS = {
    "name": _called("kpi, kpi name, metric, success metric, success measure, measure, indicator, 指标, 指标名称, 关键指标"),
    "baseline": _called("baseline, now, current, current value, as is, 现状, 基线, 当前值"),
    "target": _called("target, target value, goal, wanted, to be, 目标, 目标值"),
    "unit": _called("unit, units, 单位"),
    "direction": _called("direction, better, 方向"),
    "tolerance": _called("tolerance, 容差, 容忍度"),
    "how": _called("how, how measured, measurement, measured by, 如何衡量, 衡量方法"),
}


def _kpi_fields() -> Iterable[Field]:
    for number in range(1, KPI_SETS + 1):
        for part, called in _KPI_PARTS.items():
            longest = {"name": 120, "unit": 40, "how": 2000}.get(part, 60)
            yield Field(f"kpi.{number}.{part}", "kpi", longest=longest, called=called)


KPI_FIELDS = tuple(_kpi_fields())
BY_NAME = {field.name: field for field in (*FIELDS, *KPI_FIELDS)}
KPI_PARTS = tuple(_KPI_PARTS)
# What tells rows of the same number or title apart, where those are given by several units: never guessed to be more than that.
UNITS = _called(
    "agency, agency name, department, organisation, organization, company, unit, business unit, division, bureau, country, office,"
    "部门, 单位, 机构, 公司"
)
# Columns that hold what a choice means, and the words for it. What is not here is asked for.
CHOICES: dict[str, dict[str, tuple[str, ...]]] = {
    "kind": {
        "research": _called("research, r&d, research and development, exploration, experiment, idea, 研究, 探索"),
        "prototype": _called("prototype, pilot, poc, proof of concept, mvp, 原型, 试点, 概念验证"),
        "product": _called(
            "product, production, deployed, operational, in production, operation and maintenance, live, 产品, 生产, 上线"
        ),
    },
    "risk_tier": {
        "low": _called("low, low risk, minimal, minimal risk, 低, 低风险"),
        "medium": _called("medium, medium risk, moderate, mid, limited, limited risk, 中, 中等, 中风险"),
        "high": _called(
            "high, high risk, high impact, critical, severe, rights impacting, safety impacting, both, 高, 高风险, 严重"
        ),
    },
    "direction": {
        "up": _called(
            "up, more, higher, increase, more is better, higher is better, maximize, maximise, rise, +, ↑, 提高, 越高越好, 增加"
        ),
        "down": _called(
            "down, less, lower, decrease, less is better, lower is better, minimize, minimise, reduce, -, ↓, 降低, 越低越好, 减少"
        ),
    },
}
_MARKS = re.compile(r"[^\w&+↑↓-]+")
_ORDINAL = re.compile(r"^(?:\(?[0-9a-z]{1,3}[.):]\s*|q?[0-9]{1,3}[a-z]?\s+)")


def plain(name: str) -> str:
    """A column's name, or a choice, as it is compared: lower case, without numbering and marks, single spaces."""
    words = _MARKS.sub(
        " ", name.casefold().replace("_", " ").replace("’", " ").replace("'", " ").replace("-", " ") if name not in "+-" else name
    )
    words = " ".join(words.split())
    return _ORDINAL.sub("", words).strip() or words
