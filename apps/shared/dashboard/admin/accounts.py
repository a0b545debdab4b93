"""Accounts and their tokens in the admin's own look; Django registers accounts without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from apps.shared.access.admin.audited import AuditedAdmin
from apps.shared.access.audit import actor_of
from apps.shared.access.models import ApiToken, Scope
from apps.shared.access.tokens import DAYS, MOST_DAYS, token_delete, token_issue, tokens_of
from apps.shared.core.admin.lists import ListAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(AuditedAdmin, ListAdmin, DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # generic in stubs only
    """Users."""

    list_per_page = 50

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class GroupAdmin(AuditedAdmin, ListAdmin, DjangoGroupAdmin, ModelAdmin):
    """Groups."""

    list_per_page = 50


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in stubs only
    """What a new token is for."""

    name = forms.CharField(
        max_length=100, widget=UnfoldAdminTextInputWidget(), help_text="What uses it."
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text="Beside what your account may do.",
    )
    days = forms.IntegerField(
        min_value=1,
        max_value=MOST_DAYS,
        initial=DAYS,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="How long it lives.",
    )

    class Meta:
        model = ApiToken
        fields = ("name", "scopes")


@admin.register(ApiToken)
class TokenAdmin(ListAdmin, ModelAdmin):
    """Tokens of the REST API; a new one is shown once, when it is made."""

    list_display = ("name", "begins", "user", "scopes_shown", "created", "expiry", "last_used_at")
    list_per_page = 50
    export_fields = (
        *("name", "token_key", "user__username", "scopes"),
        *("created", "expiry", "last_used_at"),
    )
    search_fields = ("name", "token_key", "user__username")
    search_help_text = "Name, beginning of the secret, or account"
    form = TokenForm
    readonly_fields = ("created", "expiry", "last_used_at", "user", "begins", "scopes_shown")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiToken]:
        """One's own, or all for who keeps accounts."""
        return tokens_of(cast("User", request.user))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form for a new one, facts for one that is."""
        if obj is None:
            return ("name", "scopes", "days")
        return ("name", "begins", "user", "scopes_shown", "created", "expiry", "last_used_at")

    @display(description="Secret begins with")
    def begins(self, token: ApiToken) -> str:
        """By which a program's token is told from another."""
        return f"{token.token_key}…"

    @display(description="Scopes")
    def scopes_shown(self, token: ApiToken) -> str:
        """What it may be used for."""
        return ", ".join(token.scopes)

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        """Issue it, and show the secret this once."""
        given = form.cleaned_data
        token, secret = token_issue(
            user=cast("User", request.user),
            name=given["name"],
            scopes=given["scopes"],
            lifetime=timedelta(days=given["days"]),
            actor=actor_of(request),
        )
        obj.__dict__.update(token.__dict__)
        messages.success(request, f"The token, shown this once: {secret}")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whoever may enter has tokens."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As above; the list has no more than one may see."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As above."""
        return self.has_module_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Another secret or other scopes are another token."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Taken back by its owner, or by who keeps accounts."""
        return self.has_module_permission(request)

    def delete_model(self, request: HttpRequest, obj: ApiToken) -> None:
        """Take it back."""
        token_delete(token=obj, actor=actor_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Take the chosen ones back."""
        for token in queryset:
            token_delete(token=token, actor=actor_of(request))
