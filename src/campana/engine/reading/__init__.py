"""Reading a recipients file in a process of its own, with a ceiling on memory and time.

`python -m campana.engine.reading ORDER` takes the file as its standard input and writes what it found as
lines of JSON (`wire`). A server starts it through `process` and never opens the file itself, so that neither
a file of a million rows nor a broken or hostile one can make the server grow, hang or fall.
"""
