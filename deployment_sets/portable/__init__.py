"""Sets as one document that can be read elsewhere: `document` says what is in it, `writing` and `reading` are its text,
and `checks` what no single field shows. Pure Python; the services `exporting` and `importing` stand between it and
the database.
"""
