"""The search for programs."""

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router

from sanchuang.core.api.endpoints import page_of, reads
from sanchuang.core.api.schemas import LONGEST_QUERY, PageTold, Paging, Told
from sanchuang.core.permissions import require
from sanchuang.core.search import Hit, search

router = Router(tags=["search"])


class HitTold(Told):
    """A record found; `score` from 0 to 1 says how well it fits."""

    kind: str = Field(examples=["organisation"])
    id: str = Field(examples=["999000011"])
    title: str = Field(examples=["Harbour Sonar"])
    detail: str = Field("", examples=["company"])
    score: float = Field(examples=[0.93])
    synthetic: bool = Field(examples=[True])

    @classmethod
    def of(cls, hit: Hit) -> "HitTold":
        """The hit."""
        return cls(
            kind=hit.kind,
            id=hit.id,
            title=str(hit.title),
            detail=str(hit.detail),
            score=hit.score,
            synthetic=hit.synthetic,
        )


class Hits(PageTold):
    """A page of what was found."""

    items: list[HitTold]


class SearchAsked(Paging):
    """What is sought."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Name, former name, code, pinyin or words.")
    kind: str = Field("", max_length=40, description="Only records of this kind.")


@reads(router, "/search", Hits, name="search", query=SearchAsked, also=(400,))
def search_records(request: HttpRequest, asked: Query[SearchAsked]) -> HttpResponse:
    """Records of every room by name, former name, code, pinyin or word, the best first."""
    require(request.user, "core.report")
    found = search(asked.q, request.user, kind=asked.kind or None, limit=asked.limit, skip=asked.offset)
    return page_of(request, asked, list(found.hits), found.total, Hits, HitTold.of)
