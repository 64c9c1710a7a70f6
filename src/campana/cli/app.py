"""The tree of commands; what each does stands in the module named after it."""

import typer

from campana import __version__
from campana.cli import admin, archive, moving, privacy, secret, send, serve, simulate, workers
from campana.cli.output import SETTINGS_HELP, console
from campana.logs import set_up_logs

app = typer.Typer(
    name="campana",
    help="Sends scheduled WhatsApp campaigns: everybody once, on time, within the limits.",
    epilog=SETTINGS_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
user = typer.Typer(help="People who may sign in.", no_args_is_help=True)
api_key = typer.Typer(help="Keys for scripts.", no_args_is_help=True)
db = typer.Typer(help="The database.", no_args_is_help=True)
people_data = typer.Typer(help="The data of the people you write to.", no_args_is_help=True)
secret_key = typer.Typer(help="The key that seals secrets.", no_args_is_help=True)

app.command("demo")(serve.demo)
app.command("serve")(serve.serve)
app.command("web")(serve.web)
app.command("worker")(serve.worker)
app.command("workers")(workers.workers)
app.command("simulator")(simulate.simulator)
app.command("send")(send.send)
app.command("doctor")(admin.doctor)
app.command("archive")(archive.archive)
app.command("backup")(moving.backup)
app.command("restore")(moving.restore)
app.command("resume")(moving.resume)
user.command("add")(admin.add_user)
user.command("set-password")(admin.set_password)
user.command("reset-link")(admin.reset_link)
api_key.command("create")(admin.create_api_key)
db.command("upgrade")(admin.upgrade_database)
db.command("copy")(moving.copy_database)
secret_key.command("rotate")(secret.rotate)
people_data.command("erase")(privacy.erase)
people_data.command("export")(privacy.export)
people_data.command("forget-erased")(privacy.forget_erased)
app.add_typer(user, name="user")
app.add_typer(api_key, name="api-key")
app.add_typer(db, name="db")
app.add_typer(secret_key, name="secret")
app.add_typer(people_data, name="privacy")


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    """Sends scheduled WhatsApp campaigns: everybody once, on time, within the limits."""
    # Short commands speak for themselves; those that stay set up their logs by the settings.
    set_up_logs("console", "ERROR")
    if version:
        console.print(f"campana {__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command named on the command line."""
    app()
