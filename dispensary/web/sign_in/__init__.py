"""Signing in, locking, unlocking and out."""

from dispensary.web.sign_in.views import bp

__all__ = ["bp"]
