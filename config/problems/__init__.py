"""Every error of the API, from one place. https://www.rfc-editor.org/rfc/rfc9457"""
