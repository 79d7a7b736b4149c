"""Reading the files of artifacts, which strangers wrote: from bytes to HTML that is safe on a page. Pure Python."""
