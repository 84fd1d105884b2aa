"""An account of a venue in a test, and clients that are ready to trade with it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from perpbox import clients
from perpbox.account import AccountId

CCXT: Final = "ccxt"
CCXT_ASYNC: Final = "ccxt.async_support"
PYTHON_BINANCE: Final = "binance"
SDK: Final = "binance_sdk_derivatives_trading_usds_futures.derivatives_trading_usds_futures"
SDK_SETTINGS: Final = "binance_common.configuration"
INSTALL: Final = {
    CCXT: "ccxt",
    CCXT_ASYNC: "ccxt",
    PYTHON_BINANCE: "python-binance",
    SDK: "binance-sdk-derivatives-trading-usds-futures",
    SDK_SETTINGS: "binance-common",
}


class ClientMissing(ImportError):
    """A client library is asked for that is not installed."""


class Account:
    """Its id, its key, and clients that are made with both.

    Each client is made anew, and leads no call to anywhere but this venue.
    """

    def __init__(
        self,
        account_id: AccountId,
        api_key: str,
        secret: str,
        base_url: str,
        at_end: Callable[[Callable[[], object]], None],
    ) -> None:
        self.id = account_id
        self.api_key = api_key
        self.secret = secret
        self.base_url = base_url
        self._at_end = at_end

    def __repr__(self) -> str:
        """Without the secret, which a report would show."""
        return f"Account({self.id})"

    def ccxt(self, **config: Any) -> Any:
        """A `ccxt.binanceusdm`, made with this configuration."""
        exchange = self._ccxt(CCXT, config)
        self._at_end(exchange.session.close)
        return exchange

    def ccxt_async(self, **config: Any) -> Any:
        """A `ccxt.async_support.binanceusdm`, to be closed by whoever asks for it."""
        return self._ccxt(CCXT_ASYNC, config)

    def python_binance(self, **options: Any) -> Any:
        """A `binance.Client`, made with these options.

        The library keeps its addresses in its classes: they lead here from then on.
        """
        binance = _module(PYTHON_BINANCE)
        clients.python_binance(binance, self.base_url)
        client = binance.Client(self.api_key, self.secret, **{"ping": False, **options})
        # Where the classes are led elsewhere later, this client stays.
        for name in dir(type(client)):
            if name.endswith("_URL"):
                setattr(client, name, getattr(type(client), name))
        client.session.trust_env = False
        self._at_end(client.close_connection)
        return client

    def sdk(self) -> Any:
        """A `DerivativesTradingUsdsFutures` of the official SDK."""
        made_of = clients.official_sdk(self.base_url, api_key=self.api_key, secret=self.secret)
        configuration = _module(SDK_SETTINGS)
        return _module(SDK).DerivativesTradingUsdsFutures(
            config_rest_api=configuration.ConfigurationRestAPI(**made_of.rest_api),
            config_ws_api=configuration.ConfigurationWebSocketAPI(**made_of.websocket_api),
            config_ws_streams=configuration.ConfigurationWebSocketStreams(
                **made_of.websocket_streams
            ),
        )

    def _ccxt(self, library: str, config: dict[str, Any]) -> Any:
        exchange = _module(library).binanceusdm(config)
        return clients.ccxt(exchange, self.base_url, api_key=self.api_key, secret=self.secret)


def _module(name: str) -> ModuleType:
    """A library that perpbox does not depend on."""
    try:
        return import_module(name)
    except ImportError as error:
        raise ClientMissing(
            f"{name.partition('.')[0]} cannot be imported: pip install {INSTALL[name]}"
        ) from error
