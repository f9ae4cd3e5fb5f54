"""The commands of the command line, one a file; `rmsprop_lab.cli` registers them."""
