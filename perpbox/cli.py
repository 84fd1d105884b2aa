"""The terminal's door: one verb after another, each in a few lines."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from cyclopts import App, CycloptsError, Parameter

import perpbox
from perpbox import audit as auditing
from perpbox import demo as demonstration
from perpbox.console import clone as cloning
from perpbox.console import doctor as doctoring
from perpbox.console import explain as explaining
from perpbox.console import log as telling
from perpbox.console import printing, verbs
from perpbox.console import serving as hosting
from perpbox.console import top as watching
from perpbox.console import verify as verifying
from perpbox.console import what_if as trying
from perpbox.console.operator import ASK, Asking
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


@app.command(name="clone")
def clone_account(*files: Path, live: str | None = None, data: Path | None = None) -> int:
    """Build a venue whose account answers as a real one did, and say what could not be known.

    Example: perpbox clone account.json positionRisk.json --data mine.sqlite

    Exits with 0 when every figure is the same, 1 otherwise, 2 for what cannot be read.

    Parameters
    ----------
    files
        Answers of one account and its market: account, balance, positionRisk, openOrders,
        openAlgoOrders, leverageBracket, assetIndex, symbolConfig, accountConfig, premiumIndex,
        exchangeInfo, ticker/price; as many as there are.
    live
        Ask this address instead, by GET alone, with PERPBOX_LIVE_KEY and PERPBOX_LIVE_SECRET.
    data
        The new journal, for perpbox serve --data; without one nothing is kept.
    """
    same = cloning.main(files, live, data, console())
    return 0 if same else DIFFERENT


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
    answers: Annotated[
        tuple[Path, ...], Parameter(name="--from", consume_multiple=False, negative=())
    ] = (),
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
    answers
        A file of a real account's answers, as of perpbox clone: a clone is asked, and no venue
        need run.
    """
    if picture is not None and sweep is None:
        raise Unusable("--picture draws a sweep: add --sweep SYMBOL.")
    steps = trying.steps_of(price, moves, order, set_leverage, transfer, advance)
    if not steps and sweep is None:
        raise Unusable("what-if needs something to try. See perpbox what-if --help.")
    with cloning.operator_of(answers, ask.url, ask.token) as operator:
        answer = trying.ask(operator, account, steps, sweep)
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
    """Show how a figure of an account comes about, down to income, fills, mark price and bracket.

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
    client: str, *, url: str | None = None, api_key: str = "", secret: str = ""
) -> int:
    """Print what a client is made with, as JSON, so that no call of it leaves the machine.

    Example: perpbox settings-for ccxt --api-key KEY --secret SECRET

    Parameters
    ----------
    client
        ccxt, freqtrade, official-sdk, futures-connector, nautilus, official-js, tiagosiebler or
        node-binance-api; the others' settings are no text: docs/clients.md.
    url
        Where the venue is; else PERPBOX_URL, else http://127.0.0.1:8900.
    api_key
        Of an account of the venue; left out where it is not given.
    secret
        The key's.
    """
    write_json(printing.settings_of(client, Asking(url=url).operator().url, api_key, secret))
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


@app.command(group=ASKING)
def doctor(
    *configurations: str,
    url: str | None = None,
    token: str | None = None,
    api_key: str = "",
    secret: str = "",
    python: str | None = None,
    every: Annotated[bool, Parameter(negative=())] = False,
    json: bool = False,
) -> int:
    """Say which calls of a bot would still leave the machine, and whether the venue is well.

    Example: perpbox doctor config.json bot.py:exchange --python ../bot/.venv/bin/python

    Exits with 0 when all is well, 1 when something would leave or is wrong, 2 for misuse.

    Parameters
    ----------
    configurations
        A configuration of freqtrade or ccxt that ends with .json; or bot.py:exchange, or
        package.module:build: an object, or a function that makes one. It is made in a process
        that cannot leave the machine.
    url
        Where the venue is; else PERPBOX_URL, else http://127.0.0.1:8900.
    token
        The operator's word; else PERPBOX_TOKEN. Without it the venue does not tell its feed.
    api_key
        Is asked of the venue, whether it is good.
    secret
        The key's.
    python
        The bot's own Python, which needs no perpbox; else this one.
    every
        Show the addresses that lead to the venue or to nobody one by one, instead of counted.
    json
        Print the findings as JSON.
    """
    found = doctoring.examined(
        configurations,
        Asking(url=url, token=token).operator().url,
        token=token,
        api_key=api_key,
        secret=secret,
        python=python,
    )
    if json:
        write_json(found)
    else:
        console().print(doctoring.table_of(found, every=every))
    return DIFFERENT if doctoring.is_bad(found) else 0


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
