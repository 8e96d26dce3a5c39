"""Pure tools that every package stands on: clock, ids, money, encryption, events, text."""
