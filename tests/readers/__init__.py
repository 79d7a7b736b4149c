"""What was deployed, loaded by the programs it is for; `make readers` installs and runs them.

They are the two whose reader can be had from npm and works without a network and without an account: OpenAI Codex and
Gemini CLI, in the versions that `package-lock.json` names.
"""
