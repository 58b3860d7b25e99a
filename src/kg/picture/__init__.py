"""A network as one page of HTML that opens offline: pyvis builds it, our own template and scripts show it."""

from kg.picture.details import detailed
from kg.picture.page import LIMIT, Page, fitting, page

__all__ = ["LIMIT", "Page", "detailed", "fitting", "page"]
