"""The room that listens: OpenAI's protocol over HTTP, on this computer's loopback and nowhere else.

It knows values of :mod:`app.domain` and who answers (:class:`app.serving.answers.Answers`), neither
the engine nor the services. Nothing of it is imported before serving is switched on.
"""
