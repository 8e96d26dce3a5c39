"""The business's own lists, their mirrors at each connection, and the bindings between.

A list item is the business's own entry, a remote item is the copy of an entry in the books, and a binding
says that the one stands for the other there. Read in this order.

- What is kept: `models`; `queries` reads it, `labels` says what lists are called.
- Reading a connection's lists: `sync` (the job), `staging` (pages of a read that is not complete),
  `entries` (what a read changes), `apply` (the complete read becomes the mirror, in one flip), `schedule`
  (when it happens). `dimensions` and `slots` say which of the vendor's dimensions the tracking lists show.
- What stands for what: `bindings`, `namesakes` and `adoption` (entries of the books become the business's
  own), `merging` (lists that people match), `history` (what stood there in books that were left).
- The business's own work: `services`, `own` (by hand or by file), `columns`, `exchange` and `drafts` (a
  file's columns, what it would change, and its wait for a yes), `duplicates` and `combine` (two entries are
  one).
- News: `events` (what the packages above are told), `listeners` (what connections tell the lists). `bulk`
  inserts many rows at once.
"""
