.PHONY: demo test check bench interop lock
demo test check bench interop lock:
	@python3 dev.py $@
