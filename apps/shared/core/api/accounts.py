"""REST endpoints of accounts: who I am, my tokens, the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, cast

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.shared.access.audit import Actor, actor_of
from apps.shared.access.models import ApiToken, AuditEntry, Scope
from apps.shared.access.tokens import DAYS, MOST_DAYS, token_delete, token_issue, tokens_of
from apps.shared.core.api.filters import MomentFilter
from apps.shared.core.api.viewsets import ListViewSet, ReadViewSet

LOGIN_HOURS = 10
"""How long a token of a login lives."""


class MeSerializer(serializers.Serializer[Any]):
    """The account that asks."""

    name = serializers.CharField(help_text="Of the account.")
    roles = serializers.ListField(
        child=serializers.CharField(), help_text="Its groups: viewer, operator, admin or others."
    )
    superuser = serializers.BooleanField(help_text="Whether it may do everything.")
    scopes = serializers.ListField(
        child=serializers.ChoiceField(Scope.choices),
        help_text="Of the token in use; all of them for a session.",
    )
    expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the token in use ends; null for a session."
    )


class MeView(APIView):
    """Who asks."""

    permissions: ClassVar = {"get": ""}

    @extend_schema(operation_id="me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """The account, its roles, and what the token in use may do."""
        user = cast("User", request.user)
        token = _token(request)
        said = {
            "name": user.get_username(),
            "roles": sorted(user.groups.values_list("name", flat=True)),
            "superuser": user.is_superuser,
            "scopes": token.scopes if token else Scope.values,
            "expires_at": token.expiry if token else None,
        }
        return Response(MeSerializer(said).data)


class TokenSerializer(serializers.ModelSerializer[ApiToken]):
    """A token, without its secret."""

    id = serializers.CharField(source="token_key", help_text="Beginning of the secret.")
    user = serializers.CharField(source="user.username", help_text="Whose it is.")
    created_at = serializers.DateTimeField(source="created")
    expires_at = serializers.DateTimeField(source="expiry", allow_null=True)

    class Meta:
        model = ApiToken
        fields = ("id", "name", "user", "scopes", "created_at", "expires_at", "last_used_at")


class TokenRequestSerializer(serializers.Serializer[Any]):
    """What a token is for."""

    name = serializers.CharField(max_length=100, help_text="What uses it.")
    scopes = serializers.MultipleChoiceField(
        choices=Scope.choices, allow_empty=False, help_text="What it may be used for."
    )
    days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, default=DAYS, help_text="How long it lives."
    )


class IssuedSerializer(serializers.Serializer[Any]):
    """A token that was just made."""

    token = TokenSerializer()
    secret = serializers.CharField(help_text="Shown this once.")


class TokenViewSet(ListViewSet[ApiToken]):
    """Tokens of the account that asks, the newest first; who keeps accounts sees everybody's."""

    permissions: ClassVar = {"list": "", "create": "", "destroy": ""}
    queryset = ApiToken.objects.none()
    serializer_class = TokenSerializer
    filter_backends = ()
    lookup_field = "token_key"
    lookup_url_kwarg = "id"
    lookup_value_regex = "[0-9a-zA-Z]+"

    def get_queryset(self) -> QuerySet[ApiToken]:
        """Those that the account may see."""
        return tokens_of(cast("User", self.request.user)).order_by("-created", "digest")

    @extend_schema(
        request=TokenRequestSerializer,
        responses={201: IssuedSerializer},
        examples=[
            OpenApiExample(
                "A program that reads",
                {"name": "nightly report", "scopes": ["read"], "days": 30},
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        """Make one for the account that asks.

        A token makes none that has more scopes than its own or lives longer: one that would is
        made to end with it.
        """
        wanted = TokenRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        asked = wanted.validated_data
        by = _token(request)
        if by and not set(asked["scopes"]) <= set(by.scopes):
            raise PermissionDenied("The token in use has fewer scopes than that.")
        token, secret = token_issue(
            user=cast("User", request.user),
            name=asked["name"],
            scopes=asked["scopes"],
            lifetime=timedelta(days=asked["days"]),
            actor=actor_of(request),
            by=by,
        )
        said = IssuedSerializer({"token": token, "secret": secret})
        return Response(said.data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Take it back at once; one of somebody else takes the scope ``administer``."""
        token, by = self.get_object(), _token(request)
        if by and token.user != by.user and Scope.ADMINISTER not in by.scopes:
            raise PermissionDenied("The token in use lacks the scope 'administer'.")
        token_delete(token=token, actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _token(request: Request) -> ApiToken | None:
    """The token in use; none in a session."""
    return request.auth if isinstance(request.auth, ApiToken) else None


class LoginSerializer(serializers.Serializer[Any]):
    """Who wants in."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=4096)


class LoginView(APIView):
    """A token for a name and a password."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        """So that a wrong password is 401, as for a wrong token."""
        return "Token"

    @extend_schema(
        operation_id="login",
        request=LoginSerializer,
        responses={201: IssuedSerializer},
        examples=[
            OpenApiExample(
                "Log in", {"username": "ada", "password": "correct horse"}, request_only=True
            )
        ],
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """A token with all scopes for ten hours; 401 for a wrong name or password.

        After ten failures the name is locked for a quarter of an hour from that address: 429.
        """
        given = LoginSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        user = authenticate(request._request, **given.validated_data)  # noqa: SLF001  django-axes reads Django's
        if not isinstance(user, User):
            raise AuthenticationFailed("The name or the password is wrong.")
        base = actor_of(request)
        token, secret = token_issue(
            user=user,
            name="login",
            scopes=Scope.values,
            lifetime=timedelta(hours=LOGIN_HOURS),
            actor=Actor(user.get_username(), base.via, user.pk, base.address),
        )
        said = IssuedSerializer({"token": token, "secret": secret})
        return Response(said.data, status=status.HTTP_201_CREATED)


class AuditSerializer(serializers.ModelSerializer[AuditEntry]):
    """One thing that somebody did."""

    class Meta:
        model = AuditEntry
        fields = (
            "id", "at", "actor", "via", "address", "action", "target_kind", "target_id", "target",
            "outcome", "details",
        )  # fmt: skip
        extra_kwargs: ClassVar = {
            "actor": {"help_text": "Name of the account, or of the user who ran the command."},
            "action": {"help_text": "As `noun.verb`: `job.cancel`."},
        }


class AuditFilter(filters.FilterSet):
    """Filters of the log."""

    actor = filters.CharFilter(help_text="Exact name.")
    action = filters.CharFilter(lookup_expr="startswith", help_text="Start: `job` or `job.cancel`.")
    since = MomentFilter(field_name="at", lookup_expr="gte", help_text="From then.")
    until = MomentFilter(field_name="at", lookup_expr="lt", help_text="Before then.")

    class Meta:
        model = AuditEntry
        fields = ("outcome", "via", "target_kind", "target_id")


class AuditViewSet(ReadViewSet[AuditEntry]):
    """Who did what, the newest first; for operators and admins."""

    queryset = AuditEntry.objects.none()
    serializer_class = AuditSerializer
    filterset_class = AuditFilter

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """Entries of this site."""
        return AuditEntry.objects.filter(instance=settings.INSTANCE_ID).order_by("-id")
