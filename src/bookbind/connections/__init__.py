"""Grants and connections: connect, reconnect, expire, refresh, disconnect.

A grant is one login at a vendor with its tokens; a connection is one business at one organisation of that
vendor. Read in this order.

- What is kept and what it means: `models`, `status` (the only place that judges stored facts), `queries`.
- Connecting in two steps: `sign_in` (to the vendor and back, tied to a browser by `sessions`), `pending`
  (what may be chosen then), `finish` (the sign-in becomes the connection's own). `names` compares the
  business with the organisation.
- Calling the vendor: `gateway` (the one way there), `refresh` (fresh tokens), `secrets` (tokens at rest),
  `outcomes` (what each call told about the connection).
- What happens by itself: `schedule`, `probe` (the daily look at each organisation).
- Changes: `change` (the books move to another connection), `disconnect` and `endings`, `services`.
  `second_person` and `approvals` ask somebody else first; `elsewhere` looks beyond one business.
- Words and news: `wording` and `messages`, `events` (what the packages above are told).
"""
