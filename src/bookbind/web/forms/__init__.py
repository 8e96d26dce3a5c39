"""The forms, one module per area: every change goes through one."""
