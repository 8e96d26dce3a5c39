"""Merge lists: what the business's own entries are in the books of a connection, said by people.

Read in this order. `models` (what is kept: a draft, what was used, what was created there), `steps` (which
lists are asked about), `suggestions` (what is proposed, by the pure matcher in `matching`), `rows` (a list as
its page shows it), `drafting` (what people choose), `preview` (what that would change), `using` (bindings are
written, in one transaction), `undoing` (and taken back), `finishing` (the end of a list's step). `plans` and
`impact` are the pure decisions in between.

What those stand on. `reading` brings together what is known of some lists: `standings` (what is bound),
`usage` and `waiting` (the rules and documents that use an entry), `proposals` and `choices` (what the page
shows for it), `entries` (what may be matched at all), `unread` (lists not read yet), `evidence` (what
categories were used with), `needed` (the number in the menu). `ways` and `dimensions` are the two steps
before the lists, `sold_as` says what a category is on sales, `creating` makes an entry at the vendor,
`restoring` brings choices back after an undo, `searching` answers the search field, `mapping_csv` with
`mapping_lines`, `mapping_cells` and `mapping_words` takes the whole mapping out to a file and back.
`accounts` finds the account of the books that a category is, `sides` names the two books for sentences,
`listeners` has proposals made anew once lists were read.
"""
