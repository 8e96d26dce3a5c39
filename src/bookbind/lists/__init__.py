"""The business's own lists, their mirrors at each connection, and the bindings between."""
