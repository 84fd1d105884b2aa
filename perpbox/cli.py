"""The terminal's door: one verb after another, each in a few lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, CycloptsError, Parameter

import perpbox
from perpbox import audit as auditing
from perpbox import clients
from perpbox import demo as demonstration
from perpbox.console import explain as explaining
from perpbox.console import log as telling
from perpbox.console import serving as hosting
from perpbox.console import top as watching
from perpbox.console import verbs
from perpbox.console import verify as verifying
from perpbox.console import what_if as trying
from perpbox.console.operator import ASK
from perpbox.console.output import console, nobody_reads, write_json
from perpbox.console.verbs import ASKING, Ask
from perpbox.journal import JournalError
from perpbox.server.settings import DEFAULTS, Settings, Unusable
from perpbox.server.sources import from_environment, from_file

DIFFERENT: Final = 1
MISUSED: Final = 2
INTERRUPTED: Final = 130

VENUE: Final = "A venue of your own"
READING: Final = "Read journals and answers"

Pairs = Annotated[
    tuple[str, ...], Parameter(consume_multiple=False, negative=(), show_default=False)
]
Words = Annotated[tuple[str, ...], Parameter(consume_multiple=False, negative=())]
Flags = Annotated[Settings, Parameter(name="*")]
Switch = Annotated[bool, Parameter(negative=())]

app = App(
    name="perpbox",
    help="A perpetual-futures venue on your own machine.",
    version=perpbox.__version__,
    result_action="return_value",
)


serving = App(name="serve", config=(from_environment, from_file), group=VENUE)
app.command(serving)


@serving.default
def serve(settings: Flags = DEFAULTS, *, config: str | None = None) -> int:
    """Serve a venue until SIGTERM or Ctrl-C.

    What no flag says is taken from PERPBOX_ variables, then from a file in TOML.

    Example: perpbox serve --port 8900 --data my.sqlite --token secret

    Parameters
    ----------
    config
        The file; without this option ./perpbox.toml is read if it is there.
    """
    del config  # `from_file` has read it
    return hosting.serve(settings)


@app.command(group=VENUE)
def demo() -> int:
    """Show a venue at work: one account, a few trades, its answer, then serve on.

    Example: perpbox demo
    """
    return demonstration.main()


app.command(verbs.account)
for verb in (watching.top, verbs.status, verbs.accounts, verbs.price, verbs.clock):
    app.command(verb, group=ASKING)


@app.command(name="verify", group=READING)
def verify_journal(path: Path, /, *, json: Switch = False) -> int:
    """Handle every command of a journal once more: would the same happen today?

    Exits with 0 if it would, 1 otherwise.

    Example: perpbox verify my.sqlite

    Parameters
    ----------
    path
        The journal's file; a venue may be running on it.
    json
        Print what was found as JSON.
    """
    report = verifying.verified(path)
    if json:
        write_json(verifying.json_of(report))
    else:
        console().print(verifying.table_of(report), markup=False)
    return 0 if report.holds else DIFFERENT


@app.command(name="log", group=READING)
def tell(
    path: Path,
    /,
    *,
    account: int | None = None,
    symbol: str | None = None,
    start: Annotated[str | None, Parameter(name="--from")] = None,
    end: Annotated[str | None, Parameter(name="--to")] = None,
    follow: Switch = False,
    json: Switch = False,
) -> int:
    """Tell a journal turn by turn: when, what was asked, and what happened.

    Example: perpbox log my.sqlite --account 1 --symbol BTCUSDT --follow

    Parameters
    ----------
    path
        The journal's file; a venue may be running on it.
    account
        Only what an account has part in.
    symbol
        Only what happens in a symbol.
    start
        Only from this time on: 2026-11-22T08:00:00Z, or milliseconds.
    end
        Only up to this time.
    follow
        Go on with what happens, until Ctrl-C.
    json
        A JSON object a turn.
    """
    telling.tell(path, account, symbol, (start, end), follows=follow, as_json=json)
    return 0


@app.command(group=READING)
def audit(
    *files: Path,
    brackets: Path | None = None,
    leverage: Pairs = (),
    rounding: Literal["2021", "2025"] | None = None,
    json: Switch = False,
) -> int:
    """Recompute what real answers say of an account, and hold every figure against them.

    Exits with 0 when nothing determined is off, 1 otherwise, 2 for a file that cannot be read.

    Example: perpbox audit account.json positionRisk.json --leverage BTCUSDT=20

    Parameters
    ----------
    files
        Answers of one account: account, balance or positionRisk, as the service sent them.
    brackets
        A leverageBracket answer, for symbols that have other brackets than the catalogue's.
    leverage
        What no answer says: BTCUSDT=15. May be repeated.
    rounding
        The service's way of rounding in that year; by default the rows' own times decide.
    json
        Print each figure and its verdict as JSON.
    """
    if not files:
        raise Unusable("audit needs at least one file. See perpbox audit --help.")
    return auditing.main(files, brackets, dict(map(_pair, leverage)), rounding, as_json=json)


@app.command(name="what-if", group=ASKING)
def what_if(
    *,
    account: int | None = None,
    price: Words = (),
    moves: int = 1,
    order: Words = (),
    set_leverage: Words = (),
    transfer: Words = (),
    advance: str | None = None,
    sweep: str | None = None,
    picture: Path | None = None,
    ask: Ask = ASK,
) -> int:
    """Try things on a copy of an account of a running venue; nothing of it is kept.

    Example: perpbox what-if --price BTCUSDT=-20% --sweep BTCUSDT --picture account.svg

    Parameters
    ----------
    account
        Its id; not needed where there is one alone.
    price
        BTCUSDT=50000, BTCUSDT=-20%, BNBUSD=+5%. May be repeated, as what follows may be.
    moves
        In how many equal moves prices get there: who is liquidated on the way, is.
    order
        As the endpoint takes it: "symbol=BTCUSDT side=BUY type=MARKET quantity=0.1".
    set_leverage
        BTCUSDT=20.
    transfer
        USDT=1000; out of the account where it is below zero.
    advance
        How much time passes: 8h.
    sweep
        Show the account at prices of BTCUSDT, or BTCUSDT=-30%:+30%.
    picture
        Draw the sweep into this file, as SVG.
    """
    if picture is not None and sweep is None:
        raise Unusable("--picture draws a sweep: add --sweep SYMBOL.")
    steps = trying.steps_of(price, moves, order, set_leverage, transfer, advance)
    if not steps and sweep is None:
        raise Unusable("what-if needs something to try. See perpbox what-if --help.")
    answer = trying.ask(ask.operator(), account, steps, sweep)
    if picture is not None and sweep is not None:
        trying.save_picture(answer, sweep.partition("=")[0], picture)
    if ask.json:
        write_json(answer)
    else:
        trying.show(answer, console())
    return 0


@app.command(group=ASKING)
def explain(
    field: str,
    *,
    account: int | None = None,
    depth: int | None = None,
    ask: Ask = ASK,
) -> int:
    """Show how a figure of an account comes about, down to wallet, mark price and bracket.

    Example: perpbox explain positions.BTCUSDT.maintMargin

    Parameters
    ----------
    field
        Its path in the answers: availableBalance, assets.USDT.maxWithdrawAmount,
        positions.BTCUSDT.maintMargin, positions.BTCUSDT.LONG.notional.
    account
        Its id; not needed where there is one alone.
    depth
        How far down; all the way where it is left out.
    """
    answer = explaining.ask(ask.operator(), account, field, depth)
    return ask.tell(answer, explaining.tree_of(answer))


@app.command(name="settings-for")
def settings_for(
    client: str, *, url: str = clients.HERE, api_key: str = "", secret: str = ""
) -> int:
    """Print what a client is made with, as JSON, so that no call of it leaves the machine.

    Example: perpbox settings-for ccxt --api-key KEY --secret SECRET

    Parameters
    ----------
    client
        ccxt, freqtrade, official-sdk, futures-connector, nautilus, official-js, tiagosiebler or
        node-binance-api; for the others see docs/clients.md.
    url
        Where the venue is.
    api_key
        Of an account of the venue; left out where it is not given.
    secret
        The key's.
    """
    if client not in clients.PRINTED:
        raise Unusable(f"No settings for {client!r}; there are {', '.join(clients.PRINTED)}.")
    try:
        told = clients.settings_for(client, url, api_key=api_key, secret=secret)
    except clients.NotAnAddress as error:
        raise Unusable(f"--url: {error}.") from None
    write_json(told)
    return 0


@app.command
def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print a script that completes perpbox's verbs and options in a shell.

    Example: perpbox completion bash > ~/.local/share/bash-completion/completions/perpbox

    Parameters
    ----------
    shell
        Which one.
    """
    sys.stdout.write(app.generate_completion(prog_name="perpbox", shell=shell))
    return 0


@app.command
def version() -> int:
    """Print the version.

    Example: perpbox version
    """
    sys.stdout.write(f"{perpbox.__version__}\n")
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 well, 1 not, 2 where the command cannot be done as it is told."""
    sys.exit(_run(list(sys.argv[1:] if arguments is None else arguments)))


def _run(arguments: list[str]) -> int:
    try:
        return app(arguments, exit_on_error=False, print_error=False) or 0
    except CycloptsError as error:
        return _misused(f"{error} See perpbox --help.")
    except (Unusable, JournalError) as error:
        return _misused(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        nobody_reads()
        return 0


def _misused(sentence: str) -> int:
    sys.stderr.write(f"perpbox: {' '.join(sentence.split())}\n")
    return MISUSED


def _pair(text: str) -> tuple[str, int]:
    symbol, _, value = text.partition("=")
    if not symbol or not (value.isascii() and value.isdigit()):
        raise Unusable(f"--leverage takes SYMBOL=NUMBER, such as BTCUSDT=15, not {text!r}.")
    return symbol, int(value)


if __name__ == "__main__":
    main()
