"""Publications and deliveries: each document reaches the books exactly once.

A publication is what people want: this document in the books of this connection. A delivery is one write to
the vendor for it. Read in this order.

- What is kept and where it may go: `models`, `states` (which move is allowed), `transitions` (the move
  itself).
- From the press to the queue: `services` (what people ask for), `facts` (the document and the books as
  plain values), `checks` (what is wrong with them), `placement` (checked, held or queued). `together` and
  `early` do the same for many documents, `automatic` without a press.
- The queue: `worker` (one document at a time), `sending` (the first time), `twins` and `suppliers` (what is
  looked up on the way), `outgoing` (the document as it is sent), `deliveries` and `outcomes` (the write,
  and what became of it), `recovery` (a lost answer), `paper` (the attached file), `trouble`, `retry` and
  `turns` (when the queue goes on).
- Books that come and go: `listeners` (news from below), `resume` and `results` (a connection is back),
  `switching` and `reopening` (the books move), `starting` and `start_date` (the press after a move),
  `ready` and `lacking` (documents without accounting software), `instead` (what is done with kinds that the
  new books do not take).
- Words: `reasons` (why a document is not in the books), `catalogue` and `refused` (one message for each),
  `wording` (the parts of a message), `messages` (a message filled in).
- The rest: `configuration` (how a connection publishes), `links` (the way back from the books), `queries`.
"""
