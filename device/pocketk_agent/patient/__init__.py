"""The simulated patient: how a heart's Lead I answers to potassium, and what dry electrodes make of it.

Everything here is simulation: it trains, tests and demonstrates, and says nothing about a person.
"""
