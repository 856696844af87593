"""Accounts with providers, and what messages cost."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.communications import actions
from bookme.communications.models import ChannelAccount, Provider
from bookme.communications.selectors.channel_accounts import channel_state, channel_states, own_account
from bookme.communications.selectors.spending import month_of, spent_in
from bookme.communications.serializers.channel_accounts import AccountInput, ChannelOutput, SpendingOutput, TriedOutput
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.tenants.context import require_tenant


class Accounts(ApiView):
    """Each channel: whether it is on, who carries it now, and the business's own account with a provider."""

    permissions = {"GET": Permission.CONFIG_MANAGE}
    serializer_class = ChannelOutput
    queryset = ChannelAccount.objects.none()
    lists_rows = True

    @extend_schema(
        operation_id="communications_accounts_list",
        summary="By whose account messages go",
        responses=ChannelOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        return self.paged(channel_states(self.actor), ChannelOutput)


class OneAccount(ApiView):
    """The business's own account for a channel. Credentials are taken, and never answered."""

    permissions = {
        "GET": Permission.CONFIG_MANAGE,
        "PUT": Permission.CONFIG_MANAGE,
        "DELETE": Permission.CONFIG_MANAGE,
    }
    serializer_class = AccountInput

    @extend_schema(operation_id="communications_accounts_retrieve", summary="One channel", responses=ChannelOutput)
    def get(self, request: Request, channel: str) -> Response:
        return self._shown(channel)

    @extend_schema(
        operation_id="communications_accounts_update",
        summary="Set the account of a channel",
        request=AccountInput,
        responses=ChannelOutput,
    )
    def put(self, request: Request, channel: str) -> Response:
        with write():
            known = channel_state(self.actor, channel)
            given = {"credentials": None} | self.read_input()
            given["provider"] = Provider(given["provider"])
            actions.set_account(channel=known.channel, actor=self.actor, **given)
            return self._shown(channel)

    @extend_schema(operation_id="communications_accounts_destroy", summary="Forget the account", responses={204: None})
    def delete(self, request: Request, channel: str) -> Response:
        with write():
            actions.remove_account(account=own_account(self.actor, channel), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _shown(self, channel: str) -> Response:
        return Response(self.written(ChannelOutput, channel_state(self.actor, channel)))


class TryAccount(ApiView):
    """Asks the provider whether it lets us in, now. Nothing is sent, and nothing of what it says is answered."""

    permissions = {"POST": Permission.CONFIG_MANAGE}
    serializer_class = TriedOutput
    limited = frozenset({"POST"})

    @extend_schema(
        operation_id="communications_accounts_test", summary="Try the account", request=None, responses=TriedOutput
    )
    def post(self, request: Request, channel: str) -> Response:
        reason = actions.try_account(account=own_account(self.actor, channel), actor=self.actor)
        return Response(self.written(TriedOutput, {"works": not reason, "reason": reason}))


class MonthsSpending(ApiView):
    """What messages have cost since the first of the month, where the business is, and what they may cost."""

    permissions = {"GET": Permission.MESSAGES_MANAGE}
    serializer_class = SpendingOutput

    @extend_schema(operation_id="communications_spending", summary="What messages cost", responses=SpendingOutput)
    def get(self, request: Request) -> Response:
        self.actor.demand_everywhere(Permission.MESSAGES_MANAGE)
        config, month = require_tenant().config, month_of(now())
        told = {
            "month": month,
            "spent": spent_in(month),
            "cap": config.messages.monthly_cap,
            "currency": config.currency,
        }
        return Response(self.written(SpendingOutput, told))
