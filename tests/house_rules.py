"""Measures and imports of source files, for test_architecture.py; knows no layer and no exception."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "campana"

MAX_FILE_LINES = 300
MAX_BODY_LINES = 40
MAX_NESTING = 3
MAX_POSITIONAL = 5

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (
    *(ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith),
    *(ast.Try, ast.TryStar, ast.Match),
)


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name, its path below src/ and its syntax tree."""

    name: str
    path: str
    text: str
    is_package: bool = False

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)


@dataclass(frozen=True, slots=True)
class Import:
    """`name` is the dotted module or member that line `line` of `module` imports."""

    module: Module
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.module.path}:{self.line} imports {self.name}"


def read_package(src: Path) -> list[Module]:
    """Every Python file of the package below `src`, in the order of their paths."""
    return [read_module(src, path) for path in sorted((src / PACKAGE).rglob("*.py"))]


def read_module(src: Path, path: Path) -> Module:
    parts = path.relative_to(src).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    return Module(name, path.relative_to(src).as_posix(), path.read_text(), is_package)


def imports(module: Module) -> Iterator[Import]:
    """What a module imports anywhere in it, late and type-only imports and import_module("...") included.

    `from a import b` counts as `a.b`: whoever may import the module `a.b` may name it either way.
    """
    for node in ast.walk(module.tree):
        for name in imported_names(module, node):
            yield Import(module, getattr(node, "lineno", 0), name)


def import_graph(modules: list[Module]) -> dict[str, set[str]]:
    """Which modules each module runs when it is imported; late and type-only imports run later or never."""
    names = {module.name for module in modules}
    graph: dict[str, set[str]] = {module.name: set() for module in modules}
    for module in modules:
        for node in module.tree.body:
            for name in imported_names(module, node):
                target = name if name in names else name.rpartition(".")[0]
                graph[module.name] |= {target} & names - {module.name}
    return graph


def imported_names(module: Module, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = absolute(module, node)
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
        yield from (
            arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        )


def absolute(module: Module, node: ast.ImportFrom) -> str:
    """The dotted name that `from ...x import` stands for inside `module`."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    up = node.level - (1 if module.is_package else 0)
    base = parts[: len(parts) - up]
    return ".".join([*base, node.module] if node.module else base)


def within(name: str, allowed: Iterable[str]) -> bool:
    """Whether a dotted name is one of `allowed`, or below one of them."""
    return any(name == each or name.startswith(f"{each}.") for each in allowed)


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function with its qualified name, as in `Lane.run`."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, Function):
                yield f"{prefix}{child.name}", child
            name = f"{prefix}{child.name}." if isinstance(child, Function | ast.ClassDef) else prefix
            yield from walk(child, name)

    return walk(tree, "")


def body_lines(function: Function) -> int:
    """Lines of the body, docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    return (function.end_lineno or 0) - first_line(body[0]) + 1


def first_line(node: ast.stmt) -> int:
    """Where a statement begins: a decorated one at its first decorator."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])


def nesting(node: ast.AST) -> int:
    """Depth of blocks within blocks; `elif` is no deeper than its `if`, a nested function begins anew."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.ClassDef | ast.Lambda):
            continue
        deepest = max(deepest, nesting(child) + (isinstance(child, BLOCKS) and not is_elif(node, child)))
    return deepest


def is_elif(parent: ast.AST, child: ast.AST) -> bool:
    return (
        isinstance(parent, ast.If)
        and isinstance(child, ast.If)
        and parent.orelse == [child]
        and child.col_offset == parent.col_offset
    )


def positional(function: Function) -> int:
    """How many arguments a caller may give by position, the object itself not counted."""
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def broad_excepts(tree: ast.Module) -> Iterator[str]:
    """Qualified name of the function around each `except Exception`, or broader, and each suppress of it."""
    for name, function in [("<module>", tree), *functions(tree)]:
        yield from (name for node in own_nodes(function) if catches_everything(node))


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below, but not those of functions within."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function):
            yield from own_nodes(child)


def catches_everything(node: ast.AST) -> bool:
    broad = {"Exception", "BaseException"}
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or bool(names_in(node.type) & broad)
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
        return any(names_in(arg) & broad for arg in node.args)
    return False


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
