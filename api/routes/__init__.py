"""The routes of the HTTP interface, one file per resource; PLATFORM lists those that need the store."""

from fastapi import APIRouter

from api.routes import auth

PLATFORM: tuple[APIRouter, ...] = (auth.router,)
