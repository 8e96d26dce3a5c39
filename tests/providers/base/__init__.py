"""The base that all vendors stand on: HTTP, limits, apps, shapes."""
