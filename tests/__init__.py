"""The tests. A package, so that `-p tests.nbgate` means this one and no other."""
