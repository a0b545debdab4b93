"""Pages of one code base, in the place of a list of rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.shared.core.admin.base import InstanceAdmin
from apps.shared.dashboard.code import code_styles
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.patterns.admin.mining import head
from apps.singularity.patterns.selectors import codebase_wanted


def codebase_asked(request: HttpRequest) -> Any:
    """The code base in the address, else the one mined last; None where there is none at all."""
    try:
        return codebase_wanted(reference=request.GET.get("codebase", ""))
    except UnknownCodebase as error:
        messages.warning(request, f"{str(error).capitalize()}.")
        return codebase_wanted(reference="")


class CodebasePageAdmin(InstanceAdmin):
    """Shows all rows of a code base on one page, told as a whole."""

    page_title: ClassVar[str]
    page_template: ClassVar[str]

    def page_context(self, codebase: Any) -> Mapping[str, Any]:
        """What the page's template shows of a code base."""
        raise NotImplementedError

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        codebase = codebase_asked(request)
        context = {
            **self.admin_site.each_context(request),
            "title": self.page_title,
            "code_styles": code_styles(),
            "chooses": True,
            **head(request, codebase=codebase),
            **(self.page_context(codebase) if codebase else {}),
            "export_url": self._export_url(codebase) if codebase else "",
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.page_template, context)

    def _export_url(self, codebase: Any) -> str:
        """Of the code base's rows."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        return f"{reverse(name)}?codebase__id__exact={codebase.pk}"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A row has its place on the page."""
        row = self.get_object(request, object_id)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        if row is None:
            return redirect(name)
        return redirect(f"{reverse(name)}?codebase={row.codebase_id}#{row.key}")
