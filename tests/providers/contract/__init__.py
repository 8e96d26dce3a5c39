"""What every vendor must do, whoever it is: the contract, run over the registry against the sandbox."""
