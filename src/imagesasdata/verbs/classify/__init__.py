"""Verbs that classify, describe and caption pictures by pretrained networks."""
