"""`ikfs`: rounds, checks, forms, reports, parameters, JupyterLab; exit code 2 and a plain message for what is wrong."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from pathlib import Path
from typing import Any, Self

from ikfs_methods.errors import IkfsError, InputProblemsError, ParameterError


def main(argv: list[str] | None = None) -> int:
    """Runs one verb; returns the exit code: 0, or 2 after a plain message on standard error."""
    parser = _parser()
    # JupyterLab has hundreds of options of its own; they are passed on unread.
    asked, others = parser.parse_known_args(argv)
    if asked.run is _lab:
        asked.options = others
    elif others:
        parser.error(f"unrecognized arguments: {' '.join(others)}")
    try:
        code = int(asked.run(asked) or 0)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        # Whoever read our lines (head, less) has seen enough; what is still buffered goes nowhere, without a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except IkfsError as error:
        print(f"ikfs: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        print(
            f"ikfs: a file or folder must be readable and writable; the system says {error.strerror}{place}. "
            "Choose another place, or free the disk; a former report is untouched.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print("ikfs: stopped; a former report is untouched.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ikfs", description="Workbench for the methodology of an index, round by round."
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    make = verbs.add_parser("report", help="run the chapters of a round and make its report")
    make.add_argument("round", metavar="ROUND", help="a folder with round.yaml, or the name of a shipped round")
    make.add_argument(
        "--language", choices=("id", "en"), action="append", help="repeat for both; default: as the round says"
    )
    make.add_argument("--only", metavar="NN", help="only the chapters whose name starts so, into a folder of their own")
    make.add_argument(
        "--format", choices=("html", "pdf", "docx"), action="append", help="repeat for several; default: all"
    )
    make.add_argument("--output", metavar="FOLDER", help="where the language folders go")
    make.add_argument(
        "-p", "--parameter", metavar="NAME=VALUE", action="append", default=[], help="override a parameter"
    )
    make.set_defaults(run=_report)

    new = verbs.add_parser("new", help="draft a round from a data file: indicators, scales, dimensions, open questions")
    new.add_argument("folder", metavar="FOLDER", help="where the round shall be; must not exist yet, or be empty")
    new.add_argument(
        "--from",
        dest="source",
        metavar="FILE",
        required=True,
        help="CSV, XLSX, .sav, .dta, Parquet, Kobo, Google Forms",
    )
    new.add_argument("--form", metavar="XLSFORM", help="the form of a KoboToolbox or ODK survey")
    new.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook that has several")
    new.add_argument("--language", choices=("id", "en"), default="id", help="of the round and its report; default: id")
    new.set_defaults(run=_new)

    check = verbs.add_parser("check", help="every problem and open question of a round at once, before anything runs")
    check.add_argument("round", metavar="ROUND", help="a folder with round.yaml, or the name of a shipped round")
    check.add_argument("-p", "--parameter", metavar="NAME=VALUE", action="append", default=[])
    check.set_defaults(run=_check)

    _form_verbs(verbs)

    listing = verbs.add_parser("parameters", help="every parameter with its type, default, meaning and source")
    listing.set_defaults(run=_parameters)

    lab = verbs.add_parser("lab", help="JupyterLab with the notebooks; other options go to jupyter lab")
    lab.set_defaults(run=_lab)
    return parser


def _form_verbs(verbs: Any) -> None:
    forms = verbs.add_parser("forms", help="an XLSX form for every expert: ratings, comments, weights")
    forms.add_argument("round", metavar="ROUND", help="a folder with round.yaml, or the name of a shipped round")
    forms.add_argument("--experts", type=int, metavar="N", help="how many, where the round names none: E01, E02 ...")
    forms.add_argument("--language", choices=("id", "en"), help="of the forms; default: as the round says")
    forms.add_argument("--output", metavar="FOLDER", help="where the forms go; default: forms, beside the reports")
    forms.add_argument(
        "--delphi", type=int, default=1, metavar="K", help="from 2: rate again, beside the panel's last ratings"
    )
    forms.add_argument(
        "--criterion", metavar="NAME", action="append", default=[], help="repeat for several; default: the round's"
    )
    forms.set_defaults(run=_forms)

    collect = verbs.add_parser("collect", help="read the returned forms back into the round's tables")
    collect.add_argument("round", metavar="ROUND", help="a folder with round.yaml, or the name of a shipped round")
    collect.add_argument("--from", dest="source", metavar="FOLDER", help="the returned forms; default: returned, in it")
    collect.add_argument("--replace", action="store_true", help="take answers that differ from earlier ones")
    collect.set_defaults(run=_collect)

    record = verbs.add_parser("minutes", help="the official record of the meeting (berita acara), as Word and PDF")
    record.add_argument("round", metavar="ROUND", help="a folder with round.yaml, or the name of a shipped round")
    record.add_argument("--output", metavar="FOLDER", help="where the files go; default: beside the round's reports")
    record.set_defaults(run=_minutes)


def _forms(asked: argparse.Namespace) -> None:
    from ikfs_methods.forms import make_forms  # noqa: PLC0415

    made = make_forms(
        asked.round, experts=asked.experts, language=asked.language, output=asked.output, delphi=asked.delphi,
        criteria=asked.criterion,
    )  # fmt: skip
    print("\n".join(made.lines()))


def _collect(asked: argparse.Namespace) -> int:
    from ikfs_methods.forms import collect  # noqa: PLC0415

    found = collect(asked.round, source=asked.source, replace=asked.replace)
    print("\n".join(found.lines()))
    return 0 if found.settled else 2


def _minutes(asked: argparse.Namespace) -> None:
    from ikfs_methods.report.minutes import minutes  # noqa: PLC0415

    made = minutes(asked.round, output=asked.output)
    print("Record of the meeting:")
    for path in made.files.values():
        print(f"  {_short(path)}")
    if made.blank:
        print(f"Left open, as ruled blanks: {', '.join(made.blank)}")
    for note in made.notes:
        print(note)


def _report(asked: argparse.Namespace) -> None:
    overrides = _overrides(asked.parameter)
    from ikfs_methods.report.run import report  # noqa: PLC0415 - seconds to import; the other verbs do without
    from ikfs_methods.rounds import open_round  # noqa: PLC0415

    languages = asked.language or [open_round(asked.round, overrides=overrides).language]
    for language in dict.fromkeys(languages):
        started = time.monotonic()
        with _Progress(asked.round, language, asked.only) as progress:
            folder = report(
                asked.round, language=language, only=asked.only, formats=tuple(asked.format or ("html", "pdf", "docx")),
                output=asked.output, told=progress.told, overrides=overrides,
            )  # fmt: skip
        print(f"Report ({language}) made in {time.monotonic() - started:.0f} s:")
        for path in sorted([*folder.glob("report.*"), *folder.glob("berita-acara.*")]):
            print(f"  {_short(path)}")


def _new(asked: argparse.Namespace) -> None:
    from ikfs_methods.places import project  # noqa: PLC0415
    from ikfs_methods.rounds.drafting import new_round, summary  # noqa: PLC0415

    made = new_round(asked.folder, asked.source, form=asked.form, sheet=asked.sheet, language=asked.language)
    folder = Path(asked.folder).absolute()
    print(summary(made))
    print(f"\nWritten to {_short(folder)}:")
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        print(f"  {path.relative_to(folder)}")
    if folder.is_relative_to(project()):
        print("This folder lies inside the project's repository: answers of real people belong outside it.")
    print("\nNext: correct what was guessed wrongly and answer the questions in these files, then")
    print(f"  ikfs check {_typed(folder)}")
    print(f"  ikfs report {_typed(folder)}")


def _check(asked: argparse.Namespace) -> int:
    from ikfs_methods.report.chapters import find  # noqa: PLC0415
    from ikfs_methods.rounds import check_round  # noqa: PLC0415
    from ikfs_methods.rounds.drafting import numbered  # noqa: PLC0415

    found = check_round(asked.round, overrides=_overrides(asked.parameter))
    if found.problems:
        print(f"ikfs: {InputProblemsError(found.problems)}", file=sys.stderr, flush=True)
    else:
        print(f"{asked.round}:")
        for fact in found.facts:
            print(f"  {fact}")
    if found.questions:
        count = len(found.questions)
        print(f"{count} question{'' if count == 1 else 's'} still open, or answered by a guess:")
        print(numbered(found.questions))
    if not found.problems:
        print(f"Nothing to mend; {len(find())} chapters can run.")
    return 2 if found.problems else 0


def _parameters(_: argparse.Namespace) -> None:
    from ikfs_methods.rounds import parameter_table  # noqa: PLC0415

    for name, row in parameter_table().iterrows():
        default = "none" if row["default"] is None else row["default"]
        print(f"{name}: {row['type']}; default {default}\n    {row['meaning']} [{row['source']}]")


def _lab(asked: argparse.Namespace) -> None:
    from ikfs_methods.places import project  # noqa: PLC0415

    home = project()
    start = ["--LabApp.default_url=/lab/tree/notebooks", f"--notebook-dir={home}"]
    # A process of its own in place of this one: the terminal and its interrupts belong to JupyterLab from here on.
    os.execv(sys.executable, [sys.executable, "-m", "jupyterlab", *start, *asked.options])  # noqa: S606


def _overrides(pairs: list[str]) -> dict[str, Any]:
    """NAME=VALUE pairs, the values read as YAML, so that .8, [KD8, PM8] and none mean what they say."""
    import yaml  # noqa: PLC0415

    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise ParameterError(f"--parameter must be given as NAME=VALUE; found {pair!r}.")
        try:
            found[name.strip()] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise ParameterError(
                f"--parameter {pair!r}: the value must be a number, a word or a list such as [KD8, PM8]. Correct it."
            ) from None
    return found


def _short(path: Path) -> str:
    """The path from the working folder, when it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def _typed(path: Path) -> str:
    """The path as one types it: quoted when the shell would take it apart."""
    return shlex.quote(_short(path))


class _Progress:
    """A bar that names the chapters now running; plain lines when the output is no terminal."""

    def __init__(self, name: str, language: str, only: str | None) -> None:
        from tqdm import tqdm  # noqa: PLC0415

        from ikfs_methods.report.chapters import find  # noqa: PLC0415

        self.running: list[str] = []
        self.started: dict[str, float] = {}
        self.lively = sys.stderr.isatty()
        self.bar = tqdm(
            total=len(find(only)) + 1, desc=f"{name} ({language})", disable=not self.lively, leave=False,
            bar_format="{desc}: {bar:20} {n_fmt}/{total_fmt} {elapsed} {postfix}",
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def told(self, chapter: str, state: str) -> None:
        """Hears that a chapter starts or ends."""
        if state == "start":
            self.started[chapter] = time.monotonic()
            self.running.append(chapter)
        else:
            self.running.remove(chapter)
            self.bar.update()
            if not self.lively:
                print(f"  {chapter} {time.monotonic() - self.started[chapter]:.1f} s", file=sys.stderr)
        self.bar.set_postfix_str(", ".join(self.running))


if __name__ == "__main__":
    sys.exit(main())
