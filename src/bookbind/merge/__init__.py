"""Merge lists: what the business's own entries are in the books of a connection, said by people.

Read in this order. `models` (what is kept: a draft, what was used, what was created there), `steps` (which
lists are asked about), `suggestions` (what is proposed, by the pure matcher in `matching`), `rows` (a list as
its page shows it), `drafting` (what people choose), `preview` (what that would change), `using` (bindings are
written, in one transaction), `undoing` (and taken back), `finishing` (the end of a list's step). `plans` and
`impact` are the pure decisions in between.
"""
