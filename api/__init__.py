"""The HTTP interface of Duikou 对口: records in a request, ranked and explained matches in the answer.

uvicorn api.app:app
"""
