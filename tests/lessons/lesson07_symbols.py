"""The symbols of lesson 7, and two questions asked of them in each of its files of claims."""

import sympy

z, mu, x, rho, t = sympy.symbols("z mu x rho t", positive=True)  # x is the product of eta and lam


def zero(expression):
    return sympy.simplify(expression) == 0


def characteristic(matrix):
    return (z * sympy.eye(matrix.rows) - matrix).det()
