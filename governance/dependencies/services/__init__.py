"""Commands of dependencies, by concept."""

from governance.dependencies.services.sets import RECORDED, record_set

__all__ = ["RECORDED", "record_set"]
