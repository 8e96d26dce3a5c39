.PHONY: demo test test-postgres check bench interop lock train-matcher bench-merge
demo test test-postgres check bench interop lock train-matcher:
	@python3 dev.py $@
bench-merge:
	@python3 dev.py bench merge apply
