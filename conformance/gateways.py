"""Gateways that other people make, each as its package starts it, in front of this service and a neighbour."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conformance.asking import NUMBER
from conformance.contract import SDL, composed
from conformance.figures import Figure
from conformance.processes import CLIENTS, HERE, NODE_MODULES, PING, free_port, node, running, until_it_answers
from conformance.service import Service

HIVE = ("node", str(NODE_MODULES / ".bin" / "hive-gateway"), "supergraph")
FORWARDED = ("authorization", "accept-language")


@dataclass(frozen=True, slots=True)
class Supergraph:
    """This service and a neighbour, composed; `written` is the supergraph, and beside it lies what else is needed."""

    written: Path
    ours: str
    theirs: str
    figure: Figure

    @property
    def folder(self) -> Path:
        """Where it and the gateways' own files are."""
        return self.written.parent


@contextmanager
def supergraph(service: Service, folder: Path) -> Iterator[Supergraph]:
    """The two subgraphs, running, and what three composers said of them."""
    port = free_port()
    neighbour = f"http://127.0.0.1:{port}/"
    command = ["node", str(CLIENTS / "neighbour.mjs"), str(port)]
    with running(command, folder, "neighbour", WORKPLACES=NUMBER) as process:
        figure, written = composed(folder, service.url, neighbour)
        until_it_answers(process, neighbour, PING)
        yield Supergraph(written, service.url, neighbour, figure)


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway, with one way of following our subscriptions; `upstream` is empty where it has none."""

    name: str
    upstream: str = ""
    options: tuple[str, ...] = ()

    @contextmanager
    def started(self, of: Supergraph, port: int) -> Iterator[str]:
        """Its URL, for as long as the block lasts."""
        command, environment, url = {"Apollo": _apollo, "Grafbase": _grafbase}.get(self.name, _hive)(self, of, port)
        log = f"{self.name}-{self.upstream}".lower().replace(" ", "-")
        with running(command, of.folder, log, **environment) as process:
            until_it_answers(process, url, PING)
            yield url


def _apollo(gateway: Gateway, of: Supergraph, port: int) -> tuple[list[str], dict[str, str], str]:
    """It knows no security directives, and no subscriptions; it sends automatic persisted queries."""
    plain = str(of.written.with_suffix(".plain.graphql"))
    return ["node", str(CLIENTS / "apollo-gateway.mjs"), plain, str(port)], {}, f"http://127.0.0.1:{port}/"


def _hive(gateway: Gateway, of: Supergraph, port: int, path: str = "/graphql") -> tuple[list[str], dict[str, str], str]:
    config = str(CLIENTS / "hive.config.mjs")
    command = [*HIVE, str(of.written), "-c", config, "-h", "127.0.0.1", "-p", str(port), *gateway.options]
    environment = {"UPSTREAM": gateway.upstream, "GATEWAY_PORT": str(port), "GATEWAY_PATH": path}
    return command, environment, f"http://127.0.0.1:{port}{path}"


def _grafbase(gateway: Gateway, of: Supergraph, port: int) -> tuple[list[str], dict[str, str], str]:
    """It composes for itself, from SDL without prose, over which its parser trips."""
    folder = of.folder / f"grafbase-{gateway.upstream}"
    folder.mkdir()
    node("without-prose.mjs", str(SDL), str(folder / "am.graphql"))
    shutil.copy(HERE / "neighbour.graphql", folder)
    lines = ["[subgraphs.am]", f'url = "{of.ours}"', 'schema_path = "am.graphql"']
    if gateway.upstream == "ws":
        lines.append(f'websocket_url = "{of.ours.replace("http", "ws", 1)}"')
    for name in FORWARDED:
        lines += ["[[subgraphs.am.headers]]", 'rule = "forward"', f'name = "{name}"']
    lines += ["[subgraphs.neighbour]", f'url = "{of.theirs}"', 'schema_path = "neighbour.graphql"']
    (folder / "grafbase.toml").write_text("\n".join(lines) + "\n")
    listening = ["--listen-address", f"127.0.0.1:{port}"]
    command = [str(binary()), "--home", str(folder), "dev", "-c", str(folder / "grafbase.toml"), *listening]
    return command, {}, f"http://127.0.0.1:{port}/graphql"


def binary() -> Path:
    """Grafbase's program. Raises FileNotFoundError where npm has none for this machine."""
    found = sorted((NODE_MODULES / "@grafbase").glob("cli-*/grafbase"))
    if not found:
        raise FileNotFoundError("npm has no program of Grafbase for this machine.")
    return found[0]


ROUTER = ("--hive-router-runtime",)
GATEWAYS = (
    Gateway("Apollo"),
    Gateway("Hive", "sse"),
    Gateway("Hive", "ws"),
    Gateway("Hive", "callback"),
    Gateway("Hive router runtime", "sse", ROUTER),
    Gateway("Hive router runtime", "ws", ROUTER),
    Gateway("Hive router runtime", "callback", ROUTER),
    Gateway("Grafbase", "sse"),
    Gateway("Grafbase", "ws"),
)
"""Each name's first is asked queries too; they are the same whatever the subscriptions do."""


@contextmanager
def hive(written: Path, port: int, path: str) -> Iterator[str]:
    """Hive Gateway on any supergraph, for a suite that wants a router."""
    of = Supergraph(written, "", "", Figure("", 0, 0))
    command, environment, url = _hive(Gateway("Hive", "sse"), of, port, path)
    with running(command, of.folder, "hive-as-router", **environment) as process:
        until_it_answers(process, url, PING)
        yield url
